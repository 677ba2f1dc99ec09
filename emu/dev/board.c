/* The modelled devices together; see board.h. */
#include "emu/dev/board.h"

#include <stddef.h>

enum {
    ARM_PAGE = 0x2000b000,
    PL011_TXD = 14,
    PL011_RXD = 15,
    BLOCK = 0x200, /* bytes between the blocks of that page, as far as they are modelled */
};

/* Who answers in the page that interrupt controller and ARM timer share, or null. */
static const struct bus_target *arm_block(const struct dev_board *d, uint32_t addr)
{
    switch (addr & ~(BLOCK - 1u)) {
    case DEV_INTERRUPTS_BASE:
        return &d->interrupts.target;
    case DEV_ARM_TIMER_BASE:
        return &d->arm_timer.target;
    case DEV_MAILBOX_BASE & ~(BLOCK - 1u):
        return &d->mailbox.target;
    default:
        return NULL;
    }
}

static int arm_mmio_read(void *self, struct bus_access *a)
{
    const struct bus_target *t = arm_block(self, a->addr);

    return t ? t->read(t->self, a) : BUS_UNMODELLED;
}

static int arm_mmio_write(void *self, const struct bus_access *a)
{
    const struct bus_target *t = arm_block(self, a->addr);

    return t ? t->write(t->self, a) : BUS_UNMODELLED;
}

typedef void line_set(void *self, unsigned number, int level);

/* A line that nobody listens to is down at the controller. */
static line_set *end_of(struct dev_interrupts *c, unsigned number)
{
    if (dev_interrupts_listens(c, number))
        return dev_interrupts_set;
    dev_interrupts_set(c, number, 0);
    return NULL;
}

/* Lines of devices that count time are connected while the program listens to them, so that no
 * alarm rings that nobody would hear. */
static void enables_changed(void *self)
{
    struct dev_board *d = self;
    struct dev_interrupts *c = &d->interrupts;

    for (unsigned i = 0; i < 4; i++)
        dev_system_timer_connect(&d->system_timer, i, c, end_of(c, IRQ_SYSTEM_TIMER0 + i));
    dev_arm_timer_connect(&d->arm_timer, c, end_of(c, IRQ_ARM_TIMER));
}

/* All BSCs drive one line. */
static void i2c_changed(void *self, unsigned number, int level)
{
    struct dev_board *d = self;

    (void)level;
    dev_interrupts_set(&d->interrupts, number, d->bsc[0].irq.level | d->bsc[1].irq.level);
}

/* The mini-UART and the two masters beside it drive one line. */
static void aux_changed(void *self, unsigned number, int level)
{
    struct dev_board *d = self;

    (void)level;
    dev_interrupts_set(&d->interrupts, number,
                       d->mini_uart.irq.level | d->spi1[0].irq.level | d->spi1[1].irq.level);
}

static void connect_serial_lines(struct dev_board *d)
{
    struct dev_interrupts *c = &d->interrupts;

    irq_connect(&d->spi0.irq, c, dev_interrupts_set);
    for (unsigned i = 0; i < 2; i++)
        irq_connect(&d->spi1[i].irq, d, aux_changed);
    irq_connect(&d->pcm.irq, c, dev_interrupts_set);
    for (unsigned i = 0; i < 2; i++)
        irq_connect(&d->bsc[i].irq, d, i2c_changed);
    for (unsigned i = 0; i < DEV_DMA_LINES; i++)
        irq_connect(&d->dma.irq[i], c, dev_interrupts_set);
    dev_dma_connect(&d->dma, &d->spi0.dreq_tx);
    dev_dma_connect(&d->dma, &d->spi0.dreq_rx);
    dev_dma_connect(&d->dma, &d->pcm.dreq_tx);
    dev_dma_connect(&d->dma, &d->pcm.dreq_rx);
    dev_dma_connect(&d->dma, &d->pwm.dreq);
    dev_dma_connect(&d->dma, &d->emmc.dreq);
    dev_dma_connect(&d->dma, &d->pl011.dreq_tx);
    dev_dma_connect(&d->dma, &d->pl011.dreq_rx);
}

static uint32_t pwm_hz(void *clocks)
{
    return dev_clocks_hz(clocks, CLOCKS_PWM);
}

