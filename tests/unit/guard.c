/* The device loop's rules, register by register, against an independent statement of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/guard.h"

enum {
    GPFSEL1 = 0x20200004,
    AUX_ENABLES = 0x20215004,
    MU_IO = 0x20215040,
    MAILBOX_WRITE = 0x2000B8A0,
    BOUNCE = 0x100000,
    BOUNCE_BYTES = 0x1000,
};

static enum guard_verdict write_by(struct guard_access *a)
{
    return guard_write(a, BOUNCE, BOUNCE_BYTES);
}

static enum guard_verdict verdict(unsigned width, uint32_t addr, uint32_t value)
{
    return write_by(&(struct guard_access){(uint8_t)width, addr, value});
}

static void outside_and_misaligned(void **state)
{
    static const uint32_t outside[] = {0,          0x8000,     0x1FFFFFFC, 0x21000000,
                                       0x40000000, 0x7E200000, 0xFFFFFFFC};

    (void)state;
    for (unsigned i = 0; i < sizeof outside / sizeof *outside; i++)
        for (unsigned width = 1; width <= 4; width *= 2) {
            assert_int_equal(verdict(width, outside[i], 0), GUARD_REFUSE);
            assert_int_equal(guard_read(&(struct guard_access){(uint8_t)width, outside[i], 0}),
                             GUARD_REFUSE);
        }
    for (unsigned width = 2; width <= 4; width *= 2)
        for (unsigned off = 1; off < width; off++) {
            assert_int_equal(verdict(width, 0x20200000 + off, 0), GUARD_REFUSE);
            assert_int_equal(
                guard_read(&(struct guard_access){(uint8_t)width, 0x20200000 + off, 0}),
                GUARD_REFUSE);
        }
}

static void ordinary_accesses_pass_unchanged(void **state)
{
    static const uint32_t addr[] = {0x20200000, 0x20200008, 0x2020001C, 0x20200098, 0x20003010,
                                    0x2000B210, 0x2000B400, 0x20204000, 0x20201000, 0x20215080,
                                    0x20215080, 0x20300000, 0x20FFFFFC, 0x20000000};

    (void)state;
    for (unsigned i = 0; i < sizeof addr / sizeof *addr; i++)
        for (unsigned width = 1; width <= 4; width *= 2) {
            struct guard_access a = {(uint8_t)width, addr[i], 0xFFFFFFFF};

            assert_int_equal(write_by(&a), GUARD_PASS);
            assert_int_equal(a.width, width);
            assert_int_equal(a.addr, addr[i]);
            assert_int_equal(a.value, 0xFFFFFFFF);
            assert_int_equal(guard_read(&a), GUARD_PASS);
        }
}

static void refused_writes(void **state)
{
    static const uint32_t addr[] = {
        0x20007004, 0x20007008, 0x2000730C, 0x20007E1C, 0x20E05004, 0x20E05010, /* DMA */
        0x2000B880, 0x2000B8A0, 0x2000B890, 0x2000B8BC,                         /* mailbox */
        0x20101000, 0x20101008, 0x2010106C, 0x20101088, 0x201010A8, 0x201011B0, /* core clocks */
        0x20102000, 0x20102FFC,                                                 /* PLLs */
        0x20100000, 0x20100020, 0x20100060,                                     /* power */
        0x20980000, 0x209BFFFC,                                                 /* USB */
    };

    (void)state;
    for (unsigned i = 0; i < sizeof addr / sizeof *addr; i++) {
        for (unsigned width = 1; width <= 4; width *= 2)
            assert_int_equal(verdict(width, addr[i], 0x5A000000), GUARD_REFUSE);
        assert_int_equal(guard_read(&(struct guard_access){4, addr[i], 0}), GUARD_PASS);
    }
}

static void peripheral_clocks_pass(void **state)
{
    static const uint32_t addr[] = {0x20101070, 0x20101074, 0x20101084, 0x20101098,
                                    0x201010A0, 0x201010A4, 0x201010F0};

    (void)state;
    for (unsigned i = 0; i < sizeof addr / sizeof *addr; i++)
        assert_int_equal(verdict(4, addr[i], 0x5A000211), GUARD_PASS);
}

