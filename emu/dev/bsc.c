/* BSC0 and BSC1, from "BCM2835 ARM Peripherals" ch. 3 (p. 28-37).
 *
 * Bits take their time at the 250 MHz core clock (the manual's "nominally 150 MHz" is not what the
 * Pi runs at). Nobody on the bus means no acknowledge. The clock is stretched by whoever holds
 * SCL's pin low. Not modelled: the data delays (DEL is kept), the levels of the pins, two masters.
 *
 * Registers: C 00, S 04, DLEN 08, A 0C, FIFO 10, DIV 14, DEL 18, CLKT 1C. */
#include "emu/dev/bsc.h"

#include <stddef.h>
#include <string.h>

enum {
    C = 0x00,
    S = 0x04,
    DLEN = 0x08,
    A = 0x0c,
    FIFO = 0x10,
    DIV = 0x14,
    DEL = 0x18,
    CLKT = 0x1c,
};

enum { /* C, p. 29-30 */
       C_READ = 1 << 0,
       C_CLEAR = 3 << 4,
       C_ST = 1 << 7,
       C_INTD = 1 << 8,
       C_INTT = 1 << 9,
       C_INTR = 1 << 10,
       C_I2CEN = 1 << 15,
       C_KEPT = 0x8701,
};

enum { /* S, p. 31-32 */
       S_TA = 1 << 0,
       S_DONE = 1 << 1,
       S_TXW = 1 << 2,
       S_RXR = 1 << 3,
       S_TXD = 1 << 4,
       S_RXD = 1 << 5,
       S_TXE = 1 << 6,
       S_RXF = 1 << 7,
       S_ERR = 1 << 8,
       S_CLKT = 1 << 9,
       S_LATCHED = S_DONE | S_ERR | S_CLKT,
};

enum phase {
    IDLE,
    ADDRESSING, /* start condition, address, acknowledge */
    SENDING,
    RECEIVING,
    WAITING, /* for the program to fill or empty the FIFO */
    HELD,    /* somebody holds SCL low */
};

enum {
    CORE_NS = 4,
    BYTE_BITS = 9,
    START_BITS = 10, /* with the start condition in front */
    DIV_RESET = 0x5dc,
    DEL_RESET = 0x00300030,
    CLKT_RESET = 0x40,
};

uint64_t dev_bsc_bit_ns(const struct dev_bsc *d)
{
    return (uint64_t)(d->s.div ? d->s.div : 0x8000) * CORE_NS; /* 0: p. 34 */
}

static int is_routed(const struct dev_bsc *d)
{
    return dev_gpio_function(d->gpio, d->sda) == GPIO_FSEL_ALT0 &&
           dev_gpio_function(d->gpio, d->scl) == GPIO_FSEL_ALT0;
}

static int is_held(const struct dev_bsc *d)
{
    uint64_t scl = 1ull << d->scl;

    return is_routed(d) && (d->gpio->s.driven & scl) && !(d->gpio->s.outside & scl);
}

/* ---- status ---- */

static uint32_t status(const struct dev_bsc *d)
{
    const struct dev_bsc_state *s = &d->s;
    int writes = s->phase != IDLE && !s->now.read, reads = s->phase != IDLE && s->now.read;
    uint32_t now = s->latched;

    if (s->phase != IDLE)
        now |= S_TA;
    if (writes && s->tx.count < DEV_BSC_FIFO / 4 && s->now.left > s->tx.count)
        now |= S_TXW;
    if (reads && s->rx.count >= DEV_BSC_FIFO * 3 / 4)
        now |= S_RXR;
    if (s->tx.count < DEV_BSC_FIFO)
        now |= S_TXD;
    if (s->rx.count)
        now |= S_RXD;
    if (!s->tx.count)
        now |= S_TXE;
    if (s->rx.count == DEV_BSC_FIFO)
        now |= S_RXF;
    return now;
}

static void drive_line(struct dev_bsc *d)
{
    uint32_t c = d->s.control, s = status(d);

    irq_drive(&d->irq, ((c & C_INTD) && (s & S_DONE)) || ((c & C_INTT) && (s & S_TXW)) ||
                           ((c & C_INTR) && (s & S_RXR)));
}

