/* libc-extra.h - included by 2020 programs for prototypes of their own; rpi.h has all of libpi's.
 */
#ifndef LIBC_EXTRA_H
#define LIBC_EXTRA_H

#include "rpi.h"

#endif
