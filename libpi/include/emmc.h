/* emmc.h - driver of the SD card on the EMMC controller (BCM2835 ARM Peripherals ch. 5), polled.
 * Programs mostly use pi-sd.h, which stands on this. */
#ifndef EMMC_H
#define EMMC_H

#include <stdint.h>

#define SD_OK 0
#define SD_TIMEOUT (-1) /* no answer: no card? */
#define SD_ERROR (-2)

/* Resets controller and card; the card is ready for blocks at 25 MHz then. Returns SD_OK or one of
 * the errors above, after a second at most. */
int sd_init(void);

/* Moves num blocks of 512 bytes, num >= 1, beginning with block lba. Returns the number of bytes
 * moved; 0 after an error. The buffer may have any alignment. */
int sd_readblock(uint32_t lba, uint8_t *buffer, uint32_t num);
int sd_writeblock(uint8_t *buffer, uint32_t lba, uint32_t num);

#endif
