/* bzt-sd.h - the name under which some years include the SD card's driver. */
#ifndef BZT_SD_H
#define BZT_SD_H

#include "emmc.h"

#endif
