/* timer-interrupt.c - the ARM timer as a source of interrupts (BCM2835 ARM Peripherals p. 196-199).
 */
#include "timer-interrupt.h"
#include "internal.h"

enum {
    ENABLE_BASIC = 0x2000B218, /* p. 116 */
    BASIC_ARM_TIMER = 1 << 0,
    TIMER_LOAD = 0x2000B400,
    TIMER_CONTROL = 0x2000B408,
};

static void start(unsigned ncycles, unsigned prescale_bits)
{
    dev_barrier();
    PUT32(ENABLE_BASIC, BASIC_ARM_TIMER);
    /* Another device than the interrupt controller. */
    dev_barrier();
    PUT32(TIMER_LOAD, ncycles);
    PUT32(TIMER_CONTROL, RPI_ARMTIMER_CTRL_32BIT | RPI_ARMTIMER_CTRL_ENABLE |
                             RPI_ARMTIMER_CTRL_INT_ENABLE | prescale_bits);
    dev_barrier();
}

/* Some programs of 2025 call it as before, under a declaration of their own. */
#if LIBPI_YEAR <= 2025

void timer_interrupt_init(unsigned ncycles);

LIBPI_WEAK void timer_interrupt_init(unsigned ncycles)
{
#if LIBPI_YEAR == 2019
    start(ncycles, RPI_ARMTIMER_CTRL_PRESCALE_256);
#elif LIBPI_YEAR == 2020 && !defined(LIBPI_YEAR_2022)
    start(ncycles, RPI_ARMTIMER_CTRL_PRESCALE_16);
#else
    start(ncycles, RPI_ARMTIMER_CTRL_PRESCALE_1);
#endif
}

#endif

#if LIBPI_YEAR >= 2025

LIBPI_WEAK void timer_init(uint32_t prescale, uint32_t ncycles)
{
    printk("setting up timer interrupts\n");
    switch (prescale) {
    case 1:
        start(ncycles, RPI_ARMTIMER_CTRL_PRESCALE_1);
        break;
    case 16:
        start(ncycles, RPI_ARMTIMER_CTRL_PRESCALE_16);
        break;
    case 256:
        start(ncycles, RPI_ARMTIMER_CTRL_PRESCALE_256);
        break;
    default:
        panic("illegal prescale=%d\n", (int)prescale);
    }
}

#endif

#if LIBPI_YEAR == 2019
LIBPI_WEAK volatile rpi_arm_timer_t *RPI_GetArmTimer(void)
{
    dev_barrier();
    return (volatile rpi_arm_timer_t *)RPI_ARMTIMER_BASE;
}
#endif
