/* A waveform has what the accesses and the board say, each change once, at its time. */
#include "tests/unit/vcd-rig.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
    FSEL1 = 0x20200004,
    FSEL2 = 0x20200008,
    FSEL4 = 0x20200010,
    SET0 = 0x2020001c,
    SET1 = 0x20200020,
    CLR0 = 0x20200028,
    CLR1 = 0x2020002c,
    LEV0 = 0x20200034,
    LEV1 = 0x20200038,
    BASIC_PENDING = 0x2000b200,
    PENDING1 = 0x2000b204,
    PENDING2 = 0x2000b208,
    LSR = 0x20215054,
    OUTPUT_20 = 1,
};

static struct vcd_rig r;

static void op(uint64_t at, enum bus_op which, uint32_t value)
{
    rig_access(&r, at, which, 0, 0, value);
}

/* ---- the file ---- */

static void header(void **state)
{
    static const char *const lines[] = {
        "$timescale 1 ns $end\n", "UART1_TXD $end\n",     "GPIO21_pin40 $end\n",
        "GPIO14_pin8 $end\n",     "GPIO2_pin3 $end\n",    "GPIO47 $end\n",
        "IRQ_TIMER1 $end\n",      "irq_handler $end\n",   "$var string 1 ",
        "$enddefinitions $end\n", "$scope module pi $end"};
    unsigned vars = 0, values = 0;

    (void)state;
    rig_start(&r, (struct vcd_source){0});
    rig_end(&r, 0, "");
    assert_int_equal(r.text[0], '$');
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_non_null(strstr(r.text, lines[i]));
    /* Each signal has a code and a name of its own, and a value at the start. */
    for (const char *p = r.text; (p = strstr(p, "$var ")); p += 5, vars++) {
        char end[8], *name = strstr(p, " 1 ") + 6, whole[40];

        snprintf(end, sizeof end, "%.2s\n", strstr(p, " 1 ") + 3);
        assert_non_null(strstr(strstr(r.text, "\n#0\n"), end));
        snprintf(whole, sizeof whole, " %.*s $end", (int)strcspn(name, " "), name);
        assert_null(strstr(strstr(r.text, whole) + 1, whole));
        snprintf(whole, sizeof whole, " 1 %.2s ", end);
        assert_null(strstr(strstr(r.text, whole) + 1, whole));
    }
    for (const char *p = strstr(r.text, "\n#0\n") + 4; (p = strchr(p, '\n')); p++)
        values++;
    assert_int_equal(vars, VCD_LINE0 + 19);
    assert_int_equal(values, vars);
}

static void exact_text(void **state)
{
    const char *moments;

    (void)state;
    rig_start(&r, (struct vcd_source){0});
    op(0, BUS_START, 0);
    rig_put(&r, 100, FSEL2, OUTPUT_20);
    rig_put(&r, 200, SET0, 1 << 20);
    rig_end(&r, 300, "#200 GPIO20_pin38=1\n#300 phase=end");
    moments = strstr(r.text, "\n#200\n");
    assert_non_null(moments);
    assert_string_equal(moments, "\n#200\n1ci\n#300\nsend dy\n");
}

static void same_bytes_twice(void **state)
{
    static char first[RIG_TEXT];

    (void)state;
    for (int i = 0; i < 2; i++) {
        rig_start(&r, (struct vcd_source){0});
        rig_put(&r, 100, FSEL2, OUTPUT_20);
        rig_put(&r, 200, SET0, 1 << 20);
        rig_end(&r, 300, "#100 phase=run\n#200 GPIO20_pin38=1\n#300 phase=end");
        if (i == 0)
            memcpy(first, r.text, sizeof first);
    }
    assert_string_equal(first, r.text);
}

static void much(void **state)
{
    enum { CHANGES = 100000 };
    unsigned found = 0;

    (void)state;
    rig_start(&r, (struct vcd_source){0});
    rig_put(&r, 0, FSEL2, OUTPUT_20);
    for (unsigned i = 1; i <= CHANGES; i++)
        rig_put(&r, 100ull * i, i % 2 ? SET0 : CLR0, 1 << 20);
    r.now += 100;
    vcd_end(&r.v);
    rig_read_file(&r);
    unlink(r.path);
    for (const char *p = r.text; (p = strstr(p, "ci\n")); p++)
        found++;
    assert_int_equal(found, CHANGES + 1);
    assert_non_null(strstr(r.text, "#10000000\n0ci\n#10000100\nsend dy\n"));
    /* No line goes over a page's end, where a writer that is killed may leave off. */
    assert_true(strlen(r.text) > 1 << 20);
    for (size_t end = 4096; end < strlen(r.text); end += 4096)
        assert_int_equal(r.text[end - 1], '\n');
}

