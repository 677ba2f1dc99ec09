/* The speed of the device loop's line: trials, and the way back when nobody can be understood. */
#include "tests/unit/loop-rig.h"

enum { FAST = 921600, FIRST = 115200 };

static void say_speed(struct pi *pi, uint32_t baud)
{
    uint8_t body[4] = {(uint8_t)baud, (uint8_t)(baud >> 8), (uint8_t)(baud >> 16),
                       (uint8_t)(baud >> 24)};

    say_control(pi, CTL_SPEED, body, sizeof body);
}

static void expect_speed(struct pi *pi, uint32_t baud)
{
    uint8_t body[4] = {(uint8_t)baud, (uint8_t)(baud >> 8), (uint8_t)(baud >> 16),
                       (uint8_t)(baud >> 24)};

    expect_control(pi, CTL_SPEED, body, sizeof body);
}

static void expect_baud(struct pi *pi, unsigned changes, uint32_t baud)
{
    assert_int_equal(pi->bauds, changes);
    if (changes)
        assert_int_equal(pi->baud[changes - 1], baud);
}

/* At the high speed for good. */
static struct pi *fast(void)
{
    struct pi *pi = session();

    say_speed(pi, FAST);
    expect_speed(pi, FAST);
    expect_baud(pi, 1, FAST);
    say_control(pi, CTL_KEEP, NULL, 0);
    expect_control(pi, CTL_KEEP, NULL, 0);
    pass(pi, 2 * SPEED_TRIAL_MS * 1000);
    expect_baud(pi, 1, FAST);
    return pi;
}

static void damage(struct pi *pi)
{
    hear(pi, "\x41", 1);
    pass(pi, LINE_SILENCE_US);
    pi->at = pi->nsaid;
}

static void divisors(void **state)
{
    static const struct {
        uint32_t baud, divisor;
    } known[] = {{9600, 3255},  {115200, 271}, {230400, 136},   {460800, 68},   {921600, 34},
                 {1000000, 31}, {1500000, 21}, {2000000, 16},   {15625000, 2},  {31250000, 1},
                 {477, 65514},  {476, 0},      {1, 0},          {0, 0},         {3000000, 0},
                 {12000000, 0}, {31250001, 0}, {0x80000000, 0}, {0xFFFFFFFF, 0}};

    (void)state;
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(loop_baud_divisor(known[i].baud), known[i].divisor);
    for (uint32_t baud = 477; baud < 40000000; baud += 1 + baud / 97) {
        uint32_t divisor = loop_baud_divisor(baud), best = (31250000 + baud / 2) / baud;
        double error = 1 - (double)baud * best / 31250000;

        assert_int_equal(divisor != 0, error <= 0.03 && error >= -0.03 && baud <= 31250000);
        if (divisor)
            assert_int_equal(divisor, best);
    }
}

static void a_speed_is_answered_and_changed(void **state)
{
    (void)state;
    fast();
}

static void a_trial_ends_by_itself(void **state)
{
    struct pi *pi = session();

    (void)state;
    say_speed(pi, FAST);
    expect_speed(pi, FAST);
    say_control(pi, CTL_PROBE, "U", 1);
    expect_control(pi, CTL_PROBE, "U", 1);
    pass(pi, SPEED_TRIAL_MS * 1000 - 2000);
    expect_baud(pi, 1, FAST);
    pass(pi, 2000);
    expect_baud(pi, 2, FIRST);
    add_put(pi, SET0, 1); /* the session goes on */
    send_frame(pi);
    expect_ack(pi);
}

static void a_trial_of_a_third_speed_ends_at_the_second(void **state)
{
    struct pi *pi = fast();

    (void)state;
    say_speed(pi, 1000000);
    expect_speed(pi, 1000000);
    say_speed(pi, 2000000); /* another while it lasts */
    expect_speed(pi, 2000000);
    expect_baud(pi, 3, 2000000);
    pass(pi, SPEED_TRIAL_MS * 1000);
    expect_baud(pi, 4, FAST);
    say_speed(pi, FIRST);
    expect_speed(pi, FIRST);
    expect_baud(pi, 5, FIRST);
    say_speed(pi, FAST); /* back: no trial */
    expect_speed(pi, FAST);
    expect_baud(pi, 6, FAST);
    pass(pi, 2 * SPEED_TRIAL_MS * 1000);
    expect_baud(pi, 6, FAST);
}

