/* PCM: "BCM2835 ARM Peripherals" ch. 8, p. 119-137. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/pcm.h"

enum {
    CS = 0x00,
    FIFO = 0x04,
    MODE = 0x08,
    RXC = 0x0c,
    TXC = 0x10,
    DREQ = 0x14,
    INTEN = 0x18,
    INTSTC = 0x1c,
    GRAY = 0x20,
};

enum {
    EN = 1 << 0,
    RXON = 1 << 1,
    TXON = 1 << 2,
    TXCLR = 1 << 3,
    RXCLR = 1 << 4,
    DMAEN = 1 << 9,
    TXERR = 1 << 15,
    RXERR = 1 << 16,
    TXW = 1 << 17,
    RXR = 1 << 18,
    TXD = 1 << 19,
    RXD = 1 << 20,
    TXE = 1 << 21,
    RXF = 1 << 22,
    SYNC = 1 << 24,
    CH1 = 1 << 30,
    CH2 = 1 << 14,
    FRAME_NS = 64 * 1000, /* 64 clocks at 1 MHz */
};

static struct bus bus;
static struct clock now;
static struct dev_pcm pcm;
static uint32_t hz;

static uint32_t rate(void *self)
{
    assert_ptr_equal(self, &hz);
    return hz;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, DEV_PCM_BASE + off);
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, DEV_PCM_BASE + off, value);
}

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    hz = 1000000;
    clock_start(&now, CLOCK_VIRTUAL);
    dev_pcm_init(&pcm, &now, &hz, rate);
    dev_pcm_map(&pcm, &bus);
    put(MODE, 63 << 10);
    return 0;
}

static void power_on_values(void **state)
{
    (void)state;
    dev_pcm_reset(&pcm);
    assert_int_equal(get(CS), TXD | TXE);
    assert_int_equal(get(MODE), 0);
    assert_int_equal(get(RXC), 0);
    assert_int_equal(get(TXC), 0);
    assert_int_equal(get(DREQ), 0x10303020);
    assert_int_equal(get(INTEN), 0);
    assert_int_equal(get(INTSTC), 0);
    assert_int_equal(get(GRAY), 0);
}

static void frames_take_words(void **state)
{
    (void)state;
    put(TXC, CH1 | CH2);
    for (unsigned i = 0; i < 4; i++)
        put(FIFO, i);
    assert_int_equal(get(CS) & TXE, 0);
    put(CS, EN | TXON);
    clock_pass(&now, 2 * FRAME_NS - 1);
    assert_int_equal(get(CS) & (TXE | TXERR), 0);
    clock_pass(&now, 1);
    assert_int_equal(get(CS) & (TXE | TXERR), TXE);
    clock_pass(&now, FRAME_NS);
    assert_int_equal(get(CS) & TXERR, TXERR);
    put(CS, EN | TXERR); /* p. 127: cleared by writing 1 */
    assert_int_equal(get(CS) & TXERR, 0);
}

static void nobody_is_heard(void **state)
{
    (void)state;
    put(RXC, CH1);
    put(CS, EN | RXON);
    clock_pass(&now, FRAME_NS);
    assert_int_equal(get(CS) & (RXD | RXF), RXD);
    assert_int_equal(get(FIFO), 0);
    assert_int_equal(get(CS) & (RXD | RXERR), 0);
    get(FIFO);
    assert_int_equal(get(CS) & RXERR, RXERR);
    put(CS, EN | RXON | RXERR);
    clock_pass(&now, 64ull * FRAME_NS);
    assert_int_equal(get(CS) & (RXF | RXERR), RXF);
    clock_pass(&now, FRAME_NS);
    assert_int_equal(get(CS) & (RXF | RXERR), RXF | RXERR);
    put(CS, RXCLR);
    assert_int_equal(get(CS) & (RXD | RXF), 0);
}

static void the_fifo_holds_64_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64; i++)
        put(FIFO, i);
    assert_int_equal(get(CS) & (TXD | TXERR), 0);
    put(FIFO, 64);
    assert_int_equal(get(CS) & TXERR, TXERR);
    put(CS, TXCLR);
    assert_int_equal(get(CS) & (TXD | TXE), TXD | TXE);
}

