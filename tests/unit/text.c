/* The end marker, the failure texts of every year, and harmless output, however the bytes are cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "libunix/text.h"

/* Fed in pieces of every size, the verdict is the same; returns how many bytes belong to the run.
 */
static size_t watch(const char *text, int *done, int *failed)
{
    size_t nbytes = strlen(text), first = 0;
    for (size_t piece = 1; piece <= nbytes; piece++) {
        struct text_watch w = {0};
        size_t at = 0;
        while (at < nbytes && !w.done) {
            size_t n = nbytes - at < piece ? nbytes - at : piece;
            at += text_watch(&w, text + at, n);
        }
        if (piece == 1) {
            first = at;
            *done = w.done;
            *failed = w.failed;
        }
        assert_int_equal(at, first);
        assert_int_equal(w.done, *done);
        assert_int_equal(w.failed, *failed);
    }
    return first;
}

static void test_end(void **state)
{
    static const struct {
        const char *text;
        int done;
        size_t belongs;
    } cases[] = {
        {"hello\nDONE!!!\nmore", 1, 14},
        {"DONE!!!\n", 1, 8},
        {"DONE!!!\r\nx", 1, 9},
        {"no lineDONE!!!\n", 1, 15},
        {"DONE!!!", 0, 7},
        {"DONE!!! \n", 0, 9},
        {"DDONE!!!\n", 1, 9},
        {"DONE!!DONE!!!\n", 1, 14},
        {"DONE!!!!\n", 0, 9},
        {"done!!!\n", 0, 8},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int done, failed;
        size_t n = watch(cases[i].text, &done, &failed);
        if (done != cases[i].done || n != cases[i].belongs || failed)
            fail_msg("\"%s\": done %d, %zu bytes, failed %d", cases[i].text, done, n, failed);
    }
}

static void test_failures(void **state)
{
    static const char *const failing[] = {
        "PANIC:x.c:notmain:12:no good\n",
        "PANIC:gpio:illegal pin=200\n",
        "a\nPANIC: of the program's own\n",
        "PANIC:/a/very long/../path/x.c:f:1:\n",
        "text without an endPANIC:x.c:f:12:now\n",
        "a\nb\nPANIC:x.c:f:12:now\nDONE!!!\n",
        "ERROR:x.c:f:12: FALSE(<a < b>): not so\n",
        "x.c:f:12:ERROR: Assertion `a` failed.\n",
        "x.c:f:12:DEBUG:ERROR: Assertion `a` failed.\n",
        "x.c:f:12:ERROR: Demand `a` failed: b\n",
        "x.c:f:12:DEBUG:ERROR: Demand `a` failed:b\n",
        "TRACE:ERROR:should not reach\n",
    };
    static const char *const fine[] = {
        "PANIC\n",
        "no PANIC: at\n",
        "no PANIC:x.c:12:\n",
        "no PANIC:x.c:f:l2:\n",
        "no PANIC:x.c:f::\n",
        "no PANIC:x.c\n:f:12:\n",
        "Assertion `a` failed.\n",
        "ERROR: Assertion `a` failed.\n",
        "ERROR:x.c:f:12: TRUE(<a>)\n",
        "FALSE(<a>)\n",
        "x.c:f:12:hello\n",
        "DONE!!!\nPANIC:x.c:f:12:late\n",
        ":::::\n",
        "`<`<:\n",
        "",
    };
    int done, failed;
    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        watch(failing[i], &done, &failed);
        if (!failed)
            fail_msg("not seen as a failure: %s", failing[i]);
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        watch(fine[i], &done, &failed);
        if (failed)
            fail_msg("seen as a failure: %s", fine[i]);
    }
}

/* A line longer than what is kept of it: a failure at its end is still seen. */
static void test_long_line(void **state)
{
    char text[4 * TEXT_TAIL];
    (void)state;
    for (size_t before = TEXT_TAIL - 100; before < 3 * TEXT_TAIL; before++) {
        struct text_watch w = {0};
        memset(text, 'x', before);
        size_t n = before + (size_t)snprintf(text + before, sizeof text - before,
                                             " PANIC:x.c:f:12:now\nDONE!!!\n");
        assert_int_equal(text_watch(&w, text, n), n);
        assert_true(w.failed);
        assert_true(w.done);
    }
}

static void test_harmless(void **state)
{
    (void)state;
    for (int b = 0; b < 256; b++) {
        char c = (char)b;
        int kept = (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t' || b == '\r';
        text_harmless(&c, 1);
        assert_int_equal((unsigned char)c, kept ? b : ' ');
    }
}

static void test_readable(void **state)
{
    (void)state;
    assert_true(text_readable("hello\n", 6));
    assert_true(text_readable("hello hello\0", 12)); /* one in ten may be wrong */
    assert_false(text_readable("abc", 3));
    assert_false(text_readable("\x22\x22\x11\x11", 4));
    assert_false(text_readable("\xff\xfe\xfd\xfc hi", 7));
    assert_false(text_readable("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end),       cmocka_unit_test(test_failures),
        cmocka_unit_test(test_long_line), cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_readable),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
