/* A run as a waveform; see vcd.h.
 *
 * Bytes and phases are texts (GTKWave's extension, `s`), because libsigrok 0.5.2, which PulseView
 * opens files with, gives up at the first value of several bits; texts it passes over. Signals'
 * codes have letters alone that begin no value, for its sake. */
#include "emu/observe/vcd.h"

#include <stdio.h>
#include <string.h>

#include "emu/core/irq.h"
#include "emu/core/pin-header.h"
#include "emu/observe/pins.h"

enum {
    PAGE = 0xfffff000,
    AUX = 0x20215000,
    UART0 = 0x20201000,
    ARM = 0x2000b000,
    TXD = 14,
    RXD = 15,
    BASIC_PENDING = 0x2000b200,
    PENDING1 = 0x2000b204,
    PENDING2 = 0x2000b208,
};

static const char alphabet[] = "acdefghijklmnopqtuvwy";

enum { LETTERS = sizeof alphabet - 1 };

/* ---- the signals ---- */

static const struct {
    const char *name;
    uint64_t lines;
    uint8_t arm;
} lines[] = {
    {"IRQ_TIMER0", 1ull << IRQ_SYSTEM_TIMER0, 0},
    {"IRQ_TIMER1", 1ull << (IRQ_SYSTEM_TIMER0 + 1), 0},
    {"IRQ_TIMER2", 1ull << (IRQ_SYSTEM_TIMER0 + 2), 0},
    {"IRQ_TIMER3", 1ull << (IRQ_SYSTEM_TIMER0 + 3), 0},
    {"IRQ_ARM_TIMER", 0, 1 << (IRQ_ARM_TIMER - IRQ_ARM)},
    {"IRQ_MAILBOX", 0, 1 << (IRQ_ARM_MAILBOX - IRQ_ARM)},
    {"IRQ_AUX", 1ull << IRQ_AUX, 0},
    {"IRQ_UART0", 1ull << IRQ_PL011, 0},
    {"IRQ_GPIO0", 1ull << IRQ_GPIO0, 0},
    {"IRQ_GPIO1", 1ull << (IRQ_GPIO0 + 1), 0},
    {"IRQ_GPIO2", 1ull << (IRQ_GPIO0 + 2), 0},
    {"IRQ_GPIO3", 1ull << (IRQ_GPIO0 + 3), 0},
    {"IRQ_DMA", 0x1fffull << IRQ_DMA0, 0},
    {"IRQ_I2C", 1ull << IRQ_I2C, 0},
    {"IRQ_SPI0", 1ull << IRQ_SPI0, 0},
    {"IRQ_PCM", 1ull << IRQ_PCM, 0},
    {"IRQ_EMMC", 1ull << IRQ_EMMC, 0},
    {"IRQ_RNG", 1ull << IRQ_RNG, 0},
    {"IRQ_OTHER", 0, 0}, /* all that is in none of these */
};

enum { LINES = sizeof lines / sizeof lines[0], SIGNALS = VCD_LINE0 + (int)LINES };

_Static_assert(SIGNALS <= (int)VCD_SIGNALS, "room for all signals");
_Static_assert(SIGNALS <= LETTERS * LETTERS, "a code for each signal");

static const char *const fixed[] = {
    [VCD_UART1_TXD] = "UART1_TXD",   [VCD_UART1_RXD] = "UART1_RXD",
    [VCD_UART0_TXD] = "UART0_TXD",   [VCD_UART0_RXD] = "UART0_RXD",
    [VCD_UART1_TX] = "UART1_sent",   [VCD_UART1_RX] = "UART1_received",
    [VCD_UART0_TX] = "UART0_sent",   [VCD_UART0_RX] = "UART0_received",
    [VCD_PHASE] = "phase",           [VCD_IN_DELAY] = "in_delay",
    [VCD_WAITS] = "waits_for_input", [VCD_IRQ] = "irq_handler",
    [VCD_FIQ] = "fiq_handler",
};

static const char *const phases[] = {[VCD_START] = "start",
                                     [VCD_RUN] = "run",
                                     [VCD_DELAY] = "delay",
                                     [VCD_INPUT] = "input",
                                     [VCD_END] = "end"};

static int is_byte(unsigned signal)
{
    return signal >= VCD_UART1_TX && signal <= VCD_UART0_RX;
}

