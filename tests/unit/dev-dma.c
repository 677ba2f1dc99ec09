/* DMA: "BCM2835 ARM Peripherals" ch. 4, p. 38-64, and its public errata. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/dma.h"

enum { CS, CONBLK = 4, TI = 8, SOURCE = 12, DEST = 16, LENGTH = 20, STRIDE = 24, NEXT = 28, DEBUG };

enum {
    ACTIVE = 1 << 0,
    END = 1 << 1,
    INT = 1 << 2,
    DREQ = 1 << 3,
    PAUSED = 1 << 4,
    DREQ_STOPS = 1 << 5,
    ERROR = 1 << 8,
    ABORT = 1 << 30,
    INTEN = 1 << 0,
    TWO_D = 1 << 1,
    DEST_INC = 1 << 4,
    DEST_WIDE = 1 << 5,
    DEST_DREQ = 1 << 6,
    DEST_IGNORE = 1 << 7,
    SRC_INC = 1 << 8,
    SRC_WIDE = 1 << 9,
    SRC_IGNORE = 1 << 11,
    COPY = SRC_INC | DEST_INC,
    INT_STATUS = DEV_DMA_BASE + 0xfe0,
    ENABLE = DEV_DMA_BASE + 0xff0,
    DEVICE = 0x20206000,     /* a page nobody models */
    BUS_DEVICE = 0x7e206000, /* as the engine names it */
    MEMORY_BYTES = 0x4000,
    A = 0x1000,
    B = 0x2000,
    ALL_DONE = 1000000, /* ns */
};
#define RESET 0x80000000u

static struct bus bus;
static struct clock now;
static struct dev_dma dma;
static uint8_t memory[MEMORY_BYTES];
static struct irq_line request = {.number = DREQ_SPI_TX};

/* The device: what was written, and a count that reads give. */
static struct {
    uint32_t written[64];
    unsigned writes, reads;
    enum bus_origin origin;
    uint32_t last_addr;
} device;

static void *memory_at(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    (void)write;
    assert_ptr_equal(self, memory);
    return addr < MEMORY_BYTES && nbytes <= MEMORY_BYTES - addr ? memory + addr : NULL;
}

static int device_read(void *self, struct bus_access *a)
{
    (void)self;
    device.origin = a->origin;
    device.last_addr = a->addr;
    a->value = 0x100 + device.reads++;
    return 0;
}

static int device_write(void *self, const struct bus_access *a)
{
    (void)self;
    device.origin = a->origin;
    device.last_addr = a->addr;
    device.written[device.writes++ % 64] = a->value;
    return 0;
}

static const struct bus_target device_target = {
    .name = "device", .read = device_read, .write = device_write};

static uint32_t reg(unsigned channel, unsigned r)
{
    if (r == DEBUG)
        r = 0x20;
    return channel == 15 ? DEV_DMA15_BASE + r : DEV_DMA_BASE + channel * 0x100 + r;
}

static uint32_t get(unsigned channel, unsigned r)
{
    return access_get(&bus, reg(channel, r));
}

static void put(unsigned channel, unsigned r, uint32_t value)
{
    access_put(&bus, reg(channel, r), value);
}

static void set(uint32_t at, uint32_t ti, uint32_t source, uint32_t dest, uint32_t length,
                uint32_t next)
{
    const uint32_t block[8] = {ti, source, dest, length, 0, next};

    memcpy(memory + at, block, sizeof block);
}

static uint32_t word(uint32_t addr)
{
    uint32_t w;

    memcpy(&w, memory + addr, 4);
    return w;
}

static void start(unsigned channel, uint32_t block)
{
    put(channel, CONBLK, block);
    put(channel, CS, ACTIVE);
}

static int fresh(void **state)
{
    const struct memory m = {.self = memory, .at = memory_at};

    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    memset(&device, 0, sizeof device);
    memset(memory, 0xee, sizeof memory);
    for (uint32_t i = 0; i < 0x400; i++)
        memory[A + i] = (uint8_t)(i * 7 + 1);
    clock_start(&now, CLOCK_VIRTUAL);
    request = (struct irq_line){.number = DREQ_SPI_TX};
    dev_dma_init(&dma, &now, &bus, &m);
    dev_dma_map(&dma, &bus);
    dev_dma_connect(&dma, &request);
    bus_map(&bus, DEVICE, BUS_PAGE, &device_target);
    return 0;
}

