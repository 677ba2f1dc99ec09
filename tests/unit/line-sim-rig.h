/* tests/unit/line-sim-rig.h - one simulated line a test, with a clock that runs from event to
 * event. */
#ifndef TESTS_UNIT_LINE_SIM_RIG_H
#define TESTS_UNIT_LINE_SIM_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/line/line-model.h"

#define MS 1000000ull
#define SECOND (1000 * MS)

static struct line_model m;

static inline void start(const struct line_config *config)
{
    line_model_init(&m, config);
}

/* Nanoseconds that n bytes take, rounded up. */
static inline uint64_t wire_ns(uint64_t n, unsigned baud)
{
    return (n * 10 * SECOND + baud - 1) / baud;
}

static inline void send_text(enum line_dir dir, const char *text, uint64_t now)
{
    for (; *text; text++)
        assert_int_equal(line_model_send(&m, dir, (uint8_t)*text, now), 0);
}

/* Lets the clock run until nothing more happens, or until `until`; what comes out of dir becomes
 * text. */
static inline const char *comes(enum line_dir dir, uint64_t until)
{
    static char text[4096];
    size_t n = 0;
    uint8_t byte;

    for (;;) {
        uint64_t next = line_model_next(&m);

        while (line_model_take(&m, dir, &byte, NULL)) {
            assert_true(n < sizeof text - 1);
            text[n++] = (char)byte;
        }
        if (next == LINE_NEVER || next > until)
            break;
        line_model_advance(&m, next);
    }
    line_model_advance(&m, until);
    text[n] = 0;
    return text;
}

/* The next byte out of dir must be this one, readable at exactly that time. */
static inline void expect_byte(enum line_dir dir, uint8_t want, uint64_t at)
{
    uint64_t when = 0;
    uint8_t byte = 0;

    while (!line_model_take(&m, dir, &byte, &when)) {
        assert_true(line_model_next(&m) != LINE_NEVER);
        line_model_advance(&m, line_model_next(&m));
    }
    assert_int_equal(byte, want);
    assert_int_equal(when, at);
    assert_true(m.now >= at);
}

#endif
