/* What drivers do, for the record of accesses: configuration registers read, changed and written;
 * runs of writes; wait loops on a status bit; delays between writes; a register written with what
 * it holds. Prints what it read where that is the same each time. */
#include "rpi.h"

enum {
    FSEL0 = 0x20200000,
    SET0 = 0x2020001C,
    CLR0 = 0x20200028,
    LEV0 = 0x20200034,
    TIMER_CS = 0x20003000,
    TIMER_CLO = 0x20003004,
    TIMER_C1 = 0x20003010,
};

static void set_function(unsigned pin, unsigned function)
{
    unsigned reg = FSEL0 + pin / 10 * 4, shift = pin % 10 * 3, v = GET32(reg);

    PUT32(reg, (v & ~(7u << shift)) | function << shift);
}

/* A compare match comes after us microseconds: more than a write takes to get there. Returns how
 * often the status was looked at. */
static unsigned wait_for_match(unsigned us)
{
    unsigned looks = 0;

    PUT32(TIMER_CS, 2);
    PUT32(TIMER_C1, GET32(TIMER_CLO) + us);
    do
        looks++;
    while (!(GET32(TIMER_CS) & 2));
    PUT32(TIMER_CS, 2);
    return looks;
}

static void toggle(unsigned pin, unsigned n, unsigned us)
{
    for (unsigned i = 0; i < n; i++) {
        PUT32(SET0, 1u << pin);
        delay_us(us);
        PUT32(CLR0, 1u << pin);
        delay_us(us);
    }
}

void notmain(void)
{
    for (unsigned pin = 0; pin < 28; pin++)
        if (pin != 14 && pin != 15)
            set_function(pin, 1);
    for (unsigned i = 0; i < 300; i++)
        PUT32(i * 7 % 13 < 6 ? SET0 : CLR0, 1u << (i * 5 % 8 + 16));
    dev_barrier();
    PUT32(SET0, 1u << 20 | 1u << 21);
    printk("levels %x\n", GET32(LEV0) & 0x300000);
    PUT32(CLR0, 1u << 20);
    printk("levels %x\n", GET32(LEV0) & 0x300000);
    for (unsigned i = 0; i < 6; i++)
        if (!wait_for_match(300000 + 5000 * (i % 2)))
            panic("no look\n");
    toggle(16, 20, 50);
    toggle(17, 3, 5000);
    for (unsigned i = 0; i < 8; i++)
        PUT32(SET0, 1u << 18);
    for (unsigned pin = 0; pin < 28; pin++)
        if (pin != 14 && pin != 15)
            set_function(pin, 0);
    printk("functions %x %x\n", GET32(FSEL0), GET32(FSEL0 + 8));
}
