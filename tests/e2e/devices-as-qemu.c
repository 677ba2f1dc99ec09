/* Prints what the device registers hold and do, as far as QEMU's raspi0 models them: GPIO functions
 * and output levels, system timer, mini-UART status, PM. Times are compared, never printed. */
#include "rpi.h"

enum {
    FSEL = 0x20200000,
    SET = 0x2020001c,
    CLR = 0x20200028,
    LEV = 0x20200034,
    TIMER_CS = 0x20003000,
    TIMER_LO = 0x20003004,
    TIMER_HI = 0x20003008,
    TIMER_C0 = 0x2000300c,
    AUX_IRQ = 0x20215000,
    AUX_ENABLES = 0x20215004,
    MU_IER = 0x20215044,
    MU_LSR = 0x20215054,
    MU_CNTL = 0x20215060,
    MU_STAT = 0x20215064,
    PM_RSTC = 0x2010001c,
    PM_RSTS = 0x20100020,
};

/* QEMU's UART sends in no time: what was printed before is to be gone. */
static void show(const char *what, unsigned addr)
{
    uart_flush_tx();
    printk("%s %x = %x\n", what, addr, GET32(addr));
}

/* Pins 10-19 are left alone: the console is among them. */
static void functions(void)
{
    for (unsigned n = 0; n < 6; n++) {
        show("function", FSEL + 4 * n);
        if (n == 1)
            continue;
        PUT32(FSEL + 4 * n, 0xffffffff);
        show("ones", FSEL + 4 * n);
        PUT32(FSEL + 4 * n, 0x12345678);
        show("mixed", FSEL + 4 * n);
        PUT32(FSEL + 4 * n, 0x09249249); /* all outputs */
    }
}

/* Without the console's pin 14: QEMU's UART does not drive it. */
static void show_levels(const char *what)
{
    printk("%s %x = %x\n", what, LEV, GET32(LEV) & ~(1u << 14));
}

static void outputs(void)
{
    for (unsigned pin = 0; pin < 54; pin++) {
        unsigned bank = pin / 32 * 4, bit = 1u << (pin % 32), high;

        if (pin >= 10 && pin < 20)
            continue;
        PUT32(SET + bank, bit);
        PUT32(SET + bank, 0);
        high = GET32(LEV + bank) & bit;
        PUT32(CLR + bank, bit);
        printk("pin %d: %x %x\n", pin, high, GET32(LEV + bank) & bit);
    }
    PUT32(SET, 0x0ff00000);
    show_levels("eight set");
    PUT32(CLR, 0x00f00000);
    show_levels("four cleared");
    show("set reads", SET);
    show("clr reads", CLR);
}

static void timer(void)
{
    unsigned start;

    for (unsigned i = 0; i < 4; i++) {
        PUT32(TIMER_C0 + 4 * i, 0x71111111 + i);
        show("compare", TIMER_C0 + 4 * i);
    }
    PUT32(TIMER_CS, 0xf);
    show("none matched", TIMER_CS);
    start = GET32(TIMER_LO);
    PUT32(TIMER_C0 + 4, start + 20000);
    printk("early: %x\n", GET32(TIMER_CS));
    while (GET32(TIMER_LO) - start < 21000)
        ;
    show("matched", TIMER_CS);
    PUT32(TIMER_CS, 0xd);
    show("not cleared", TIMER_CS);
    PUT32(TIMER_CS, 2);
    show("cleared", TIMER_CS);
    show("high word", TIMER_HI);
}

static void mini_uart(void)
{
    show("enables", AUX_ENABLES);
    show("status", MU_LSR);
    show("control", MU_CNTL);
    show("extra status", MU_STAT);
    PUT32(MU_IER, 2);
    show("transmit interrupt", AUX_IRQ);
    PUT32(MU_IER, 1);
    show("receive interrupt", AUX_IRQ);
    PUT32(MU_IER, 0);
    show("no interrupt", AUX_IRQ);
}

static void pm(void)
{
    show("rstc", PM_RSTC);
    show("rsts", PM_RSTS);
    PUT32(PM_RSTS, 0x20);
    PUT32(PM_RSTC, 0x20);
    show("rsts without password", PM_RSTS);
    PUT32(PM_RSTS, 0x5a000020);
    show("rsts", PM_RSTS);
}

void notmain(void)
{
    functions();
    outputs();
    timer();
    mini_uart();
    pm();
}
