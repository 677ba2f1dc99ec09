/* dev-val.c - marks a value that was computed from a device; a harness records it. */
#include "internal.h"

LIBPI_WEAK uint32_t DEV_VAL32(uint32_t x)
{
    return x;
}
