/* Who wins on a wire, in four steps; who hears of it; inputs by time; names. */
#include "tests/unit/parts-rig.h"

#include "emu/parts/names.h"
#include "emu/parts/timeline.h"

static void pull(unsigned pin, unsigned how)
{
    rig_put(0x94, how);
    rig_put(0x98 + 4 * (pin / 32), 1u << pin % 32);
    rig_put(0x98 + 4 * (pin / 32), 0);
}

/* Pins 0-8 are pulled up after power-on, 9-27 down (manual p. 102). */
static void a_pull_of_one_pin_reaches_the_other(void **state)
{
    (void)state;
    assert_int_equal(parts_wire(&rig, "4-28"), 0); /* 28 has no pull */
    parts_start(&rig);
    assert_int_equal(rig_level(28), 1);
    pull(4, 1);
    assert_int_equal(rig_level(28), 0);
    pull(4, 0);
    assert_int_equal(rig_level(28), 0);
    pull(28, 2);
    assert_int_equal(rig_level(4), 1);
}

static void a_driver_beats_pulls_and_goes_away(void **state)
{
    (void)state;
    parts_wire(&rig, "4-20");
    parts_start(&rig);
    assert_int_equal(rig_level(4), 0); /* up against down */
    rig_output(20, 1);
    assert_int_equal(rig_level(4), 1);
    rig_write(20, 0);
    assert_int_equal(rig_level(4), 0);
    pull(20, 0);
    rig_input(20);
    assert_int_equal(rig_level(4), 1);
    assert_int_equal(rig_level(20), 1);
    rig_function(20, GPIO_FSEL_ALT0); /* the latch is disconnected there, too */
    assert_int_equal(rig_level(4), 1);
    assert_string_equal(rig_said, "");
}

/* The other pin turns to output before this one is an input again: no glitch for a detector. */
static void turning_a_pin_round_makes_no_edge(void **state)
{
    (void)state;
    parts_wire(&rig, "20-21");
    rig_output(20, 1);
    parts_start(&rig);
    rig_output(21, 1);
    rig_put(0x58, 1u << 20 | 1u << 21); /* falling edges */
    rig_input(20);
    rig_output(20, 1);
    rig_input(21);
    assert_int_equal(rig_gpio.s.events, 0);
    rig_write(20, 0);
    assert_int_equal(rig_gpio.s.events, 1u << 20 | 1u << 21);
}

static void a_short_circuit_is_said_once_a_net(void **state)
{
    (void)state;
    parts_wire(&rig, "20-21");
    parts_wire(&rig, "22=low");
    parts_start(&rig);
    rig_output(20, 1);
    rig_output(21, 0);
    rig_write(21, 1);
    rig_write(21, 0);
    assert_string_equal(
        rig_said, "short circuit at 0 us: the program's pin 20 drives high what the program's "
                  "pin 21 drives low; on a real Pi this destroys pins\n");
    *rig_said = 0;
    rig_output(22, 1);
    assert_non_null(strstr(rig_said, "pin 22 drives high what --wire 22=low drives low"));
    assert_int_equal(rig_level(20), 1); /* an output reads what it drives */
}

struct follower {
    int end, inverts;
    unsigned heard;
};

static void follow(void *self, unsigned pin, int level)
{
    struct follower *f = self;

    (void)pin;
    f->heard++;
    part_drive(&rig, f->end, level ^ f->inverts ? DRIVE_HIGH : DRIVE_LOW);
}

static void parts_that_answer_settle(void **state)
{
    struct follower f[3] = {{.inverts = 1}, {.inverts = 1}, {.inverts = 1}};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        f[i].end = part_end(&rig, 21 + i, "follower");
        part_listen(&rig, 20 + i, &f[i], follow);
        part_drive(&rig, f[i].end, i == 1 ? DRIVE_LOW : DRIVE_HIGH); /* as for a low input */
    }
    parts_start(&rig);
    assert_int_equal(rig_level(23), 1);
    rig_output(20, 1);
    assert_int_equal(rig_level(21), 0);
    assert_int_equal(rig_level(23), 0);
    rig_write(20, 0);
    assert_int_equal(rig_level(21), 1);
    assert_int_equal(rig_level(22), 0);
    assert_int_equal(rig_level(23), 1);
    assert_int_equal(f[2].heard, 2);
}