static const char *name_of(unsigned signal, char *buf, size_t nbytes)
{
    int pin = (int)signal - VCD_PIN0;

    if (signal >= VCD_LINE0)
        return lines[signal - VCD_LINE0].name;
    if (pin < 0 || pin >= VCD_PINS)
        return fixed[signal];
    if (pin_header_place(pin))
        snprintf(buf, nbytes, "GPIO%d_pin%d", pin, pin_header_place(pin));
    else
        snprintf(buf, nbytes, "GPIO%d", pin);
    return buf;
}

static void declare(struct vcd *v, const char *scope, unsigned first, unsigned end)
{
    char name[24];

    vcd_file_add(&v->file, "$scope module %s $end\n", scope);
    for (unsigned i = first; i < end; i++)
        vcd_file_add(&v->file, "$var %s 1 %c%c %s $end\n",
                     is_byte(i) || i == VCD_PHASE ? "string" : "wire", alphabet[i / LETTERS],
                     alphabet[i % LETTERS], name_of(i, name, sizeof name));
    vcd_file_add(&v->file, "$upscope $end\n");
}

/* What is looked at most comes first: some viewers show the first signals only. */
static void write_header(struct vcd *v)
{
    enum { HEADER_PINS = 28 };

    vcd_file_add(&v->file, "$version emu --vcd, version 1 $end\n$timescale 1 ns $end\n"
                           "$scope module pi $end\n");
    declare(v, "uart", VCD_UART1_TXD, VCD_PIN0);
    declare(v, "header", VCD_PIN0, VCD_PIN0 + HEADER_PINS);
    declare(v, "program", VCD_PHASE, VCD_LINE0);
    declare(v, "pending", VCD_LINE0, SIGNALS);
    declare(v, "inside", VCD_PIN0 + HEADER_PINS, VCD_PHASE);
    vcd_file_add(&v->file, "$upscope $end\n$enddefinitions $end\n");
}

static void write_value(struct vcd *v, unsigned signal)
{
    char a = alphabet[signal / LETTERS], b = alphabet[signal % LETTERS];
    unsigned value = v->value[signal];

    v->drawn[signal] = v->value[signal];
    if (signal == VCD_PHASE)
        vcd_file_add(&v->file, "s%s %c%c\n", phases[value], a, b);
    else if (!is_byte(signal))
        vcd_file_add(&v->file, "%c%c%c\n", "01x"[value], a, b);
    else if (value == VCD_NO_BYTE)
        vcd_file_add(&v->file, "sidle %c%c\n", a, b);
    else if (value > ' ' && value < 0x7f && value != '\\') /* GTKWave reads escapes */
        vcd_file_add(&v->file, "s%c %c%c\n", (int)value, a, b);
    else
        vcd_file_add(&v->file, "s0x%02x %c%c\n", value, a, b);
}

/* ---- pins ---- */

static unsigned pin_value(const struct vcd *v, unsigned pin)
{
    if (pin == TXD || pin == RXD) {
        enum pins_function function = pins_function(v->pins.fsel, pin);

        if (function == PINS_ALT0)
            return v->value[VCD_UART0_TXD + (pin - TXD)];
        if (function == PINS_ALT5)
            return v->value[VCD_UART1_TXD + (pin - TXD)];
    }
    return (v->pins.level_known >> pin) & 1 ? (unsigned)(v->pins.level >> pin) & 1 : VCD_UNKNOWN;
}

static void show_pins(struct vcd *v, uint64_t which)
{
    v->moved |= which != 0;
    for (; which; which &= which - 1) {
        unsigned pin = (unsigned)__builtin_ctzll(which);

        vcd_set(v, VCD_PIN0 + pin, pin_value(v, pin));
    }
}

/* ---- interrupts ---- */

static unsigned pending_of(const struct vcd *v, uint64_t which, uint8_t arm)
{
    if ((v->pending & which) || (v->arm_pending & arm))
        return VCD_HIGH;
    return (which & ~v->pending_known) || (arm & ~v->arm_known) ? VCD_UNKNOWN : VCD_LOW;
}

static void show_pending(struct vcd *v)
{
    uint64_t other = UINT64_MAX;
    uint8_t arm = UINT8_MAX;

    for (unsigned i = 0; i < LINES - 1; i++) {
        vcd_set(v, VCD_LINE0 + i, pending_of(v, lines[i].lines, lines[i].arm));
        other &= ~lines[i].lines;
        arm &= (uint8_t)~lines[i].arm;
    }
    vcd_set(v, VCD_LINE0 + LINES - 1, pending_of(v, other, arm));
}

