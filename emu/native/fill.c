/* Random contents of the program's RAM. No page is touched: it is all private views of the
 * same two megabytes of noise, each beginning at another page of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/core/chance.h"
#include "emu/native/native.h"
#include "emu/native/valgrind-request.h"

extern char emu_guest_end[];

enum {
    IMAGE_START = 0x20000, /* guest.ld */
    NOISE = 2 << 20,
    PIECE = NOISE - (256 << 10), /* few, as each costs 3 us */
    BLOCK = 64 << 10,
    ABOVE_STACK = 256, /* bytes that stay 0: there a debugger's backtrace ends */
};

/* A file without a name, of NOISE bytes; -1. */
static int make_noise(uint64_t *state)
{
    static uint64_t block[BLOCK / sizeof(uint64_t)];
    int fd = memfd_create("noise", MFD_CLOEXEC);

    for (int at = 0; fd >= 0 && at < NOISE; at += BLOCK) {
        for (size_t i = 0; i < sizeof block / sizeof block[0]; i++)
            block[i] = chance_next(state);
        if (pwrite(fd, block, sizeof block, at) != (ssize_t)sizeof block) {
            close(fd);
            errno = ENOSPC;
            return -1;
        }
    }
    return fd;
}

/* [lo, hi), of whole pages. Valgrind takes what comes from a file for initialised. */
static int cover(int fd, uintptr_t lo, uintptr_t hi, uint64_t *state)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = lo;
    const int flags = MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED;

    while (lo < hi) {
        size_t nbytes = hi - lo < PIECE ? hi - lo : PIECE;
        off_t from = (off_t)(chance_next(state) % ((NOISE - PIECE) / page) * page);

        if (mmap((void *)lo, nbytes, PROT_READ | PROT_WRITE, flags, fd, from) == MAP_FAILED)
            return -1;
        lo += nbytes;
    }
    valgrind_request(VG_MAKE_MEM_UNDEFINED, first, hi - first, 0, 0);
    return 0;
}

/* Between the program's data and the end of their last page. */
static void fill_page(uintptr_t lo, uintptr_t hi, uint64_t *state)
{
    for (uintptr_t p = lo; p < hi; p++)
        *(volatile uint8_t *)p = (uint8_t)chance_next(state);
    if (hi > lo)
        valgrind_request(VG_MAKE_MEM_UNDEFINED, lo, hi - lo, 0, 0);
}

int native_fill_ram(uint64_t seed, char *why, size_t nbytes)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = (uintptr_t)emu_guest_end,
                    image_end = (end + page - 1) & ~(page - 1);
    uint64_t state = seed;
    int fd = make_noise(&state);

    if (fd < 0 || cover(fd, RAM_START, IMAGE_START, &state) < 0 ||
        cover(fd, image_end, GUEST_GUARD_START, &state) < 0 ||
        cover(fd, GUEST_GUARD_START + GUEST_GUARD, RAM_END, &state) < 0) {
        snprintf(why, nbytes, "no memory for the random contents: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    close(fd);
    fill_page(end, image_end, &state);
    memset((void *)(uintptr_t)GUEST_STACK_TOP, 0, ABOVE_STACK);
    return 0;
}
