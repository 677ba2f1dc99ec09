/* The UARTs' bytes become symbols on their wires: at the baud and in the form that the registers
 * say, none lost, none invented. */
#include "tests/unit/vcd-rig.h"

enum {
    FSEL1 = 0x20200004,
    AUX_ENABLES = 0x20215004,
    MU_IO = 0x20215040,
    MU_IER = 0x20215044,
    MU_IIR = 0x20215048,
    MU_LCR = 0x2021504c,
    MU_LSR = 0x20215054,
    MU_CNTL = 0x20215060,
    MU_STAT = 0x20215064,
    MU_BAUD = 0x20215068,
    DR = 0x20201000,
    FR = 0x20201018,
    IBRD = 0x20201024,
    FBRD = 0x20201028,
    LCRH = 0x2020102c,
    CR = 0x20201030,
    RIS = 0x2020103c,
    EIGHT = 3 << 5,
    FEN = 1 << 4,
    STP2 = 1 << 3,
    EPS = 1 << 2,
    PEN = 1 << 1,
    SPS = 1 << 7,
    ON = 0x301,
    FAST = 24, /* of MU_BAUD: 800 ns a bit */
};

static struct vcd_rig r;

static void start(struct vcd_source source)
{
    struct bus_access a = {.op = BUS_START};

    rig_start(&r, source);
    r.v.watcher.saw(&r.v, &a, 0);
    rig_put(&r, 0, FSEL1, 0); /* the pins are another test's */
    rig_put(&r, 0, MU_BAUD, FAST);
}

/* The bytes that a receiver in the middle of each bit sees on a wire, as "A B !7 " with ! where the
 * form is wrong; ended by the run at `end`. */
struct form {
    uint64_t bit_ns;
    unsigned data_bits, parity; /* parity: 0 none, 1 odd, 2 even */
    unsigned stop_bits;
};

struct edge {
    uint64_t at;
    int level;
};

static size_t edges_of(const char *wire, struct edge *edge, size_t max)
{
    char want[40];
    uint64_t at = 0;
    size_t n = 0;

    snprintf(want, sizeof want, " %s=", wire);
    for (char *p = r.body, *end; *p; p = end + (*end == '\n')) {
        char *found, line[512];

        end = p + strcspn(p, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(end - p), p);
        at = strtoull(line + 1, NULL, 10);
        found = strstr(line, want);
        if (!found)
            continue;
        assert_true(n < max);
        edge[n++] = (struct edge){at, found[strlen(want)] == '1'};
    }
    return n;
}

static int level_at(const struct edge *edge, size_t n, uint64_t at)
{
    int level = 1;

    for (size_t i = 0; i < n && edge[i].at <= at; i++)
        level = edge[i].level;
    return level;
}

static void decode(const char *wire, struct form f, char *out, size_t nbytes)
{
    static struct edge edge[4096];
    size_t n = edges_of(wire, edge, 4096), used = 0;
    uint64_t at = 0;

    out[0] = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned byte = 0, ones = 0, good = 1, k;

        if (edge[i].at < at || edge[i].level)
            continue;
        at = edge[i].at + f.bit_ns / 2;
        for (k = 0; k < f.data_bits; k++) {
            unsigned bit = (unsigned)level_at(edge, n, at += f.bit_ns);

            byte |= bit << k;
            ones += bit;
        }
        if (f.parity)
            good &= ((ones + (unsigned)level_at(edge, n, at += f.bit_ns)) & 1) == (f.parity == 1);
        for (k = 0; k < f.stop_bits; k++)
            good &= (unsigned)level_at(edge, n, at += f.bit_ns);
        used += (size_t)snprintf(out + used, nbytes - used, "%s%c ", good ? "" : "!", (int)byte);
    }
}

