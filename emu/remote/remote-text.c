/* What the remote backend has to say to a person. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emu/core/regs.h"
#include "emu/remote/remote.h"

/* "; the last operation was write GPIO.SET0 (0x2020001c) = 0x100000 (number 12)" */
static const char *last_operation(const struct link *l, char *buf, size_t nbytes)
{
    static const char *const verbs[] = {
        [OP_GET] = "read",  [OP_PUT] = "write",    [OP_POLL] = "read",   [OP_DELAY] = "delay",
        [OP_ARM] = "watch", [OP_DISARM] = "watch", [OP_STORE] = "store", [OP_LOAD] = "load"};
    const struct link_op *op = &l->last;
    char name[REG_NAME_MAX];

    *buf = 0;
    if (!l->executed)
        return buf;
    if (op->kind == OP_PUT)
        snprintf(buf, nbytes,
                 "; the last operation was write 0x%08x = 0x%x (%s, number %" PRIu64 ")", op->addr,
                 op->value, reg_name(op->addr, name, sizeof name), l->executed);
    else if (op->kind == OP_GET || op->kind == OP_POLL)
        snprintf(buf, nbytes,
                 "; the last operation was read 0x%08x = 0x%x (%s, number %" PRIu64 ")", op->addr,
                 op->slot < DICT_SLOTS ? l->encoder.dict.slot[op->slot].read : 0,
                 reg_name(op->addr, name, sizeof name), l->executed);
    else
        snprintf(buf, nbytes, "; the last operation was a %s (number %" PRIu64 ")", verbs[op->kind],
                 l->executed);
    return buf;
}

static const char *what_happened(int error)
{
    switch (error) {
    case LINK_SILENT:
        return "the Pi does not answer: nothing came back; is the device loop running there? "
               "(start "
               "with my-install -exec, or --pi; else check power, wiring, SD card)";
    case LINK_GARBAGE:
        return "the Pi does not answer: bytes came back, none of them from a device loop (another "
               "program running there? wrong baud or wiring?)";
    case LINK_GONE:
        return "the line is gone (unplugged?)";
    case LINK_CONFUSED:
        return "the device loop did not understand a request: is another program using the same "
               "line?";
    case LINK_BOOT_LOADER:
        return "a boot loader is there, not the device loop: start with my-install -exec, or --pi";
    case LINK_REBOOTED:
        return "the Pi rebooted in the middle of the run (power? watchdog?)";
    default:
        return "the Pi stopped answering (hung, powered off, or the line cut)";
    }
}

const char *remote_error_text(const struct remote *r, int error, char *buf, size_t nbytes)
{
    char after[160];

    if (error == LINK_VERSION)
        snprintf(buf, nbytes,
                 "%s: the device loop there speaks version %u, this program version %d: "
                 "boot the loop that came with it (my-install -exec, or --pi)",
                 r->name, r->link.version, (int)WIRE_VERSION);
    else
        snprintf(buf, nbytes, "%s: %s%s", r->name, what_happened(error),
                 last_operation(&r->link, after, sizeof after));
    return buf;
}

const char *remote_stats_text(const struct remote *r, char *buf, size_t nbytes)
{
    const struct link_stats *l = &r->link.stats;
    const struct remote_stats *s = &r->stats;
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"reads by the program", s->reads},
        {"  answered from shadow registers", s->shadowed},
        {"  answered from wait loops on the Pi", s->fused},
        {"  sent as the start of a wait loop", s->polls},
        {"writes by the program", s->writes},
        {"  left out to keep the line alive", s->not_sent},
        {"delays executed on the Pi", s->delays},
        {"interrupts reported by the Pi", s->events},
        {"operations sent", l->ops},
        {"frames sent", l->frames},
        {"  sent again", l->repeats},
        {"round trips waited for", l->round_trips},
        {"bytes to the Pi", l->down_bytes},
        {"bytes from the Pi", l->up_bytes},
        {"damage seen here", l->damage},
        {"damage seen on the Pi", s->pi_damage},
        {"bytes the Pi lost to overruns", s->pi_overruns},
        {"accesses performed on the Pi", s->pi_accesses},
        {"  repeated by wait loops", s->pi_repeated},
        {"baud", r->link.baud},
    };
    size_t used = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && used < nbytes; i++)
        used += (size_t)snprintf(buf + used, nbytes - used, "  %-36s %12" PRIu64 "\n", rows[i].name,
                                 rows[i].value);
    return buf;
}