static void resets(void **state)
{
    (void)state;
    assert_int_equal(verdict(4, 0x20100024, 0x5A000001), GUARD_PASS);
    assert_int_equal(verdict(4, 0x2010001C, 0x5A000020), GUARD_REBOOT);
    assert_int_equal(verdict(4, 0x2010001C, 0x5A000122), GUARD_REBOOT);
    assert_int_equal(verdict(4, 0x2010001C, 0x5A000102), GUARD_PASS); /* disarms the watchdog */
    assert_int_equal(verdict(4, 0x2010001C, 0x5A000030), GUARD_PASS);
    assert_int_equal(verdict(4, 0x2010001C, 0x00000020), GUARD_PASS); /* no password: no effect */
    assert_int_equal(verdict(1, 0x2010001C, 0x20), GUARD_REFUSE);
    assert_int_equal(verdict(2, 0x2010001E, 0x5A00), GUARD_REFUSE);
    assert_int_equal(verdict(2, 0x20100024, 1), GUARD_REFUSE);
}

/* Whatever is written, by any width at any byte, pins 14 and 15 stay ALT5 and the other pins get
 * what the 32-bit write with zeros in the other lanes gives them. */
static void line_pins_keep_their_function(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 4; width *= 2)
        for (unsigned off = 0; off < 4; off += width)
            for (uint32_t x = 0; x < 1000; x++) {
                uint32_t value = x * 0x9E3779B9;
                uint32_t lanes = width == 4 ? value : (value & ((1U << 8 * width) - 1)) << 8 * off;
                struct guard_access a = {(uint8_t)width, GPFSEL1 + off, value};
                enum guard_verdict got = write_by(&a);

                assert_int_equal(a.width, 4);
                assert_int_equal(a.addr, GPFSEL1);
                assert_int_equal(a.value >> 12 & 7, 2);
                assert_int_equal(a.value >> 15 & 7, 2);
                assert_int_equal(a.value & ~0x3F000U, lanes & ~0x3F000U);
                assert_int_equal(got, a.value == lanes ? GUARD_PASS : GUARD_CHANGED);
            }
    assert_int_equal(verdict(4, GPFSEL1, 0x12000), GUARD_PASS);
    assert_int_equal(verdict(4, GPFSEL1, 0), GUARD_CHANGED);
}

static void uart_stays_enabled(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 8; value++) {
        struct guard_access a = {4, AUX_ENABLES, value};

        assert_int_equal(write_by(&a), value & 1 ? GUARD_PASS : GUARD_CHANGED);
        assert_int_equal(a.value, value | 1);
    }
    struct guard_access a = {1, AUX_ENABLES + 1, 0xFF};
    assert_int_equal(write_by(&a), GUARD_CHANGED);
    assert_int_equal(a.width, 4);
    assert_int_equal(a.addr, AUX_ENABLES);
    assert_int_equal(a.value, 0xFF01);
}

static void mini_uart(void **state)
{
    (void)state;
    for (uint32_t addr = MU_IO; addr < 0x20215080; addr++) {
        assert_int_equal(verdict(1, addr, 'x'), addr == MU_IO ? GUARD_TEXT : GUARD_DROP);
        assert_int_equal(guard_read(&(struct guard_access){1, addr, 0}),
                         addr < MU_IO + 4 ? GUARD_DROP : GUARD_PASS);
    }
    assert_int_equal(verdict(4, MU_IO, 'x'), GUARD_TEXT);
    assert_int_equal(verdict(2, MU_IO, 'x'), GUARD_TEXT);
    assert_int_equal(verdict(2, MU_IO + 2, 'x'), GUARD_DROP);
    assert_int_equal(verdict(4, 0x20215060, 0), GUARD_DROP);
    assert_int_equal(guard_read(&(struct guard_access){4, MU_IO, 0}), GUARD_DROP);
    assert_int_equal(guard_read(&(struct guard_access){2, MU_IO, 0}), GUARD_DROP);
}