/* Ends the run and decodes. */
static void ends_with(uint64_t at, const char *wire, struct form f, const char *expected)
{
    char got[512];

    r.now = at;
    vcd_end(&r.v);
    rig_read_file(&r);
    unlink(r.path);
    rig_translate(&r);
    decode(wire, f, got, sizeof got);
    assert_string_equal(got, expected);
}

static const struct form fast = {.bit_ns = 800, .data_bits = 8, .stop_bits = 1};

/* ---- the mini-UART ---- */

static void a_byte(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 1000, MU_IO, 'A'); /* 0x41: 1000 0010, lowest first */
    rig_end(&r, 100000,
            "#1000 UART1_TXD=0 UART1_sent=A\n#1800 UART1_TXD=1\n#2600 UART1_TXD=0\n"
            "#6600 UART1_TXD=1\n#7400 UART1_TXD=0\n#8200 UART1_TXD=1 UART1_sent=idle\n"
            "#100000 phase=end");
}

static void after_boot(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){0});
    rig_put(&r, 1000, MU_IO, 0xff);
    /* 115200 baud, nearly: 271 * 8 cycles of 4 ns; and the pin shows it. */
    rig_end(&r, 200000,
            "#1000 UART1_TXD=0 UART1_sent=0xff GPIO14_pin8=0 phase=run\n"
            "#9672 UART1_TXD=1 GPIO14_pin8=1\n#79048 UART1_sent=idle\n#200000 phase=end");
}

static void bytes_one_behind_the_other(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 1000, MU_IO, 0xff);
    rig_put(&r, 1100, MU_IO, ' ');
    rig_put(&r, 20000, MU_IO, '\\');
    rig_end(&r, 20000, /* the wire goes on when the program has ended */
            "#1000 UART1_TXD=0 UART1_sent=0xff\n#1800 UART1_TXD=1\n#8200 UART1_sent=idle\n"
            "#9000 UART1_TXD=0 UART1_sent=0x20\n#13800 UART1_TXD=1\n#14600 UART1_TXD=0\n"
            "#16200 UART1_TXD=1 UART1_sent=idle\n"
            "#20000 UART1_TXD=0 UART1_sent=0x5c phase=end\n#22400 UART1_TXD=1\n#24800 UART1_TXD=0\n"
            "#25600 UART1_TXD=1\n#26400 UART1_TXD=0\n#27200 UART1_TXD=1 UART1_sent=idle\n#28000");
}

static void full_fifo(void **state)
{
    (void)state;
    for (int timeless = 0; timeless < 2; timeless++) {
        start((struct vcd_source){.timeless = timeless});
        for (unsigned i = 0; i < 10; i++)
            rig_put(&r, 1000 + 100 * i, MU_IO, '0' + i);
        ends_with(10000, "UART1_TXD", fast,
                  timeless ? "0 1 2 3 4 5 6 7 8 9 " : "0 1 2 3 4 5 6 7 8 ");
    }
}

static void too_many_for_a_wire(void **state)
{
    (void)state;
    start((struct vcd_source){.timeless = 1});
    for (unsigned i = 0; i < VCD_WIRE_KEPT + 3; i++)
        rig_put(&r, 1000, MU_IO, 'x');
    assert_int_equal(r.v.mini.tx.lost, 2); /* one is on the wire */
    assert_int_equal(r.v.mini.tx.waiting, VCD_WIRE_KEPT);
    r.v.mini.tx.waiting = 0;
    vcd_end(&r.v);
    unlink(r.path);
}

static void transmitter_off(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 1000, MU_CNTL, 1);
    rig_put(&r, 1100, MU_IO, 'a');
    rig_put(&r, 1200, MU_IO, 'b');
    rig_put(&r, 50000, MU_CNTL, 3);
    rig_put(&r, 50100, MU_IO, 'c');
    rig_put(&r, 50200, MU_IIR, 4); /* what waits is dropped */
    rig_put(&r, 50300, AUX_ENABLES, 0);
    rig_put(&r, 50400, MU_IO, 'd'); /* there is no such register now */
    rig_put(&r, 50500, AUX_ENABLES, 1);
    rig_put(&r, 50600, MU_IO, 'e');
    ends_with(60000, "UART1_TXD", fast, "a e ");
}

