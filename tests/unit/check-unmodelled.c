/* Registers nobody models: reported once each, by name. */
#include "tests/unit/access.h"

#include <stdio.h>
#include <string.h>

#include "emu/core/clock.h"
#include "emu/dev/board.h"
#include "emu/observe/check.h"

static struct {
    char text[8][CHECK_MAX_TEXT], reg[8][32];
    uintptr_t pc[8];
    unsigned count;
} seen;

static int note(void *self, const struct check_finding *f)
{
    assert_ptr_equal(self, &seen);
    assert_true(seen.count < 8);
    assert_int_equal(f->rule, CHECK_UNMODELLED);
    snprintf(seen.text[seen.count], CHECK_MAX_TEXT, "%s", f->text);
    snprintf(seen.reg[seen.count], sizeof seen.reg[0], "%s", f->reg);
    seen.pc[seen.count++] = f->a->pc;
    return 0;
}

static struct bus bus;
static struct clock now;
static struct dev_board board;
static struct check check;

static int fresh(void **state)
{
    struct dev_board_outside outside = {.clock = &now};

    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&seen, 0, sizeof seen);
    dev_board_init(&board, &outside, &bus);
    check = (struct check){.self = &seen, .report = note};
    check_init(&check);
    bus_watch(&bus, &check.watcher);
    return 0;
}

static int done(void **state)
{
    (void)state;
    check_free(&check);
    return 0;
}

static void access_at(uintptr_t pc, enum bus_op op, unsigned width, uint32_t addr, uint32_t value)
{
    struct bus_access a = {
        .op = op, .width = (uint8_t)width, .addr = addr, .value = value, .pc = pc};

    bus_perform(&bus, &a);
}

static void each_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        access_at(0x100 + i, BUS_READ, 4, 0x20215010, 0);
        access_at(0x200, BUS_WRITE, 4, 0x20215010, 1);
        access_at(0x300, BUS_WRITE, 1, 0x20215015, 0x80);
        access_at(0x400, BUS_WRITE, 4, 0x202150a4, 0xff); /* a mapped page, no such register */
        access_at(0x500, BUS_READ, 4, 0x20fffffc, 0);
        access_at(0x600, BUS_READ, 4, 0x20200024, 0);
    }
    assert_int_equal(seen.count, 5);
    assert_string_equal(seen.text[0], "read of AUX+0x10 (0x20215010): not modelled, reads as 0");
    assert_string_equal(seen.reg[0], "AUX+0x10");
    assert_int_equal(seen.pc[0], 0x100);
    assert_string_equal(seen.text[1],
                        "write of 0x80 to AUX+0x15 (0x20215015): not modelled, dropped");
    assert_string_equal(seen.text[2],
                        "write of 0xff to AUX+0xa4 (0x202150a4): not modelled, dropped");
    assert_string_equal(seen.text[3], "read of 0x20fffffc: not modelled, reads as 0");
    assert_string_equal(seen.text[4], "read of GPIO+0x24 (0x20200024): not modelled, reads as 0");
    assert_int_equal(check_found_places(&check), 5);
    assert_int_equal(check_found_times(&check), 18);
}

static void registers_have_names(void **state)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = 0x202150a0};
    char text[CHECK_MAX_TEXT];

    (void)state;
    assert_string_equal(check_unmodelled_text(&a, text, sizeof text),
                        "read of AUX.SPI1_IO (0x202150a0): not modelled, reads as 0");
}

static void other_accesses_are_not_reported(void **state)
{
    (void)state;
    access_at(0, BUS_READ, 4, 0x20200034, 0);
    access_at(0, BUS_READ, 4, 0x20215011, 0); /* misaligned: a fault, not a gap in the models */
    access_at(0, BUS_WRITE, 4, 0x21000000, 0);
    access_at(0, BUS_BARRIER, 0, 0, 0);
    assert_int_equal(seen.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_once, fresh, done),
        cmocka_unit_test(registers_have_names),
        cmocka_unit_test_setup_teardown(other_accesses_are_not_reported, fresh, done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
