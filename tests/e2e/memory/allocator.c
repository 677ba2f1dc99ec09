/* Allocators as labs write them: a header in front of each block, free lists, pieces of kmalloc's
 * block as of sbrk's; with OWN also kmalloc itself. Nothing to report. */
#include "rpi.h"

#ifdef OWN
static char pool[1 << 16] __attribute__((aligned(8)));
static unsigned used;

void *kmalloc(unsigned n)
{
    void *p = &pool[used];
    used += (n + 7) & ~7u;
    return memset(p, 0, n);
}
#endif

struct header {
    struct header *next;
    unsigned n, magic;
};

static struct header *unused;
static char *more, *more_end;

static void *piece(unsigned n)
{
    n = (n + 7) & ~7u;
    if (!more || n > (unsigned)(more_end - more)) {
        more = kmalloc(4096);
        more_end = more + 4096;
    }
    more += n;
    return more - n;
}

static void *take(unsigned n)
{
    struct header **p = &unused, *h;
    while (*p && (*p)->n < n)
        p = &(*p)->next;
    h = *p;
    if (h) {
        *p = h->next;
    } else {
        h = piece(sizeof *h + n);
        h->n = n;
    }
    h->magic = 0xfeedface;
    return h + 1;
}

static void give(void *block)
{
    struct header *h = (struct header *)block - 1;
    if (h->magic != 0xfeedface)
        panic("not a block\n");
    h->next = unused;
    unused = h;
}

void notmain(void)
{
    unsigned char *kept[40];
    unsigned sum = 0;
#ifndef OWN
    kmalloc_init_mb(1);
#endif
    for (unsigned turn = 0; turn < 3; turn++) {
        for (unsigned i = 0; i < 40; i++) {
            kept[i] = take(1 + 13 * i % 200);
            memset(kept[i], (int)i, 1 + 13 * i % 200);
        }
        for (unsigned i = 0; i < 40; i++)
            sum += kept[i][13 * i % 200];
        for (unsigned i = 0; i < 40; i++)
            give(kept[i]);
    }
    printk("end %d\n", sum);
}
