/* Mailboxes and the firmware behind them: registers, times, tags. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/mailbox.h"

#define MAILBOX(off) (DEV_MAILBOX_BASE + (off))

enum {
    READ = 0x00,
    PEEK = 0x10,
    SENDER = 0x14,
    STATUS = 0x18,
    CONFIG = 0x1c,
    WRITE = 0x20,
    PEEK1 = 0x30,
    SENDER1 = 0x34,
    STATUS1 = 0x38,
    CONFIG1 = 0x3c,
    RAM = 0x10000, /* where the program's memory begins */
    PROPERTY = 8,
    EMPTY = 0x40000000,
    NOTHING = 0xf,
};

static const uint32_t full = 0x80000000, done = 0x80000000, partly = 0x80000001;

static struct bus bus;
static struct clock now;
static struct dev_mailbox mailbox;
static uint32_t ram[1024];
static int line_level;
static uint32_t uart_hz;

static void *ram_at(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    (void)self;
    assert_true(write);
    if (addr < RAM || addr - RAM > sizeof ram || nbytes > sizeof ram - (addr - RAM))
        return NULL;
    return (uint8_t *)ram + (addr - RAM);
}

static void line_set(void *self, unsigned number, int level)
{
    (void)self;
    assert_int_equal(number, IRQ_ARM_MAILBOX);
    line_level = level;
}

static void note_uart_clock(void *self, uint32_t hz)
{
    (void)self;
    uart_hz = hz;
}

static int power_on(void **state)
{
    static const struct memory memory = {.at = ram_at};

    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    memset(ram, 0, sizeof ram);
    line_level = 0;
    uart_hz = 0;
    clock_start(&now, CLOCK_VIRTUAL);
    dev_mailbox_init(&mailbox, &now, &memory);
    mailbox.firmware.uart_clock = note_uart_clock;
    /* A page of its own here: the board shares it out. */
    bus_map(&bus, 0x2000b000, BUS_PAGE, &mailbox.target);
    irq_connect(&mailbox.irq, NULL, line_set);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, MAILBOX(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, MAILBOX(off), value);
}