static uint32_t pcm_hz(void *clocks)
{
    return dev_clocks_hz(clocks, CLOCKS_PCM);
}

static void clock_changed(void *self, enum dev_clocks_output which)
{
    struct dev_board *d = self;

    if (which == CLOCKS_PWM)
        dev_pwm_rate_changed(&d->pwm);
    if (which == CLOCKS_PCM)
        dev_pcm_rate_changed(&d->pcm);
}

/* What moves words on its own. */
static void init_serial(struct dev_board *d, const struct dev_board_outside *o, struct bus *b)
{
    dev_spi0_init(&d->spi0, o->clock, &d->gpio);
    for (unsigned i = 0; i < 2; i++) {
        dev_spi1_init(&d->spi1[i], i, o->clock, &d->gpio);
        d->mini_uart.spi[i] = &d->spi1[i];
    }
    for (unsigned i = 0; i < 2; i++)
        dev_bsc_init(&d->bsc[i], i, o->clock, &d->gpio);
    dev_pwm_init(&d->pwm, o->clock, &d->clocks, pwm_hz);
    dev_pcm_init(&d->pcm, o->clock, &d->clocks, pcm_hz);
    d->clocks.self = d;
    d->clocks.changed = clock_changed;
    dev_dma_init(&d->dma, o->clock, b, &o->memory);
    connect_serial_lines(d);
    dev_spi0_map(&d->spi0, b);
    for (unsigned i = 0; i < 2; i++)
        dev_bsc_map(&d->bsc[i], b);
    dev_pwm_map(&d->pwm, b);
    dev_pcm_map(&d->pcm, b);
    dev_dma_map(&d->dma, b);
}

static void connect_lines(struct dev_board *d)
{
    struct dev_interrupts *c = &d->interrupts;

    for (unsigned i = 0; i < 4; i++)
        irq_connect(&d->gpio.irq[i], c, dev_interrupts_set);
    irq_connect(&d->mini_uart.irq, d, aux_changed);
    irq_connect(&d->pl011.irq, c, dev_interrupts_set);
    irq_connect(&d->rng.irq, c, dev_interrupts_set);
    irq_connect(&d->mailbox.irq, c, dev_interrupts_set);
    irq_connect(&d->emmc.irq, c, dev_interrupts_set);
    c->self = d;
    c->enables_changed = enables_changed;
}

/* Pins 14 and 15 are where the console is: with ALT0 they are the PL011's. */
static int pl011_has_pin(const struct dev_board *d, unsigned pin)
{
    return d->pins_elsewhere || dev_gpio_function(&d->gpio, pin) == GPIO_FSEL_ALT0;
}

static unsigned pl011_waiting(void *self)
{
    struct dev_board *d = self;

    if (!d->console.waiting || !pl011_has_pin(d, PL011_RXD))
        return 0;
    return d->console.waiting(d->console.self);
}

static uint8_t pl011_get(void *self)
{
    struct dev_board *d = self;

    return d->console.get(d->console.self);
}

static void pl011_put(void *self, uint8_t byte)
{
    struct dev_board *d = self;

    if (d->console.put && pl011_has_pin(d, PL011_TXD))
        d->console.put(d->console.self, byte);
}

static void pl011_vain(void *self, uint32_t times)
{
    struct dev_board *d = self;

    if (d->console.polled_in_vain && pl011_has_pin(d, PL011_RXD))
        d->console.polled_in_vain(d->console.self, times);
}

static void set_uart_clock(void *self, uint32_t hz)
{
    dev_pl011_set_clock(self, hz);
}

static void init_pl011(struct dev_board *d, const struct dev_board_outside *o)
{
    const struct dev_console console = {.self = d,
                                        .waiting = pl011_waiting,
                                        .get = pl011_get,
                                        .put = pl011_put,
                                        .polled_in_vain = pl011_vain};

    d->console = o->console;
    d->pins_elsewhere = o->pins_elsewhere;
    dev_pl011_init(&d->pl011, o->clock, &console);
    d->mailbox.firmware.self = &d->pl011;
    d->mailbox.firmware.uart_clock = set_uart_clock;
}

