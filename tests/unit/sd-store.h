/* tests/unit/sd-store.h - a medium of any size for the tests of the SD card: every sector holds its
 * number, until it is written; four written sectors are remembered. */
#ifndef TESTS_UNIT_SD_STORE_H
#define TESTS_UNIT_SD_STORE_H

#include <string.h>

#include "emu/dev/sd-card.h"

static struct {
    struct {
        uint64_t offset;
        uint8_t data[SD_BLOCK];
    } written[4];
    unsigned nwritten;
    int broken; /* the medium fails */
} store_memory;

static inline int store_read(void *self, uint64_t offset, void *buf, size_t nbytes)
{
    uint8_t sector[SD_BLOCK] = {0};
    uint64_t number = offset / SD_BLOCK;

    (void)self;
    if (store_memory.broken)
        return -1;
    memcpy(sector, &number, sizeof number);
    for (unsigned i = 0; i < store_memory.nwritten; i++) {
        if (store_memory.written[i].offset == offset - offset % SD_BLOCK)
            memcpy(sector, store_memory.written[i].data, SD_BLOCK);
    }
    memcpy(buf, sector + offset % SD_BLOCK, nbytes);
    return 0;
}

static inline int store_write(void *self, uint64_t offset, const void *buf, size_t nbytes)
{
    (void)self;
    if (store_memory.broken || store_memory.nwritten == 4)
        return -1;
    store_memory.written[store_memory.nwritten].offset = offset;
    memcpy(store_memory.written[store_memory.nwritten++].data, buf, nbytes);
    return 0;
}

static inline struct sd_store store_of(uint64_t nbytes, int read_only)
{
    memset(&store_memory, 0, sizeof store_memory);
    return (struct sd_store){
        .nbytes = nbytes, .read_only = read_only, .read = store_read, .write = store_write};
}

#endif
