/* gpio.c - functions, levels and pulls of the pins (BCM2835 ARM Peripherals p. 89-102); their
 * interrupts are in gpio-int.c. Barriers are left to the drivers of the other peripherals, which
 * have them before and after their accesses (p. 7). */
#include "internal.h"

enum {
    GPFSEL0 = 0x20200000, /* p. 90: three bits a pin, ten pins a register */
    GPSET0 = 0x2020001C,
    GPCLR0 = 0x20200028,
    GPLEV0 = 0x20200034,
    GPPUD = 0x20200094,
    GPPUDCLK0 = 0x20200098,
};

enum pull { PULL_OFF = 0, PULL_DOWN = 1, PULL_UP = 2 }; /* p. 100 */

/* Each returns 0 or the level, -1 when there is no such pin. */

static int select_function(unsigned pin, unsigned function)
{
    if (pin > GPIO_MAX_PIN || function > 7)
        return -1;
    unsigned reg = GPFSEL0 + pin / 10 * 4;
    unsigned shift = pin % 10 * 3;
    PUT32(reg, (GET32(reg) & ~(7u << shift)) | function << shift);
    return 0;
}

/* first: of a pair of registers with one bit a pin. */
static int touch(unsigned first, unsigned pin)
{
    if (pin > GPIO_MAX_PIN)
        return -1;
    PUT32(first + pin / 32 * 4, 1u << pin % 32);
    return 0;
}

static int level(unsigned pin)
{
    if (pin > GPIO_MAX_PIN)
        return -1;
    return GET32(GPLEV0 + pin / 32 * 4) >> pin % 32 & 1;
}

/* p. 101: the steps and the 150 cycles after each. */
static int set_pull(unsigned pin, unsigned pull)
{
    if (pin > GPIO_MAX_PIN || pull > PULL_UP)
        return -1;
    unsigned clock = GPPUDCLK0 + pin / 32 * 4;
    PUT32(GPPUD, pull);
    delay_cycles(150);
    PUT32(clock, 1u << pin % 32);
    delay_cycles(150);
    PUT32(GPPUD, PULL_OFF);
    PUT32(clock, 0);
    return 0;
}

#if LIBPI_YEAR == 2019

LIBPI_WEAK int gpio_set_function(unsigned pin, unsigned function)
{
    return select_function(pin, function);
}

LIBPI_WEAK unsigned gpio_get_function(unsigned pin)
{
    if (pin > GPIO_MAX_PIN)
        return -1;
    return GET32(GPFSEL0 + pin / 10 * 4) >> pin % 10 * 3 & 7;
}

LIBPI_WEAK int gpio_set_input(unsigned pin)
{
    return gpio_set_function(pin, GPIO_FUNC_INPUT);
}

LIBPI_WEAK int gpio_set_output(unsigned pin)
{
    return gpio_set_function(pin, GPIO_FUNC_OUTPUT);
}

LIBPI_WEAK int gpio_set_on(unsigned pin)
{
    return touch(GPSET0, pin);
}

LIBPI_WEAK int gpio_set_off(unsigned pin)
{
    return touch(GPCLR0, pin);
}

LIBPI_WEAK int gpio_write(unsigned pin, unsigned val)
{
    return val ? gpio_set_on(pin) : gpio_set_off(pin);
}

LIBPI_WEAK unsigned gpio_read(unsigned pin)
{
    return level(pin);
}

LIBPI_WEAK int gpio_set_pud(unsigned pin, unsigned pud)
{
    return set_pull(pin, pud);
}

LIBPI_WEAK int gpio_set_pullup(unsigned pin)
{
    return gpio_set_pud(pin, PULL_UP);
}

LIBPI_WEAK int gpio_set_pulldown(unsigned pin)
{
    return gpio_set_pud(pin, PULL_DOWN);
}

#else

static void check(int result, unsigned pin)
{
#if LIBPI_YEAR >= 2025
    if (result < 0)
        gpio_panic("illegal pin=%d\n", pin);
#else
    (void)result;
    (void)pin;
#endif
}

LIBPI_WEAK void gpio_set_function(unsigned pin, gpio_func_t function)
{
    check(select_function(pin, function), pin);
}

LIBPI_WEAK void gpio_set_input(unsigned pin)
{
    gpio_set_function(pin, GPIO_FUNC_INPUT);
}

LIBPI_WEAK void gpio_set_output(unsigned pin)
{
    gpio_set_function(pin, GPIO_FUNC_OUTPUT);
}

LIBPI_WEAK void gpio_set_on(unsigned pin)
{
    check(touch(GPSET0, pin), pin);
}

LIBPI_WEAK void gpio_set_off(unsigned pin)
{
    check(touch(GPCLR0, pin), pin);
}

LIBPI_WEAK void gpio_write(unsigned pin, unsigned val)
{
    if (val)
        gpio_set_on(pin);
    else
        gpio_set_off(pin);
}

LIBPI_WEAK int gpio_read(unsigned pin)
{
    int v = level(pin);
    check(v, pin);
#if LIBPI_YEAR >= 2023
    v = DEV_VAL32(v);
#endif
    return v;
}

LIBPI_WEAK void gpio_set_pullup(unsigned pin)
{
    check(set_pull(pin, PULL_UP), pin);
}

LIBPI_WEAK void gpio_set_pulldown(unsigned pin)
{
    check(set_pull(pin, PULL_DOWN), pin);
}

LIBPI_WEAK void gpio_pud_off(unsigned pin)
{
    check(set_pull(pin, PULL_OFF), pin);
}

#endif
