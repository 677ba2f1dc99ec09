/* The terminal's end of a program's UART, on pipes in place of standard input and output. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "emu/console.h"

static int saved_in, saved_out, to_input, from_output;

static int redirect(void **state)
{
    int in[2], out[2];

    (void)state;
    if (pipe(in) < 0 || pipe(out) < 0)
        return -1;
    saved_in = dup(0);
    saved_out = dup(1);
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[0]);
    close(out[1]);
    to_input = in[1];
    from_output = out[0];
    fcntl(from_output, F_SETFL, O_NONBLOCK);
    return 0;
}

static int restore(void **state)
{
    (void)state;
    dup2(saved_in, 0);
    dup2(saved_out, 1);
    close(saved_in);
    close(saved_out);
    close(to_input);
    close(from_output);
    return 0;
}

/* What reached standard output so far. */
static const char *printed(void)
{
    static char text[4096];
    ssize_t n = read(from_output, text, sizeof text - 1);

    text[n > 0 ? n : 0] = 0;
    return text;
}

static void written_at_newlines(void **state)
{
    struct console c = {0};

    (void)state;
    assert_int_equal(console_write(&c, "one", 3), 0);
    assert_string_equal(printed(), "");
    assert_int_equal(console_write(&c, " two\nthree", 10), 0);
    assert_string_equal(printed(), "one two\n");
    console_flush(&c);
    assert_string_equal(printed(), "three");
}

static void made_harmless(void **state)
{
    struct console c = {0};

    (void)state;
    console_write(&c, "a\033[31mb\a\r\n", 10);
    assert_string_equal(printed(), "a [31mb \r\n");
}

static void over_at_the_end_marker(void **state)
{
    struct console c = {0};

    (void)state;
    assert_int_equal(console_write(&c, "x\nDONE!", 7), 0);
    assert_int_equal(console_write(&c, "!!\nlater\n", 9), 1);
    assert_true(c.watch.done);
    assert_string_equal(printed(), "x\nDONE!!!\n");
}

static void over_at_the_limit(void **state)
{
    struct console c = {.limit = 10};

    (void)state;
    assert_int_equal(console_write(&c, "12345\n", 6), 0);
    assert_int_equal(console_write(&c, "6789abc\n", 8), 1);
    assert_true(c.over_limit);
    console_flush(&c);
    assert_string_equal(printed(), "12345\n6789");
}

static void longer_than_the_buffer(void **state)
{
    struct console c = {0};
    char text[3000];

    (void)state;
    memset(text, 'x', sizeof text);
    console_write(&c, text, sizeof text);
    console_flush(&c);
    assert_int_equal(strlen(printed()), sizeof text);
}

static void output_that_fails(void **state)
{
    struct console c = {0};
    int full = open("/dev/full", O_WRONLY);

    (void)state;
    dup2(full, 1);
    close(full);
    assert_int_equal(console_write(&c, "x\n", 2), 1);
    assert_true(c.failed != 0);
    assert_int_equal(console_write(&c, "y\n", 2), 1);
}

static void input_when_asked(void **state)
{
    struct console c = {0};

    (void)state;
    assert_int_equal(console_waiting(&c), 0);
    assert_int_equal(console_take(&c), -1);
    assert_int_equal(write(to_input, "hi", 2), 2);
    console_idle(&c);
    assert_int_equal(console_waiting(&c), 2);
    assert_int_equal(console_take(&c), 'h');
    assert_int_equal(console_waiting(&c), 1);
    assert_int_equal(console_take(&c), 'i');
    assert_int_equal(console_waiting(&c), 0);
}

static void input_found_without_idling(void **state)
{
    struct console c = {0};
    int looks = 0;

    (void)state;
    assert_int_equal(console_waiting(&c), 0);
    assert_int_equal(write(to_input, "x", 1), 1);
    while (!console_waiting(&c) && looks < 100)
        looks++;
    assert_in_range(looks, 0, 16);
}

/* After a prompt the first look counts, and the next ones cost no system call. */
static void input_after_a_prompt(void **state)
{
    struct console c = {0};

    (void)state;
    assert_int_equal(console_waiting(&c), 0);
    console_write(&c, "? ", 2);
    console_flush(&c);
    assert_int_equal(write(to_input, "x", 1), 1);
    assert_int_equal(console_waiting(&c), 1);
}

