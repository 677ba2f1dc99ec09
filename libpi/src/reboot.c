/* reboot.c - the reset, through the watchdog of the power management block. The manual leaves the
 * block out; registers and password are those of Linux's bcm2835_wdt.c. */
#include "internal.h"

enum {
    PM_RSTC = 0x2010001C,
    PM_WDOG = 0x20100024,
    PM_PASSWORD = 0x5A000000,
    PM_RSTC_FULL_RESET = 0x20,
    RESET_TICKS = 1, /* of 16 us */
};

LIBPI_WEAK void reboot_callout(void)
{
}

LIBPI_WEAK void rpi_reboot(void)
{
    reboot_callout();
    uart_flush_tx();
    PUT32(PM_WDOG, PM_PASSWORD | RESET_TICKS);
    PUT32(PM_RSTC, PM_PASSWORD | PM_RSTC_FULL_RESET);
    for (;;)
        rpi_wait();
}

#if LIBPI_YEAR <= 2020
/* Its name in the small libpi of the boot loader labs. */
LIBPI_WEAK void reboot(void)
{
    rpi_reboot();
}
#endif

LIBPI_WEAK void clean_reboot(void)
{
    putk("DONE!!!\n");
    uart_flush_tx();
    /* A USB adapter holds the last bytes for a while. */
    delay_us(10 * 1000);
    rpi_reboot();
}