/* ---- pins ---- */

static void pins_by_accesses(void **state)
{
    struct bus_access failed = {.op = BUS_WRITE, .width = 4, .addr = CLR0, .value = 1 << 20};

    (void)state;
    rig_start(&r, (struct vcd_source){0});
    op(0, BUS_START, 0);
    rig_put(&r, 100, SET0, 1 << 20); /* no output yet: the latch alone */
    rig_put(&r, 200, FSEL2, OUTPUT_20);
    rig_put(&r, 300, SET0, 1 << 20); /* nothing new */
    rig_put(&r, 400, CLR0, 1 << 21); /* another pin, no output */
    rig_put(&r, 500, CLR0, 1 << 20);
    rig_get(&r, 600, LEV0, 1 << 21);
    rig_put(&r, 700, FSEL2, 0);
    rig_put(&r, 800, FSEL4, 1u << 21); /* 47 */
    rig_put(&r, 900, SET1, 1 << 15);
    r.now = 1000;
    r.v.watcher.saw(&r.v, &failed, BUS_LOST);
    rig_access(&r, 1100, BUS_READ, 1, LEV1 + 1, 0x00); /* pins 40-47 */
    rig_access(&r, 1200, BUS_WRITE, 2, SET1 + 2, 0xffff);
    rig_end(&r, 1300,
            "#200 GPIO20_pin38=1\n#500 GPIO20_pin38=0\n"
            "#600 GPIO0_pin27=0 GPIO1_pin28=0 GPIO2_pin3=0 GPIO3_pin5=0 GPIO4_pin7=0 GPIO5_pin29=0 "
            "GPIO6_pin31=0 GPIO7_pin26=0 GPIO8_pin24=0 GPIO9_pin21=0 GPIO10_pin19=0 "
            "GPIO11_pin23=0 GPIO12_pin32=0 GPIO13_pin33=0 GPIO16_pin36=0 GPIO17_pin11=0 "
            "GPIO18_pin12=0 GPIO19_pin35=0 GPIO21_pin40=1 GPIO22_pin15=0 GPIO23_pin16=0 "
            "GPIO24_pin18=0 GPIO25_pin22=0 GPIO26_pin37=0 GPIO27_pin13=0 GPIO28=0 GPIO29=0 "
            "GPIO30=0 GPIO31=0\n"
            "#700 GPIO20_pin38=x\n#900 GPIO47=1\n"
            "#1100 GPIO40=0 GPIO41=0 GPIO42=0 GPIO43=0 GPIO44=0 GPIO45=0 GPIO46=0 GPIO47=0\n"
            "#1300 phase=end");
}

static void last_of_a_moment(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){0});
    rig_put(&r, 0, FSEL2, OUTPUT_20);
    rig_put(&r, 100, SET0, 1 << 20);
    rig_put(&r, 100, CLR0, 1 << 20);
    rig_put(&r, 200, SET0, 1 << 20);
    rig_put(&r, 200, CLR0, 1 << 20);
    rig_put(&r, 150, SET0, 1 << 20); /* a clock that goes back does not take the file back */
    rig_end(&r, 300, "#100 GPIO20_pin38=0\n#200 GPIO20_pin38=1\n#300 phase=end");
}

static void pins_as_told(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){.told = 1});
    vcd_pins(&r.v, 1 << 5);
    vcd_pending(&r.v, 0, 0);
    op(0, BUS_START, 0);
    rig_put(&r, 100, FSEL2, OUTPUT_20);
    rig_put(&r, 200, SET0, 1 << 20); /* the board says what comes of it */
    rig_get(&r, 300, LEV0, UINT32_MAX);
    r.now = 400;
    vcd_pins(&r.v, 1 << 5 | 1 << 20);
    vcd_pins(&r.v, 1 << 20);
    rig_put(&r, 500, FSEL1, 0); /* 14 and 15 are the mini-UART's no longer */
    rig_put(&r, 600, FSEL1, 4 << 12 | 4 << 15);
    rig_end(&r, 700,
            "#400 GPIO5_pin29=0 GPIO20_pin38=1\n#500 GPIO14_pin8=0 GPIO15_pin10=0\n"
            "#600 GPIO14_pin8=1 GPIO15_pin10=1\n#700 phase=end");
}