static void power_on_values(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 16; n++) {
        int lite = n >= 7 && n <= 14;
        uint32_t value = 0;

        for (unsigned r = 0; r < 0x20; r += 4)
            if (r != STRIDE || !lite)
                assert_int_equal(get(n, r), 0);
        assert_int_equal(get(n, DEBUG), n << 8 | 2u << 25 | (uint32_t)lite << 28);
        if (lite) /* p. 39: no 2D mode, no STRIDE */
            assert_int_equal(access_try(&bus, BUS_READ, 4, reg(n, STRIDE), &value), BUS_UNMODELLED);
    }
    assert_int_equal(access_get(&bus, INT_STATUS), 0);
    assert_int_equal(access_get(&bus, ENABLE), 0x7fff);
}

static void a_block_is_moved_in_time(void **state)
{
    (void)state;
    set(0x100, COPY, 0xc0000000 | A, 0x40000000 | B, 0x400, 0);
    start(5, 0x40000100);
    assert_int_equal(get(5, CS), ACTIVE);
    assert_int_equal(get(5, CONBLK), 0x40000100);
    assert_int_equal(word(B), 0xeeeeeeee);
    clock_pass(&now, 1500);
    assert_int_equal(word(B), word(A)); /* under way */
    assert_int_equal(get(5, CS) & ACTIVE, ACTIVE);
    assert_int_equal(get(5, TI), COPY);
    assert_int_equal(get(5, LENGTH) + get(5, SOURCE), (0xc0000000 | A) + 0x400);
    clock_pass(&now, ALL_DONE);
    assert_memory_equal(memory + A, memory + B, 0x400);
    assert_int_equal(word(B + 0x400), 0xeeeeeeee);
    assert_int_equal(get(5, CS) & (ACTIVE | END | INT), END);
    assert_int_equal(get(5, CONBLK), 0); /* p. 50: "if zero [...] stop" */
    assert_int_equal(get(5, SOURCE), (0xc0000000 | A) + 0x400);
    assert_int_equal(get(5, DEST), (0x40000000 | B) + 0x400);
    put(5, CS, END);
    assert_int_equal(get(5, CS) & END, 0);
}

static uint64_t time_of(unsigned channel, uint32_t ti)
{
    uint64_t begin = now.ns;

    set(0x100, ti, A, B, 0x400, 0);
    start(channel, 0x100);
    while (get(channel, CS) & ACTIVE)
        clock_pass(&now, 1);
    return now.ns - begin;
}

/* p. 39: lite engines have about half the performance; p. 51: 128 bits are four words, and WAITS
 * are cycles after each access. */
static void rates(void **state)
{
    uint64_t full, lite, wide;

    (void)state;
    full = time_of(0, COPY);
    lite = time_of(7, COPY);
    wide = time_of(0, COPY | SRC_WIDE | DEST_WIDE);
    assert_int_equal(lite, 2 * full);
    assert_true(wide < full / 2);
    assert_int_equal(time_of(0, COPY | 3 << 21), full + 2ul * 256 * 3 * 4);
}

/* END is set by every block and INT stays though the next has no INTEN, p. 49. */
static void chains(void **state)
{
    (void)state;
    set(0x100, COPY | INTEN, A, B, 8, 0x120);
    set(0x120, COPY, B, B + 0x100, 8, 0x140);
    set(0x140, COPY, A + 8, B + 0x200, 3, 0);
    start(2, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(2, CS) & (ACTIVE | END | INT), END | INT);
    assert_int_equal(word(B + 0x100), word(A));
    assert_memory_equal(memory + B + 0x200, memory + A + 8, 3);
    assert_int_equal(memory[B + 0x203], 0xee);
    assert_int_equal(access_get(&bus, INT_STATUS), 1 << 2);
    assert_int_equal(dma.irq[2].level, 1);
    put(2, CS, INT);
    assert_int_equal(dma.irq[2].level, 0);
    assert_int_equal(get(2, CS) & (END | INT), END);
}

