/* mem-barrier.h - the barriers, under the name that the UART lab of 2019 includes. */
#ifndef MEM_BARRIER_H
#define MEM_BARRIER_H

#include "rpi.h"

#endif
