/* Between the parts (emu/parts) and the modelled board (emu/dev); see hookup.h. */
#include "emu/hookup.h"

#include <stdlib.h>

#include "emu/native/native.h"
#include "emu/parts/parts.h"
#include "emu/run.h"

enum {
    GPIO_LEV0 = DEV_GPIO_BASE + 0x34,
    GPIO_LEV1 = DEV_GPIO_BASE + 0x38,
    LOOKS_BEFORE_WAITING = 16, /* reads of the pins in a row, with nothing written */
    WAITS_BEFORE_IDLE = 1 << 16,
    WAITS_AN_IDLE = 1 << 10,
};

static struct parts parts;
static struct dev_board *board;
static void (*idle)(void);
static int open_;

static void pins_state(void *self, struct pins_state *s)
{
    const struct dev_gpio_state *g = &board->gpio.s;

    (void)self;
    *s = (struct pins_state){g->output | g->alt, (g->latch & g->output) | (g->alt_level & g->alt),
                             g->pull_up, g->pull_down};
}

static void pins_drive(void *self, unsigned pin, enum pin_outside to)
{
    static const enum dev_gpio_outside as[] = {
        [OUTSIDE_NOTHING] = GPIO_FLOATING,
        [OUTSIDE_LOW] = GPIO_DRIVEN_LOW,
        [OUTSIDE_HIGH] = GPIO_DRIVEN_HIGH,
    };

    (void)self;
    dev_gpio_drive(&board->gpio, pin, as[to]);
}

static void pins_changed(void *self, uint64_t was, uint64_t now)
{
    (void)self, (void)was, (void)now;
    parts_changed(&parts);
    dev_spi0_pins_changed(&board->spi0);
    for (unsigned i = 0; i < 2; i++)
        dev_spi1_pins_changed(&board->spi1[i]);
}

static void say(void *self, const char *text)
{
    (void)self;
    if (!run.options.quiet)
        run_say("%s", text);
}

static void program_did(void *self, const char *text)
{
    (void)self;
    if (run.options.quiet)
        return;
    console_flush(&run.console);
    native_report(text, NULL, native_pc());
}

static void print(void *self, uint8_t byte)
{
    char c = (char)byte;

    (void)self;
    if (console_write(&run.console, &c, 1))
        run_end(0, 0);
}

static unsigned waiting(void *self)
{
    (void)self;
    return console_waiting(&run.console);
}

static uint8_t get(void *self)
{
    (void)self;
    return (uint8_t)console_take(&run.console);
}

static void behind_spi(void *self, unsigned master, unsigned select, struct spi_slave *s)
{
    (void)self;
    if (master == 0)
        dev_spi0_attach(&board->spi0, select, s);
    else
        dev_spi1_attach(&board->spi1[master - 1], select, s);
}

static void behind_i2c(void *self, unsigned bus, struct i2c_slave *s)
{
    (void)self;
    dev_bsc_attach(&board->bsc[bus], s);
}

/* A program that reads the pins over and over waits for something at them. */
static void saw(void *self, const struct bus_access *a, int result)
{
    static unsigned looks, vain;

    (void)self, (void)result;
    if (a->op == BUS_WRITE) {
        looks = vain = 0;
        return;
    }
    if (a->op != BUS_READ || (a->addr != GPIO_LEV0 && a->addr != GPIO_LEV1) ||
        ++looks < LOOKS_BEFORE_WAITING)
        return;
    looks = 0;
    if (parts_waits(&parts))
        vain = 0;
    else if (++vain >= WAITS_BEFORE_IDLE && vain % WAITS_AN_IDLE == 0)
        idle();
}

static int add(enum hookup_kind kind, const char *text)
{
    switch (kind) {
    case HOOKUP_WIRE:
        return parts_wire(&parts, text);
    case HOOKUP_INPUT:
        return parts_input(&parts, text);
    default:
        return parts_add(&parts, text);
    }
}

void hookup_open(struct dev_board *b, void (*idle_)(void))
{
    static struct bus_watcher watcher = {.saw = saw};
    struct parts_host host = {
        .pins = {.state = pins_state, .drive = pins_drive},
        .clock = &run.clock,
        .say = say,
        .program_did = program_did,
        .print = print,
        .waiting = waiting,
        .get = get,
        .spi = behind_spi,
        .i2c = behind_i2c,
    };

    if (!run.options.hookups)
        return;
    board = b;
    idle = idle_;
    parts_init(&parts, &host);
    open_ = 1;
    for (unsigned i = 0; i < run.options.hookups; i++) {
        if (add(run.options.hookup[i].kind, run.options.hookup[i].text) < 0) {
            run_say("%s", parts.error);
            exit(2);
        }
    }
    b->gpio.changed = pins_changed;
    dev_gpio_wire(&b->gpio, parts.wiring.wired);
    parts_start(&parts);
    b->spi0.loopback = parts.wiring.net[DEV_SPI0_MISO] == parts.wiring.net[DEV_SPI0_MOSI];
    for (unsigned i = 0; i < 2; i++)
        b->spi1[i].loopback = parts.wiring.net[dev_spi1_miso(&b->spi1[i])] ==
                              parts.wiring.net[dev_spi1_mosi(&b->spi1[i])];
    if (parts.waiters)
        bus_watch(&run.bus, &watcher);
}

/* Without any wiring the pin is the model's alone, and the program's writes of pins stay quick. */
int hookup_drive(struct dev_board *b, unsigned pin, enum hookup_level to)
{
    static const enum drive as[] = {
        [HOOKUP_RELEASED] = DRIVE_NONE, [HOOKUP_LOW] = DRIVE_LOW, [HOOKUP_HIGH] = DRIVE_HIGH};
    static const enum pin_outside directly[] = {[HOOKUP_RELEASED] = OUTSIDE_NOTHING,
                                                [HOOKUP_LOW] = OUTSIDE_LOW,
                                                [HOOKUP_HIGH] = OUTSIDE_HIGH};
    static int end[PINS]; /* its number, and 1 */

    if (!open_) {
        board = b;
        pins_drive(NULL, pin, directly[to]);
        return 0;
    }
    if (!end[pin]) {
        end[pin] = wiring_add_end(&parts.wiring, pin, "who watches the board") + 1;
        if (!end[pin])
            return -1;
        dev_gpio_wire(&b->gpio, parts.wiring.wired);
    }
    wiring_drive(&parts.wiring, end[pin] - 1, as[to]);
    return 0;
}

uint64_t hookup_next(void)
{
    return open_ ? clock_next(&run.clock) : CLOCK_NEVER;
}

void hookup_waits(void)
{
    if (open_)
        parts_waits(&parts);
}

/* What the UARTs had taken when the program ended still goes out. */
static void send_the_rest(void)
{
    uint64_t idle_ns = dev_alt_idle_ns(&board->alt), now = clock_ns(&run.clock);

    dev_gpio_wire(&board->gpio, board->gpio.wired); /* the last byte may have ended the run */
    if (idle_ns > now)
        clock_pass(&run.clock, idle_ns - now);
}

void hookup_close(void)
{
    if (!open_)
        return;
    open_ = 0;
    send_the_rest();
    parts_end(&parts);
}