static void a_ring_goes_on_until_it_is_stopped(void **state)
{
    (void)state;
    set(0x100, COPY, A, B, 8, 0x100);
    start(2, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(2, CS) & (ACTIVE | END), ACTIVE | END);
    put(2, CS, RESET);
    assert_int_equal(get(2, CS), 0);
    assert_int_equal(get(2, CONBLK), 0);
    assert_int_equal(clock_next(&now), CLOCK_NEVER);
}

/* Lines: 16-26 are channels 0-10, 27 channels 11-14, 28 any. */
static void lines_of_the_channels(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 16; n++) {
        fresh(NULL);
        set(0x100, COPY | INTEN, A, B, 4, 0);
        start(n, 0x100);
        clock_pass(&now, ALL_DONE);
        for (unsigned i = 0; i < 12; i++)
            assert_int_equal(dma.irq[i].level, n < 15 && i == (n < 11 ? n : 11));
        assert_int_equal(dma.irq[12].level, n < 15);
        assert_int_equal(dma.irq[12].number, 28);
        assert_int_equal(access_get(&bus, INT_STATUS), 1 << n);
    }
}

static void addresses_that_stay(void **state)
{
    (void)state;
    set(0x100, DEST_INC, A, B, 16, 0x120);
    set(0x120, SRC_INC, A, B + 0x100, 16, 0x140);
    set(0x140, DEST_INC | SRC_WIDE, A, B + 0x200, 32, 0);
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    for (unsigned i = 0; i < 16; i += 4)
        assert_int_equal(word(B + i), word(A));
    assert_int_equal(word(B + 0x100), word(A + 12)); /* the last */
    assert_int_equal(word(B + 0x104), 0xeeeeeeee);
    assert_memory_equal(memory + B + 0x200, memory + A, 16); /* a beat is 16 bytes */
    assert_memory_equal(memory + B + 0x210, memory + A, 16);
}

/* p. 51: "Do not perform source reads [...] destination writes will zero all the write strobes". */
static void ignored_sides(void **state)
{
    (void)state;
    set(0x100, SRC_IGNORE | DEST_INC, BUS_DEVICE, B, 16, 0x120);
    set(0x120, DEST_IGNORE, BUS_DEVICE, B, 16, 0);
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(word(B), 0xeeeeeeee);
    assert_int_equal(device.reads, 4);
    set(0x100, SRC_IGNORE | COPY, A, B, 16, 0);
    start(7, 0x100); /* lite: "modes are removed", p. 39 */
    clock_pass(&now, ALL_DONE);
    assert_int_equal(word(B), word(A));
}

/* p. 53, with one row more than the manual says; strides are signed. */
static void rows(void **state)
{
    (void)state;
    set(0x100, COPY | TWO_D, A, B, 2 << 16 | 8, 0);
    memory[0x110] = 8;
    memory[0x111] = 0;
    memory[0x112] = 0xf0; /* -16 */
    memory[0x113] = 0xff;
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_memory_equal(memory + B, memory + A, 8);
    assert_memory_equal(memory + B - 8, memory + A + 16, 8);
    assert_memory_equal(memory + B - 16, memory + A + 32, 8);
    assert_int_equal(word(B - 20), 0xeeeeeeee);
    assert_int_equal(get(0, STRIDE), 0xfff00008);
    fresh(NULL);
    set(0x100, COPY | TWO_D, A, B, 1 << 16 | 8, 0);
    start(9, 0x100); /* lite: one row of 8 bytes, TXFR_LEN has 16 bits */
    clock_pass(&now, ALL_DONE);
    assert_int_equal(word(B + 8), 0xeeeeeeee);
}