static void seven_bits(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 1000, MU_LCR, 0);
    rig_put(&r, 1100, MU_IO, 0x80 | 'A');
    ends_with(60000, "UART1_TXD", (struct form){800, 7, 0, 1}, "A ");
}

static void divisor_access(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 1000, MU_LCR, 0x83);
    rig_put(&r, 1100, MU_IO, 0x23); /* the baud's low byte, and none to send */
    rig_put(&r, 1200, MU_IER, 0x01);
    rig_get(&r, 1300, MU_IO, 0x23);
    rig_put(&r, 1400, MU_LCR, 3);
    rig_put(&r, 1500, MU_IER, 0xff);
    rig_put(&r, 2000, MU_IO, 'U');
    ends_with(200000, "UART1_TXD", (struct form){0x124 * 32ull, 8, 0, 1}, "U ");
    assert_null(strstr(r.body, "received"));
}

static void break_(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 1000, MU_LCR, 0x43);
    rig_put(&r, 1100, MU_IO, 'A'); /* nothing readable */
    rig_put(&r, 50000, MU_LCR, 3);
    rig_end(&r, 60000, "#1000 UART1_TXD=0\n#50000 UART1_TXD=1\n#60000 phase=end");
}

static void received(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_get(&r, 1000, MU_IO, 0); /* an empty FIFO */
    rig_get(&r, 1100, MU_LSR, 0x60);
    rig_get(&r, 1200, MU_IO, 0);
    rig_get(&r, 1300, MU_LSR, 0x61);
    rig_get(&r, 1400, MU_IO, '1');
    rig_get(&r, 1500, MU_STAT, 1 << 16 | 1);
    rig_get(&r, 1600, MU_IO, 0); /* a byte 0 */
    rig_get(&r, 1700, MU_IO, 0); /* none */
    rig_get(&r, 1800, MU_IIR, 0xc4);
    rig_get(&r, 1900, MU_IO, 0);
    rig_get(&r, 2000, MU_IIR, 0xc2);
    rig_get(&r, 2100, MU_IO, 0);
    rig_get(&r, 2200, MU_IO, '2');
    r.now = 100000;
    vcd_end(&r.v);
    rig_read_file(&r);
    unlink(r.path);
    rig_translate(&r);
    assert_non_null(strstr(r.body, "#1400 UART1_RXD=0 UART1_received=1\n"));
    assert_non_null(strstr(r.body, "#9400 UART1_RXD=0 UART1_received=0x00\n"));
    assert_non_null(strstr(r.body, "#17400 UART1_RXD=0 UART1_received=0x00\n"));
    assert_non_null(strstr(r.body, "#25400 UART1_RXD=0 UART1_received=2\n"));
    assert_null(strstr(r.body, "#33400"));
    assert_null(strstr(r.body, "TXD"));
}

/* ---- the PL011 ---- */

static void pl011(uint32_t lcrh)
{
    start((struct vcd_source){0});
    rig_put(&r, 100, IBRD, 2); /* 2 + 16/64: 36 clocks of 48 MHz a bit, 750 ns */
    rig_put(&r, 200, FBRD, 16);
    rig_put(&r, 300, LCRH, lcrh);
    rig_put(&r, 400, CR, ON);
    for (unsigned i = 0; i < 3; i++)
        rig_put(&r, 500 + 20000 * i, DR, "AC\x7f"[i]);
}