static void saw_controller(struct vcd *v, const struct bus_access *a)
{
    if (a->op != BUS_READ || a->width != 4 || v->source.told)
        return;
    if (a->addr == BASIC_PENDING) {
        v->arm_pending = (uint8_t)a->value;
        v->arm_known = 0xff;
    } else if (a->addr == PENDING1) {
        v->pending = (v->pending & ~(uint64_t)UINT32_MAX) | a->value;
        v->pending_known |= UINT32_MAX;
    } else if (a->addr == PENDING2) {
        v->pending = (uint64_t)a->value << 32 | (uint32_t)v->pending;
        v->pending_known |= (uint64_t)UINT32_MAX << 32;
    } else {
        return;
    }
    show_pending(v);
}

void vcd_pending(struct vcd *v, uint64_t pending, uint8_t arm)
{
    if (pending == v->pending && arm == v->arm_pending && v->arm_known)
        return;
    vcd_moment(v, v->source.now(v->source.self));
    v->pending = pending;
    v->arm_pending = arm;
    v->pending_known = UINT64_MAX;
    v->arm_known = UINT8_MAX;
    show_pending(v);
}

/* What was pending is served now: where only reads show it, nobody knows any more. */
void vcd_handler(struct vcd *v, int fast, int runs)
{
    vcd_moment(v, v->source.now(v->source.self));
    v->running[fast] += runs ? 1u : -1u;
    vcd_set(v, fast ? VCD_FIQ : VCD_IRQ, v->running[fast] ? VCD_HIGH : VCD_LOW);
    if (runs || v->source.told)
        return;
    v->pending = v->pending_known = 0;
    v->arm_pending = v->arm_known = 0;
    show_pending(v);
}

/* ---- moments ---- */

static void stop(struct vcd *v)
{
    v->source.stopped(v->source.self, v->file.why);
}

static void write_moment(struct vcd *v)
{
    int stamped = v->stamped == v->time;

    if (!v->moved || v->file.fd < 0)
        return;
    v->moved = 0;
    v->value[VCD_PIN0 + TXD] = (uint16_t)pin_value(v, TXD);
    v->value[VCD_PIN0 + RXD] = (uint16_t)pin_value(v, RXD);
    for (unsigned i = 0; i < SIGNALS; i++) {
        if (v->value[i] == v->drawn[i])
            continue;
        if (!stamped++)
            vcd_file_add(&v->file, "#%llu\n", (unsigned long long)v->time);
        write_value(v, i);
    }
    if (stamped)
        v->stamped = v->time;
    if (vcd_file_moment(&v->file) < 0)
        stop(v);
}

static void flush(struct vcd *v)
{
    write_moment(v);
    if (vcd_file_flush(&v->file) < 0)
        stop(v);
}

/* Does the next thing that a wire does up to `until`; 0: there is none. */
static int step_wires(struct vcd *v, uint64_t until)
{
    struct vcd_uart *uart[] = {&v->mini, &v->pl011}, *first = NULL;
    struct vcd_wire *wire = NULL;
    uint64_t next = until;

    for (unsigned i = 0; i < 2; i++) {
        struct vcd_wire *w[] = {&uart[i]->tx, &uart[i]->rx};

        for (unsigned k = 0; k < 2; k++) {
            if (!w[k]->busy || vcd_wire_next(w[k]) > next)
                continue;
            next = vcd_wire_next(w[k]);
            wire = w[k];
            first = uart[i];
        }
    }
    if (!wire)
        return 0;
    if (next > v->time) {
        write_moment(v);
        v->time = next;
    }
    vcd_wire_step(v, first, wire);
    return 1;
}

void vcd_moment(struct vcd *v, uint64_t now)
{
    if (now <= v->time)
        return;
    while (step_wires(v, now))
        continue;
    if (now > v->time) {
        write_moment(v);
        v->time = now;
    }
}

/* ---- phases ---- */

static void set_phase(struct vcd *v, enum vcd_phase phase)
{
    v->phase = phase;
    vcd_set(v, VCD_PHASE, phase);
    vcd_set(v, VCD_IN_DELAY, phase == VCD_DELAY);
    vcd_set(v, VCD_WAITS, phase == VCD_INPUT);
}