static void devices_see_words_in_order(void **state)
{
    const uint64_t before = bus.accesses;

    (void)state;
    set(0x100, SRC_INC, A, BUS_DEVICE + 8, 12, 0x120);
    set(0x120, DEST_INC, BUS_DEVICE + 4, B, 8, 0);
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(device.written[i], word(A + 4 * i));
    assert_int_equal(device.reads, 2);
    assert_int_equal(word(B), 0x100);
    assert_int_equal(word(B + 4), 0x101);
    assert_int_equal(device.last_addr, DEVICE + 4);
    assert_int_equal(device.origin, ORIGIN_DMA);
    assert_int_equal(bus.accesses, before + 2); /* the program's own */
}

/* p. 51: DEST_DREQ and PERMAP; p. 47: DREQ, PAUSED and DREQ_STOPS_DMA tell. */
static void requests_pace(void **state)
{
    (void)state;
    set(0x100, SRC_INC | DEST_DREQ | DREQ_SPI_TX << 16, A, BUS_DEVICE, 16, 0);
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 0);
    assert_int_equal(get(0, CS), ACTIVE | PAUSED | DREQ_STOPS);
    irq_drive(&request, 1);
    assert_int_equal(get(0, CS), ACTIVE | DREQ);
    while (device.writes < 2)
        clock_pass(&now, 1);
    irq_drive(&request, 0);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 2);
    irq_drive(&request, 1);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 4);
    assert_int_equal(get(0, CS) & (ACTIVE | END), END);
}

static void nobodys_request_does_not_hold_up(void **state)
{
    (void)state;
    set(0x100, SRC_INC | DEST_DREQ | 17 << 16, A, BUS_DEVICE, 16, 0);
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 4);
}

/* p. 47: paused and resumed by clearing, then setting ACTIVE. */
static void pause_and_resume(void **state)
{
    (void)state;
    set(0x100, SRC_INC, A, BUS_DEVICE, 40, 0);
    start(0, 0x100);
    while (device.writes < 3)
        clock_pass(&now, 1);
    put(0, CS, 0);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 3);
    assert_int_equal(get(0, CS) & (ACTIVE | PAUSED), PAUSED);
    put(0, CS, ACTIVE);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 10);
}

/* p. 47: "abort the current DMA CB. The DMA will load the next CB and attempt to continue." */
static void abort_goes_to_the_next_block(void **state)
{
    (void)state;
    set(0x100, SRC_INC, A, BUS_DEVICE, 400, 0x120);
    set(0x120, COPY, A, B, 8, 0);
    start(0, 0x100);
    while (device.writes < 3)
        clock_pass(&now, 1);
    put(0, CS, ABORT | ACTIVE);
    assert_int_equal(get(0, CS) & ABORT, 0);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(device.writes, 3);
    assert_int_equal(word(B), word(A));
    assert_int_equal(get(0, CS) & (ACTIVE | END), END);
}

/* p. 47: it starts "if this bit is set and the CB_ADDR is non zero". */
static void active_waits_for_a_block(void **state)
{
    (void)state;
    set(0x100, COPY, A, B, 8, 0);
    put(0, CS, ACTIVE);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(0, CS) & (ACTIVE | END), ACTIVE);
    put(0, CONBLK, 0x11f); /* the low five bits are 0 */
    assert_int_equal(get(0, CONBLK), 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(0, CS) & (ACTIVE | END), END);
}

static void nobody_at_the_address(void **state)
{
    static const uint32_t wrong[] = {0x100000, 0x20200034, 0x3fffffff};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        fresh(NULL);
        set(0x100, COPY, wrong[i], B, 8, 0x100);
        start(0, 0x100);
        clock_pass(&now, ALL_DONE);
        assert_int_equal(get(0, CS) & (ACTIVE | END | ERROR), ERROR);
        assert_int_equal(get(0, DEBUG) & 7, 4); /* READ_ERROR, p. 55 */
        put(0, DEBUG, 4);
        assert_int_equal(get(0, DEBUG) & 7, 0);
        assert_int_equal(get(0, CS) & ERROR, 0);
        set(0x100, COPY, A, wrong[i], 8, 0);
        start(0, 0x100);
        clock_pass(&now, ALL_DONE);
        assert_int_equal(get(0, CS) & (ACTIVE | END | ERROR), END); /* the write is lost */
        start(0, 0x100000);
        clock_pass(&now, ALL_DONE);
        assert_int_equal(get(0, CS) & (ACTIVE | ERROR), ERROR);
    }
}

