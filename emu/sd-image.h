/* emu/sd-image.h - the file that --sd names, as the medium of the SD card. */
#ifndef EMU_SD_IMAGE_H
#define EMU_SD_IMAGE_H

#include <stddef.h>

#include "emu/dev/sd-card.h"

/* Opens the image: PATH, or PATH,ro for a card that is write-protected. A file this user may not
 * write gives a write-protected card too. Returns 0 with *store filled, valid until the process
 * ends; or -1 with the reason, and what to do, in why. Does not block. */
int sd_image_open(const char *spec, struct sd_store *store, char *why, size_t nwhy);

#endif
