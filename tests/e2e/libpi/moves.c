/* memcpy, memmove, memset, strlen for every small size, alignment and overlap, against a byte at a
 * time; and with a device at one end. */
#include "rpi.h"

enum {
    ROOM = 400,
    MAX = 150,
    LARGE = 1200,
    EDGE = 64,
    GPIO_SET0 = 0x2020001c,
    GPIO_LEV0 = 0x20200034
};

static unsigned char got[ROOM], want[ROOM];

static void fill(void)
{
    for (unsigned i = 0; i < ROOM; i++)
        got[i] = want[i] = (unsigned char)(i * 7 + 3);
}

static void compare(const char *what, unsigned to, unsigned from, unsigned n)
{
    for (unsigned i = 0; i < ROOM; i++)
        if (got[i] != want[i])
            panic("%s: to %d, from %d, %d bytes: byte %d is %x, not %x\n", what, to, from, n, i,
                  got[i], want[i]);
}

static void check_move(unsigned to, unsigned from, unsigned n)
{
    unsigned char old[MAX];

    fill();
    for (unsigned i = 0; i < n; i++)
        old[i] = want[from + i];
    for (unsigned i = 0; i < n; i++)
        want[to + i] = old[i];
    memmove(got + to, got + from, n);
    compare("memmove", to, from, n);
}

static void check_copy(unsigned to, unsigned n)
{
    fill();
    for (unsigned i = 0; i < n; i++)
        want[to + i] = want[ROOM - MAX - to % 5 + i];
    memcpy(got + to, got + ROOM - MAX - to % 5, n);
    compare("memcpy", to, ROOM - MAX - to % 5, n);
}

static void check_set(unsigned to, unsigned n)
{
    fill();
    for (unsigned i = 0; i < n; i++)
        want[to + i] = 0xa5;
    memset(got + to, 0x7a5, n);
    compare("memset", to, 0, n);
}

static void check_large_set(unsigned to, unsigned n)
{
    static unsigned char page[LARGE];

    for (unsigned i = 0; i < LARGE; i++)
        page[i] = 0x5a;
    memset(page + to, 0x7a5, n);
    for (unsigned i = 0; i < LARGE; i++)
        if (page[i] != (i - to < n ? 0xa5 : 0x5a))
            panic("memset: to %d, %d bytes: byte %d is %x\n", to, n, i, page[i]);
}

/* Beside the string are ends of others; in it, and behind it, bytes that are all but 0. */
static void check_length(unsigned at, unsigned n)
{
    for (unsigned i = 0; i < ROOM; i++)
        got[i] = i < at ? 0 : (unsigned char)(i % 3 == 0 ? 0x80 : i % 3 == 1 ? 1 : 0xff);
    got[at + n] = 0;
    if (strlen((char *)got + at) != n)
        panic("strlen: at %d: %d, not %d\n", at, strlen((char *)got + at), n);
}

static void check_device(void)
{
    unsigned pins[2] = {1 << 20 | 1 << 21, 0}, level = 0;

    gpio_set_output(20);
    gpio_set_output(21);
    memcpy((void *)GPIO_SET0, pins, 8);
    memcpy(&level, (void *)GPIO_LEV0, 4);
    printk("pins 20 and 21: %x\n", level >> 20 & 3);
    memset((void *)(GPIO_SET0 + 12), 0xff, 4);
    memmove(&level, (void *)GPIO_LEV0, 4);
    printk("and cleared: %x\n", level >> 20 & 3);
}

void notmain(void)
{
    for (unsigned n = 0; n < MAX; n++) {
        for (unsigned to = 0; to < 20; to++) {
            check_copy(to, n);
            check_set(to, n);
            check_length(to, n);
        }
        for (unsigned from = EDGE - 20; from < EDGE + 20; from++)
            check_move(EDGE, from, n);
    }
    for (unsigned n = 1000; n < 1060; n++)
        for (unsigned to = 0; to < 10; to++)
            check_large_set(to, n);
    printk("sizes, alignments and overlaps are right\n");
    check_device();
}
