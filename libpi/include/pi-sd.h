/* pi-sd.h - the SD card in sectors of 512 bytes. In 2020 rpi.h declares these too. */
#ifndef PI_SD_H
#define PI_SD_H

#include "rpi.h"

#define NBYTES_PER_SECTOR 512

/* Makes the card ready; call it once, before the others. Returns 1; panics when there is no card or
 * it fails. Takes some milliseconds. */
int pi_sd_init(void);

/* Reads or writes nsec sectors, the first of which is lba, from or to data. Return 1; panic when
 * the card fails or has no such sector. Block until the card is done. */
int pi_sd_read(void *data, uint32_t lba, uint32_t nsec);
int pi_sd_write(void *data, uint32_t lba, uint32_t nsec);

/* pi_sd_read into memory of kmalloc's. */
void *pi_sec_read(uint32_t lba, uint32_t nsec);

/* Whether reads and writes are traced with a checksum of their data; returns on_p. */
int pi_sd_trace(int on_p);

#endif
