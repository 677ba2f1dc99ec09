/* An exception nobody handles names itself. */
#include "rpi.h"
#include "rpi-interrupts.h"

void notmain(void)
{
    uart_init();
#if LIBPI_YEAR == 2019
    install_int_handlers();
#elif LIBPI_YEAR <= 2023
    int_init();
#else
    interrupt_init();
#endif
    __asm__ volatile(".word 0xE7F000F0");
}
