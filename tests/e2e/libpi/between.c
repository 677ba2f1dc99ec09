/* What the years between have that is not the year before's or the next's: 2021 the TRACE macros,
 * 2022 those and a heap with an end, 2024 the interrupts of 2023 with the software UART of 2025.
 * The test says with -DYEAR=... which one it is. */
#include "rpi.h"
#include "rpi-interrupts.h"
#include "sw-uart.h"
#include "timer-interrupt.h"

#if YEAR == 2021
#define ON_UART_INIT uart_init()
#else
#define ON_UART_INIT
#endif

static volatile unsigned ticks;

void interrupt_vector(unsigned pc)
{
    (void)pc;
    dev_barrier();
    if (GET32(IRQ_basic_pending) & RPI_BASIC_ARM_TIMER_IRQ) {
        PUT32(arm_timer_IRQClear, 1);
        ticks++;
    }
    dev_barrier();
}

void notmain(void);
void notmain(void)
{
    ON_UART_INIT;
    trace("x is %x\n", 18);
#if YEAR == 2022
    kmalloc_init_set_start(2 << 20, 1 << 20);
    rpi_set_putc(rpi_putchar);
#elif YEAR == 2024
    kmalloc_init();
    rpi_putchar_set(rpi_putchar);
    let word = 1u;
    printk("let %d\n", word);
#else
    kmalloc_init_set_start(2 << 20);
#endif
    printk("heap at %x\n", (unsigned)(uintptr_t)kmalloc(4));
#if YEAR == 2022
    *(char *)kmalloc_notzero(1) = 1;
    uart_flush_tx();
#endif
    while (!uart_can_putc())
        ;

    sw_uart_t u = sw_uart_init(21, 20, 115200);
    printk("%d cycles a bit\n", (int)u.cycle_per_bit);
#if YEAR != 2021
    printk("%d us a bit\n", (int)u.usec_per_bit);
#endif
#ifdef TIMES
    /* QEMU's raspi0 has no ARM timer, and its cycle counter stands still. */
#if YEAR == 2022
    gpio_set_pullup(20);
    sw_uart_putc(&u, 'x');
    printk("nothing comes: %d\n", sw_uart_getc(&u, 10));
#elif YEAR == 2024
    sw_uart_put8(&u, 'x');
#endif
    int_init();
    timer_interrupt_init(1000);
    system_enable_interrupts();
    unsigned start = timer_get_usec();
    while (ticks != 100)
        timer_get_usec();
    printk("%d us a tick\n", (timer_get_usec() - start) / 100);
    system_disable_interrupts();
#endif
#if YEAR == 2024
    printk("end\n");
#else
    exit_success("end\n");
#endif
}
