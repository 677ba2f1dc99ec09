/* breakpoint.c - two of the six breakpoints (ARM1176 TRM 13.3): number 0 stops at an address,
 * number 1 at any other, in user mode only. Each is a prefetch abort before the instruction runs. A
 * laptop has no such registers: there a program that calls them does not link. */
#ifdef __arm__

#include "breakpoint.h"
#include "asm-helpers.h"
#include "internal.h"

/* clang-format off */
cp_asm(status_control, p14, 0, c0, c1, 0)
cp_asm(value0, p14, 0, c0, c0, 4)
cp_asm(control0, p14, 0, c0, c0, 5)
cp_asm(value1, p14, 0, c0, c1, 4)
cp_asm(control1, p14, 0, c0, c1, 5)
cp_asm_get(fault_status, p15, 0, c5, c0, 1)
    /* clang-format on */

    enum {
        MONITOR_ENABLE = 1 << 15, /* 13.3.3 */
        ENTRY_SHIFT = 2,
        ENTRY_BITS = 15,
        ENTRY_BREAKPOINT = 1,
        ENABLE = 1 << 0, /* 13.3.8 */
        USER = 2 << 1,
        EITHER = 3 << 1,
        ALL_BYTES = 15 << 5,
        MISMATCH = 1 << 22,
        FAULT_DEBUG = 2, /* 3.2.18: bits 10 and 3-0 */
        FAULT_BITS = 1 << 10 | 15,
    };

static void monitor(void)
{
    status_control_set(status_control_get() | MONITOR_ENABLE);
}

LIBPI_WEAK void brkpt_mismatch_start(void)
{
    monitor();
    brkpt_mismatch_set(0);
}

LIBPI_WEAK void brkpt_mismatch_stop(void)
{
    control1_set(0);
}

LIBPI_WEAK void brkpt_mismatch_set(uint32_t addr)
{
    /* Off while the address changes. */
    control1_set(0);
    value1_set(addr & ~3u);
    control1_set(MISMATCH | ALL_BYTES | USER | ENABLE);
}

LIBPI_WEAK void brkpt_match_init(void)
{
    monitor();
    control0_set(0);
}

LIBPI_WEAK void brkpt_match_set(uint32_t addr)
{
    control0_set(0);
    value0_set(addr & ~3u);
    control0_set(ALL_BYTES | EITHER | ENABLE);
}

LIBPI_WEAK uint32_t brkpt_match_get(void)
{
    return value0_get();
}

LIBPI_WEAK void brkpt_match_stop(void)
{
    control0_set(0);
}

LIBPI_WEAK int brkpt_fault_p(void)
{
    return (fault_status_get() & FAULT_BITS) == FAULT_DEBUG &&
           (status_control_get() >> ENTRY_SHIFT & ENTRY_BITS) == ENTRY_BREAKPOINT;
}

LIBPI_WEAK int brkpt_match_fault_p(void)
{
    return brkpt_fault_p();
}

#endif
