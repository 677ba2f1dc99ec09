/* emu/core/dreq.h - data requests: how a device tells the DMA engine that it has, or takes, data.
 *
 * They are levels, as interrupts are, so a device drives a struct irq_line; its number is the
 * peripheral's in a control block's PERMAP. */
#ifndef EMU_CORE_DREQ_H
#define EMU_CORE_DREQ_H

#include "emu/core/irq.h"

/* "BCM2835 ARM Peripherals" p. 61. 0 is "always": no line. */
enum dreq_number {
    DREQ_PCM_TX = 2,
    DREQ_PCM_RX = 3,
    DREQ_PWM = 5,
    DREQ_SPI_TX = 6,
    DREQ_SPI_RX = 7,
    DREQ_EMMC = 11,
    DREQ_UART_TX = 12,
    DREQ_UART_RX = 14,
    DREQ_NUMBERS = 32,
};

#endif