void dev_board_init(struct dev_board *d, const struct dev_board_outside *o, struct bus *b)
{
    dev_interrupts_init(&d->interrupts);
    dev_arm_timer_init(&d->arm_timer, o->clock);
    dev_gpio_init(&d->gpio);
    dev_system_timer_init(&d->system_timer, o->clock);
    dev_mini_uart_init(&d->mini_uart, o->clock, &o->console);
    dev_mailbox_init(&d->mailbox, o->clock, &o->memory);
    init_pl011(d, o);
    dev_clocks_init(&d->clocks, o->clock);
    dev_rng_init(&d->rng, o->clock, 0);
    dev_pm_init(&d->pm, o->clock, o->self, o->reset);
    d->pm.counting = o->counting;
    dev_emmc_init(&d->emmc, o->clock, &o->sd);
    connect_lines(d);
    d->arm = (struct bus_target){
        .name = "ARM control", .self = d, .read = arm_mmio_read, .write = arm_mmio_write};
    bus_map(b, ARM_PAGE, BUS_PAGE, &d->arm);
    dev_gpio_map(&d->gpio, b);
    dev_system_timer_map(&d->system_timer, b);
    dev_mini_uart_map(&d->mini_uart, b);
    dev_pm_map(&d->pm, b);
    dev_pl011_map(&d->pl011, b);
    dev_clocks_map(&d->clocks, b);
    dev_rng_map(&d->rng, b);
    dev_emmc_map(&d->emmc, b);
    init_serial(d, o, b);
    dev_alt_init(&d->alt, o->clock, &d->gpio, &d->mini_uart, &d->pl011, &d->pwm, &d->clocks);
}

void dev_board_after_boot(struct dev_board *d)
{
    dev_gpio_after_boot(&d->gpio);
    dev_mini_uart_after_boot(&d->mini_uart);
}

static uint64_t sooner(uint64_t next, const struct clock_alarm *a)
{
    return a->set && a->at_ns < next ? a->at_ns : next;
}

/* A word moved, or the end of a transfer: an interrupt may follow, or data that is waited for. */
static uint64_t next_serial(const struct dev_board *d, uint64_t next)
{
    next = sooner(next, &d->alt.alarm);
    next = sooner(next, &d->spi0.alarm);
    for (unsigned i = 0; i < 2; i++) {
        next = sooner(next, &d->bsc[i].alarm);
        next = sooner(next, &d->spi1[i].alarm);
    }
    for (unsigned i = 0; i < DEV_PWM_CHANNELS; i++)
        next = sooner(next, &d->pwm.alarm[i]);
    next = sooner(next, &d->pcm.alarm);
    for (unsigned i = 0; i < DEV_DMA_CHANNELS; i++)
        next = sooner(next, &d->dma.channel[i].alarm);
    return next;
}

uint64_t dev_board_next_irq(const struct dev_board *d)
{
    uint64_t next = CLOCK_NEVER;

    if (dev_interrupts_listens(&d->interrupts, IRQ_EMMC))
        next = dev_emmc_next(&d->emmc);
    next = next_serial(d, next);
    if (d->system_timer.alarm.set && d->system_timer.alarm.at_ns < next)
        next = d->system_timer.alarm.at_ns;
    if (d->arm_timer.alarm.set && d->arm_timer.alarm.at_ns < next)
        next = d->arm_timer.alarm.at_ns;
    next = sooner(next, &d->mini_uart.alarm);
    next = sooner(next, &d->pl011.alarm);
    next = sooner(next, &d->mailbox.alarm);
    if (dev_interrupts_listens(&d->interrupts, IRQ_RNG))
        next = sooner(next, &d->rng.alarm);
    return next;
}

int dev_board_wants_input(const struct dev_board *d)
{
    const struct dev_interrupts *c = &d->interrupts;

    return (dev_mini_uart_wants_input(&d->mini_uart) && dev_interrupts_listens(c, IRQ_AUX)) ||
           (dev_pl011_wants_input(&d->pl011) && dev_interrupts_listens(c, IRQ_PL011));
}

void dev_board_poll(struct dev_board *d)
{
    dev_mini_uart_poll(&d->mini_uart);
    dev_pl011_poll(&d->pl011);
}
