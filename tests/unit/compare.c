/* Comparing two runs exactly: what is compared, what is not, and where it ends. */
#include "tests/unit/compare-rig.h"

#include <stdio.h>

#define MU_IO 0x20215040u

/* Compares two lists of records. */
#define COMPARE(c, a, b)                                                                           \
    ({                                                                                             \
        struct rig_run ra = rig_of(a, sizeof(a) / sizeof(a)[0]);                                   \
        struct rig_run rb = rig_of(b, sizeof(b) / sizeof(b)[0]);                                   \
        rig_compare(c, &ra, &rb);                                                                  \
    })

static struct log_record access_by(enum bus_origin origin, uint32_t addr)
{
    struct log_record r = RIG_PUT(addr, 1);

    r.a.origin = origin;
    return r;
}

static struct log_record ended(uint32_t status, uint32_t sig)
{
    return (struct log_record){.kind = LOG_END, .value = status, .count = sig};
}

static void each_field_counts(void **state)
{
    const struct log_record base[] = {RIG_GET(FSEL2, 0), RIG_PUT(FSEL2, 1), RIG_BARRIER};
    struct compare c = {0};

    (void)state;
    assert_int_equal(COMPARE(&c, base, base), COMPARE_EQUAL);
    assert_int_equal(c.equal, 3);
    for (int field = 0; field < 5; field++) {
        struct log_record other[] = {base[0], base[1], base[2]};
        struct log_record *r = &other[1];

        switch (field) {
        case 0:
            r->a.op = BUS_READ;
            break;
        case 1:
            r->a.width = 2;
            break;
        case 2:
            r->a.addr = SET0;
            break;
        case 3:
            r->a.value = 2;
            break;
        default:
            r->result = BUS_UNMODELLED;
        }
        assert_int_equal(COMPARE(&c, base, other), COMPARE_DIFFERENT);
        assert_int_equal(c.why, COMPARE_OTHER);
        assert_int_equal(c.equal, 1);
        assert_int_equal(c.side[0].e.at, 1);
        assert_int_equal(c.side[1].e.at, 1);
    }
}

static void places_and_times_do_not(void **state)
{
    struct log_record a[] = {RIG_PUT(FSEL2, 1)}, b[] = {RIG_PUT(FSEL2, 1)};
    struct compare c = {0};

    (void)state;
    b[0].a.pc = 0x20440;
    b[0].ns = 1500;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_EQUAL);
    c.options.time = 1;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_DIFFERENT);
    assert_int_equal(c.why, COMPARE_WHEN);
    c.options.tolerance_ns = 1499;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_DIFFERENT);
    c.options.tolerance_ns = 1500;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_EQUAL);
    assert_int_equal(COMPARE(&c, b, a), COMPARE_EQUAL);
}

/* The console's accesses, the DMA engine's and what is no access count with `all` alone. */
static void only_the_programs_own(void **state)
{
    const uint8_t bytes[2][2] = {{1, 2}, {1, 3}};
    const struct log_record own[] = {RIG_PUT(FSEL2, 1), ended(0, 0)};
    const struct log_record more[][3] = {
        {own[0], access_by(ORIGIN_CONSOLE, MU_IO), own[1]},
        {own[0], access_by(ORIGIN_DMA, MU_IO), own[1]},
        {own[0], {.kind = LOG_IRQ, .value = 1}, own[1]},
        {own[0], {.kind = LOG_INPUT, .value = 'x'}, own[1]},
        {own[0], {.kind = LOG_CYCLES, .value = 7}, own[1]},
        {own[0], {.kind = LOG_MEMORY, .addr = 16, .nbytes = 2, .bytes = bytes[0]}, own[1]},
    };
    struct log_record other[3];
    struct compare c = {0};

    (void)state;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        c.options.all = 0;
        assert_int_equal(COMPARE(&c, own, more[i]), COMPARE_EQUAL);
        c.options.all = 1;
        assert_int_equal(COMPARE(&c, own, more[i]), COMPARE_DIFFERENT);
        assert_int_equal(COMPARE(&c, more[i], more[i]), COMPARE_EQUAL);
        memcpy(other, more[i], sizeof other);
        other[1].value = 99;
        other[1].a.value = 99;
        other[1].bytes = bytes[1];
        assert_int_equal(COMPARE(&c, other, more[i]), COMPARE_DIFFERENT);
    }
}

