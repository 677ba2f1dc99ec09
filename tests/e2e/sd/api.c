/* The sector functions as programs of each year call them: whole sectors, many at once, buffers of
 * any alignment, traces. Writes sectors 100 to 399 of the card. */
#include "pi-sd.h"
#include "rpi.h"

static uint8_t many[300 * NBYTES_PER_SECTOR + 4], back[300 * NBYTES_PER_SECTOR + 4];

static void fill(uint8_t *p, unsigned n, unsigned seed)
{
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)((i * 7 + i / 512 + seed) % 253);
}

static int same(const uint8_t *a, const uint8_t *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            printk("byte %d is %d, not %d\n", i, b[i], a[i]);
            return 0;
        }
    }
    return 1;
}

void notmain(void)
{
    uint8_t *p;

#if LIBPI_YEAR < 2023
    uart_init();
#endif
    printk("init: %d\n", pi_sd_init());
    for (unsigned shift = 0; shift < 4; shift++) {
        fill(many + shift, 3 * NBYTES_PER_SECTOR, shift);
        printk("write: %d\n", pi_sd_write(many + shift, 100 + 3 * shift, 3));
        printk("read: %d\n", pi_sd_read(back + 3 - shift, 100 + 3 * shift, 3));
        printk("same: %d\n", same(many + shift, back + 3 - shift, 3 * NBYTES_PER_SECTOR));
    }
    fill(many, sizeof many, 9);
    pi_sd_write(many, 100, 300);
    pi_sd_read(back, 100, 300);
    printk("many: %d\n", same(many, back, 300 * NBYTES_PER_SECTOR));
    for (unsigned i = 0; i < 300; i += 37) {
        pi_sd_read(back, 100 + i, 1);
        if (!same(many + i * NBYTES_PER_SECTOR, back, NBYTES_PER_SECTOR))
            printk("sector %d differs\n", i);
    }
    printk("nothing: %d\n", pi_sd_read(back, 0, 0));
    p = pi_sec_read(103, 2);
    printk("sec_read: %d\n", same(many + 3 * NBYTES_PER_SECTOR, p, 2 * NBYTES_PER_SECTOR));
    printk("trace: %d\n", pi_sd_trace(1));
    pi_sd_write(many, 100, 2);
    pi_sd_read(many, 100, 2);
}
