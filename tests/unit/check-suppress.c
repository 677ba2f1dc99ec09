/* Suppression files: what they may say, what is refused and where, and what they fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/observe/check-suppress.h"

static struct suppressions s;

static int parse(const char *text)
{
    suppress_free(&s);
    memset(&s, 0, sizeof s);
    return suppress_parse(&s, "a.supp", text, strlen(text));
}

static int fresh(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    return 0;
}

static int done(void **state)
{
    (void)state;
    suppress_free(&s);
    return 0;
}

static void empty_ones(void **state)
{
    (void)state;
    assert_int_equal(parse(""), 0);
    assert_int_equal(parse("\n\n# nothing\n   \t\n"), 0);
    assert_null(s.first);
    assert_null(suppress_match(&s, "no-barrier", "GPIO.SET0", NULL, 0));
}

static void blocks(void **state)
{
    (void)state;
    assert_int_equal(parse("# two\n{\n  the first\n  emu:no-barrier\n  reg:GPIO.*\n  fun:a\n}\n"
                           "{\r\n second\r\n emu:*\r\n src:x.c:12\r\n ...\r\n fun:n?tmain\r\n}"),
                     0);
    assert_string_equal(s.first->name, "the first");
    assert_string_equal(s.first->rule, "no-barrier");
    assert_string_equal(s.first->reg, "GPIO.*");
    assert_int_equal(s.first->nframes, 1);
    assert_int_equal(s.first->at, 2);
    assert_string_equal(s.first->next->name, "second");
    assert_null(s.first->next->reg);
    assert_int_equal(s.first->next->nframes, 3);
    assert_string_equal(s.first->next->frame[0].glob, "x.c");
    assert_int_equal(s.first->next->frame[0].line, 12);
    assert_int_equal(s.first->next->at, 8);
    assert_null(s.first->next->next);
}

static void other_tools_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(parse("{\n a\n Memcheck:Leak\n match-leak-kinds: all\n obj:/lib/*\n}\n"
                           "{\n b\n emu:w1c-rmw\n}\n"),
                     0);
    assert_string_equal(s.first->name, "b");
    assert_null(s.first->next);
}

static void refused(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"x\n", "a.supp:1: x: a block begins with {"},
        {"\n{ name\n", "a.supp:2: { name: a block begins with {"},
        {"{\n", "a.supp:1: the block of line 1 has no }"},
        {"{\n}\n", "a.supp:2: a block has a name and a rule"},
        {"{\nname\n", "a.supp:2: the block of line 1 has no }"},
        {"{\nname\n}\n", "a.supp:3: }: a rule is meant, such as emu:no-barrier"},
        {"{\nname\nno-barrier\n}\n",
         "a.supp:3: no-barrier: a rule is meant, such as emu:no-barrier"},
        {"{\nname\nemu:nothing\n}\n",
         "a.supp:3: emu:nothing: there is no such rule (docs/checks.md)"},
        {"{\nname\nemu:no-barrier\nobj:x\n}\n",
         "a.supp:4: obj:x: reg:, fun:, src:, ... or } is meant"},
        {"{\nname\nemu:no-barrier\nfun:\n}\n", "a.supp:4: fun:: what follows is missing"},
        {"{\nname\nemu:no-barrier\nreg:\n}\n",
         "a.supp:4: reg: a register is missing, such as reg:GPIO.SET0"},
        {"{\nname\nemu:no-barrier\nreg:a\nreg:b\n}\n",
         "a.supp:5: reg: stands once, below the rule"},
        {"{\nname\nemu:no-barrier\nfun:a\nreg:b\n}\n",
         "a.supp:5: reg: stands once, below the rule"},
        {"{\nname\nemu:no-barrier\nfun:a\n", "a.supp:4: the block of line 1 has no }"},
        {"{\nname\nMemcheck:Leak\nfun:a\n", "a.supp:4: the block of line 1 has no }"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(bad[i].text), -1);
        assert_string_equal(s.why, bad[i].why);
    }
}

static void too_much(void **state)
{
    char text[4096];
    int n = snprintf(text, sizeof text, "{\nname\nemu:*\n");

    (void)state;
    for (int i = 0; i < SUPPRESS_LINES; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "fun:a\n");
    snprintf(text + n, sizeof text - (size_t)n, "}\n");
    assert_int_equal(parse(text), 0);
    snprintf(text + n, sizeof text - (size_t)n, "fun:a\n}\n");
    assert_int_equal(parse(text), -1);
    assert_string_equal(s.why, "a.supp:28: more than 24 lines of a backtrace");

    memset(text, 'x', 256);
    text[256] = 0;
    assert_int_equal(parse(text), -1);
    assert_string_equal(s.why, "a.supp:1: a line of more than 255 characters");
    suppress_free(&s);
    assert_int_equal(suppress_parse(&s, "a.supp", "{\nna\0me\n", 8), -1);
    assert_string_equal(s.why, "a.supp:2: this is no text");
    assert_int_equal(suppress_read(&s, "/nowhere/at.all"), -1);
    assert_string_equal(s.why, "/nowhere/at.all: No such file or directory");
    assert_int_equal(suppress_read(&s, "/"), -1);
    assert_string_equal(s.why, "/: Is a directory");
}

static const struct check_frame frames[] = {
    {"touch", "libpi/src/gpio.c", 50},
    {"gpio_set_on", "libpi/src/gpio.c", 120},
    {"blink", "/home/me/prog.c", 12},
    {"notmain", "/home/me/prog.c", 30},
};

static int fits(const char *lines)
{
    char text[512];

    snprintf(text, sizeof text, "{\nn\nemu:no-barrier\n%s\n}\n", lines);
    assert_int_equal(parse(text), 0);
    return suppress_match(&s, "no-barrier", "GPIO.SET0", frames, 4) != NULL;
}

static void matching(void **state)
{
    (void)state;
    assert_true(fits(""));
    assert_true(fits("reg:GPIO.SET0"));
    assert_true(fits("reg:GPIO.*"));
    assert_true(fits("reg:G?IO.*0"));
    assert_false(fits("reg:GPIO.SET"));
    assert_false(fits("reg:GPIO.SET1"));
    assert_true(fits("fun:touch"));
    assert_true(fits("fun:touch\nfun:gpio_*"));
    assert_false(fits("fun:gpio_*"));
    assert_true(fits("...\nfun:gpio_*"));
    assert_true(fits("...\nfun:notmain"));
    assert_true(fits("fun:touch\n...\nfun:notmain"));
    assert_true(fits("fun:*\nfun:*\nfun:*\nfun:*"));
    assert_false(fits("fun:*\nfun:*\nfun:*\nfun:*\nfun:*"));
    assert_true(fits("...\n...\nfun:blink\n..."));
    assert_false(fits("...\nfun:blink\nfun:blink"));
    assert_true(fits("src:gpio.c:50"));
    assert_true(fits("src:libpi/src/gpio.c"));
    assert_true(fits("src:*/gpio.c"));
    assert_false(fits("src:gpio.c:51"));
    assert_true(fits("...\nsrc:prog.c:30"));
    assert_false(fits("...\nsrc:prog.c:31"));
    assert_true(fits("...\nsrc:gpio.c:120\nfun:blink"));
}

