/* The ARM timer's interrupt as each year sets it up, names its handler, and waits. */
#include "rpi.h"
#include "rpi-interrupts.h"
#include "timer-interrupt.h"

static volatile unsigned count, period, last;

#if LIBPI_YEAR == 2019
#define HANDLER int_handler
#else
#define HANDLER interrupt_vector
#endif
void HANDLER(unsigned pc);

void HANDLER(unsigned pc)
{
    unsigned now;

    (void)pc;
    dev_barrier();
    if ((GET32(0x2000B200) & 1) == 0)
        return;
    PUT32(0x2000B40C, 1);
    dev_barrier();
    now = GET32(0x20003004);
    period = now - last;
    last = now;
    count++;
    dev_barrier();
}

void notmain(void)
{
    unsigned loops = 0;

    uart_init();
#if LIBPI_YEAR == 2019
    install_int_handlers();
    timer_interrupt_init(0x180);
    system_enable_interrupts();
#elif LIBPI_YEAR <= 2023
    int_init();
    timer_interrupt_init(0x1000);
    system_enable_interrupts();
#else
    interrupt_init();
    timer_init(16, 0x100);
    enable_interrupts();
#endif
    while (count < 20) {
        GET32(0x20003004);
        loops++;
    }
    printk("%d interrupts, every %d0 us, loops %d\n", count, period / 10, loops > 20);
    count = 0;
    while (count < 20)
        ;
    printk("%d without a call, every %d0 us\n", count, period / 10);
    clean_reboot();
}
