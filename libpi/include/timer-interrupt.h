/* timer-interrupt.h - periodic interrupts from the ARM timer. */
#ifndef TIMER_INTERRUPT_H
#define TIMER_INTERRUPT_H

#include "rpi-armtimer.h"
#include "rpi-interrupts.h"
#include "rpi.h"

#if LIBPI_YEAR <= 2023
/* Every ncycles timer clocks, divided by 256 (2019), 16 (2020) or 1 (2023). Interrupts stay masked
 * in the processor until the program enables them. */
void timer_interrupt_init(unsigned ncycles);
#else
/* Every ncycles timer clocks divided by prescale, which is 1, 16 or 256; another panics. */
void timer_init(uint32_t prescale, uint32_t ncycles);
#endif

#endif
