/* emu/observe/vcd.h - draws a run as a VCD file, for GTKWave and PulseView: pins, UARTs,
 * interrupts, what the program does. docs/observe.md lists the signals.
 *
 * Not drawn: PWM, clock, SPI, I2C and PCM on pins (such a pin has the level that was last seen),
 * UARTCLK other than 48 MHz. */
#ifndef EMU_OBSERVE_VCD_H
#define EMU_OBSERVE_VCD_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/observe/pins.h"
#include "emu/observe/vcd-file.h"
#include "emu/observe/vcd-serial.h"

enum { VCD_SIGNALS = 128, VCD_PINS = 54 };

/* What the program does. */
enum vcd_phase { VCD_START, VCD_RUN, VCD_DELAY, VCD_INPUT, VCD_END };

/* Where a run is drawn from. */
struct vcd_source {
    void *self;
    uint64_t (*now)(void *self); /* ns since the start; never blocks */
    /* Writing failed: the rest of the run is not drawn. */
    void (*stopped)(void *self, const char *why);
    int real_time; /* delays take real time */
    int timeless;  /* the UARTs' symbols take the program no time: no FIFO is ever full */
    int told;      /* vcd_pins and vcd_pending tell; otherwise the accesses are all there is */
};

struct vcd {
    struct bus_watcher watcher; /* for bus_watch */
    struct vcd_source source;
    struct vcd_file file;

    uint64_t time;    /* of the moment that is being collected, or was written last */
    uint64_t stamped; /* the last time in the file */
    uint16_t value[VCD_SIGNALS], drawn[VCD_SIGNALS];
    int moved; /* a value may differ from what is drawn */

    struct seen_pins pins;
    uint64_t pending, pending_known;
    uint8_t arm_pending, arm_known;

    struct vcd_uart mini, pl011;

    unsigned running[2]; /* handlers: IRQ, FIQ */
    enum vcd_phase phase;
    uint64_t delay_ends;
    struct {
        enum bus_op op;
        uint32_t addr, value;
        int seen;
    } look; /* what a program that waits for input does over and over */
};

/* Creates the file and draws the state in which a program starts. source is copied. 0, or -1 with
 * v->file.why. */
int vcd_start(struct vcd *v, const char *path, const struct vcd_source *source);

/* With source.told: the levels of all pins, and the enabled interrupts that are pending (lines
 * 0-63, and the ARM's own 64-71) are now these. */
void vcd_pins(struct vcd *v, uint64_t levels);
void vcd_pending(struct vcd *v, uint64_t lines, uint8_t arm);

/* The program's handler begins, and ends; fast: that of the fast interrupt. */
void vcd_handler(struct vcd *v, int fast, int runs);

/* A delay of ns begins. */
void vcd_delay(struct vcd *v, uint64_t ns);

/* The program waits for input, or does no longer. */
void vcd_waits(struct vcd *v, int waits);

/* The run is over. What is still on the UARTs' wires is drawn behind its end. */
void vcd_end(struct vcd *v);

/* ---- for vcd-serial.c ---- */

/* The numbers of signals. */
enum vcd_signal {
    VCD_UART1_TXD,
    VCD_UART1_RXD,
    VCD_UART0_TXD,
    VCD_UART0_RXD,
    VCD_UART1_TX,
    VCD_UART1_RX,
    VCD_UART0_TX,
    VCD_UART0_RX,
    VCD_PIN0,
    VCD_PHASE = VCD_PIN0 + VCD_PINS,
    VCD_IN_DELAY,
    VCD_WAITS,
    VCD_IRQ,
    VCD_FIQ,
    VCD_LINE0, /* as the table in vcd.c has them */
};

/* Values of a scalar; a text signal has a byte, or VCD_NO_BYTE. */
enum { VCD_LOW, VCD_HIGH, VCD_UNKNOWN, VCD_NO_BYTE = 256 };

/* Moments before are complete; later ones are drawn up to this one. */
void vcd_moment(struct vcd *v, uint64_t now);

/* A signal changes in the present moment. */
static inline void vcd_set(struct vcd *v, unsigned signal, unsigned value)
{
    v->value[signal] = (uint16_t)value;
    v->moved = 1;
}

#endif