/* ---- interrupts ---- */

static void interrupts_by_accesses(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){0});
    op(0, BUS_START, 0);
    r.now = 100;
    vcd_handler(&r.v, 0, 1);
    rig_get(&r, 200, PENDING1, 1 << 1 | 1 << 7);
    rig_get(&r, 300, BASIC_PENDING, 1 | 1 << 8);
    r.now = 400;
    vcd_handler(&r.v, 1, 1);
    r.now = 500;
    vcd_handler(&r.v, 1, 0); /* nobody knows what is pending now */
    r.now = 600;
    vcd_handler(&r.v, 0, 0);
    rig_get(&r, 700, PENDING2, 1 << 17);
    rig_end(&r, 800,
            "#100 irq_handler=1\n"
            "#200 IRQ_TIMER0=0 IRQ_TIMER1=1 IRQ_TIMER2=0 IRQ_TIMER3=0 IRQ_AUX=0 IRQ_DMA=0 "
            "IRQ_OTHER=1\n"
            "#300 IRQ_ARM_TIMER=1 IRQ_MAILBOX=0\n"
            "#400 fiq_handler=1\n"
            "#500 fiq_handler=0 IRQ_TIMER0=x IRQ_TIMER1=x IRQ_TIMER2=x IRQ_TIMER3=x "
            "IRQ_ARM_TIMER=x IRQ_MAILBOX=x IRQ_AUX=x IRQ_DMA=x IRQ_OTHER=x\n"
            "#600 irq_handler=0\n"
            "#700 IRQ_UART0=0 IRQ_GPIO0=1 IRQ_GPIO1=0 IRQ_GPIO2=0 IRQ_GPIO3=0 IRQ_I2C=0 "
            "IRQ_SPI0=0 IRQ_PCM=0 IRQ_EMMC=0 IRQ_RNG=0\n"
            "#800 phase=end");
}

static void interrupts_as_told(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){.told = 1});
    vcd_pins(&r.v, 0);
    vcd_pending(&r.v, 0, 0);
    op(0, BUS_START, 0);
    r.now = 100;
    vcd_pending(&r.v, 1ull << 49 | 1ull << 20, 1);
    vcd_handler(&r.v, 0, 1);
    r.now = 200;
    vcd_handler(&r.v, 0, 1); /* one that lets others in */
    rig_get(&r, 300, PENDING1, UINT32_MAX);
    vcd_handler(&r.v, 0, 0);
    r.now = 400;
    vcd_pending(&r.v, 0, 0);
    vcd_handler(&r.v, 0, 0);
    rig_end(&r, 500,
            "#100 irq_handler=1 IRQ_ARM_TIMER=1 IRQ_GPIO0=1 IRQ_DMA=1\n"
            "#400 irq_handler=0 IRQ_ARM_TIMER=0 IRQ_GPIO0=0 IRQ_DMA=0\n#500 phase=end");
}

/* ---- phases ---- */

static void delays(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){0});
    op(0, BUS_START, 0);
    r.now = 1000;
    vcd_delay(&r.v, 5000);
    op(6000, BUS_DELAY_US, 5);
    /* An interrupt in the middle: the rest comes behind its handler. */
    r.now = 7000;
    vcd_delay(&r.v, 5000);
    r.now = 8000;
    op(8000, BUS_DELAY_US, 5);
    vcd_handler(&r.v, 0, 1);
    rig_get(&r, 8100, LSR, 0x60);
    vcd_handler(&r.v, 0, 0);
    op(13000, BUS_BARRIER, 0);
    rig_end(&r, 14000,
            "#1000 phase=delay in_delay=1\n#6000 phase=run in_delay=0\n"
            "#7000 phase=delay in_delay=1\n#8000 irq_handler=1\n#8100 irq_handler=0\n"
            "#13000 phase=run in_delay=0\n#14000 phase=end");
}