/* By its lowest 28 bits, whatever the alias; channels that hand over something else are refused. */
static void mailbox_messages_lie_in_the_bounce_buffer(void **state)
{
    static const uint32_t alias[] = {0, 0x40000000, 0x80000000, 0xC0000000};

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        for (uint32_t addr = BOUNCE - 0x100; addr < BOUNCE + BOUNCE_BYTES + 0x100; addr += 16)
            for (unsigned channel = 0; channel < 16; channel++) {
                int ok = addr >= BOUNCE && addr < BOUNCE + BOUNCE_BYTES &&
                         (channel == 1 || channel == 8);

                assert_int_equal(verdict(4, MAILBOX_WRITE, addr | alias[i] | channel),
                                 ok ? GUARD_PASS : GUARD_REFUSE);
            }
    assert_int_equal(verdict(2, MAILBOX_WRITE, 8), GUARD_REFUSE);
    assert_int_equal(verdict(4, MAILBOX_WRITE, (BOUNCE + 0x20000000) | 8), GUARD_REFUSE);
    assert_int_equal(verdict(4, 0x2000B89C, 1), GUARD_PASS); /* its interrupt */
    assert_int_equal(verdict(1, 0x2000B89C, 1), GUARD_REFUSE);
    assert_int_equal(guard_write(&(struct guard_access){4, MAILBOX_WRITE, BOUNCE | 8}, BOUNCE, 0),
                     GUARD_REFUSE);
    assert_int_equal(guard_write(&(struct guard_access){4, MAILBOX_WRITE, 8}, 0, 0), GUARD_REFUSE);
}

static void dma_reads_its_blocks_from_the_bounce_buffer(void **state)
{
    static const uint32_t ends[] = {BOUNCE - 32, BOUNCE - 16, BOUNCE + BOUNCE_BYTES,
                                    BOUNCE + BOUNCE_BYTES - 16, BOUNCE + 4};

    (void)state;
    for (unsigned channel = 0; channel < 16; channel++) {
        uint32_t base = channel < 15 ? 0x20007000 + 0x100 * channel : 0x20E05000;

        assert_int_equal(verdict(4, base + 4, BOUNCE), GUARD_PASS);
        assert_int_equal(verdict(4, base + 4, 0x40000000 | (BOUNCE + 32)), GUARD_PASS);
        assert_int_equal(verdict(4, base + 4, 0xC0000000 | (BOUNCE + BOUNCE_BYTES - 32)),
                         GUARD_PASS);
        assert_int_equal(verdict(4, base + 4, 0), GUARD_PASS);
        for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
            assert_int_equal(verdict(4, base + 4, ends[i]), GUARD_REFUSE);
        for (uint32_t reg = 0; reg < 0x24; reg += 4)
            assert_int_equal(verdict(4, base + reg, BOUNCE),
                             reg <= 4 || reg == 0x20 ? GUARD_PASS : GUARD_REFUSE);
        assert_int_equal(verdict(2, base, 1), GUARD_REFUSE);
    }
    assert_int_equal(verdict(4, 0x20007FF0, 0x7FFF), GUARD_PASS);
    assert_int_equal(verdict(4, 0x20006004, 0), GUARD_REFUSE); /* not DMA: MPHI */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_and_misaligned),
        cmocka_unit_test(ordinary_accesses_pass_unchanged),
        cmocka_unit_test(refused_writes),
        cmocka_unit_test(peripheral_clocks_pass),
        cmocka_unit_test(resets),
        cmocka_unit_test(line_pins_keep_their_function),
        cmocka_unit_test(uart_stays_enabled),
        cmocka_unit_test(mini_uart),
        cmocka_unit_test(mailbox_messages_lie_in_the_bounce_buffer),
        cmocka_unit_test(dma_reads_its_blocks_from_the_bounce_buffer),
    };

    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
