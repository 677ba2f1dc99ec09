/* emu/dev/sd-registers.h - the registers an SD card shows; the card's own part. Bytes in the order
 * in which the card sends them. */
#ifndef EMU_DEV_SD_REGISTERS_H
#define EMU_DEV_SD_REGISTERS_H

#include <stdint.h>

#include "emu/dev/sd-card.h"

static inline int sd_is_sdhc(const struct sd_card *c)
{
    return c->store.nbytes > SD_SDSC_MAX_NBYTES;
}

void sd_get_cid(uint8_t reg[16]);
void sd_get_csd(const struct sd_card *c, uint8_t csd[16]);
void sd_get_scr(uint8_t scr[8]);
void sd_get_ssr(const struct sd_card *c, uint8_t ssr[64]);

/* CMD6: switches if asked to, and gives the 64 bytes that tell what it did. */
void sd_switch_function(struct sd_card *c, uint32_t arg, uint8_t out[64]);

#endif
