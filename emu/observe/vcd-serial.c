/* Mini-UART and PL011 by their registers; see vcd-serial.h. "BCM2835 ARM Peripherals" p. 8-19 and
 * 175-195. */
#include "emu/observe/vcd-serial.h"

#include "emu/observe/vcd.h"

enum {
    AUX_ENABLES = 0x20215004,
    MU_IO = 0x20215040,
    MU_IER = 0x20215044,
    MU_IIR = 0x20215048,
    MU_LCR = 0x2021504c,
    MU_LSR = 0x20215054,
    MU_CNTL = 0x20215060,
    MU_STAT = 0x20215064,
    MU_BAUD = 0x20215068,
    MU_FIFO = 8,
    MU_CLOCKS_A_BIT = 8,
    ENABLES_UART = 1,
    IIR_PENDING = 6,
    IIR_RX = 4,
    IIR_CLEAR_TX = 4,
    LCR_8BIT = 3,
    LCR_BREAK = 0x40,
    LCR_DLAB = 0x80,
    CNTL_TX = 2,
    BAUD_AFTER_BOOT = 270,
};

enum {
    DR = 0x20201000,
    FR = 0x20201018,
    IBRD = 0x20201024,
    FBRD = 0x20201028,
    LCRH = 0x2020102c,
    CR = 0x20201030,
    RIS = 0x2020103c,
    MIS = 0x20201040,
    FR_RXFE = 0x10,
    LCRH_BRK = 0x01,
    LCRH_PEN = 0x02,
    LCRH_EPS = 0x04,
    LCRH_STP2 = 0x08,
    LCRH_FEN = 0x10,
    LCRH_SPS = 0x80,
    CR_UARTEN = 0x01,
    CR_LBE = 0x80,
    CR_TXE = 0x100,
    INT_RX_RT = 0x50,
    PL011_FIFO = 16,
};

#define CORE_HZ 250000000ull
#define UARTCLK_HZ 48000000ull
#define NS_A_SECOND 1000000000ull

/* ---- a wire ---- */

/* When bit i begins; rounded as the model of the wire does (emu/dev/serial.c). */
static uint64_t bit_ns(const struct vcd_wire *w, unsigned i)
{
    return w->start_ns + (i * w->symbol_ns + w->nbits - 1) / w->nbits;
}

uint64_t vcd_wire_next(const struct vcd_wire *w)
{
    return w->busy ? bit_ns(w, w->next) : UINT64_MAX;
}

static unsigned parity(const struct vcd_uart *u, unsigned byte)
{
    return u->stick ? !u->even : (unsigned)__builtin_parity(byte) ^ !u->even;
}

/* The next byte that waits goes onto the wire. */
static void begin(struct vcd *v, const struct vcd_uart *u, struct vcd_wire *w, uint64_t now)
{
    unsigned byte;

    if (w->busy || w->held || !w->waiting)
        return;
    byte = w->byte[w->first] & ((1u << u->data_bits) - 1);
    w->first = (w->first + 1) % VCD_WIRE_KEPT;
    w->waiting--;
    w->busy = 1;
    w->start_ns = now;
    w->bits = byte << 1;
    w->nbits = 1 + u->data_bits;
    if (u->parity_bits)
        w->bits |= parity(u, byte) << w->nbits++;
    w->data_end = w->nbits;
    for (unsigned i = 0; i < u->stop_bits; i++)
        w->bits |= 1u << w->nbits++;
    w->symbol_ns = w->nbits * u->bit / u->hz;
    w->next = 1;
    w->ends_ns = bit_ns(w, w->nbits);
    vcd_set(v, w->level, VCD_LOW);
    vcd_set(v, w->text, byte);
}

void vcd_wire_step(struct vcd *v, const struct vcd_uart *u, struct vcd_wire *w)
{
    if (w->next == w->data_end)
        vcd_set(v, w->text, VCD_NO_BYTE);
    if (w->next < w->nbits) {
        vcd_set(v, w->level, w->broken ? VCD_LOW : (w->bits >> w->next) & 1);
        w->next++;
        return;
    }
    w->busy = 0;
    begin(v, u, w, w->ends_ns);
}

static void add(struct vcd *v, const struct vcd_uart *u, struct vcd_wire *w, uint32_t byte)
{
    if (w->waiting == VCD_WIRE_KEPT) {
        w->lost++;
        return;
    }
    w->byte[(w->first + w->waiting++) % VCD_WIRE_KEPT] = (uint8_t)byte;
    begin(v, u, w, v->time);
}

static void hold(struct vcd *v, struct vcd_uart *u, int held)
{
    u->tx.held = held;
    begin(v, u, &u->tx, v->time);
}

static void put_break(struct vcd *v, struct vcd_wire *w, int broken)
{
    if (w->broken == broken)
        return;
    w->broken = broken;
    if (broken)
        vcd_set(v, w->level, VCD_LOW);
    else if (!w->busy)
        vcd_set(v, w->level, VCD_HIGH);
}

/* ---- both UARTs ---- */

/* A byte too many is lost, as on the chip. One that is sent during a break is none. */
static void sent(struct vcd *v, struct vcd_uart *u, uint32_t byte)
{
    if (u->loop || u->tx.broken || (u->tx.waiting >= u->depth && !v->source.timeless))
        return;
    add(v, u, &u->tx, byte);
}