/* The same access by the console is not the program's. */
static void origin_counts(void **state)
{
    const struct log_record a[] = {access_by(ORIGIN_PROGRAM, MU_IO)};
    const struct log_record b[] = {access_by(ORIGIN_CONSOLE, MU_IO)};
    struct compare c = {.options.all = 1};

    (void)state;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_DIFFERENT);
}

/* How many calls before an interrupt, and how often input was looked for in vain, is no device's.
 */
static void counts_of_calls_do_not(void **state)
{
    const struct log_record a[] = {{.kind = LOG_IRQ, .value = 1, .count = 3},
                                   {.kind = LOG_INPUT, .value = 'x', .count = 0}};
    const struct log_record b[] = {{.kind = LOG_IRQ, .value = 1, .by_signal = 1},
                                   {.kind = LOG_INPUT, .value = 'x', .count = 8}};
    struct compare c = {.options.all = 1};

    (void)state;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_EQUAL);
}

static void how_runs_end(void **state)
{
    const struct log_record done[] = {RIG_PUT(FSEL2, 1), ended(0, 0)};
    const struct log_record failed[] = {RIG_PUT(FSEL2, 1), ended(1, 0)};
    const struct log_record stopped[] = {RIG_PUT(FSEL2, 1), ended(0, 2)};
    const struct log_record killed[] = {RIG_PUT(FSEL2, 1)};
    const struct log_record longer[] = {RIG_PUT(FSEL2, 1), RIG_PUT(SET0, 2), ended(0, 0)};

    (void)state;
    for (unsigned rules = 0; rules <= COMPARE_REORDER; rules += COMPARE_REORDER) {
        struct compare c = {.options.rules = rules};

        assert_int_equal(COMPARE(&c, done, done), COMPARE_EQUAL);
        assert_int_equal(c.unended, 0);
        assert_int_equal(COMPARE(&c, done, failed), COMPARE_DIFFERENT);
        assert_int_equal(COMPARE(&c, done, stopped), COMPARE_DIFFERENT);
        assert_int_equal(COMPARE(&c, done, killed), COMPARE_EQUAL);
        assert_int_equal(c.unended, 2);
        assert_int_equal(COMPARE(&c, killed, failed), COMPARE_EQUAL);
        assert_int_equal(c.unended, 1);
        assert_int_equal(COMPARE(&c, killed, longer), COMPARE_DIFFERENT);
        assert_int_equal(c.side[0].there, 0);
        assert_int_equal(c.side[1].e.value, 2);
        assert_int_equal(COMPARE(&c, longer, done), COMPARE_DIFFERENT);
    }
}

/* What one of the two cannot show is not compared. */
static void only_what_both_show(void **state)
{
    struct log_record unmodelled = RIG_PUT(FSEL2, 2);
    const struct log_record full[] = {rig_access(BUS_START, 0, 0),
                                      RIG_PUT(FSEL2, 1),
                                      rig_access(BUS_DELAY_US, 0, 10),
                                      rig_access(BUS_DELAY_CYCLES, 0, 20),
                                      RIG_BARRIER,
                                      rig_access(BUS_DEV_VAL, 0, 5),
                                      access_by(ORIGIN_CONSOLE, MU_IO),
                                      (unmodelled.result = BUS_UNMODELLED, unmodelled),
                                      ended(3, 0)};
    const struct log_record accesses[] = {RIG_PUT(FSEL2, 1), RIG_PUT(FSEL2, 2)};
    const struct log_record course[] = {RIG_PUT(FSEL2, 1), rig_access(BUS_DELAY_CYCLES, 0, 20),
                                        RIG_BARRIER, rig_access(BUS_DEV_VAL, 0, 5),
                                        RIG_PUT(FSEL2, 2)};
    const struct {
        enum log_text_format format;
        const struct log_record *record;
        size_t n;
    } text[] = {
        {LOG_TEXT_2019, accesses, 2}, {LOG_TEXT_PI, accesses, 2}, {LOG_TEXT_COURSE, course, 5}};

    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        struct compare c = {.options.all = 1};
        struct rig_run a = rig_of(full, sizeof full / sizeof full[0]);
        struct rig_run b = rig_of(text[i].record, text[i].n);

        b.in.shows = log_text_shows(text[i].format);
        assert_int_equal(rig_compare(&c, &a, &b), COMPARE_EQUAL);
        a.at = b.at = 0;
        assert_int_equal(rig_compare(&c, &b, &a), COMPARE_EQUAL);
        b.at = a.at = 0;
        b.n--;
        assert_int_equal(rig_compare(&c, &a, &b), COMPARE_DIFFERENT);
    }
}