/* ---- the wire ---- */

static void busy(struct dev_bsc *d, enum phase phase, unsigned bits, uint64_t from_ns)
{
    d->s.phase = (uint8_t)phase;
    clock_alarm_set(d->clock, &d->alarm, from_ns + bits * dev_bsc_bit_ns(d));
}

static void let_part_go(struct dev_bsc *d)
{
    if (d->talks_to && d->talks_to->stop)
        d->talks_to->stop(d->talks_to->self);
    d->talks_to = NULL;
}

/* A stop condition; latched: what went wrong. */
static void end(struct dev_bsc *d, uint16_t latched)
{
    clock_alarm_clear(d->clock, &d->alarm);
    let_part_go(d);
    d->s.phase = IDLE;
    d->s.again = 0;
    d->s.latched |= latched;
}

static void begin_message(struct dev_bsc *d, const struct dev_bsc_message *m, uint64_t from_ns)
{
    d->s.now = *m;
    d->s.again = 0;
    d->s.held_for = 0;
    if (is_held(d))
        busy(d, HELD, 1, from_ns);
    else
        busy(d, ADDRESSING, START_BITS, from_ns);
}

/* The next byte of the message, its end, or a wait for the program. */
static void go_on(struct dev_bsc *d, uint64_t from_ns)
{
    struct dev_bsc_state *s = &d->s;
    struct dev_bsc_message next = s->next;

    if (!s->now.left && s->again) {
        begin_message(d, &next, from_ns);
    } else if (!s->now.left) {
        end(d, S_DONE);
    } else if (s->now.read ? s->rx.count == DEV_BSC_FIFO : !s->tx.count) {
        s->phase = WAITING;
    } else {
        s->now.left--;
        if (!s->now.read)
            s->on_wire = (uint8_t)dev_fifo_pop(&s->tx);
        busy(d, s->now.read ? RECEIVING : SENDING, BYTE_BITS, from_ns);
    }
}

static int addressed(struct dev_bsc *d)
{
    struct i2c_slave *p = is_routed(d) ? d->part : NULL;

    while (p && p->address != d->s.now.address)
        p = p->next;
    if (p != d->talks_to)
        let_part_go(d);
    d->talks_to = p;
    return p && p->start(p->self, d->s.now.read);
}

static void still_held(struct dev_bsc *d, uint64_t now_ns)
{
    uint32_t limit = d->s.clkt & 0xffff; /* 0: none, p. 35 */

    d->s.held_for++;
    if (!is_held(d))
        busy(d, ADDRESSING, START_BITS, now_ns);
    else if (limit && d->s.held_for >= limit)
        end(d, S_DONE | S_CLKT);
    else
        busy(d, HELD, 1, now_ns);
}

static void bits_over(void *self)
{
    struct dev_bsc *d = self;
    struct dev_bsc_state *s = &d->s;
    uint64_t now_ns = d->alarm.at_ns;
    int acknowledged = 1;

    switch ((enum phase)s->phase) {
    case HELD:
        still_held(d, now_ns);
        drive_line(d);
        return;
    case ADDRESSING:
        acknowledged = addressed(d);
        break;
    case SENDING:
        acknowledged = d->talks_to->write(d->talks_to->self, s->on_wire);
        break;
    case RECEIVING:
        dev_fifo_push(&s->rx, DEV_BSC_FIFO, d->talks_to->read(d->talks_to->self));
        break;
    case IDLE: /* no alarm is set */
    case WAITING:
        return;
    }
    if (acknowledged)
        go_on(d, now_ns);
    else
        end(d, S_DONE | S_ERR);
    drive_line(d);
}

/* ---- registers ---- */

/* The FIFO was filled, emptied or cleared. */
static void fifo_changed(struct dev_bsc *d)
{
    if (d->s.phase == WAITING)
        go_on(d, clock_ns(d->clock));
}

/* p. 30: CLEAR comes before ST. While a message is on its way ST asks for a repeated start behind
 * it (p. 36). */