static void quick_where_the_system_is_not_needed(void **state)
{
    struct console c = {0};

    (void)state;
    assert_int_equal(console_quick_waiting(&c), -1);
    assert_int_equal(console_waiting(&c), 0);
    for (int i = 1; i < 16; i++)
        assert_int_equal(console_quick_waiting(&c), 0);
    assert_int_equal(console_quick_waiting(&c), -1);
    assert_int_equal(write(to_input, "hi", 2), 2);
    assert_int_equal(console_waiting(&c), 2);
    assert_int_equal(console_quick_waiting(&c), 2);
    assert_int_equal(console_take(&c), 'h');
    assert_int_equal(console_quick_waiting(&c), 1);
    assert_int_equal(console_take(&c), 'i');
    close(to_input);
    assert_int_equal(console_quick_waiting(&c), -1);
    assert_int_equal(console_waiting(&c), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(console_quick_waiting(&c), 0);
}

static void quick_where_nothing_follows(void **state)
{
    static const char slow[] = "\n:<`";
    struct console c = {0};

    (void)state;
    for (size_t i = 0; i < sizeof slow - 1; i++)
        assert_int_equal(console_quick_put(&c, slow[i]), -1);
    assert_int_equal(c.written, 0);
    for (size_t i = 0; i < sizeof c.out; i++)
        assert_int_equal(console_quick_put(&c, 'x'), 0);
    assert_int_equal(console_quick_put(&c, 'x'), -1);
    assert_int_equal(c.written, sizeof c.out);
    assert_string_equal(printed(), "");
    console_write(&c, "\nDONE!!!\n", 9);
    assert_int_equal(console_quick_put(&c, 'x'), -1);
    c = (struct console){.limit = 10};
    assert_int_equal(console_quick_put(&c, 'x'), -1);
    c = (struct console){.failed = EIO};
    assert_int_equal(console_quick_put(&c, 'x'), -1);
}

static void input_ended(void **state)
{
    struct console c = {0};

    (void)state;
    close(to_input);
    console_idle(&c);
    assert_true(c.in_ended);
    assert_int_equal(console_waiting(&c), 0);
    console_idle(&c); /* still waits, so that a program that goes on asking burns nothing */
}

static int stop_now(void)
{
    return 1;
}

static void idle_does_not_wait_when_stopping(void **state)
{
    struct console c = {.stop = stop_now};

    (void)state;
    assert_int_equal(write(to_input, "x", 1), 1);
    console_idle(&c);
    assert_int_equal(c.in_used, 0);
}

static void fed_from_elsewhere(void **state)
{
    struct console c = {.in_ended = 1};
    char more[300] = "";

    (void)state;
    assert_int_equal(console_waiting(&c), 0);
    assert_int_equal(console_feed(&c, "ab", 2), 2);
    assert_int_equal(console_waiting(&c), 2);
    assert_int_equal(console_take(&c), 'a');
    assert_int_equal(console_feed(&c, "cd", 2), 2);
    assert_int_equal(console_quick_waiting(&c), 3);
    assert_int_equal(console_take(&c), 'b');
    assert_int_equal(console_take(&c), 'c');
    assert_int_equal(console_feed(&c, more, sizeof more), 255); /* and the d that waits */
    assert_int_equal(console_feed(&c, more, sizeof more), 0);
    assert_int_equal(console_take(&c), 'd');
}

static void listen_in(void *self, const char *text, size_t nbytes)
{
    strncat(self, text, nbytes);
}

static void heard_where_it_is_not_written(void **state)
{
    char heard[32] = "", got[8];
    struct console c = {.muted = 1, .tap = listen_in, .tap_self = heard};

    (void)state;
    console_write(&c, "a\033b\n", 4);
    assert_int_equal(console_quick_put(&c, 'c'), 0);
    assert_string_equal(heard, "a b\nc");
    console_flush(&c);
    assert_int_equal(read(from_output, got, sizeof got), -1);
    assert_int_equal(errno, EAGAIN);
}

int main(void)
{
#define CONSOLE_TEST(f) cmocka_unit_test_setup_teardown(f, redirect, restore)
    const struct CMUnitTest tests[] = {
        CONSOLE_TEST(written_at_newlines),
        CONSOLE_TEST(made_harmless),
        CONSOLE_TEST(over_at_the_end_marker),
        CONSOLE_TEST(over_at_the_limit),
        CONSOLE_TEST(longer_than_the_buffer),
        CONSOLE_TEST(output_that_fails),
        CONSOLE_TEST(input_when_asked),
        CONSOLE_TEST(input_found_without_idling),
        CONSOLE_TEST(input_after_a_prompt),
        CONSOLE_TEST(quick_where_the_system_is_not_needed),
        CONSOLE_TEST(quick_where_nothing_follows),
        CONSOLE_TEST(input_ended),
        CONSOLE_TEST(idle_does_not_wait_when_stopping),
        CONSOLE_TEST(fed_from_elsewhere),
        CONSOLE_TEST(heard_where_it_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
