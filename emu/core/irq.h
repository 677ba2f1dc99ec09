/* emu/core/irq.h - interrupt lines: a device drives a level, whoever is connected is told of
 * changes.
 *
 * A line belongs to the device that drives it and is unconnected (set is null) until the board
 * wires it to an interrupt controller. Levels, not edges: a line stays up until the device lets it
 * down. */
#ifndef EMU_CORE_IRQ_H
#define EMU_CORE_IRQ_H

/* Numbers of the lines at the interrupt controller ("BCM2835 ARM Peripherals" p. 113, errata). */
enum irq_number {
    IRQ_SYSTEM_TIMER0 = 0, /* compare 0..3: lines 0..3 */
    IRQ_DMA0 = 16,         /* 0..10: lines 16..26; 27: channels 11..14; 28: any */
    IRQ_AUX = 29,
    IRQ_GPIO0 = 49, /* pins 0-27; 50: pins 28-45; 51: pins 46-53; 52: any pin */
    IRQ_I2C = 53,
    IRQ_SPI0 = 54,
    IRQ_PCM = 55,
    IRQ_PL011 = 57,
    IRQ_RNG = 61,
    IRQ_EMMC = 62,
    IRQ_ARM =
        64, /* the ARM's own, 64..71: bits 0..7 of the basic registers, numbered as p. 116 does */
    IRQ_ARM_TIMER = IRQ_ARM,
    IRQ_ARM_MAILBOX = IRQ_ARM + 1,
};

struct irq_line {
    void *self;
    void (*set)(void *self, unsigned number, int level); /* null: unconnected */
    unsigned number;
    int level; /* 0 or 1, as last driven */
};

/* Drives the line to level (0 or 1); tells the other end only of changes. */
static inline void irq_drive(struct irq_line *l, int level)
{
    if (l->level == level)
        return;
    l->level = level;
    if (l->set)
        l->set(l->self, l->number, level);
}

/* Connects the line; tells the new end at once if the level is up. */
static inline void irq_connect(struct irq_line *l, void *self,
                               void (*set)(void *self, unsigned number, int level))
{
    l->self = self;
    l->set = set;
    if (set && l->level)
        set(self, l->number, l->level);
}

#endif
