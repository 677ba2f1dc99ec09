/* crc.h - our-crc32.h under its older name. */
#ifndef CRC_H
#define CRC_H

#include "our-crc32.h"

#endif
