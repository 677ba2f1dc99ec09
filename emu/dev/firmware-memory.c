/* The firmware's memory for programs, and its frame buffer; see firmware.h. */
#include "emu/dev/firmware-internal.h"

#include <stddef.h>
#include <string.h>

enum { WORDS_OF_SCREEN = 10, MAX_WIDTH = 3840, MAX_HEIGHT = 2560 };

/* ---- memory ---- */

static uint32_t heap_end(void)
{
    return (uint32_t)DEV_FIRMWARE_ARM_MEMORY + DEV_FIRMWARE_VC_MEMORY;
}

/* The block that overlaps [addr, addr + nbytes), or null. */
static const struct dev_firmware_block *taken(const struct dev_firmware *f, uint32_t addr,
                                              uint32_t nbytes)
{
    for (unsigned i = 0; i < DEV_FIRMWARE_BLOCKS; i++) {
        const struct dev_firmware_block *b = &f->s.block[i];

        if (b->nbytes && addr < b->addr + b->nbytes && b->addr < addr + nbytes)
            return b;
    }
    return NULL;
}

/* Request: bytes, alignment, flags. Answers a handle, 0: there is no room. */
static uint32_t allocate(struct dev_firmware *f, const uint32_t *v)
{
    uint32_t align = v[1] < 16 ? 16 : v[1], addr = DEV_FIRMWARE_HEAP;
    const uint32_t most = heap_end() - DEV_FIRMWARE_HEAP;
    uint32_t nbytes = (v[0] + 15) & ~15u;
    const struct dev_firmware_block *b;

    if (!v[0] || v[0] > most || (align & (align - 1)) || align > most)
        return 0;
    while (addr <= heap_end() - nbytes && (b = taken(f, addr, nbytes)))
        addr = (b->addr + b->nbytes + align - 1) & ~(align - 1);
    if (addr > heap_end() - nbytes)
        return 0;
    for (uint32_t i = 0; i < DEV_FIRMWARE_BLOCKS; i++) {
        if (!f->s.block[i].nbytes) {
            f->s.block[i] = (struct dev_firmware_block){addr, nbytes, v[2]};
            return i + 1;
        }
    }
    return 0;
}

static struct dev_firmware_block *block_of(struct dev_firmware *f, uint32_t handle)
{
    if (handle < 1 || handle > DEV_FIRMWARE_BLOCKS || !f->s.block[handle - 1].nbytes)
        return NULL;
    return &f->s.block[handle - 1];
}

/* The flags' bits 3:2 choose the alias: the L1's own, coherent, direct, or streaming. */
static uint32_t bus_address_of(const struct dev_firmware_block *b)
{
    static const uint32_t alias[] = {0, 0xc0000000, 0x80000000, 0x40000000};

    return b ? b->addr | alias[b->flags >> 2 & 3] : 0;
}

int firmware_memory(struct dev_firmware *f, uint32_t tag, uint32_t *v)
{
    struct dev_firmware_block *b = block_of(f, v[0]);

    switch (tag) {
    case 0x0003000c:
        firmware_reply1(v, allocate(f, v));
        return 4;
    case 0x0003000d: /* lock */
        firmware_reply1(v, bus_address_of(b));
        return 4;
    case 0x0003000e: /* unlock; by address in later firmware, so it is let go through */
        firmware_reply1(v, 0);
        return 4;
    case 0x0003000f: /* release */
        firmware_reply1(v, b ? 0 : UINT32_MAX);
        if (b)
            b->nbytes = 0;
        return 4;
    default:
        return FIRMWARE_UNKNOWN;
    }
}

/* ---- frame buffer ---- */

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t pitch(const struct dev_firmware_screen *s)
{
    return larger(s->width, s->virtual_width) * (s->depth / 8);
}

static uint32_t screen_bytes(const struct dev_firmware_screen *s)
{
    return pitch(s) * larger(s->height, s->virtual_height);
}

