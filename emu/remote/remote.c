/* The remote backend: stop-and-wait requests over the line; see remote.h. */
#include "emu/remote/remote.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire/boot.h"
#include "wire/ops.h"

enum {
    WRITE_LIMIT_MS = 1000,
    REPEAT_MS = 60,     /* a request and its answer take 2.5 ms at 115200 baud, USB adds up to 32 */
    REQUEST_TRIES = 30, /* then the Pi is lost: about 1.8 s */
    POLL_MS = 20,
    TIMER_CLO = 0x20003004,
    TIMER_CHI = 0x20003008,
};

static int send_frame(struct remote *r, const struct frame *f)
{
    uint8_t bytes[FRAME_MAX_BYTES];
    int e = line_write(r->line, bytes, frame_encode(f, bytes), WRITE_LIMIT_MS);

    return e == 0 ? 0 : e == LINE_TIMEOUT ? REMOTE_LOST : REMOTE_GONE;
}

/* Waits until `until` for the next frame. 1: *f is one; 0: time is up; negative: enum remote_error.
 */
static int receive_frame(struct remote *r, struct frame *f, uint64_t until)
{
    for (;;) {
        uint64_t now = line_now_ms();
        uint8_t byte;
        int n;

        if (r->stop && r->stop(r->self))
            return REMOTE_STOPPED;
        n = line_read(r->line, &byte, 1,
                      now >= until            ? 0
                      : until - now > POLL_MS ? POLL_MS
                                              : (unsigned)(until - now));
        if (n == LINE_TIMEOUT) {
            if (now >= until)
                return 0;
            continue;
        }
        if (n < 0)
            return REMOTE_GONE;
        r->heard++;
        r->greeting = r->greeting >> 8 | (uint32_t)byte << 24;
        if (r->greeting == BOOT_GET_PROG_INFO)
            return r->requests ? REMOTE_NO_PI : REMOTE_BOOT_LOADER;
        if (!frame_push(&r->parser, byte, f))
            continue;
        if (f->kind == OP_TEXT) {
            r->text(r->self, (const char *)f->payload, f->nbytes);
            continue;
        }
        return 1;
    }
}

static uint32_t make_nonce(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return ((uint32_t)t.tv_nsec << 2) ^ (uint32_t)t.tv_sec ^ ((uint32_t)getpid() << 16);
}

int remote_open(struct remote *r, struct line *line, unsigned timeout_ms)
{
    struct op_hello hello = {.version = WIRE_VERSION, .nonce = make_nonce()};
    uint64_t end = line_now_ms() + timeout_ms;
    struct frame f;

    r->line = line;
    r->nonce = hello.nonce;
    do {
        uint64_t again = line_now_ms() + REPEAT_MS;
        int e;

        op_make_hello(&f, OP_HELLO, &hello);
        e = send_frame(r, &f);
        while (e == 0 && (e = receive_frame(r, &f, again)) > 0) {
            struct op_hello answer;

            e = 0;
            if (f.kind != OP_WELCOME || op_read_hello(&f, &answer) < 0)
                continue;
            r->version = answer.version;
            if (answer.version != WIRE_VERSION)
                return REMOTE_VERSION;
            if (answer.nonce == hello.nonce)
                return 0;
        }
        if (e < 0)
            return e;
    } while (line_now_ms() < end);
    return r->heard ? REMOTE_GARBAGE : REMOTE_SILENT;
}

/* Sends *request until its answer arrives. 0 or a negative enum remote_error. */
static int ask(struct remote *r, const struct frame *request, struct op_reply *reply)
{
    for (int i = 0; i < REQUEST_TRIES; i++) {
        uint64_t until = line_now_ms() + REPEAT_MS;
        struct frame f;
        int e = send_frame(r, request);

        r->repeats += i > 0;
        while (e == 0 && (e = receive_frame(r, &f, until)) > 0) {
            if (f.kind == OP_REPLY && f.seq == request->seq && op_read_reply(&f, reply) == 0) {
                r->requests++;
                return 0;
            }
            e = 0;
        }
        if (e < 0)
            return e;
    }
    return REMOTE_LOST;
}

