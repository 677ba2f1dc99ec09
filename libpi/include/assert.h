/* assert.h - the years keep their assertions under both names. */
#ifndef LIBPI_ASSERT_H
#define LIBPI_ASSERT_H

#include "demand.h"

#endif