/* Sets the screen if such a one fits. */
static void set_screen(struct dev_firmware *f, const struct dev_firmware_screen *s)
{
    const uint32_t room = DEV_FIRMWARE_HEAP - DEV_FIRMWARE_FRAMEBUFFER;
    const int depth = s->depth == 8 || s->depth == 16 || s->depth == 24 || s->depth == 32;

    if (!depth || !s->width || s->width > MAX_WIDTH || !s->height || s->height > MAX_HEIGHT)
        return;
    if (s->virtual_width > MAX_WIDTH || s->virtual_height > 2 * MAX_HEIGHT)
        return;
    if (screen_bytes(s) <= room)
        f->s.screen = *s;
}

static int set_one(struct dev_firmware *f, uint32_t tag, uint32_t *v)
{
    struct dev_firmware_screen s = f->s.screen;

    switch (tag) {
    case 0x00048003:
        s.width = v[0];
        s.height = v[1];
        break;
    case 0x00048004:
        s.virtual_width = v[0];
        s.virtual_height = v[1];
        break;
    case 0x00048005:
        s.depth = v[0];
        break;
    case 0x00048006:
        s.order = v[0];
        break;
    case 0x00048007:
        s.alpha = v[0];
        break;
    case 0x00048009:
        s.x = v[0];
        s.y = v[1];
        break;
    default:
        return FIRMWARE_UNKNOWN;
    }
    set_screen(f, &s);
    return 0;
}

static int get_one(const struct dev_firmware_screen *s, uint32_t tag, uint32_t *v)
{
    switch (tag) {
    case 0x00040003:
        return firmware_reply2(v, s->width, s->height);
    case 0x00040004:
        return firmware_reply2(v, s->virtual_width, s->virtual_height);
    case 0x00040005:
        firmware_reply1(v, s->depth);
        return 4;
    case 0x00040006:
        firmware_reply1(v, s->order);
        return 4;
    case 0x00040007:
        firmware_reply1(v, s->alpha);
        return 4;
    case 0x00040008:
        firmware_reply1(v, pitch(s));
        return 4;
    case 0x00040009:
        return firmware_reply2(v, s->x, s->y);
    default:
        return FIRMWARE_UNKNOWN;
    }
}

int firmware_screen(struct dev_firmware *f, uint32_t tag, uint32_t *v)
{
    switch (tag) {
    case 0x00040001: /* allocate */
        return firmware_reply2(v, DEV_FIRMWARE_FRAMEBUFFER, screen_bytes(&f->s.screen));
    case 0x00048001: /* release */
        return 0;
    case 0x00040002: /* blank */
    case 0x00044005: /* tests: everything is possible */
    case 0x00044006:
    case 0x00044007:
        return 4;
    case 0x00044003:
    case 0x00044004:
    case 0x00044009:
        return 8;
    case 0x0004000a: /* overscan: none */
    case 0x0004400a:
    case 0x0004800a:
        firmware_reply2(v + 2, 0, 0);
        firmware_reply2(v, 0, 0);
        return 16;
    case 0x0004400b: /* palette: valid */
    case 0x0004800b:
        firmware_reply1(v, 0);
        return 4;
    case 0x00040013: /* displays */
        firmware_reply1(v, 1);
        return 4;
    default:
        if (tag >> 12 == 0x48 && set_one(f, tag, v) == FIRMWARE_UNKNOWN)
            return FIRMWARE_UNKNOWN;
        return get_one(&f->s.screen, tag & ~0x8000u, v);
    }
}

void dev_firmware_framebuffer(struct dev_firmware *f, uint32_t addr)
{
    uint32_t w[WORDS_OF_SCREEN];
    uint8_t *m = f->memory.at ? f->memory.at(f->memory.self, addr, sizeof w, 1) : NULL;
    struct dev_firmware_screen s = f->s.screen;

    if (!m)
        return;
    memcpy(w, m, sizeof w);
    s.width = w[0];
    s.height = w[1];
    s.virtual_width = w[2];
    s.virtual_height = w[3];
    s.depth = w[5];
    s.x = w[6];
    s.y = w[7];
    set_screen(f, &s);
    w[4] = pitch(&f->s.screen);
    w[8] = DEV_FIRMWARE_FRAMEBUFFER;
    w[9] = screen_bytes(&f->s.screen);
    memcpy(m, w, sizeof w);
}
