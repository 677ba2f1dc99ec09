/* gpio-int.c - events on pins and the interrupts they raise (BCM2835 ARM Peripherals p. 96-99). */
#include "internal.h"

/* 2019 programs bring their own, with other types. */
#if LIBPI_YEAR >= 2020

enum {
    GPEDS0 = 0x20200040,
    GPREN0 = 0x2020004C,
    GPFEN0 = 0x20200058,
    GPHEN0 = 0x20200064,
    GPLEN0 = 0x20200070,
    GPAREN0 = 0x2020007C,
    GPAFEN0 = 0x20200088,
    IRQ_PENDING_2 = 0x2000B208, /* p. 115 */
    IRQ_ENABLE_2 = 0x2000B214,  /* p. 117: bits 0-31 are IRQ 32-63 */
};

static int legal(unsigned pin)
{
#if LIBPI_YEAR >= 2025
    if (pin > GPIO_MAX_PIN)
        gpio_panic("illegal pin=%d\n", pin);
#endif
    return pin <= GPIO_MAX_PIN;
}

static unsigned irq_of(unsigned pin)
{
    if (pin < 28)
        return GPIO_INT0;
    return pin < 46 ? GPIO_INT1 : GPIO_INT2;
}

static void detect(unsigned first, unsigned pin)
{
    if (!legal(pin))
        return;
    unsigned reg = first + pin / 32 * 4;
    dev_barrier();
    PUT32(reg, GET32(reg) | 1u << pin % 32);
    /* The interrupt controller is another device; zeros in its enable registers change nothing. */
    dev_barrier();
    PUT32(IRQ_ENABLE_2, 1u << (irq_of(pin) - 32));
    dev_barrier();
}

LIBPI_WEAK void gpio_int_rising_edge(unsigned pin)
{
    detect(GPREN0, pin);
}

LIBPI_WEAK void gpio_int_falling_edge(unsigned pin)
{
    detect(GPFEN0, pin);
}

LIBPI_WEAK void gpio_enable_hi_int(unsigned pin)
{
    detect(GPHEN0, pin);
}

LIBPI_WEAK void gpio_int_low(unsigned pin)
{
    detect(GPLEN0, pin);
}

LIBPI_WEAK void gpio_int_async_rising_edge(unsigned pin)
{
    detect(GPAREN0, pin);
}

LIBPI_WEAK void gpio_int_async_falling_edge(unsigned pin)
{
    detect(GPAFEN0, pin);
}

static int seen(unsigned reg, unsigned bit)
{
    dev_barrier();
    int v = GET32(reg) >> bit & 1;
    dev_barrier();
    return v;
}

LIBPI_WEAK int is_gpio_int(unsigned gpio_int)
{
    demand(gpio_int >= GPIO_INT0 && gpio_int <= GPIO_INT3, "no interrupt of the pins: %d",
           gpio_int);
    return seen(IRQ_PENDING_2, gpio_int - 32);
}

LIBPI_WEAK int gpio_has_interrupt(void)
{
    return is_gpio_int(GPIO_INT0);
}

LIBPI_WEAK int gpio_event_detected(unsigned pin)
{
    return legal(pin) ? seen(GPEDS0 + pin / 32 * 4, pin % 32) : 0;
}

LIBPI_WEAK void gpio_event_clear(unsigned pin)
{
    if (!legal(pin))
        return;
    dev_barrier();
    PUT32(GPEDS0 + pin / 32 * 4, 1u << pin % 32);
    dev_barrier();
}

#endif
