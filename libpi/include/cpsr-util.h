/* cpsr-util.h - reading and building program status values (DDI 0100I A2-11). */
#ifndef CPSR_UTIL_H
#define CPSR_UTIL_H

#include "asm-helpers.h"
#include "bit-support.h"
#include "rpi-constants.h"
#include "rpi-inline-asm.h"
#include "rpi-interrupts.h"

static inline int mode_legal(unsigned mode)
{
    switch (mode) {
    case USER_MODE:
    case FIQ_MODE:
    case IRQ_MODE:
    case SUPER_MODE:
    case ABORT_MODE:
    case UNDEF_MODE:
    case SYS_MODE:
        return 1;
    default:
        panic("illegal mode: %x [bits=%b]\n", mode, mode);
    }
}

/* The mode bits; panics when they name no mode. */
static inline uint32_t mode_get(uint32_t cpsr)
{
    uint32_t mode = bits_get(cpsr, 0, 4);
    mode_legal(mode);
    return mode;
}

static inline uint32_t mode_set(uint32_t cpsr, unsigned mode)
{
    mode_legal(mode);
    return bits_clr(cpsr, 0, 4) | mode;
}

static inline const char *mode_str(uint32_t cpsr)
{
    switch (mode_get(cpsr)) {
    case USER_MODE:
        return "USER MODE";
    case FIQ_MODE:
        return "FIQ MODE";
    case IRQ_MODE:
        return "IRQ MODE";
    case SUPER_MODE:
        return "SUPER MODE";
    case ABORT_MODE:
        return "ABORT MODE";
    case UNDEF_MODE:
        return "UNDEF MODE";
    default:
        return "SYS MODE";
    }
}

/* The four condition flags cleared, not the carry alone. */
static inline uint32_t cpsr_clear_carry(uint32_t cpsr)
{
    return bits_clr(cpsr, 28, 31);
}

/* cpsr in another mode, flags cleared. */
static inline uint32_t cpsr_inherit(uint32_t mode, uint32_t cpsr)
{
    return mode_set(cpsr_clear_carry(cpsr), mode);
}

static inline uint32_t int_enabled_p(uint32_t cpsr)
{
    return bit_is_off(cpsr, 7);
}

static inline uint32_t interrupts_on_p(void)
{
    return int_enabled_p(cpsr_get());
}

static inline int mode_eq(uint32_t mode)
{
    return mode_get(cpsr_get()) == mode;
}

static inline int mode_is_super(void)
{
    return mode_eq(SUPER_MODE);
}

static inline int mode_is_user(void)
{
    return mode_eq(USER_MODE);
}

/* The saved status of an exception mode; a laptop has none, and these do not link there. */
#ifdef __arm__
static inline uint32_t spsr_get(void)
{
    uint32_t spsr;
    __asm__ volatile("mrs %0, spsr" : "=r"(spsr));
    return spsr;
}

static inline void spsr_set(uint32_t spsr)
{
    __asm__ volatile("msr spsr, %0" ::"r"(spsr));
    prefetch_flush();
    assert(spsr == spsr_get());
}
#else
uint32_t spsr_get(void);
void spsr_set(uint32_t spsr);
#endif

#endif
