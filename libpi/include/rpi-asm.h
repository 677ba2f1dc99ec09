/* rpi-asm.h - rpi-constants.h under its older name, for assembly. */
#ifndef RPI_ASM_H
#define RPI_ASM_H

#include "rpi-constants.h"

#endif
