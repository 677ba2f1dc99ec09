/* rpi-wait.c - what a program may do while libpi waits. */
#include "internal.h"

LIBPI_WEAK void rpi_wait(void)
{
}
