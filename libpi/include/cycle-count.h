/* cycle-count.h - the processor's cycle counter, 700 a microsecond, wraps after 6.1 s
 * (ARM1176 TRM 3.2.51, 3.2.52). */
#ifndef CYCLE_COUNT_H
#define CYCLE_COUNT_H

#include <stdint.h>

#include "demand.h"
#include "libpi-port.h"
#include "libpi-year.h"

static inline void cycle_cnt_init(void)
{
#ifdef __arm__
    uint32_t enable = 1;
    __asm__ volatile("mcr p15, 0, %0, c15, c12, 0" ::"r"(enable));
#else
    libpi_cycles_init();
#endif
}

#if LIBPI_YEAR <= 2023
static inline unsigned cycle_cnt_read(void)
#else
static inline uint32_t cycle_cnt_read(void)
#endif
{
#ifdef __arm__
    uint32_t cycles;
    __asm__ volatile("mrc p15, 0, %0, c15, c12, 1" : "=r"(cycles));
    return cycles;
#else
    return libpi_cycles();
#endif
}

/* Cycles that a statement takes, the counter's own reads included. */
#define TIME_CYC(_fn)                                                                              \
    ({                                                                                             \
        unsigned _start_cyc = cycle_cnt_read();                                                    \
        _fn;                                                                                       \
        unsigned _end_cyc = cycle_cnt_read();                                                      \
        _end_cyc - _start_cyc;                                                                     \
    })

#define TIME_CYC_10(_fn)                                                                           \
    ({                                                                                             \
        unsigned _start_cyc = cycle_cnt_read();                                                    \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        _fn;                                                                                       \
        unsigned _end_cyc = cycle_cnt_read();                                                      \
        _end_cyc - _start_cyc;                                                                     \
    })

#define TIME_CYC_PRINT(_msg, _fn)                                                                  \
    do {                                                                                           \
        unsigned _cyc = TIME_CYC(_fn);                                                             \
        printk("%s: %d cycles <%s>\n", _msg, _cyc, _XSTRING(_fn));                                 \
    } while (0)

#define TIME_CYC_PRINT10(_msg, _fn)                                                                \
    do {                                                                                           \
        unsigned _cyc = TIME_CYC_10(_fn);                                                          \
        printk("%s: %d cycles (x10) <%s>\n", _msg, _cyc, _XSTRING(_fn));                           \
    } while (0)

#endif
