/* The heap through the year's own calls. */
#include "rpi.h"
#include "libc/helper-macros.h"

static const char *yes(int ok)
{
    return ok ? "yes" : "NO";
}

void notmain(void)
{
    uart_init();
#if LIBPI_YEAR == 2019
    printk("starts at the end of the program: %s\n", yes(kmalloc(1) == kmalloc_heap_start()));
    kmalloc_set_start(0x300000);
#elif LIBPI_YEAR == 2020
    kmalloc_init();
    kmalloc_init_set_start(0x300000);
#elif LIBPI_YEAR == 2025
    kmalloc_init(1);
    printk("heap of %d bytes\n", (char *)kmalloc_heap_end() - (char *)kmalloc_heap_start());
    kmalloc_init_set_start((void *)0x300000, 1024);
#else
    kmalloc_init();
    printk("heap of %d bytes\n", (char *)kmalloc_heap_end() - (char *)kmalloc_heap_start());
    kmalloc_init_set_start((void *)0x300000, 1024);
#endif
    char *p = kmalloc(5);
    char *q = kmalloc(1);
    printk("%s: %d\n", yes(p == (char *)0x300000), q - p);
    char *r = kmalloc_aligned(1, 64);
    printk("aligned: %s %d\n", yes(is_aligned((unsigned)(uintptr_t)r, 64)), r - p);
    memset(r, 0xff, 1);
#if LIBPI_YEAR <= 2020
    kfree(r);
    kfree_all();
    printk("empty again: %s\n", yes(kmalloc(8) == (void *)0x300000));
    printk("zeroed again: %s\n", yes(kmalloc_aligned(1, 64) == r && *r == 0));
#else
    char *used = kmalloc_notzero(8);
    printk("first free byte: %d\n", (char *)kmalloc_heap_ptr() - used);
#ifdef BAD_ALIGNMENT
    kmalloc_aligned(1, 24);
#endif
    kmalloc(2000);
    printk("not reached\n");
#endif
    clean_reboot();
}
