/* Text traces: any bytes are read, or refused with a reason, and what was read is what its own line
 * says again. Links: emu/observe/log-text.c emu/observe/trace.c emu/core/regs.c
 * Links: emu/core/regs-masters.c emu/core/regs-pins.c emu/core/regs-serial.c emu/core/regs-system.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/observe/log-text.h"
#include "emu/observe/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* The line of the record, written and read. */
static void again(const struct log_text *t, const struct log_record *r)
{
    struct log_text other = {.format = t->format};
    char line[TRACE_MAX_LINE + 32];
    struct log_record back;
    size_t n;

    if (!log_text_has(t->format, r))
        abort();
    if (t->format == LOG_TEXT_2019 || t->format == LOG_TEXT_PI) {
        n = log_text_print(t->format, &r->a, line, sizeof line);
    } else {
        n = (size_t)snprintf(line, sizeof line, "TRACE:%llu: ", (unsigned long long)t->number - 1);
        n += trace_line(&r->a, r->result, t->format == LOG_TEXT_ALL, line + n, sizeof line - n) + 1;
    }
    if (log_text_line(&other, line, n - 1, &back) != 1 || back.a.op != r->a.op ||
        back.a.addr != r->a.addr || back.a.value != r->a.value || back.a.width != r->a.width ||
        back.a.origin != r->a.origin || back.result != r->result)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct log_text t = {.format = LOG_TEXT_UNKNOWN};
    char *text = malloc(nbytes + 1); /* exactly, so that a read beyond is seen */
    const char *p = text, *end = text + nbytes;

    if (!text)
        return 0;
    if (nbytes)
        memcpy(text, data, nbytes);
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((newline ? newline : end) - p);
        struct log_record r;
        int rc;

        t.why[0] = 0;
        rc = log_text_line(&t, p, n, &r);
        if (rc < 0 && !t.why[0])
            abort();
        if (rc > 0)
            again(&t, &r);
        p += n + 1;
    }
    free(text);
    return 0;
}