void vcd_delay(struct vcd *v, uint64_t ns)
{
    vcd_moment(v, v->source.now(v->source.self));
    v->delay_ends = v->time + ns;
    set_phase(v, VCD_DELAY);
    if (v->source.real_time)
        flush(v);
}

void vcd_waits(struct vcd *v, int waits)
{
    if (waits == (v->phase == VCD_INPUT))
        return;
    vcd_moment(v, v->source.now(v->source.self));
    set_phase(v, waits ? VCD_INPUT : VCD_RUN);
    v->look.seen = 0;
    if (waits)
        flush(v);
}

/* The same look with the same answer: it still waits. */
static int still_looks(struct vcd *v, const struct bus_access *a)
{
    int same = !v->look.seen ||
               (v->look.op == a->op && v->look.addr == a->addr && v->look.value == a->value);

    v->look.seen = 1;
    v->look.op = a->op;
    v->look.addr = a->addr;
    v->look.value = a->value;
    return same;
}

/* A delay that an interrupt cut in two goes on behind the handler, until the program does something
 * else. */
static void follow_phase(struct vcd *v, const struct bus_access *a)
{
    int handler = v->running[0] || v->running[1];

    if (a->origin == ORIGIN_DMA)
        return;
    if (a->op == BUS_DELAY_US || a->op == BUS_DELAY_CYCLES) {
        if (v->time >= v->delay_ends)
            set_phase(v, VCD_RUN);
    } else if (v->phase == VCD_START || (v->phase == VCD_DELAY && !handler) ||
               (v->phase == VCD_INPUT && !still_looks(v, a))) {
        set_phase(v, VCD_RUN);
    }
}

/* ---- the run ---- */

void vcd_pins(struct vcd *v, uint64_t levels)
{
    const uint64_t all = (1ull << VCD_PINS) - 1;
    uint64_t which;

    vcd_moment(v, v->source.now(v->source.self));
    which = ((levels ^ v->pins.level) | ~v->pins.level_known) & all;
    v->pins.level = levels & all;
    v->pins.level_known = all;
    show_pins(v, which);
}

static void saw(void *self, const struct bus_access *a, int result)
{
    struct vcd *v = self;

    if (v->file.fd < 0)
        return;
    vcd_moment(v, v->source.now(v->source.self));
    follow_phase(v, a);
    if (result < 0 || (a->op != BUS_READ && a->op != BUS_WRITE))
        return;
    switch (a->addr & PAGE) {
    case PINS_GPIO:
        show_pins(v, pins_saw(&v->pins, a));
        break;
    case AUX:
        vcd_mini_uart_saw(v, a);
        break;
    case UART0:
        vcd_pl011_saw(v, a);
        break;
    case ARM:
        saw_controller(v, a);
        break;
    default:
        break;
    }
}

int vcd_start(struct vcd *v, const char *path, const struct vcd_source *source)
{
    memset(v, 0, sizeof *v);
    v->watcher = (struct bus_watcher){.self = v, .saw = saw};
    v->source = *source;
    if (vcd_file_open(&v->file, path) < 0)
        return -1;
    write_header(v);
    vcd_mini_uart_init(&v->mini);
    vcd_pl011_init(&v->pl011);
    pins_init(&v->pins, source->told);
    for (unsigned i = 0; i < SIGNALS; i++) {
        v->value[i] = i >= VCD_PIN0 && i < VCD_PHASE ? VCD_UNKNOWN : VCD_LOW;
        if (is_byte(i))
            v->value[i] = VCD_NO_BYTE;
        v->drawn[i] = UINT16_MAX;
    }
    for (unsigned i = VCD_UART1_TXD; i <= VCD_UART0_RXD; i++)
        v->value[i] = VCD_HIGH;
    show_pending(v);
    set_phase(v, VCD_START);
    v->stamped = UINT64_MAX;
    return 0;
}

void vcd_end(struct vcd *v)
{
    if (v->file.fd < 0)
        return;
    vcd_moment(v, v->source.now(v->source.self));
    set_phase(v, VCD_END);
    while (step_wires(v, UINT64_MAX))
        continue;
    write_moment(v);
    if (v->stamped != v->time)
        vcd_file_add(&v->file, "#%llu\n", (unsigned long long)v->time);
    if (vcd_file_close(&v->file) < 0)
        stop(v);
}