/* p. 128: TXTHR and RXTHR; in between a quarter and three quarters. */
static void thresholds(void **state)
{
    static const unsigned below[] = {1, 16, 48, 64};

    (void)state;
    for (uint32_t t = 0; t < 4; t++) {
        fresh(NULL);
        hz = 0;
        put(CS, EN | TXON | t << 5);
        for (unsigned i = 0; i < below[t]; i++) {
            assert_int_equal(get(CS) & TXW, TXW);
            put(FIFO, 0);
        }
        assert_int_equal(get(CS) & TXW, 0);
        fresh(NULL);
        put(RXC, CH1);
        put(CS, EN | RXON | t << 7);
        clock_pass(&now, (uint64_t)(below[t] - 1) * FRAME_NS);
        assert_int_equal(get(CS) & RXR, 0);
        clock_pass(&now, FRAME_NS);
        assert_int_equal(get(CS) & RXR, RXR);
    }
}

static void interrupts_latch(void **state)
{
    (void)state;
    put(INTEN, 1);
    put(TXC, CH1);
    assert_int_equal(pcm.irq.level, 0);
    put(CS, EN | TXON);
    assert_int_equal(pcm.irq.level, 1);
    put(FIFO, 1);
    assert_int_equal(get(INTSTC), 1);
    put(INTSTC, 1);
    assert_int_equal(pcm.irq.level, 0);
    clock_pass(&now, FRAME_NS);
    assert_int_equal(pcm.irq.level, 1);
}

static void requests_keep_to_their_thresholds(void **state)
{
    (void)state;
    put(DREQ, 2 << 8 | 1);
    put(CS, EN | DMAEN);
    put(RXC, CH1);
    put(FIFO, 0);
    assert_int_equal(pcm.dreq_tx.level, 1);
    put(FIFO, 0);
    assert_int_equal(pcm.dreq_tx.level, 0);
    put(CS, EN | DMAEN | RXON);
    clock_pass(&now, FRAME_NS);
    assert_int_equal(pcm.dreq_rx.level, 0);
    clock_pass(&now, FRAME_NS);
    assert_int_equal(pcm.dreq_rx.level, 1);
}

/* p. 126: SYNC "is echoed back [...] two PCM clocks" later: never without a clock. */
static void sync_needs_a_clock(void **state)
{
    (void)state;
    put(CS, EN | SYNC);
    assert_int_equal(get(CS) & SYNC, SYNC);
    hz = 0;
    dev_pcm_rate_changed(&pcm);
    assert_int_equal(get(CS) & SYNC, 0);
    put(RXC, CH1);
    put(CS, EN | RXON);
    clock_pass(&now, 10ull * FRAME_NS);
    assert_int_equal(get(CS) & RXD, 0);
    hz = 2000000;
    dev_pcm_rate_changed(&pcm);
    clock_pass(&now, FRAME_NS / 2);
    assert_int_equal(get(CS) & RXD, RXD);
}

/* p. 130: a clock or frame sync from outside, where nobody is. */
static void slaves_stand_still(void **state)
{
    static const uint32_t outside[] = {1 << 23, 1 << 21};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fresh(NULL);
        put(MODE, 63 << 10 | outside[i]);
        put(RXC, CH1);
        put(CS, EN | RXON);
        clock_pass(&now, 10ull * FRAME_NS);
        assert_int_equal(get(CS) & RXD, 0);
    }
}

static void packed_frames_are_one_word(void **state)
{
    (void)state;
    put(MODE, 63 << 10 | 1 << 25);
    put(RXC, CH1 | CH2);
    put(CS, EN | RXON);
    clock_pass(&now, 3ull * FRAME_NS);
    assert_int_equal(pcm.s.rx.count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, fresh),
        cmocka_unit_test_setup(frames_take_words, fresh),
        cmocka_unit_test_setup(nobody_is_heard, fresh),
        cmocka_unit_test_setup(the_fifo_holds_64_words, fresh),
        cmocka_unit_test_setup(thresholds, fresh),
        cmocka_unit_test_setup(interrupts_latch, fresh),
        cmocka_unit_test_setup(requests_keep_to_their_thresholds, fresh),
        cmocka_unit_test_setup(sync_needs_a_clock, fresh),
        cmocka_unit_test_setup(slaves_stand_still, fresh),
        cmocka_unit_test_setup(packed_frames_are_one_word, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