static void the_same_speed_again_changes_nothing(void **state)
{
    struct pi *pi = fast();

    (void)state;
    say_speed(pi, FAST);
    expect_speed(pi, FAST);
    say_control(pi, CTL_KEEP, NULL, 0);
    expect_control(pi, CTL_KEEP, NULL, 0);
    pass(pi, 2 * SPEED_TRIAL_MS * 1000);
    expect_baud(pi, 1, FAST);
    pi = session();
    say_speed(pi, FIRST);
    expect_speed(pi, FIRST);
    expect_baud(pi, 0, 0);
}

static void impossible_speeds_are_refused(void **state)
{
    struct pi *pi = session();

    (void)state;
    say_speed(pi, 12000000);
    expect_speed(pi, 0);
    say_speed(pi, 0);
    expect_speed(pi, 0);
    pi->baud_fails = 1;
    say_speed(pi, FAST); /* the hardware says no: said behind the answer */
    expect_speed(pi, FAST);
    expect_speed(pi, 0);
    expect_baud(pi, 0, 0);
    pass(pi, 2 * SPEED_TRIAL_MS * 1000);
    expect_nothing(pi);
}

static void damage_leads_back(void **state)
{
    struct pi *pi = fast();

    (void)state;
    damage(pi);
    damage(pi);
    pass(pi, LOOP_RETREAT_US - 3 * LINE_SILENCE_US);
    expect_baud(pi, 1, FAST);
    pass(pi, LINE_SILENCE_US);
    expect_baud(pi, 2, FIRST);
    greet(pi, 2); /* a new client, at the first speed */
    damage(pi);
    damage(pi);
    pass(pi, 2 * LOOP_RETREAT_US);
    expect_baud(pi, 2, FIRST);
}

static void little_damage_does_not(void **state)
{
    struct pi *pi = fast();

    (void)state;
    for (unsigned i = 0; i < 5; i++) { /* once a while */
        damage(pi);
        pass(pi, LOOP_RETREAT_US);
    }
    damage(pi); /* much, and a frame that checks */
    damage(pi);
    say_control(pi, CTL_PROBE, "U", 1);
    expect_control(pi, CTL_PROBE, "U", 1);
    damage(pi);
    pass(pi, 2 * LOOP_RETREAT_US);
    expect_baud(pi, 1, FAST);
}

/* Its word is noise at the high speed; it repeats it, and is understood at the first. */
static void an_installer_gets_through(void **state)
{
    static const uint8_t soh[4] = {0x78, 0x56, 0x34, 0x12};
    struct pi *pi = fast();
    unsigned tries = 0;

    (void)state;
    for (; !pi->reboots && tries < 20; tries++) {
        hear(pi, pi->bauds == 1 ? (const uint8_t *)"\x40\x00\xF8\x41" : soh, 4);
        pass(pi, 300000);
    }
    assert_int_equal(pi->reboots, 1);
    assert_in_range(tries, 4, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divisors),
        cmocka_unit_test(a_speed_is_answered_and_changed),
        cmocka_unit_test(a_trial_ends_by_itself),
        cmocka_unit_test(a_trial_of_a_third_speed_ends_at_the_second),
        cmocka_unit_test(the_same_speed_again_changes_nothing),
        cmocka_unit_test(impossible_speeds_are_refused),
        cmocka_unit_test(damage_leads_back),
        cmocka_unit_test(little_damage_does_not),
        cmocka_unit_test(an_installer_gets_through),
    };

    return cmocka_run_group_tests_name("loop-speed", tests, NULL, NULL);
}
