/* Suppression files: any bytes are read, or refused with a place and a reason; what was read can be
 * matched. Links: emu/observe/check-suppress.c emu/observe/check-names.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/observe/check-suppress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const struct check_frame frames[] = {
        {"aab", "a.c", 1}, {"b", "src/b.c", 2}, {"b", "b.c", 2}, {"notmain", "", 0}};
    struct suppressions s = {0};

    if (suppress_parse(&s, "f", (const char *)data, nbytes) < 0 && strncmp(s.why, "f:", 2) != 0)
        abort();
    for (size_t n = 0; n <= 4; n++)
        suppress_match(&s, "no-barrier", "GPIO.SET0", frames, n);
    suppress_free(&s);
    return 0;
}