/* A 0 that nobody said was there is what an empty FIFO reads as. */
static void received(struct vcd *v, struct vcd_uart *u, uint32_t byte)
{
    if ((byte || u->seen) && !u->loop)
        add(v, u, &u->rx, byte);
    u->seen = 0;
}

static void init(struct vcd_uart *u, unsigned tx, unsigned tx_text, unsigned depth)
{
    *u = (struct vcd_uart){.depth = depth, .data_bits = 8, .stop_bits = 1, .hz = 1};
    u->tx.level = tx;
    u->rx.level = tx + 1;
    u->tx.text = tx_text;
    u->rx.text = tx_text + 1;
}

/* ---- the mini-UART ---- */

static void set_baud(struct vcd_uart *u, uint32_t baud)
{
    u->baud = baud & 0xffff;
    u->bit = (u->baud + 1ull) * MU_CLOCKS_A_BIT * (NS_A_SECOND / CORE_HZ);
}

void vcd_mini_uart_init(struct vcd_uart *u)
{
    init(u, VCD_UART1_TXD, VCD_UART1_TX, MU_FIFO);
    set_baud(u, BAUD_AFTER_BOOT);
}

static void mini_uart_read(struct vcd *v, struct vcd_uart *u, uint32_t addr, uint32_t value)
{
    if (addr == MU_IO && !u->divisor_access)
        received(v, u, value & 0xff);
    else if (((addr == MU_LSR || addr == MU_STAT) && (value & 1)) ||
             (addr == MU_IIR && (value & IIR_PENDING) == IIR_RX))
        u->seen = 1;
}

static void mini_uart_write(struct vcd *v, struct vcd_uart *u, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case MU_IO:
        if (u->divisor_access)
            set_baud(u, (u->baud & 0xff00) | (value & 0xff));
        else
            sent(v, u, value & 0xff);
        break;
    case MU_IER:
        if (u->divisor_access)
            set_baud(u, (u->baud & 0xff) | (value & 0xff) << 8);
        break;
    case MU_IIR:
        if (value & IIR_CLEAR_TX)
            u->tx.waiting = 0;
        break;
    case MU_LCR:
        u->data_bits = (value & LCR_8BIT) == LCR_8BIT ? 8 : 7;
        u->divisor_access = (value & LCR_DLAB) != 0;
        put_break(v, &u->tx, (value & LCR_BREAK) != 0);
        break;
    case MU_CNTL:
        hold(v, u, !(value & CNTL_TX));
        break;
    case MU_BAUD:
        set_baud(u, value);
        break;
    default:
        break;
    }
}

void vcd_mini_uart_saw(struct vcd *v, const struct bus_access *a)
{
    struct vcd_uart *u = &v->mini;

    if (a->addr == AUX_ENABLES && a->op == BUS_WRITE)
        u->off = !(a->value & ENABLES_UART);
    else if (u->off)
        return;
    else if (a->op == BUS_WRITE)
        mini_uart_write(v, u, a->addr, a->value);
    else
        mini_uart_read(v, u, a->addr, a->value);
}

/* ---- the PL011 ---- */

/* p. 183: a bit is 16 * divisor clocks, the divisor in 64ths. Less than 1 counts as 1. */
static void set_divisor(struct vcd_uart *u)
{
    uint64_t divisor = u->ibrd << 6 | u->fbrd;

    u->bit = (divisor < 64 ? 64 : divisor) * NS_A_SECOND / 4;
}

void vcd_pl011_init(struct vcd_uart *u)
{
    init(u, VCD_UART0_TXD, VCD_UART0_TX, 1);
    u->data_bits = 5;
    u->hz = UARTCLK_HZ;
    set_divisor(u);
    u->tx.held = 1;
}

static void pl011_form(struct vcd *v, struct vcd_uart *u, uint32_t lcrh)
{
    int fifo = (lcrh & LCRH_FEN) != 0;

    u->data_bits = 5 + (lcrh >> 5 & 3);
    u->parity_bits = (lcrh & LCRH_PEN) != 0;
    u->stop_bits = lcrh & LCRH_STP2 ? 2 : 1;
    u->even = (lcrh & LCRH_EPS) != 0;
    u->stick = (lcrh & LCRH_SPS) != 0;
    set_divisor(u);
    if (fifo != u->fifo)
        u->tx.waiting = 0;
    u->fifo = fifo;
    u->depth = fifo ? PL011_FIFO : 1;
    put_break(v, &u->tx, (lcrh & LCRH_BRK) != 0);
}

static void pl011_write(struct vcd *v, struct vcd_uart *u, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case DR:
        sent(v, u, value & 0xff);
        break;
    case IBRD:
        u->ibrd = value & 0xffff;
        break;
    case FBRD:
        u->fbrd = value & 0x3f;
        break;
    case LCRH:
        pl011_form(v, u, value);
        break;
    case CR:
        u->loop = (value & CR_LBE) != 0;
        hold(v, u, (value & (CR_UARTEN | CR_TXE)) != (CR_UARTEN | CR_TXE));
        break;
    default:
        break;
    }
}

void vcd_pl011_saw(struct vcd *v, const struct bus_access *a)
{
    struct vcd_uart *u = &v->pl011;

    if (a->op == BUS_WRITE)
        pl011_write(v, u, a->addr, a->value);
    else if (a->addr == DR)
        received(v, u, a->value & 0xff);
    else if ((a->addr == FR && !(a->value & FR_RXFE)) ||
             ((a->addr == RIS || a->addr == MIS) && (a->value & INT_RX_RT)))
        u->seen = 1;
}