static void first_one_counts(void **state)
{
    (void)state;
    assert_int_equal(parse("{\na\nemu:fifo-overrun\n}\n{\nb\nemu:no-*\n}\n{\nc\nemu:*\n}\n"), 0);
    assert_string_equal(suppress_match(&s, "no-handler", "IRQ.ENABLE1", frames, 4)->name, "b");
    assert_string_equal(suppress_match(&s, "w1c-rmw", "GPIO.EDS0", frames, 4)->name, "c");
    assert_int_equal(s.first->used, 0);
    assert_int_equal(s.first->next->used, 1);
}

/* A block that is made fits what it was made from. */
static void made(void **state)
{
    char text[512], tight[64];
    size_t n = suppress_text("no-barrier", "GPIO.SET0", frames, 4, text, sizeof text);

    (void)state;
    assert_string_equal(text,
                        "{\n   <insert_a_name_here>\n   emu:no-barrier\n   reg:GPIO.SET0\n"
                        "   fun:touch\n   fun:gpio_set_on\n   fun:blink\n   fun:notmain\n}\n");
    assert_int_equal(n, strlen(text));
    assert_int_equal(suppress_text("no-barrier", "GPIO.SET0", frames, 4, tight, sizeof tight), n);
    assert_int_equal(strncmp(tight, text, strlen(tight)), 0);
    assert_int_equal(parse(text), 0);
    assert_non_null(suppress_match(&s, "no-barrier", "GPIO.SET0", frames, 4));
    assert_null(suppress_match(&s, "no-barrier", "GPIO.SET0", frames + 1, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(empty_ones, fresh, done),
        cmocka_unit_test_setup_teardown(blocks, fresh, done),
        cmocka_unit_test_setup_teardown(other_tools_are_left_out, fresh, done),
        cmocka_unit_test_setup_teardown(refused, fresh, done),
        cmocka_unit_test_setup_teardown(too_much, fresh, done),
        cmocka_unit_test_setup_teardown(matching, fresh, done),
        cmocka_unit_test_setup_teardown(first_one_counts, fresh, done),
        cmocka_unit_test_setup_teardown(made, fresh, done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
