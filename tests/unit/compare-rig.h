/* tests/unit/compare-rig.h - runs as a test writes them, compared without files. */
#ifndef TESTS_UNIT_COMPARE_RIG_H
#define TESTS_UNIT_COMPARE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "emu/observe/compare.h"

/* Registers of each sort. */
#define FSEL2 0x20200008u
#define FSEL3 0x2020000cu
#define SET0 0x2020001cu
#define CLR0 0x20200028u
#define CLR1 0x2020002cu
#define LEV0 0x20200034u
#define EDS0 0x20200040u
#define EDS1 0x20200044u
#define PUDCLK0 0x20200098u
#define IBRD 0x20201024u
#define FBRD 0x20201028u
#define DR 0x20201000u
#define ENABLE1 0x2000b210u
#define ENABLE2 0x2000b214u
#define DISABLE1 0x2000b21cu
#define CLO 0x20003004u
#define TIMER_CS 0x20003000u
#define DMA_CS 0x20007000u
#define MAILBOX_WRITE 0x2000b8a0u
#define WDOG 0x20100024u
#define UNKNOWN 0x20990000u
#define SPI_CLK 0x20204008u

/* Records in a table. */
/* clang-format off */
#define P(addr_, value_)                                                                           \
    {.kind = LOG_ACCESS, .a = {.op = BUS_WRITE, .width = 4, .addr = (addr_), .value = (value_)}}
#define G(addr_, value_)                                                                           \
    {.kind = LOG_ACCESS, .a = {.op = BUS_READ, .width = 4, .addr = (addr_), .value = (value_)}}
#define BYTE(addr_, value_)                                                                        \
    {.kind = LOG_ACCESS, .a = {.op = BUS_WRITE, .width = 1, .addr = (addr_), .value = (value_)}}
#define W(op_, value_) {.kind = LOG_ACCESS, .a = {.op = (op_), .value = (value_)}}
#define BARRIER W(BUS_BARRIER, 0)
/* clang-format on */

struct rig_run {
    struct compare_input in; /* first: next is handed it */
    const struct log_record *record;
    size_t n, at;
    int damaged; /* behind the last */
};

static inline int rig_next(struct compare_input *in, struct log_record *r)
{
    struct rig_run *run = (struct rig_run *)in;

    if (run->at == run->n)
        return run->damaged ? -1 : 0;
    *r = run->record[run->at];
    in->at = run->at++;
    return 1;
}

static inline struct rig_run rig_of(const struct log_record *record, size_t n)
{
    return (struct rig_run){.in = {.next = rig_next, .shows = SHOWS_ALL}, .record = record, .n = n};
}

static inline struct log_record rig_access(enum bus_op op, uint32_t addr, uint32_t value)
{
    return (struct log_record){.kind = LOG_ACCESS,
                               .a = {.op = op,
                                     .width = op == BUS_READ || op == BUS_WRITE ? 4 : 0,
                                     .addr = addr,
                                     .value = value}};
}

#define RIG_PUT(addr, value) rig_access(BUS_WRITE, addr, value)
#define RIG_GET(addr, value) rig_access(BUS_READ, addr, value)
#define RIG_BARRIER rig_access(BUS_BARRIER, 0, 0)

static inline enum compare_verdict rig_compare(struct compare *c, struct rig_run *a,
                                               struct rig_run *b)
{
    struct compare_options options = c->options;

    *c = (struct compare){.options = options};
    return compare_run(c, &a->in, &b->in);
}

static inline enum compare_verdict rig_verdict(unsigned rules, const struct log_record *a,
                                               size_t na, const struct log_record *b, size_t nb)
{
    struct rig_run ra = rig_of(a, na), rb = rig_of(b, nb);
    struct compare c = {.options.rules = rules};

    return rig_compare(&c, &ra, &rb);
}

#endif