static void damage_ends_it(void **state)
{
    const struct log_record a[] = {RIG_PUT(FSEL2, 1), RIG_PUT(FSEL2, 2), RIG_PUT(FSEL2, 3)};
    const struct log_record b[] = {RIG_PUT(FSEL2, 1), RIG_PUT(FSEL2, 4)};

    (void)state;
    for (unsigned rules = 0; rules <= COMPARE_REORDER; rules += COMPARE_REORDER) {
        struct compare c = {.options.rules = rules};
        struct rig_run whole = rig_of(a, 3), cut = rig_of(a, 2), other = rig_of(b, 2);

        cut.damaged = other.damaged = 1;
        assert_int_equal(rig_compare(&c, &whole, &cut), COMPARE_UNREADABLE);
        assert_int_equal(c.unreadable, 2);
        assert_int_equal(c.equal, 2);
        whole.at = 0;
        if (!rules) /* the difference comes first */
            assert_int_equal(rig_compare(&c, &whole, &other), COMPARE_DIFFERENT);
    }
}

static void the_last_equal_ones_are_kept(void **state)
{
    static struct log_record a[1000], b[1000];
    struct compare c = {0};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        a[i] = b[i] = RIG_PUT(FSEL2, i);
    b[700].a.value = 0;
    assert_int_equal(COMPARE(&c, a, b), COMPARE_DIFFERENT);
    assert_int_equal(c.nkept, 700);
    for (uint64_t i = 1; i <= COMPARE_CONTEXT_MAX; i++)
        assert_int_equal(c.kept[(c.nkept - i) % COMPARE_CONTEXT_MAX].value, 700 - i);
}

static void texts(void **state)
{
    const uint8_t bytes[] = "123456789";
    const struct {
        struct log_record r;
        const char *text;
    } known[] = {
        {RIG_PUT(FSEL2, 1), "PUT32(0x20200008) = 0x1 # GPIO.FSEL2"},
        {access_by(ORIGIN_CONSOLE, MU_IO), "PUT32(0x20215040) = 0x1 # AUX.MU_IO, console"},
        {RIG_BARRIER, "dev_barrier"},
        {{.kind = LOG_MEMORY, .addr = 0x8000, .nbytes = 9, .bytes = bytes},
         "9 bytes written to 0x8000 by a bus master, CRC-32 cbf43926"},
        {{.kind = LOG_IRQ, .value = 1}, "an interrupt begins"},
        {{.kind = LOG_IRQ, .value = 2}, "a fast interrupt begins"},
        {{.kind = LOG_INPUT, .value = 'a'}, "input read: 0x61"},
        {{.kind = LOG_CYCLES, .value = 12}, "cycle counter read: 12"},
        {ended(1, 0), "the run ends with status 1"},
        {ended(0, 15), "the run ends by signal 15"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct compare_event e;
        char buf[COMPARE_TEXT];

        compare_event_of(&known[i].r, 0, &e);
        assert_string_equal(compare_text(&e, buf, sizeof buf), known[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_counts),
        cmocka_unit_test(places_and_times_do_not),
        cmocka_unit_test(only_the_programs_own),
        cmocka_unit_test(origin_counts),
        cmocka_unit_test(counts_of_calls_do_not),
        cmocka_unit_test(how_runs_end),
        cmocka_unit_test(only_what_both_show),
        cmocka_unit_test(damage_ends_it),
        cmocka_unit_test(texts),
        cmocka_unit_test(the_last_equal_ones_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
