/* pi-sd.c - sectors of the SD card for programs that want them or nothing: errors panic. */
#include "internal.h"

#include "demand.h"
#include "emmc.h"
#include "fast-hash32.h"
#include "our-crc32.h"
#include "pi-sd.h"

/* The year's own trace, which names the function. */
#if LIBPI_YEAR >= 2023
#define sd_trace trace
#elif LIBPI_YEAR == 2020
#define sd_trace pi_trace
#else
#define sd_trace printk
#endif

static int sd_traced, sd_is_up;

LIBPI_WEAK int pi_sd_trace(int on_p)
{
    sd_traced = on_p;
    return on_p;
}

LIBPI_WEAK int pi_sd_init(void)
{
    if (sd_init() != SD_OK)
        panic("sd_init failed\n");
    sd_is_up = 1;
    return 1;
}

LIBPI_WEAK int pi_sd_read(void *data, uint32_t lba, uint32_t nsec)
{
    int n;

    demand(sd_is_up, "SD card not initialized!\n");
    n = sd_readblock(lba, data, nsec);
    if (n != (int)(nsec * NBYTES_PER_SECTOR))
        panic("could not read from sd card: result = %d\n", n);
    if (sd_traced)
        sd_trace("sd_read: lba=<%x>, cksum=%x\n", lba, fast_hash(data, nsec * NBYTES_PER_SECTOR));
    return 1;
}

LIBPI_WEAK int pi_sd_write(void *data, uint32_t lba, uint32_t nsec)
{
    int n;

    demand(sd_is_up, "SD card not initialized!\n");
    n = sd_writeblock(data, lba, nsec);
    if (n != (int)(nsec * NBYTES_PER_SECTOR))
        panic("could not write to sd card: result = %d\n", n);
    if (sd_traced)
        sd_trace("sd_write: lba=<%x>, cksum=%x\n", lba, our_crc32(data, nsec * NBYTES_PER_SECTOR));
    return 1;
}

LIBPI_WEAK void *pi_sec_read(uint32_t lba, uint32_t nsec)
{
    void *data = kmalloc(nsec * NBYTES_PER_SECTOR);

    pi_sd_read(data, lba, nsec);
    return data;
}
