/* uart-not-set-up: the mini-UART and the PL011 used while they are off, cut off from their pins, or
 * without the half that is needed. The boot loader leaves the mini-UART set up. */
#include "emu/observe/check-internal.h"

enum {
    ENABLES = CHECK_AUX + 0x04,
    MU_FIRST = CHECK_MU_IO,
    MU_LCR = CHECK_AUX + 0x4c,
    MU_CNTL = CHECK_AUX + 0x60,
    MU_BAUD = CHECK_AUX + 0x68,
    ENABLE_UART = 1,
    LCR_8BIT = 3,
    LCR_DLAB = 0x80,
    CNTL_RX = 1,
    CNTL_TX = 2,
    BAUD_115200 = 270,

    UART0_DR = CHECK_UART0 + 0x00,
    UART0_IBRD = CHECK_UART0 + 0x24,
    UART0_LCRH = CHECK_UART0 + 0x2c,
    UART0_CR = CHECK_UART0 + 0x30,
    CR_ENABLE = 1,
    CR_LOOP = 0x80,
    CR_TX = 0x100,
    CR_RX = 0x200,
    CR_RESET = 0x300,
    UART0_HZ = 48000000, /* the fastest its clock is known to be */

    PAGE_ENABLES = 9,
    PAGE_CNTL = 17,
    PAGE_PINS = 102,
    PAGE_CR = 185,
};

/* Pins a UART's signal can come out at, and the function each needs, p. 102. */
struct route {
    uint8_t pin, function;
};

enum { ALT0 = 4, ALT2 = 6, ALT3 = 7, ALT5 = 2, ROUTES = 3 };

static const struct route mini_tx[ROUTES] = {{14, ALT5}, {32, ALT5}, {40, ALT5}};
static const struct route mini_rx[ROUTES] = {{15, ALT5}, {33, ALT5}, {41, ALT5}};
static const struct route pl011_tx[ROUTES] = {{14, ALT0}, {32, ALT3}, {36, ALT2}};
static const struct route pl011_rx[ROUTES] = {{15, ALT0}, {33, ALT3}, {37, ALT2}};

static int routed(const struct check *c, const struct route *r)
{
    for (int i = 0; i < ROUTES; i++) {
        if (check_pin_function(c, r[i].pin) == r[i].function)
            return 1;
    }
    return 0;
}

int check_uart_reachable(const struct check *c)
{
    return c->uart.enables & ENABLE_UART;
}

int check_uart_sends(const struct check *c)
{
    return check_uart_reachable(c) && (c->uart.cntl & CNTL_TX) && !(c->uart.lcr & LCR_DLAB) &&
           routed(c, mini_tx);
}

static void data(struct check *c, const struct bus_access *a)
{
    int write = a->op == BUS_WRITE;

    if (c->uart.lcr & LCR_DLAB)
        return; /* a byte of the baud */
    if (!(c->uart.cntl & (write ? CNTL_TX : CNTL_RX)))
        check_found(c, CHECK_UART, a, PAGE_CNTL,
                    "the mini-UART's %s is off in AUX.MU_CNTL (uart_init)",
                    write ? "transmitter" : "receiver");
    else if (!routed(c, write ? mini_tx : mini_rx))
        check_found(c, CHECK_UART, a, PAGE_PINS,
                    "no pin has the function of the mini-UART's %s (GPIO%d: ALT5)",
                    write ? "transmitter" : "receiver", write ? 14 : 15);
}

static void mini(struct check *c, const struct bus_access *a)
{
    struct check_uart *u = &c->uart;

    if (!check_uart_reachable(c)) {
        check_found(c, CHECK_UART, a, PAGE_ENABLES,
                    "the mini-UART is off in AUX.ENABLES (uart_init)");
        return;
    }
    if (a->addr == CHECK_MU_IO)
        data(c, a);
    if (a->op != BUS_WRITE)
        return;
    if (a->addr == MU_LCR)
        u->lcr = a->value;
    else if (a->addr == MU_CNTL)
        u->cntl = a->value;
    else if (a->addr == MU_BAUD)
        u->baud = a->value & 0xffff;
}

static void pl011(struct check *c, const struct bus_access *a)
{
    struct check_uart *u = &c->uart;
    int write = a->op == BUS_WRITE;
    uint32_t needed = CR_ENABLE | (write ? CR_TX : CR_RX);

    if (a->addr == UART0_DR && (u->cr & needed) != needed)
        check_found(c, CHECK_UART, a, PAGE_CR, "the PL011's %s is off in UART0.CR",
                    write ? "transmitter" : "receiver");
    else if (a->addr == UART0_DR && !(u->cr & CR_LOOP) && !routed(c, write ? pl011_tx : pl011_rx))
        check_found(c, CHECK_UART, a, PAGE_PINS,
                    "no pin has the function of the PL011's %s (GPIO%d: ALT0)",
                    write ? "transmitter" : "receiver", write ? 14 : 15);
    if (a->addr == UART0_CR)
        u->cr = a->value;
    else if (a->addr == UART0_LCRH)
        u->lcrh = a->value;
    else if (a->addr == UART0_IBRD)
        u->ibrd = a->value & 0xffff;
}

void check_uart_saw(struct check *c, const struct bus_access *a)
{
    if (check_same_peripheral(a->addr, CHECK_UART0)) {
        pl011(c, a);
    } else if (a->addr == ENABLES) {
        c->uart.enables = a->value;
    } else if (a->addr >= MU_FIRST && a->addr <= MU_BAUD) {
        mini(c, a);
    } else {
        return;
    }
    check_fifo_open(c);
}

unsigned check_uart_us(const struct check *c)
{
    return 10 * 8 * (c->uart.baud + 1) / 250;
}

unsigned check_pl011_us(const struct check *c)
{
    return 10 * 16 * c->uart.ibrd / (UART0_HZ / 1000000);
}

void check_uart_init(struct check *c)
{
    c->uart = (struct check_uart){.enables = ENABLE_UART,
                                  .cntl = CNTL_RX | CNTL_TX,
                                  .lcr = LCR_8BIT,
                                  .baud = BAUD_115200,
                                  .cr = CR_RESET};
}
