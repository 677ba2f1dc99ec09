/* Waiting for the cycle counter alone, as bit-banged protocols do: no device passes the time. */
#include "rpi.h"

#include "cycle-count.h"
#include "cycle-util.h"
#include "sw-uart.h"

void notmain(void)
{
    uart_init();
    cycle_cnt_init();
    unsigned start = cycle_cnt_read();
    delay_ncycles(start, 7000);
    unsigned took = cycle_cnt_read() - start;
    printk("waited: %d, not much longer: %d\n", took >= 7000, took < 7200);

    /* 10 bits of 8.68 us. */
    sw_uart_t u = sw_uart_init(20, 21, 115200);
    unsigned us = timer_get_usec();
    sw_uart_putk(&u, "U");
    us = timer_get_usec() - us;
    printk("a byte in 80 to 100 us: %d\n", us >= 80 && us <= 100);
    clean_reboot();
}
