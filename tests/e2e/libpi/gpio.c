/* GPIO registers through the year's calls; the values are QEMU's. */
#include "rpi.h"

static unsigned fsel(unsigned pin)
{
    return GET32(0x20200000 + pin / 10 * 4) >> pin % 10 * 3 & 7;
}

void notmain(void)
{
    uart_init();
    gpio_set_output(20);
    gpio_set_output(47);
    gpio_set_function(21, GPIO_FUNC_ALT3);
    gpio_set_input(22);
    printk("fsel %d %d %d %d\n", fsel(20), fsel(47), fsel(21), fsel(22));
    gpio_set_on(20);
    gpio_write(47, 1);
    printk("on %d %d\n", gpio_read(20), gpio_read(47));
    gpio_set_off(20);
    gpio_write(47, 0);
    printk("off %d %d\n", gpio_read(20), gpio_read(47));
    gpio_set_pullup(22);
    gpio_set_pulldown(22);
#if LIBPI_YEAR == 2019
    printk("function %d\n", gpio_get_function(21));
    printk("no such pin %d %d %d %d\n", gpio_set_output(54), gpio_write(99, 1), gpio_read(54),
           gpio_set_function(20, 8));
#else
    gpio_pud_off(22);
    gpio_int_rising_edge(22);
    printk("rising edge wanted of %x, irqs %x\n", GET32(0x2020004C), GET32(0x2000B214));
    printk("events %d %d\n", gpio_event_detected(22), gpio_has_interrupt());
    gpio_event_clear(22);
    gpio_set_output(54);
    printk("no such pin %d\n", gpio_read(54));
#endif
    clean_reboot();
}
