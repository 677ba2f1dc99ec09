/* Input scripts and VCD files: any bytes are read, or refused with a reason; what was read is in
 * order. Links: emu/parts/timeline.c emu/parts/script.c emu/parts/vcd.c emu/parts/names.c */
#include <stdlib.h>
#include <string.h>

#include "emu/parts/timeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void check(const struct timeline *t, int r)
{
    if (r < 0 && !*t->error)
        abort();
    for (size_t i = 0; i < t->events; i++) {
        if (t->event[i].pin >= PINS || (i && t->event[i].at_ns < t->event[i - 1].at_ns))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct timeline t = {0};
    char *text = malloc(nbytes + 1);

    if (!text)
        return 0;
    if (nbytes)
        memcpy(text, data, nbytes);
    text[nbytes] = 0;
    if (text[0] == '$')
        check(&t, timeline_read_vcd(&t, "fuzz", text, nbytes));
    else
        check(&t, timeline_read_script(&t, "fuzz", text, nbytes));
    free(t.event);
    free(text);
    return 0;
}
