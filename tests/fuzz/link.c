/* The laptop's end of the line on answers the fuzzer chooses, most of them made into frames that
 * check, at times it chooses. Whatever arrives, every call ends, and what is known to be executed
 * was sent.
 * Links: emu/remote/link.c emu/remote/link-control.c emu/remote/link-receive.c emu/core/bus.c
 * Links: emu/remote/remote.c emu/remote/remote-text.c emu/remote/poll.c emu/remote/shadow.c
 * Links: emu/remote/bounce.c emu/remote/bounce-chain.c emu/remote/bounce-dma.c
 * Links: emu/remote/bounce-mailbox.c emu/core/regs.c emu/core/regs-masters.c
 * Links: emu/core/regs-pins.c emu/core/regs-serial.c emu/core/regs-system.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/remote/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

#define MS 1000000ull

enum { NONCE = 0x31415926, CALLS = 64 };

static struct {
    const uint8_t *data;
    size_t left;
    uint64_t now;
    int greeted;
    struct remote remote;
} t;

static void must(int holds)
{
    if (!holds)
        abort();
}

static uint8_t next(void)
{
    if (!t.left)
        return 0;
    t.left--;
    return *t.data++;
}

/* At most n of the input's next bytes. */
static size_t take(uint8_t *out, size_t n)
{
    size_t i = 0;

    while (i < n && t.left)
        out[i++] = next();
    return i;
}

static uint64_t now_ns(void *self)
{
    (void)self;
    return t.now;
}

static int write_all(void *self, const uint8_t *bytes, size_t n)
{
    (void)self, (void)bytes;
    t.now += n * 86806;
    return (int)n;
}

static int set_baud(void *self, unsigned baud)
{
    (void)self;
    return baud ? 0 : LINK_GONE;
}

static int welcome(uint8_t *bytes)
{
    uint8_t body[14] = {WIRE_VERSION, 0};
    uint32_t nonce = NONCE;

    memcpy(body + 2, &nonce, 4);
    body[8] = 0x40;  /* at 0x00400000 */
    body[12] = 0x10; /* 1 MB */
    t.greeted = 1;
    return (int)frame_make_control(&frame_no_session, FRAME_UP, CTL_WELCOME, body, sizeof body,
                                   bytes);
}

/* What comes up the line next; 0: silence. */
static int answer(uint8_t *bytes)
{
    const struct link *l = &t.remote.link;
    uint8_t what = next(), body[FRAME_MAX_BODY], low;
    uint32_t seq = l->acked + (what & 7);
    size_t n;

    switch (what >> 5) {
    case 0:
    case 1:
        return (int)take(bytes, (what & 31) + 1u);
    case 2:
    case 3:
        low = next() & 15;
        bytes[0] = (uint8_t)(0x80 | low);
        n = (size_t)frame_size(FRAME_UP, bytes, 1) - 1 - CRC24_BYTES;
        memset(body, 0, n);
        take(body, n);
        return (int)frame_make_short(&l->key, FRAME_UP, seq, low, body, n, bytes);
    case 4:
    case 5:
        n = take(body, next() % 64);
        return (int)frame_make_long(&l->key, FRAME_UP, seq, body, n, bytes);
    case 6:
        low = next();
        n = take(body, next() % 32);
        return (int)frame_make_control(&l->key, FRAME_UP, low, body, n, bytes);
    default:
        return 0;
    }
}

static int read_some(void *self, uint8_t *bytes, size_t room, uint64_t until_ns)
{
    uint8_t all[FRAME_MAX_BYTES];
    int n = 0;

    (void)self;
    if (t.now >= until_ns)
        return 0;
    if (room)
        n = !t.greeted ? welcome(all) : t.left ? answer(all) : 0;
    if (n == 0) { /* silence up to the deadline */
        must(until_ns != UINT64_MAX);
        t.now = until_ns;
        return 0;
    }
    must((size_t)n <= sizeof all);
    n = (size_t)n < room ? n : (int)room;
    memcpy(bytes, all, (size_t)n);
    t.now += MS;
    return n;
}

static void *memory(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    static uint8_t ram[1 << 16];

    (void)self, (void)write;
    return addr < sizeof ram && nbytes <= sizeof ram - addr ? ram + addr : NULL;
}

static void remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    (void)self, (void)a, (void)what;
}

static void bounce_remark(void *self, const char *text)
{
    (void)self;
    must(text[0] != 0);
}

static void act(struct remote *r, uint8_t what)
{
    static const uint32_t addr[] = {0x20200034, 0x2020001C, 0x20200000, 0x20204004,
                                    0x20003004, 0x20204000, 0x2000B880, 0x2000B8A0};
    struct bus_access a = {.op = BUS_READ,
                           .width = (uint8_t)(what & 64 ? 1 : 4),
                           .addr = addr[what & 7],
                           .value = next() * 0x01010101u,
                           .pc = what & 7};

    switch (what >> 3 & 7) {
    case 0:
    case 1:
    case 2:
        remote_read(r, &a);
        break;
    case 3:
    case 4:
        a.op = BUS_WRITE;
        remote_write(r, &a);
        break;
    case 5:
        remote_delay(r, what * 64u);
        break;
    case 6:
        remote_watch_interrupts(r, what & 1);
        break;
    default:
        remote_time_us(r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const unsigned speeds[] = {921600, 0};
    struct remote *r = &t.remote;
    const struct link *l = &r->link;

    memset(&t, 0, sizeof t);
    t.data = data;
    t.left = nbytes;
    r->port = (struct link_port){
        .now_ns = now_ns, .write = write_all, .read = read_some, .set_baud = set_baud};
    r->name = "line";
    r->remark = remark;
    r->bounce.memory = memory;
    r->bounce.remark = bounce_remark;
    r->off.no_batch = next() & 1;
    if (remote_open(r, 115200, next() & 1 ? speeds : NULL, NONCE, 200) < 0)
        return 0;
    for (unsigned i = 0; i < CALLS && t.left; i++) {
        act(r, next());
        must(l->made - l->acked <= FRAME_WINDOW && l->sent - l->acked <= FRAME_WINDOW);
        must(l->nresults <= LINK_MAX_RESULTS);
        must(!l->error || (l->error <= LINK_SILENT && l->error >= LINK_BOOT_LOADER));
        if (!l->error && next() % 8 == 0)
            remote_service(r);
    }
    remote_close(r);
    must(l->error || link_idle(l));
    return 0;
}