static void write_control(struct dev_bsc *d, uint32_t value)
{
    struct dev_bsc_state *s = &d->s;
    struct dev_bsc_message m = {
        .address = (uint8_t)s->address, .read = value & C_READ, .left = s->dlen};

    s->control = value & C_KEPT;
    if (value & C_CLEAR) {
        dev_fifo_clear(&s->tx);
        dev_fifo_clear(&s->rx);
        fifo_changed(d);
    }
    if (!(value & C_I2CEN)) {
        if (s->phase != IDLE)
            end(d, 0);
    } else if (value & C_ST) {
        s->next = m;
        s->again = s->phase != IDLE;
        if (!s->again)
            begin_message(d, &m, clock_ns(d->clock));
    }
}

/* p. 33: what is left while a message is on its way, and nothing once it is done. */
static uint32_t data_length(const struct dev_bsc *d)
{
    const struct dev_bsc_state *s = &d->s;

    if (s->phase != IDLE)
        return s->now.left + (s->phase == SENDING || s->phase == RECEIVING);
    return s->latched & S_DONE ? 0 : s->dlen;
}

static int bsc_mmio_read(void *self, struct bus_access *a)
{
    struct dev_bsc *d = self;

    switch (a->addr - d->base) {
    case C:
        a->value = d->s.control;
        return 0;
    case S:
        a->value = status(d);
        return 0;
    case DLEN:
        a->value = data_length(d);
        return 0;
    case A:
        a->value = d->s.address;
        return 0;
    case FIFO:
        a->value = dev_fifo_pop(&d->s.rx);
        fifo_changed(d);
        drive_line(d);
        return 0;
    case DIV:
        a->value = d->s.div;
        return 0;
    case DEL:
        a->value = d->s.del;
        return 0;
    case CLKT:
        a->value = d->s.clkt;
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static int bsc_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_bsc *d = self;

    switch (a->addr - d->base) {
    case C:
        write_control(d, a->value);
        break;
    case S: /* p. 31: the latched three are cleared by writing 1 */
        d->s.latched &= (uint16_t) ~(a->value & S_LATCHED);
        break;
    case DLEN:
        d->s.dlen = a->value & 0xffff;
        break;
    case A:
        d->s.address = a->value & 0x7f;
        break;
    case FIFO:
        dev_fifo_push(&d->s.tx, DEV_BSC_FIFO, a->value & 0xff);
        fifo_changed(d);
        break;
    case DIV: /* rounded down to an even number, p. 34 */
        d->s.div = a->value & 0xfffe;
        break;
    case DEL:
        d->s.del = a->value;
        break;
    case CLKT:
        d->s.clkt = a->value & 0xffff;
        break;
    default:
        return BUS_UNMODELLED;
    }
    drive_line(d);
    return 0;
}

/* ---- life ---- */

void dev_bsc_reset(struct dev_bsc *d)
{
    end(d, 0);
    d->s = (struct dev_bsc_state){.div = DIV_RESET, .del = DEL_RESET, .clkt = CLKT_RESET};
    drive_line(d);
}

void dev_bsc_init(struct dev_bsc *d, unsigned n, struct clock *c, const struct dev_gpio *gpio)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = n ? "BSC1" : "BSC0", .self = d, .read = bsc_mmio_read, .write = bsc_mmio_write};
    d->base = n ? DEV_BSC1_BASE : DEV_BSC0_BASE;
    d->sda = n ? 2 : 0;
    d->scl = d->sda + 1;
    d->clock = c;
    d->gpio = gpio;
    d->alarm = (struct clock_alarm){.self = d, .ring = bits_over};
    d->irq.number = IRQ_I2C;
    dev_bsc_reset(d);
}

void dev_bsc_map(struct dev_bsc *d, struct bus *b)
{
    bus_map(b, d->base, BUS_PAGE, &d->target);
}

void dev_bsc_attach(struct dev_bsc *d, struct i2c_slave *part)
{
    struct i2c_slave **tail = &d->part;

    while (*tail)
        tail = &(*tail)->next;
    part->next = NULL;
    *tail = part;
}
