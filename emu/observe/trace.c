/* Device accesses as text; see trace.h. */
#include "emu/observe/trace.h"

#include <inttypes.h>
#include <string.h>

#include "emu/core/regs.h"

int trace_is_course(const struct bus_access *a)
{
    return a->origin == ORIGIN_PROGRAM && a->op != BUS_DELAY_US;
}

size_t trace_text(const struct bus_access *a, char *buf, size_t nbytes)
{
    int n = 0;

    switch (a->op) {
    case BUS_READ:
        n = snprintf(buf, nbytes, "GET%d(0x%" PRIx32 ") = 0x%" PRIx32, 8 * a->width, a->addr,
                     a->value);
        break;
    case BUS_WRITE:
        n = snprintf(buf, nbytes, "PUT%d(0x%" PRIx32 ") = 0x%" PRIx32, 8 * a->width, a->addr,
                     a->value);
        break;
    case BUS_BARRIER:
        n = snprintf(buf, nbytes, "dev_barrier");
        break;
    case BUS_DELAY_US:
        n = snprintf(buf, nbytes, "delaying %" PRIu32 " us", a->value);
        break;
    case BUS_DELAY_CYCLES:
        n = snprintf(buf, nbytes, "delaying %" PRIu32 " cycles", a->value);
        break;
    case BUS_DEV_VAL:
        n = snprintf(buf, nbytes, "DEV_VAL32=0x%" PRIx32, a->value);
        break;
    case BUS_START:
        n = snprintf(buf, nbytes, "calling pi code");
        break;
    }
    return (size_t)n;
}

static const char *result_text(int result)
{
    switch (result) {
    case 0:
        return NULL;
    case BUS_UNMODELLED:
        return "not modelled";
    case BUS_LOST:
        return "lost";
    case BUS_MISALIGNED:
        return "misaligned";
    default:
        return "not a device";
    }
}

/* " # AUX.MU_IO, console": what `all` adds; empty when there is nothing to say. */
static void remark(const struct bus_access *a, int result, char *buf, size_t nbytes)
{
    static const char *const origin[] = {[ORIGIN_CONSOLE] = "console", [ORIGIN_DMA] = "DMA"};
    char name[REG_NAME_MAX];
    const char *parts[] = {
        a->op == BUS_READ || a->op == BUS_WRITE ? reg_name(a->addr, name, sizeof name) : NULL,
        origin[a->origin],
        result_text(result),
    };
    const char *before = " # ";
    size_t n = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i])
            continue;
        n += (size_t)snprintf(buf + n, nbytes - n, "%s%s", before, parts[i]);
        before = ", ";
    }
}

size_t trace_line(const struct bus_access *a, int result, int all, char *buf, size_t nbytes)
{
    size_t n = trace_text(a, buf, nbytes);

    if (all)
        remark(a, result, buf + n, nbytes - n);
    return n + strlen(buf + n);
}

static void trace_saw(void *self, const struct bus_access *a, int result)
{
    struct trace *t = self;
    char text[TRACE_MAX_LINE], line[sizeof text + 32];
    int n;

    if (!t->all && !trace_is_course(a))
        return;
    trace_line(a, result, t->all, text, sizeof text);
    n = snprintf(line, sizeof line, "TRACE:%" PRIu64 ": %s\n", t->number++, text);
    fwrite(line, 1, (size_t)n, t->out);
}

void trace_init(struct trace *t, FILE *out, int all)
{
    *t = (struct trace){.watcher = {.self = t, .saw = trace_saw}, .out = out, .all = all};
}