static void parts_that_never_settle_are_stopped_and_said(void **state)
{
    struct follower f = {.inverts = 1};

    (void)state;
    f.end = part_end(&rig, 20, "inverter");
    part_drive(&rig, f.end, DRIVE_LOW);
    part_listen(&rig, 20, &f, follow);
    parts_start(&rig);
    part_drive(&rig, f.end, DRIVE_HIGH);
    assert_non_null(strstr(rig_said, "never come to rest"));
    *rig_said = 0;
    part_drive(&rig, f.end, DRIVE_NONE);
    assert_string_equal(rig_said, "");
}

static void pins_have_names(void **state)
{
    static const struct {
        const char *name;
        int pin;
    } names[] = {{"0", 0},
                 {"53", 53},
                 {"54", -1},
                 {"gpio20", 20},
                 {"GPIO47", 47},
                 {"p1-40", 21},
                 {"J8-3", 2},
                 {"p1-1", -1},
                 {"p1-41", -1},
                 {"sda", 2},
                 {"SCLK", 11},
                 {"ce1", 7},
                 {"", -1},
                 {"-1", -1},
                 {"2x", -1},
                 {"gpio", -1},
                 {"0x10", -1},
                 {"+3", -1},
                 {"99999999999999999", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(pin_named(names[i].name, strlen(names[i].name)), names[i].pin);
}

static void times_and_lengths_have_units(void **state)
{
    uint64_t v;

    (void)state;
    assert_int_equal(time_named("8.68us", 6, &v), 0);
    assert_int_equal(v, 8680);
    assert_int_equal(time_named("0", 1, &v), 0);
    assert_int_equal(time_named("2s", 2, &v), 0);
    assert_int_equal(v, 2000000000);
    assert_int_equal(time_named("12", 2, &v), -1);
    assert_int_equal(time_named("-1us", 4, &v), -1);
    assert_int_equal(time_named("1min", 4, &v), -1);
    assert_int_equal(time_named("nan", 3, &v), -1);
    assert_int_equal(time_named("0x1us", 5, &v), -1);
    assert_int_equal(time_named("1e99s", 5, &v), -1);
    assert_int_equal(length_named("12in", 4, &v), 0);
    assert_int_equal(v, 304800);
    assert_int_equal(length_named("1.5m", 4, &v), 0);
    assert_int_equal(v, 1500000);
}

static void vcd_units_become_nanoseconds(void **state)
{
    static const struct {
        const char *scale;
        uint64_t ns;
    } scales[] = {{"1 s", 7000000000}, {"10ms", 70000000}, {"100 us", 700000},
                  {"1ns", 7},          {"100 ps", 1},      {"1 fs", 0}};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        struct timeline t = {0};

        snprintf(text, sizeof text, "$timescale %s $end $var wire 1 %% gpio5 $end #7 1%%\n",
                 scales[i].scale);
        assert_int_equal(timeline_read_vcd(&t, "x", text, strlen(text)), 0);
        assert_int_equal(t.events, 1);
        assert_int_equal(t.event[0].at_ns, scales[i].ns);
        assert_int_equal(t.event[0].pin, 5);
        assert_int_equal(t.event[0].drive, DRIVE_HIGH);
        free(t.event);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pull_of_one_pin_reaches_the_other, rig_fresh, rig_end),
        cmocka_unit_test_setup_teardown(a_driver_beats_pulls_and_goes_away, rig_fresh, rig_end),
        cmocka_unit_test_setup_teardown(turning_a_pin_round_makes_no_edge, rig_fresh, rig_end),
        cmocka_unit_test_setup_teardown(a_short_circuit_is_said_once_a_net, rig_fresh, rig_end),
        cmocka_unit_test_setup_teardown(parts_that_answer_settle, rig_fresh, rig_end),
        cmocka_unit_test_setup_teardown(parts_that_never_settle_are_stopped_and_said, rig_fresh,
                                        rig_end),
        cmocka_unit_test(pins_have_names),
        cmocka_unit_test(times_and_lengths_have_units),
        cmocka_unit_test(vcd_units_become_nanoseconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