static void dma_ends_no_delay(void **state)
{
    struct bus_access a = {
        .op = BUS_WRITE, .width = 4, .addr = SET0, .value = 1, .origin = ORIGIN_DMA};

    (void)state;
    rig_start(&r, (struct vcd_source){0});
    op(0, BUS_START, 0);
    r.now = 1000;
    vcd_delay(&r.v, 5000);
    r.now = 2000;
    r.v.watcher.saw(&r.v, &a, 0);
    op(6000, BUS_DELAY_US, 5);
    rig_end(&r, 7000, "#1000 phase=delay in_delay=1\n#6000 phase=run in_delay=0\n#7000 phase=end");
}

static void waits_for_input(void **state)
{
    (void)state;
    rig_start(&r, (struct vcd_source){0});
    op(0, BUS_START, 0);
    r.now = 100;
    vcd_waits(&r.v, 1);
    /* What is known now is in the file now: nobody knows how long it lasts. */
    rig_read_file(&r);
    rig_translate(&r);
    assert_string_equal(r.body, "#100 phase=input waits_for_input=1");
    rig_get(&r, 100, LSR, 0x60);
    rig_get(&r, 200, LSR, 0x60);
    r.now = 300;
    vcd_waits(&r.v, 1);
    rig_get(&r, 300, LSR, 0x60);
    rig_get(&r, 400, LSR, 0x61);
    r.now = 500;
    vcd_waits(&r.v, 1);
    r.now = 600;
    vcd_waits(&r.v, 0);
    vcd_waits(&r.v, 0);
    rig_end(&r, 700,
            "#100 phase=input waits_for_input=1\n#400 phase=run waits_for_input=0\n"
            "#500 phase=input waits_for_input=1\n#600 phase=run waits_for_input=0\n"
            "#700 phase=end");
}

/* ---- files ---- */

static void full_disk(void **state)
{
    struct rlimit was, small;
    struct stat s;

    (void)state;
    rig_start(&r, (struct vcd_source){0});
    rig_put(&r, 0, FSEL2, OUTPUT_20);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 5001;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (unsigned i = 1; i <= 20000; i++)
        rig_put(&r, 100ull * i, i % 2 ? SET0 : CLR0, 1 << 20);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_int_equal(r.stops, 1);
    assert_string_equal(r.why, "File too large");
    vcd_end(&r.v);
    assert_int_equal(r.stops, 1);
    assert_int_equal(stat(r.path, &s), 0);
    assert_in_range(s.st_size, 4980, 5001); /* up to the last whole line */
    rig_read_file(&r);
    assert_int_equal(r.text[s.st_size - 1], '\n');
    rig_translate(&r);
    assert_memory_equal(r.body, "#100 ", 5);
    unlink(r.path);
}

static void no_room_at_the_end(void **state)
{
    struct vcd_source source = {.self = &r, .now = rig_now, .stopped = rig_stopped};

    (void)state;
    r.now = r.stops = 0;
    assert_int_equal(vcd_start(&r.v, "/dev/full", &source), 0);
    vcd_end(&r.v);
    assert_int_equal(r.stops, 1);
    assert_string_equal(r.why, "No space left on device");
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void files_that_are_there(void **state)
{
    static const struct {
        const char *text;
        int overwritten;
    } files[] = {{"", 1},         {"$version x $end\n", 1},
                 {"\n $date", 1}, {"int x;\n", 0},
                 {"\n", 0},       {"\177ELF", 0}};
    static struct vcd_file f;
    char path[] = "/tmp/vcd-XXXXXX";

    (void)state;
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        write_file(path, files[i].text);
        assert_int_equal(vcd_file_open(&f, path), files[i].overwritten ? 0 : -1);
        if (files[i].overwritten)
            assert_int_equal(vcd_file_close(&f), 0);
        else
            assert_string_equal(f.why,
                                "exists and is no VCD file: remove it, or name another file");
    }
    unlink(path);
    assert_int_equal(vcd_file_open(&f, "/no/such/file"), -1);
    assert_string_equal(f.why, "No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header),
        cmocka_unit_test(exact_text),
        cmocka_unit_test(same_bytes_twice),
        cmocka_unit_test(much),
        cmocka_unit_test(pins_by_accesses),
        cmocka_unit_test(last_of_a_moment),
        cmocka_unit_test(pins_as_told),
        cmocka_unit_test(interrupts_by_accesses),
        cmocka_unit_test(interrupts_as_told),
        cmocka_unit_test(delays),
        cmocka_unit_test(dma_ends_no_delay),
        cmocka_unit_test(waits_for_input),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(no_room_at_the_end),
        cmocka_unit_test(files_that_are_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
