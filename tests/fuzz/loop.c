/* The device loop on bytes and silences the fuzzer chooses, half of them made into frames that
 * check. Whatever arrives, it answers or not, but touches only peripherals and keeps the line. */
#include <stdint.h>
#include <stdlib.h>

#include "pi-side/loop-protocol.h"
#include "wire/ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void put_byte(void *self, uint8_t byte)
{
    unsigned *said = self;

    (void)byte;
    (*said)++;
}

static void check_address(unsigned width, uint32_t addr)
{
    must(width == 1 || width == 2 || width == 4);
    must(addr >= 0x20000000 && addr < 0x21000000 && addr % width == 0);
}

static int device_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    (void)self;
    check_address(width, addr);
    must(addr / 4 != 0x20215040 / 4); /* the line's own bytes */
    *value = addr;
    return addr & 64 ? -1 : 0;
}

static int device_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    (void)self;
    check_address(width, addr);
    must(addr < 0x20215040 || addr >= 0x20215080); /* the mini-UART */
    if (addr / 4 == 0x20200004 / 4)                /* pins 14 and 15 are its own */
        must(width == 4 && (value >> 12 & 077) == 022);
    if (addr / 4 == 0x20215004 / 4) /* and it stays on */
        must(width == 4 && (value & 1));
    return addr & 64 ? -1 : 0;
}

static void reboot(void *self)
{
    (void)self;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    unsigned said = 0;
    const struct loop_port port = {&said, put_byte, device_read, device_write, reboot};
    struct loop loop = {0};
    uint8_t bytes[FRAME_MAX_BYTES];

    for (size_t i = 0; i < nbytes;) {
        uint8_t what = data[i++];
        size_t left = nbytes - i;

        if (what == 0) {
            loop_silence(&loop, &port);
        } else if (what <= 8 && left >= 10) { /* a request in turn, near where the rules are */
            static const uint32_t base[] = {0x20200000, 0x20215000, 0x20100000, 0x20101000};
            struct op_access a = {(uint8_t)(1 << data[i + 1] % 3), base[data[i + 2] % 4], 0};
            struct frame f;

            a.addr += data[i + 3] | (data[i + 4] & 0x80U ? data[i + 5] << 20 : 0);
            a.value = data[i + 6] | (uint32_t)data[i + 7] << 8 | (uint32_t)data[i + 8] << 16 |
                      (uint32_t)data[i + 9] << 24;
            op_make_put(&f, data[i] & 1 ? loop.next_seq : data[i], &a);
            if (what <= 2)
                op_make_get(&f, loop.next_seq, &a);
            if (what == 3)
                op_make_hello(&f, OP_HELLO, &(struct op_hello){WIRE_VERSION, data[i]});
            if (what == 4)
                f.kind = data[i];
            i += 10;
            size_t n = frame_encode(&f, bytes);
            for (size_t k = 0; k < n; k++)
                loop_byte(&loop, &port, bytes[k]);
        } else {
            loop_byte(&loop, &port, what);
        }
    }
    return 0;
}