static void forms(void **state)
{
    static const struct {
        uint32_t lcrh;
        struct form form;
        const char *bytes;
    } forms[] = {
        {EIGHT, {750, 8, 0, 1}, "A C \x7f "},
        {EIGHT | PEN, {750, 8, 1, 1}, "A C \x7f "},
        {EIGHT | PEN | EPS, {750, 8, 2, 1}, "A C \x7f "},
        {EIGHT | STP2, {750, 8, 0, 2}, "A C \x7f "},
        {2 << 5, {750, 7, 0, 1}, "A C \x7f "},
        {0, {750, 5, 0, 1}, "\x01 \x03 \x1f "},
        {EIGHT | PEN | SPS, {750, 8, 1, 1}, "A !C !\x7f "}, /* always 1 */
        {EIGHT | PEN | SPS | EPS, {750, 8, 2, 1}, "A !C !\x7f "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        pl011(forms[i].lcrh);
        ends_with(100000, "UART0_TXD", forms[i].form, forms[i].bytes);
    }
}

static void pl011_fifo(void **state)
{
    (void)state;
    for (int fifo = 0; fifo < 2; fifo++) {
        pl011(EIGHT | (fifo ? FEN : 0));
        for (unsigned i = 0; i < 20; i++)
            rig_put(&r, 70000 + i, DR, 'a' + i);
        ends_with(100000, "UART0_TXD", (struct form){750, 8, 0, 1},
                  fifo ? "A C \x7f a b c d e f g h i j k l m n o p q " : "A C \x7f a b ");
    }
}

static void pl011_off(void **state)
{
    (void)state;
    start((struct vcd_source){0});
    rig_put(&r, 100, LCRH, EIGHT | FEN); /* no divisor: it counts as 1, 333 ns a bit */
    rig_put(&r, 200, DR, 'a');
    rig_put(&r, 1000, LCRH, EIGHT); /* turning the FIFOs off empties them */
    rig_put(&r, 1100, DR, 'b');
    rig_put(&r, 1200, CR, ON | 0x80);
    rig_put(&r, 1300, CR, ON);
    rig_put(&r, 9000, CR, ON | 0x80); /* loopback: nothing is on the wires */
    rig_put(&r, 9100, DR, 'c');
    rig_get(&r, 9200, DR, 'c');
    rig_put(&r, 20000, CR, ON);
    rig_get(&r, 20100, FR, 0x90);
    rig_get(&r, 20200, DR, 0);
    rig_get(&r, 20300, FR, 0x80);
    rig_get(&r, 20400, DR, 0);
    rig_get(&r, 30000, RIS, 0x10);
    rig_get(&r, 30100, DR, 0);
    ends_with(100000, "UART0_TXD", (struct form){333, 8, 0, 1}, "b ");
    assert_non_null(strstr(r.body, "#20400 UART0_RXD=0 UART0_received=0x00\n"));
    assert_non_null(strstr(r.body, "#30100 UART0_RXD=0 UART0_received=0x00\n"));
    assert_null(strstr(r.body, "#20200"));
    assert_null(strstr(r.body, "=c"));
}

static void pins(void **state)
{
    (void)state;
    pl011(EIGHT);
    rig_put(&r, 60000, FSEL1, 4 << 12 | 4 << 15);
    rig_put(&r, 70000, DR, 0xff);
    rig_get(&r, 70100, DR, 0xff);
    ends_with(100000, "GPIO14_pin8", (struct form){750, 8, 0, 1}, "\xff ");
    assert_non_null(strstr(r.body, "#70750 UART0_TXD=1 GPIO14_pin8=1\n"));
    assert_non_null(strstr(r.body, "#70850 UART0_RXD=1 GPIO15_pin10=1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_byte),
        cmocka_unit_test(after_boot),
        cmocka_unit_test(bytes_one_behind_the_other),
        cmocka_unit_test(full_fifo),
        cmocka_unit_test(too_many_for_a_wire),
        cmocka_unit_test(transmitter_off),
        cmocka_unit_test(seven_bits),
        cmocka_unit_test(divisor_access),
        cmocka_unit_test(break_),
        cmocka_unit_test(received),
        cmocka_unit_test(forms),
        cmocka_unit_test(pl011_fifo),
        cmocka_unit_test(pl011_off),
        cmocka_unit_test(pins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
