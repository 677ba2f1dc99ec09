/* tests/unit/access.h - device accesses as a test writes them. */
#ifndef TESTS_UNIT_ACCESS_H
#define TESTS_UNIT_ACCESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "emu/core/bus.h"

static inline int access_try(struct bus *b, enum bus_op op, unsigned width, uint32_t addr,
                             uint32_t *value)
{
    struct bus_access a = {.op = op, .width = (uint8_t)width, .addr = addr, .value = *value};
    int r = bus_perform(b, &a);

    *value = a.value;
    return r;
}

/* Reads and writes that must succeed. */
static inline uint32_t access_get(struct bus *b, uint32_t addr)
{
    uint32_t value = 0xdeadbeef;

    assert_int_equal(access_try(b, BUS_READ, 4, addr, &value), 0);
    return value;
}

static inline void access_put(struct bus *b, uint32_t addr, uint32_t value)
{
    assert_int_equal(access_try(b, BUS_WRITE, 4, addr, &value), 0);
}

#endif
