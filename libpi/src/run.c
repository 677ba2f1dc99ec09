/* run.c - a program's life after start-up code gave it a stack and a zeroed bss. */
#include "cycle-count.h"
#include "internal.h"

LIBPI_WEAK void libpi_run(void)
{
#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
    uart_init();
    cycle_cnt_init();
#endif
    notmain();
#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
    clean_reboot();
#else
    rpi_reboot();
#endif
}
