/* A Pi program: the device loop over a line that is an array, and devices that cost nothing, so
 * that what is left is the loop itself. QEMU with -icount shift=0 lets the system timer count
 * instructions: a thousand a microsecond. Prints instructions of one operation and of one byte. */
#include "rpi.h"

#include "pi-side/loop-protocol.h"
#include "pi-side/uart-line.h"

enum { FRAMES = 200, SLOTS_USED = 8, PER_US = 1000 };

static struct loop loop;
static struct frame_key key;
static struct encoder encoder;
static uint32_t answered;

static uint32_t now_us(void *self)
{
    (void)self;
    return timer_get_usec();
}

static void put_byte(void *self, uint8_t byte)
{
    (void)self, (void)byte;
    answered++;
}

static int device_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    (void)self, (void)width;
    *value = addr ^ answered * 0x9E3779B9;
    return 0;
}

static int device_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    (void)self, (void)width, (void)addr, (void)value;
    return 0;
}

static int set_baud(void *self, uint32_t baud)
{
    (void)self, (void)baud;
    return -1;
}

static void reboot(void *self)
{
    (void)self;
    panic("the loop wants to reboot\n");
}

static const struct loop_port port = {
    .now_us = now_us,
    .put_byte = put_byte,
    .read = device_read,
    .write = device_write,
    .set_baud = set_baud,
    .reboot = reboot,
};

/* As device-loop.c does for each byte that comes. */
static void hear(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uart_line_move();
        loop_byte(&loop, &port, bytes[i]);
        loop_run(&loop, &port);
    }
}

static void execute(void)
{
    while (loop_run(&loop, &port) == 0)
        uart_line_move();
}

static size_t add(uint8_t *body, size_t n, unsigned kind, uint32_t addr, uint32_t value)
{
    struct op op = {.kind = (uint8_t)kind, .width = 4, .addr = addr, .value = value};

    return n + (size_t)op_encode(&encoder, &op, body + n, FRAME_MAX_BODY - n);
}

/* FRAMES frames of so many operations each: us of hearing, us of executing. */
static void measure(const char *what, unsigned kind, unsigned ops, uint32_t *seq)
{
    uint32_t hearing = 0, executing = 0, bytes = 0;

    for (unsigned i = 0; i < FRAMES; i++) {
        uint8_t frame[FRAME_MAX_BYTES];
        size_t n = 0;
        uint32_t start, heard;

        for (unsigned k = 0; k < ops; k++)
            n = add(frame + 2, n, kind, 0x20200000 + 4 * (k % SLOTS_USED), 1u << (k * 5 + 3) % 32);
        encoder_new_frame(&encoder);
        n = frame_make_long(&key, FRAME_DOWN, ++*seq, frame + 2, n, frame);
        start = timer_get_usec();
        hear(frame, n);
        heard = timer_get_usec();
        execute();
        hearing += heard - start;
        executing += timer_get_usec() - heard;
        bytes += n;
    }
    if (loop.session.executed != *seq)
        panic("%d frames executed of %d\n", loop.session.executed, *seq);
    printk("%s %d %d %d %d\n", what, hearing, bytes, executing, FRAMES * ops);
}

void notmain(void)
{
    static const uint8_t hello[] = {WIRE_VERSION, 0, 1, 0, 0, 0};
    uint8_t bytes[FRAME_MAX_BYTES];
    uint32_t seq = 0;

    hear(bytes,
         frame_make_control(&frame_no_session, FRAME_DOWN, CTL_HELLO, hello, sizeof hello, bytes));
    frame_key_init(&key, 1);
    encoder_init(&encoder, 1);
    measure("writes", OP_PUT, 100, &seq);
    measure("reads", OP_GET, 1, &seq);
}
