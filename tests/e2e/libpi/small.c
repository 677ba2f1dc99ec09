/* The names of the small libpi that boot loaders of 2019 and 2020 are linked to. */
#include "mem-barrier.h"

void reboot(void);
void mb_and_nothing(void);

void mb_and_nothing(void)
{
#if LIBPI_YEAR == 2019
    mb();
#endif
    dummy(1);
    dev_barrier();
}

void notmain(void)
{
    uart_init();
    mb_and_nothing();
    printk("bye\n");
    reboot();
}