/* Sends the message at RAM and takes its answer. */
static void send(void)
{
    put(WRITE, RAM | PROPERTY);
    clock_pass(&now, DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(get(READ), RAM | PROPERTY);
}

/* One tag with nwords of value; the answer's value is at ram[5]. Its length, or -1: not answered.
 */
static int ask(uint32_t tag, unsigned nwords, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t value[8] = {a, b, c};

    memset(ram, 0, sizeof ram);
    ram[0] = 4 * (6 + nwords);
    ram[2] = tag;
    ram[3] = 4 * nwords;
    memcpy(ram + 5, value, 4ul * (nwords < 8 ? nwords : 8));
    send();
    if (!(ram[4] & done)) {
        assert_int_equal(ram[1], partly);
        assert_int_equal(ram[4], 0);
        return -1;
    }
    assert_int_equal(ram[1], done);
    return (int)(ram[4] & ~done);
}

/* ---- registers ---- */

static void empty_after_power_on(void **state)
{
    (void)state;
    assert_int_equal(get(STATUS), EMPTY);
    assert_int_equal(get(STATUS1), EMPTY);
    assert_int_equal(get(PEEK), NOTHING);
    assert_int_equal(get(PEEK1), NOTHING);
    assert_int_equal(get(SENDER), 0);
    assert_int_equal(get(SENDER1), 0);
    assert_int_equal(get(CONFIG), 0);
    assert_int_equal(get(CONFIG1), 0);
    assert_int_equal(get(READ), NOTHING);
    assert_int_equal(get(CONFIG), 0x400); /* underflow */
    put(CONFIG, 0);
    assert_int_equal(get(CONFIG), 0);
}

static void an_answer_takes_its_time(void **state)
{
    (void)state;
    ram[0] = 12;
    put(WRITE, RAM | PROPERTY);
    assert_int_equal(get(STATUS), EMPTY);
    assert_int_equal(get(STATUS1), 1);
    assert_int_equal(get(PEEK1), RAM | PROPERTY);
    clock_pass(&now, DEV_MAILBOX_MESSAGE_NS - 1);
    assert_int_equal(get(STATUS), EMPTY);
    clock_pass(&now, 1);
    assert_int_equal(get(STATUS), 1);
    assert_int_equal(get(STATUS1), EMPTY);
    assert_int_equal(get(PEEK), RAM | PROPERTY);
    assert_int_equal(get(PEEK), RAM | PROPERTY);
    assert_int_equal(get(READ), RAM | PROPERTY);
    assert_int_equal(get(STATUS), EMPTY);
}

/* Eight words each; a ninth that nobody has taken yet is lost, and says so. */
static void eight_words_each(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 9; i++) {
        ram[64 * i / 4] = 12;
        assert_int_equal(get(STATUS1) & full, i == 8 ? full : 0);
        put(WRITE, (RAM + 64 * i) | PROPERTY);
    }
    assert_int_equal(get(CONFIG1), 0x200);
    clock_pass(&now, DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(get(STATUS), 1);
    assert_int_equal(get(STATUS1), 7);
    clock_pass(&now, 7ull * DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(get(STATUS), full | 8);
    put(WRITE, RAM | PROPERTY);
    clock_pass(&now, 7ull * DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(get(STATUS), full | 8);
    assert_int_equal(get(STATUS1), 1); /* waits for room */
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(get(READ), (RAM + 64 * i) | PROPERTY);
    assert_int_equal(get(READ), RAM | PROPERTY);
    assert_int_equal(get(STATUS), EMPTY);
}

/* CONFIG bit 0: an interrupt while there is something to read; bit 3 throws it away. */
static void the_interrupt(void **state)
{
    (void)state;
    ram[0] = 12;
    put(WRITE, RAM | PROPERTY);
    put(CONFIG, 1);
    assert_int_equal(line_level, 0);
    assert_int_equal(mailbox.alarm.at_ns, DEV_MAILBOX_MESSAGE_NS);
    clock_pass(&now, DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(line_level, 1);
    assert_int_equal(get(CONFIG), 0x11);
    assert_int_equal(get(READ), RAM | PROPERTY);
    assert_int_equal(line_level, 0);
    put(WRITE, RAM | PROPERTY);
    clock_pass(&now, DEV_MAILBOX_MESSAGE_NS);
    put(CONFIG, 9);
    assert_int_equal(line_level, 0);
    assert_int_equal(get(STATUS), EMPTY);
    put(WRITE, RAM | PROPERTY);
    put(CONFIG1, 8);
    assert_int_equal(get(STATUS1), EMPTY);
}

static void access_costs(void *clock)
{
    clock_pass(clock, CLOCK_ACCESS_NS);
}

static void waiting_costs_few_looks(void **state)
{
    unsigned looks = 1;

    (void)state;
    bus.timing = &now;
    bus.access_cost = access_costs;
    ram[0] = 12;
    put(WRITE, RAM | PROPERTY);
    while (get(STATUS) & EMPTY)
        looks++;
    assert_int_equal(looks, 2);
    assert_int_equal(now.ns, DEV_MAILBOX_MESSAGE_NS + CLOCK_ACCESS_NS);
}

static void other_channels_get_no_answer(void **state)
{
    (void)state;
    put(WRITE, RAM | 0);
    put(WRITE, RAM | 9);
    clock_pass(&now, 1000000000);
    assert_int_equal(get(STATUS), EMPTY);
    assert_int_equal(get(STATUS1), EMPTY);
}

/* ---- messages ---- */

/* Wiki: the buffer's aliases are the same memory; the answer names the address it was given. */
static void bus_addresses_are_memory(void **state)
{
    static const uint32_t alias[] = {0, 0x40000000, 0x80000000, 0xc0000000};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        memset(ram, 0, sizeof ram);
        ram[0] = 7 * 4;
        ram[2] = 0x00010002;
        ram[3] = 4;
        put(WRITE, alias[i] | RAM | PROPERTY);
        clock_pass(&now, DEV_MAILBOX_MESSAGE_NS);
        assert_int_equal(get(READ), alias[i] | RAM | PROPERTY);
        assert_int_equal(ram[1], done);
        assert_int_equal(ram[5], 0x920092);
    }
}

/* Wiki: "Unknown tags are ignored (the response bit will not be set)"; the others are answered. */
static void unknown_tags_are_ignored(void **state)
{
    (void)state;
    assert_int_equal(ask(0x000f0f0f, 2, 7, 8, 0), -1);
    assert_int_equal(ram[5], 7);
    assert_int_equal(ram[6], 8);
    memset(ram, 0, sizeof ram);
    memcpy(ram, (uint32_t[]){52, 0, 0x00048fff, 4, 0, 9, 0x00010006, 8, 0, 0, 0, 0}, 48);
    send();
    assert_int_equal(ram[1], partly);
    assert_int_equal(ram[4], 0);
    assert_int_equal(ram[8], done | 8);
    assert_int_equal(ram[9], 0x1c000000);
    assert_int_equal(ram[10], 0x04000000);
}

/* Wiki: "The response is truncated to the provided buffer length"; its length is the desired one.
 */
static void answers_are_cut_to_their_room(void **state)
{
    (void)state;
    assert_int_equal(ask(0x00010005, 1, 9, 0, 0), 8);
    assert_int_equal(ram[5], 0);
    assert_int_equal(ram[6], 0);
    assert_int_equal(ask(0x00010003, 0, 0, 0, 0), 6);
    assert_int_equal(ram[5], 0);
}

/* Sizes that lie: nothing outside the message or the memory is touched. */
static void messages_that_lie(void **state)
{
    static const struct {
        uint32_t bytes, room, code;
    } bad[] = {{28, 9, 0x80000001}, {28, 0xffffffff, 0x80000001}, {28, 0xfffffff4, 0x80000001},
               {7, 4, 0},           {0xffffffff, 4, 0},           {sizeof ram + 4, 4, 0},
               {8, 4, 0x80000000},  {19, 4, 0x80000000}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(ram, 0, sizeof ram);
        ram[0] = bad[i].bytes;
        ram[2] = 0x00010002;
        ram[3] = bad[i].room;
        ram[5] = 0x12345678;
        send();
        assert_int_equal(ram[1], bad[i].code);
        assert_int_equal(ram[4], 0);
        assert_int_equal(ram[5], 0x12345678);
    }
    put(WRITE, 0x20000000 | PROPERTY);
    put(WRITE, (RAM + (uint32_t)sizeof ram) | PROPERTY);
    clock_pass(&now, 2ull * DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(get(STATUS), 2);
}

/* ---- tags, with what QEMU's raspi0 answers ---- */

static void board_tags(void **state)
{
    (void)state;
    assert_int_equal(ask(0x00000001, 1, 0, 0, 0), 4);
    assert_int_equal(ram[5], 346337);
    assert_int_equal(ask(0x00010001, 1, 1, 0, 0), 4);
    assert_int_equal(ram[5], 0);
    assert_int_equal(ask(0x00010002, 1, 0, 0, 0), 4);
    assert_int_equal(ram[5], 0x920092);
    assert_int_equal(ask(0x00010003, 2, 0, 0, 0), 6);
    assert_memory_equal(ram + 5, "\x52\x54\x00\x12\x34\x57\x00\x00", 8);
    assert_int_equal(ask(0x00010004, 2, 1, 1, 0), 8);
    assert_int_equal(ram[5] | ram[6], 0);
    assert_int_equal(ask(0x00010005, 2, 1, 1, 0), 8);
    assert_int_equal(ram[5], 0);
    assert_int_equal(ram[6], 0x1c000000);
    assert_int_equal(ask(0x00050001, 2, 1, 1, 0), 0);
    assert_int_equal(ask(0x00060001, 1, 0, 0, 0), 4);
    assert_int_equal(ram[5], 0x3c);
}

static uint32_t clock_answer(uint32_t tag, uint32_t id, uint32_t value)
{
    assert_int_equal(ask(tag, 3, id, value, 0), 8);
    assert_int_equal(ram[5], id);
    return ram[6];
}

static void clock_tags(void **state)
{
    static const uint32_t rate_tags[] = {0x00030002, 0x00030004, 0x00030007};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(clock_answer(rate_tags[i], 1, 0), 50000000);
        assert_int_equal(clock_answer(rate_tags[i], 2, 0), 3000000);
        for (uint32_t id = 3; id <= 10; id++)
            assert_int_equal(clock_answer(rate_tags[i], id, 0), 700000000);
    }
    assert_int_equal(clock_answer(0x00030047, 2, 0), 48000000);
    assert_int_equal(clock_answer(0x00030047, 3, 0), 700000000);
    assert_int_equal(clock_answer(0x00030047, 4, 0), 250000000);
    assert_int_equal(clock_answer(0x00030047, 99, 0), 0);
    assert_int_equal(ask(0x00010007, 20, 0, 0, 0), 80);
    assert_int_equal(ram[6], 1);
    assert_int_equal(ram[24], 10);
}

/* The UART's clock is the program's to set, and the UART hears of it; the processor's is not. */
static void clocks_are_set(void **state)
{
    (void)state;
    assert_int_equal(clock_answer(0x00038002, 2, 4000000), 4000000);
    assert_int_equal(uart_hz, 4000000);
    assert_int_equal(clock_answer(0x00030002, 2, 0), 4000000);
    assert_int_equal(clock_answer(0x00030047, 2, 0), 4000000);
    assert_int_equal(clock_answer(0x00038002, 2, 1), 4000000);
    assert_int_equal(clock_answer(0x00038002, 2, 0xffffffff), 4000000);
    assert_int_equal(clock_answer(0x00038002, 3, 1000000000), 700000000);
    assert_int_equal(clock_answer(0x00038002, 77, 5000000), 700000000);
    assert_int_equal(clock_answer(0x00030001, 2, 0), 1);
    assert_int_equal(clock_answer(0x00038001, 2, 0), 0);
    assert_int_equal(clock_answer(0x00030001, 2, 0), 0);
    assert_int_equal(clock_answer(0x00038001, 2, 1), 1);
    assert_int_equal(clock_answer(0x00030001, 2, 0), 1);
    assert_int_equal(clock_answer(0x00038001, 16, 1), 2);
}

static void power_and_temperature_tags(void **state)
{
    (void)state;
    assert_int_equal(clock_answer(0x00030006, 0, 0), 25000);
    assert_int_equal(clock_answer(0x0003000a, 0, 0), 99000);
    assert_int_equal(clock_answer(0x00020001, 3, 0), 0);
    assert_int_equal(clock_answer(0x00028001, 3, 3), 1);
    assert_int_equal(clock_answer(0x00020001, 3, 0), 1);
    assert_int_equal(clock_answer(0x00028001, 3, 2), 0);
    assert_int_equal(clock_answer(0x00020001, 3, 0), 0);
    assert_int_equal(clock_answer(0x00020001, 11, 0), 2);
    assert_int_equal(clock_answer(0x00028001, 11, 1), 2);
    assert_int_equal(clock_answer(0x00020002, 3, 9), 0);
    assert_int_equal(clock_answer(0x00030003, 1, 0), 1200000);
    assert_int_equal(clock_answer(0x00030005, 1, 0), 1350000);
    assert_int_equal(clock_answer(0x00030008, 1, 0), 1200000);
    assert_int_equal(clock_answer(0x00038003, 1, 1300000), 1300000);
    assert_int_equal(clock_answer(0x00038003, 1, 9300000), 1300000);
    assert_int_equal(clock_answer(0x00030003, 1, 0), 1300000);
    assert_int_equal(clock_answer(0x00030003, 5, 0), 0x80000000);
    assert_int_equal(clock_answer(0x00038003, 0, 1300000), 0x80000000);
    assert_int_equal(clock_answer(0x00030009, 0, 0), 0);
    assert_int_equal(clock_answer(0x00038009, 0, 1), 1);
    assert_int_equal(clock_answer(0x00030009, 0, 0), 1);
    assert_int_equal(ask(0x00030046, 1, 9, 0, 0), 4);
    assert_int_equal(ram[5], 0);
}

static uint32_t memory_answer(uint32_t tag, uint32_t a, uint32_t b, uint32_t c)
{
    assert_int_equal(ask(tag, 3, a, b, c), 4);
    return ram[5];
}

static void memory_tags(void **state)
{
    uint32_t first, second, big;

    (void)state;
    first = memory_answer(0x0003000c, 1000, 4096, 4);
    second = memory_answer(0x0003000c, 100, 4096, 12);
    assert_int_not_equal(first, 0);
    assert_int_not_equal(second, 0);
    assert_int_equal(memory_answer(0x0003000d, first, 0, 0), 0xdd000000);
    assert_int_equal(memory_answer(0x0003000d, second, 0, 0), 0x5d001000);
    assert_int_equal(memory_answer(0x0003000e, first, 0, 0), 0);
    assert_int_equal(memory_answer(0x0003000f, first, 0, 0), 0);
    assert_int_equal(memory_answer(0x0003000f, first, 0, 0), 0xffffffff);
    assert_int_equal(memory_answer(0x0003000d, first, 0, 0), 0);
    assert_int_equal(memory_answer(0x0003000c, 16, 0, 0), first);
    assert_int_equal(memory_answer(0x0003000d, first, 0, 0), 0x1d000000);
    big = memory_answer(0x0003000c, 0x02ff0000, 0, 0);
    assert_int_not_equal(big, 0);
    assert_int_equal(memory_answer(0x0003000c, 0x00100000, 0, 0), 0);
    assert_int_equal(memory_answer(0x0003000c, 0xfffffff8, 0, 0), 0);
    assert_int_equal(memory_answer(0x0003000c, 0, 0, 0), 0);
    assert_int_equal(memory_answer(0x0003000c, 16, 24, 0), 0);
}

static void screen_tags(void **state)
{
    (void)state;
    assert_int_equal(ask(0x00040003, 2, 0, 0, 0), 8);
    assert_int_equal(ram[5], 640);
    assert_int_equal(ram[6], 480);
    assert_int_equal(ask(0x00040005, 1, 0, 0, 0), 4);
    assert_int_equal(ram[5], 16);
    assert_int_equal(ask(0x00048003, 2, 320, 200, 0), 8);
    assert_int_equal(ask(0x00048004, 2, 320, 400, 0), 8);
    assert_int_equal(ask(0x00048005, 1, 32, 0, 0), 4);
    assert_int_equal(ram[5], 32);
    assert_int_equal(ask(0x00048005, 1, 13, 0, 0), 4);
    assert_int_equal(ram[5], 32);
    assert_int_equal(ask(0x00048003, 2, 100000, 200, 0), 8);
    assert_int_equal(ram[5], 320);
    assert_int_equal(ask(0x00040008, 1, 0, 0, 0), 4);
    assert_int_equal(ram[5], 1280);
    assert_int_equal(ask(0x00048009, 2, 0, 200, 0), 8);
    assert_int_equal(ask(0x00040009, 2, 0, 0, 0), 8);
    assert_int_equal(ram[6], 200);
    assert_int_equal(ask(0x00048006, 1, 0, 0, 0), 4);
    assert_int_equal(ask(0x00040006, 1, 9, 0, 0), 4);
    assert_int_equal(ram[5], 0);
    assert_int_equal(ask(0x0004000a, 4, 9, 9, 9), 16);
    assert_int_equal(ram[5] | ram[6] | ram[7] | ram[8], 0);
    assert_int_equal(ask(0x00044003, 2, 800, 600, 0), 8);
    assert_int_equal(ram[5], 800);
    assert_int_equal(ask(0x00040001, 2, 4096, 0, 0), 8);
    assert_int_equal(ram[5], DEV_FIRMWARE_FRAMEBUFFER);
    assert_int_equal(ram[6], 1280 * 400);
    assert_int_equal(ask(0x00048001, 0, 0, 0, 0), 0);
    assert_int_equal(ask(0x0004ffff, 1, 0, 0, 0), -1);
}

/* Channel 1, wiki "Mailbox framebuffer interface": ten words; the answer is 0 on its channel. */
static void the_frame_buffer_channel(void **state)
{
    const uint32_t request[10] = {1024, 768, 1024, 768, 0, 24, 0, 0, 0, 0};

    (void)state;
    memcpy(ram, request, sizeof request);
    put(WRITE, RAM | 1);
    clock_pass(&now, DEV_MAILBOX_MESSAGE_NS);
    assert_int_equal(get(READ), 1);
    assert_int_equal(ram[4], 3072);
    assert_int_equal(ram[8], DEV_FIRMWARE_FRAMEBUFFER);
    assert_int_equal(ram[9], 3072 * 768);
}

static void reset_forgets(void **state)
{
    (void)state;
    clock_answer(0x00038002, 2, 4000000);
    put(WRITE, RAM | PROPERTY);
    dev_mailbox_reset(&mailbox);
    assert_int_equal(get(STATUS1), EMPTY);
    assert_int_equal(clock_answer(0x00030002, 2, 0), 3000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(empty_after_power_on, power_on),
        cmocka_unit_test_setup(an_answer_takes_its_time, power_on),
        cmocka_unit_test_setup(eight_words_each, power_on),
        cmocka_unit_test_setup(the_interrupt, power_on),
        cmocka_unit_test_setup(waiting_costs_few_looks, power_on),
        cmocka_unit_test_setup(other_channels_get_no_answer, power_on),
        cmocka_unit_test_setup(bus_addresses_are_memory, power_on),
        cmocka_unit_test_setup(unknown_tags_are_ignored, power_on),
        cmocka_unit_test_setup(answers_are_cut_to_their_room, power_on),
        cmocka_unit_test_setup(messages_that_lie, power_on),
        cmocka_unit_test_setup(board_tags, power_on),
        cmocka_unit_test_setup(clock_tags, power_on),
        cmocka_unit_test_setup(clocks_are_set, power_on),
        cmocka_unit_test_setup(power_and_temperature_tags, power_on),
        cmocka_unit_test_setup(memory_tags, power_on),
        cmocka_unit_test_setup(screen_tags, power_on),
        cmocka_unit_test_setup(the_frame_buffer_channel, power_on),
        cmocka_unit_test_setup(reset_forgets, power_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
