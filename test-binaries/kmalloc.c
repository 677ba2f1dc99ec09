/* kmalloc.c - the heap: aligned, zeroed, apart, and where it was asked to be. */
#include "rpi.h"

enum { BLOCKS = 64 };

static const char *yes(int ok)
{
    return ok ? "yes" : "NO";
}

void notmain(void)
{
    kmalloc_init_mb(1);
    printk("heap: %p to %p\n", kmalloc_heap_start(), kmalloc_heap_end());

    int aligned_p = 1, zero_p = 1, apart_p = 1;
    uint8_t *end_of_last = kmalloc_heap_start();
    for (unsigned i = 0; i < BLOCKS; i++) {
        unsigned nbytes = 1 + i * 7;
        uint8_t *p = kmalloc(nbytes);
        aligned_p &= (uintptr_t)p % 8 == 0;
        zero_p &= memiszero(p, nbytes);
        apart_p &= p >= end_of_last;
        memset(p, 0xff, nbytes);
        end_of_last = p + nbytes;
    }
    printk("blocks are aligned: %s, zeroed: %s, apart: %s\n", yes(aligned_p), yes(zero_p),
           yes(apart_p));

    for (unsigned alignment = 8; alignment <= 65536; alignment *= 2) {
        void *p = kmalloc_aligned(3, alignment);
        if ((uintptr_t)p % alignment)
            printk("not aligned to %d: %p\n", alignment, p);
    }
    printk("first free byte is in the heap: %s\n", yes(kmalloc_heap_ptr() > kmalloc_heap_start() &&
                                                       kmalloc_heap_ptr() <= kmalloc_heap_end()));

    kmalloc_init_set_start((void *)0x200000, 4096);
    printk("a new heap begins at %p\n", kmalloc(4));
    printk("and is full now:\n");
    kmalloc(4096);
    printk("not reached\n");
}
