/* mbox.h - messages to the firmware through the mailbox's property channel: what board this is, how
 * warm, how fast (raspberrypi/firmware wiki, "Mailbox property interface"). */
#ifndef MBOX_H
#define MBOX_H

#include <stdint.h>

#include "rpi.h"

#define MBOX_CH 8 /* properties */

/* A message begins at a multiple of 16. Block until the mailbox has room, or an answer. */
void mbox_write(unsigned channel, volatile void *data);
/* The word that came back; panics when it is for another channel. */
unsigned mbox_read(unsigned channel);
/* Both; data holds the answer then. Panics when the firmware refuses the message. Returns 0. */
uint32_t mbox_send(unsigned channel, volatile void *data);

/* Clocks; their rates are in Hz. */
enum { MBOX_CLK_CPU = 3, MBOX_CLK_CORE = 4, MBOX_CLK_V3D = 5, MBOX_CLK_SDRAM = 8 };

uint32_t rpi_clock_curhz_get(uint32_t clock);  /* as it was set */
uint32_t rpi_clock_realhz_get(uint32_t clock); /* as it is measured */
uint32_t rpi_clock_maxhz_get(uint32_t clock);
uint32_t rpi_clock_minhz_get(uint32_t clock);
/* Returns what the firmware made of it. */
uint32_t rpi_clock_hz_set(uint32_t clock, uint32_t hz);

uint32_t rpi_get_model(void);
uint32_t rpi_get_revision(void);
uint64_t rpi_get_serialnum(void);
uint32_t rpi_get_memsize(void); /* of the ARM's part, in bytes */
uint32_t rpi_temp_get(void);    /* in thousandths of a degree Celsius */

#endif
