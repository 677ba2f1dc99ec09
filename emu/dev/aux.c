/* The page AUX of the mini-UART and the two SPI masters, from "BCM2835 ARM Peripherals" ch. 2.1
 * (p. 8-10). A device that is not enabled reads 0 and takes no writes. */
#include "emu/dev/mini-uart-internal.h"

#include <stddef.h>

enum { AUX_IRQ = 0x00, AUX_ENABLES = 0x04, FIRST_MU = 0x40, LAST_MU = 0x68, FIRST_SPI = 0x80 };

/* The master whose registers are at off, or null; *reachable: it is enabled. */
static struct dev_spi1 *spi_at(const struct dev_mini_uart *d, uint32_t off, int *reachable)
{
    unsigned n = (off - FIRST_SPI) / DEV_SPI1_NBYTES;

    if (off < FIRST_SPI || n > 1 || off % 4 || !dev_spi1_exists(off % DEV_SPI1_NBYTES))
        return NULL;
    *reachable = d->s.enables >> (1 + n) & 1;
    return d->spi[n];
}

static int is_uart(uint32_t off)
{
    return off >= FIRST_MU && off <= LAST_MU && off % 4 == 0;
}

static uint32_t interrupts(const struct dev_mini_uart *d)
{
    uint32_t v = (uint32_t)mini_uart_interrupting(d);

    for (unsigned n = 0; n < 2; n++)
        if (d->spi[n] && (d->s.enables >> (1 + n) & 1))
            v |= (uint32_t)d->spi[n]->irq.level << (1 + n);
    return v;
}

static int aux_mmio_read(void *self, struct bus_access *a)
{
    struct dev_mini_uart *d = self;
    uint32_t off = a->addr - DEV_AUX_BASE;
    int reachable = 0;
    struct dev_spi1 *spi = spi_at(d, off, &reachable);

    if (spi)
        return reachable ? dev_spi1_read(spi, off % DEV_SPI1_NBYTES, &a->value) : 0;
    if (is_uart(off))
        return mini_uart_read(d, off, &a->value);
    dev_mini_uart_poll(d);
    if (off == AUX_IRQ)
        a->value = interrupts(d);
    else if (off == AUX_ENABLES)
        a->value = d->s.enables;
    else
        return BUS_UNMODELLED;
    return 0;
}

static int aux_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_mini_uart *d = self;
    uint32_t off = a->addr - DEV_AUX_BASE;
    int reachable = 0;
    struct dev_spi1 *spi = spi_at(d, off, &reachable);

    if (spi)
        return reachable ? dev_spi1_write(spi, off % DEV_SPI1_NBYTES, a->value) : 0;
    if (is_uart(off))
        return mini_uart_write(d, off, a->value);
    if (off == AUX_ENABLES)
        mini_uart_enable(d, a->value);
    else if (off != AUX_IRQ)
        return BUS_UNMODELLED;
    return 0;
}

void aux_init(struct dev_mini_uart *d)
{
    d->target = (struct bus_target){.name = "AUX",
                                    .self = d,
                                    .read = aux_mmio_read,
                                    .write = aux_mmio_write,
                                    .quick_read = mini_uart_quick_read,
                                    .quick_write = mini_uart_quick_write};
}

void dev_mini_uart_map(struct dev_mini_uart *d, struct bus *b)
{
    bus_map(b, DEV_AUX_BASE, BUS_PAGE, &d->target);
}