/* p. 63: a bit a channel; 15 has none. */
static void disabled_channels_rest(void **state)
{
    (void)state;
    access_put(&bus, ENABLE, 0x7ffe);
    set(0x100, COPY, A, B, 8, 0);
    start(0, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(word(B), 0xeeeeeeee);
    access_put(&bus, ENABLE, 0xffffffff);
    assert_int_equal(access_get(&bus, ENABLE), 0x7fff);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(word(B), word(A));
}

static void registers_of_the_block_are_read_only(void **state)
{
    (void)state;
    for (unsigned r = TI; r <= NEXT; r += 4) {
        put(0, r, 0xffffffff);
        assert_int_equal(get(0, r), 0);
    }
    access_put(&bus, INT_STATUS, 0xffff);
    assert_int_equal(access_get(&bus, INT_STATUS), 0);
    put(0, CS, 0x30ff0000);
    assert_int_equal(get(0, CS), 0x30ff0000); /* priorities and flags are kept */
}

/* A control block may write registers of the engine, its own channel's too. */
static void a_channel_writes_its_own_registers(void **state)
{
    const uint32_t reset = RESET, again = 0x140, active = ACTIVE;

    (void)state;
    memcpy(memory + A, &reset, 4);
    memcpy(memory + A + 4, &again, 4);
    set(0x100, SRC_INC, A, 0x7e007000 + 3 * 0x100, 64, 0x120);
    set(0x120, COPY, A, B, 8, 0);
    start(3, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(3, CS), 0);
    assert_int_equal(get(3, SOURCE), 0);
    assert_int_equal(word(B), 0xeeeeeeee);
    set(0x140, COPY, A, B, 8, 0);
    set(0x100, SRC_INC, A + 4, 0x7e007000 + 4 * 0x100 + CONBLK, 4, 0x120);
    set(0x120, SRC_INC, 0x160, 0x7e007000 + 4 * 0x100, 4, 0);
    memcpy(memory + 0x160, &active, 4);
    start(3, 0x100);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(4, CS) & END, END);
    assert_memory_equal(memory + B, memory + A, 8);
}

static void channels_run_side_by_side(void **state)
{
    (void)state;
    set(0x100, COPY, A, B, 0x400, 0);
    set(0x120, SRC_INC, A, BUS_DEVICE, 0x80, 0);
    start(0, 0x100);
    start(15, 0x120);
    clock_pass(&now, ALL_DONE);
    assert_int_equal(get(0, CS) & END, END);
    assert_int_equal(get(15, CS) & END, END);
    assert_int_equal(device.writes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, fresh),
        cmocka_unit_test_setup(a_block_is_moved_in_time, fresh),
        cmocka_unit_test_setup(rates, fresh),
        cmocka_unit_test_setup(chains, fresh),
        cmocka_unit_test_setup(a_ring_goes_on_until_it_is_stopped, fresh),
        cmocka_unit_test_setup(lines_of_the_channels, fresh),
        cmocka_unit_test_setup(addresses_that_stay, fresh),
        cmocka_unit_test_setup(ignored_sides, fresh),
        cmocka_unit_test_setup(rows, fresh),
        cmocka_unit_test_setup(devices_see_words_in_order, fresh),
        cmocka_unit_test_setup(requests_pace, fresh),
        cmocka_unit_test_setup(nobodys_request_does_not_hold_up, fresh),
        cmocka_unit_test_setup(pause_and_resume, fresh),
        cmocka_unit_test_setup(abort_goes_to_the_next_block, fresh),
        cmocka_unit_test_setup(active_waits_for_a_block, fresh),
        cmocka_unit_test_setup(nobody_at_the_address, fresh),
        cmocka_unit_test_setup(disabled_channels_rest, fresh),
        cmocka_unit_test_setup(registers_of_the_block_are_read_only, fresh),
        cmocka_unit_test_setup(a_channel_writes_its_own_registers, fresh),
        cmocka_unit_test_setup(channels_run_side_by_side, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
