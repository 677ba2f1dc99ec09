/* rpi-inline-asm.h - the current program status register and its interrupt bit. */
#ifndef RPI_INLINE_ASM_H
#define RPI_INLINE_ASM_H

#include <stdint.h>

#include "libpi-port.h"
#include "libpi-year.h"

#if LIBPI_YEAR <= 2020
static inline unsigned cpsr_get(void)
#else
static inline uint32_t cpsr_get(void)
#endif
{
#ifdef __arm__
    uint32_t cpsr;
    __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
    return cpsr;
#else
    return libpi_cpsr_get();
#endif
}

static inline void cpsr_set(uint32_t cpsr)
{
#ifdef __arm__
    __asm__ volatile("msr cpsr, %0" ::"r"(cpsr) : "memory", "cc");
#else
    libpi_cpsr_set(cpsr);
#endif
}

/* 1 when interrupts are delivered (the I bit is 0, DDI 0100I A2-11). */
static inline int cpsr_int_enabled(void)
{
    return ((cpsr_get() >> 7) & 1) == 0;
}

/* Both return the status before, for cpsr_int_reset. */
static inline uint32_t cpsr_int_enable(void)
{
    uint32_t cpsr = cpsr_get();
    cpsr_set(cpsr & ~(1u << 7));
    return cpsr;
}

static inline uint32_t cpsr_int_disable(void)
{
    uint32_t cpsr = cpsr_get();
    cpsr_set(cpsr | (1u << 7));
    return cpsr;
}

/* Sets the interrupt bit as it is in cpsr, nothing else; returns the status before. */
static inline uint32_t cpsr_int_reset(uint32_t cpsr)
{
    return (cpsr & (1u << 7)) ? cpsr_int_disable() : cpsr_int_enable();
}

#endif
