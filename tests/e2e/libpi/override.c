/* A program's own functions take the place of libpi's, also for libpi itself. */
#include "rpi.h"

static unsigned writes, copies, puts32;

#if LIBPI_YEAR == 2019
int gpio_set_on(unsigned pin)
{
    writes += pin;
    return 0;
}
#else
void gpio_set_on(unsigned pin)
{
    writes += pin;
}
#endif

void *memcpy(void *dst, const void *src, size_t n)
{
    volatile char *d = dst;
    const char *s = src;
    copies++;
    for (size_t i = 0; i < n; i++)
        d[i] = s[i];
    return dst;
}

void __real_PUT32(unsigned addr, unsigned v);
void __wrap_PUT32(unsigned addr, unsigned v);
void __wrap_PUT32(unsigned addr, unsigned v)
{
    puts32++;
    __real_PUT32(addr, v);
}

#if LIBPI_YEAR == 2019
int rpi_putchar(int c)
{
    if (c >= 'a' && c <= 'z')
        c += 'A' - 'a';
    uart_putc(c);
    return c;
}
#else
static int loud(int c)
{
    if (c >= 'a' && c <= 'z')
        c += 'A' - 'a';
#if LIBPI_YEAR == 2020
    uart_putc(c);
#else
    uart_put8(c);
#endif
    return c;
}
#endif

void notmain(void)
{
    char buf[8];

    uart_init();
    unsigned before = puts32;
    gpio_set_off(20);
    unsigned after = puts32;
    gpio_write(7, 1);
    strcpy(buf, "copied");
    printk("%s: writes %d, copies %d, wrapped %d\n", buf, writes, copies > 0, after - before);
#if LIBPI_YEAR == 2020
    rpi_set_putc(loud);
    printk("loud\n");
    rpi_reset_putc();
    printk("quiet\n");
#elif LIBPI_YEAR >= 2023
    rpi_putchar_t was = rpi_putchar_set(loud);
    printk("loud\n");
    rpi_putchar_set(was);
    printk("quiet\n");
#endif
    clean_reboot();
}