static int exchange(struct remote *r, struct bus_access *a)
{
    struct op_access op = {.width = a->width, .addr = a->addr, .value = a->value};
    struct op_reply reply;
    struct frame f;

    if (r->error)
        return BUS_LOST;
    if (a->op == BUS_READ)
        op_make_get(&f, r->seq++, &op);
    else
        op_make_put(&f, r->seq++, &op);
    r->error = ask(r, &f, &reply);
    if (!r->error && (reply.status == OPS_NO_SESSION || reply.status == OPS_BAD))
        r->error = reply.status == OPS_BAD ? REMOTE_CONFUSED : REMOTE_NO_PI;
    if (r->error)
        return BUS_LOST;
    a->value = a->op == BUS_READ ? reply.value : a->value;
    r->last = *a;
    if (reply.status == OPS_DROPPED || reply.status == OPS_REFUSED)
        r->remark(r->self, a, reply.status);
    return 0;
}

static int remote_read(void *self, struct bus_access *a)
{
    return exchange(self, a);
}

static int remote_write(void *self, const struct bus_access *a)
{
    struct bus_access copy = *a;

    return exchange(self, &copy);
}

void remote_map(struct remote *r, struct bus *b)
{
    r->target = (struct bus_target){
        .name = "remote", .self = r, .narrow = 1, .read = remote_read, .write = remote_write};
    bus_map(b, PERIPHERAL_BASE, PERIPHERAL_END - PERIPHERAL_BASE, &r->target);
}

static uint32_t read_word(struct remote *r, uint32_t addr)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = addr};

    return exchange(r, &a) < 0 ? 0 : a.value;
}

uint64_t remote_time_us(void *remote)
{
    struct remote *r = remote;
    uint32_t high, low;

    do {
        high = read_word(r, TIMER_CHI);
        low = read_word(r, TIMER_CLO);
    } while (!r->error && high != read_word(r, TIMER_CHI));
    return r->error ? 0 : (uint64_t)high << 32 | low;
}

void remote_reboot(struct remote *r)
{
    uint64_t end = line_now_ms() + 300;
    struct frame request, f;

    op_make_reboot(&request, r->seq++);
    for (int i = 0; i < 3; i++) {
        uint64_t until = line_now_ms() + 100;

        if (send_frame(r, &request) < 0)
            return;
        r->stop = NULL; /* the run is over already: only the limits count */
        while (line_now_ms() < end && receive_frame(r, &f, until) > 0) {
            if (f.kind == OP_REPLY && f.seq == request.seq)
                return;
        }
    }
}

const char *remote_error_text(const struct remote *r, int error, char *buf, size_t nbytes)
{
    char after[96] = "";

    if (r->requests)
        snprintf(after, sizeof after, "; the last operation was %s 0x%08x = 0x%x (number %llu)",
                 r->last.op == BUS_READ ? "read" : "write", r->last.addr, r->last.value,
                 (unsigned long long)r->requests);
    switch (error) {
    case REMOTE_SILENT:
        snprintf(buf, nbytes,
                 "%s: the Pi does not answer: nothing came back; is the device loop running "
                 "there? (start with my-install -exec, or --pi; else check power, wiring, SD card)",
                 r->line->name);
        break;
    case REMOTE_GARBAGE:
        snprintf(buf, nbytes,
                 "%s: the Pi does not answer: %zu bytes came back, none of them from a device "
                 "loop (another program running there? wrong baud or wiring?)",
                 r->line->name, r->heard);
        break;
    case REMOTE_VERSION:
        snprintf(buf, nbytes,
                 "%s: the device loop there speaks version %u, this program version %d: "
                 "boot the loop that came with it (my-install -exec, or --pi)",
                 r->line->name, r->version, (int)WIRE_VERSION);
        break;
    case REMOTE_GONE:
        snprintf(buf, nbytes, "%s: the line is gone (unplugged?)%s", r->line->name, after);
        break;
    case REMOTE_CONFUSED:
        snprintf(
            buf, nbytes,
            "%s: the device loop did not understand a request: is another program using the same "
            "line?%s",
            r->line->name, after);
        break;
    case REMOTE_BOOT_LOADER:
        snprintf(buf, nbytes,
                 "%s: a boot loader is there, not the device loop: start with my-install -exec, or "
                 "--pi",
                 r->line->name);
        break;
    case REMOTE_NO_PI:
        snprintf(buf, nbytes, "%s: the Pi rebooted in the middle of the run (power? watchdog?)%s",
                 r->line->name, after);
        break;
    default:
        snprintf(buf, nbytes, "%s: the Pi stopped answering (hung, powered off, or the line cut)%s",
                 r->line->name, after);
        break;
    }
    return buf;
}
