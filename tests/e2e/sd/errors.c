/* What the sector functions say when they cannot: ERROR is the situation's number. */
#include "emmc.h"
#include "pi-sd.h"
#include "rpi.h"

static uint8_t sector[3 * NBYTES_PER_SECTOR];

void notmain(void)
{
#if ERROR == 1 /* too early */
    pi_sd_read(sector, 0, 1);
#elif ERROR == 2 /* no such sector; 64 MB are 131072 */
    pi_sd_init();
    pi_sd_read(sector, 131071, 1);
    printk("the last one is there\n");
    pi_sd_read(sector, 131072, 1);
#elif ERROR == 3
    pi_sd_init();
    pi_sd_read(sector, 131071, 2); /* the second one */
#elif ERROR == 4 /* a card that is write-protected, or too small */
    pi_sd_init();
    pi_sd_write(sector, WHERE, 1);
    printk("written\n");
#elif ERROR == 5 /* the driver's own answers, and it works on afterwards */
    int r = sd_init();

    printk("sd_init: %d\n", r);
    if (r != SD_OK)
        return;
    printk("beyond: %d\n", sd_readblock(131072, sector, 1));
    printk("across: %d\n", sd_readblock(131071, sector, 2));
    printk("far beyond: %d\n", sd_writeblock(sector, 0x7fffffff, 3));
    printk("none: %d\n", sd_readblock(0, sector, 0));
    printk("inside: %d\n", sd_readblock(131071, sector, 1));
#endif
}
