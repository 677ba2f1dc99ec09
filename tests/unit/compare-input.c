/* A run is read alike from a log and from a text: numbers, places, damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/observe/compare.h"

static char path[] = "/tmp/compare-input-XXXXXX", other[] = "/tmp/compare-input-XXXXXX";

enum { ACCESSES = 100000 };

/* A log of ACCESSES writes, an interrupt after the third. */
static void write_log(const char *name, uint32_t value_at_50000)
{
    static const char places[] = "program p\n20000 a.c:1 in f\n20001 b.c:22 in notmain\n";
    struct log_code code = {.clock = LOG_VIRTUAL};
    uint8_t bytes[LOG_CODE_MAX];
    struct log_writer w;

    assert_int_equal(log_create(&w, name, LOG_VIRTUAL), 0);
    for (uint32_t i = 0; i < ACCESSES; i++) {
        struct log_record r = {.kind = LOG_ACCESS,
                               .ns = 100 * (uint64_t)(i + 1),
                               .a = {.op = BUS_WRITE,
                                     .width = 4,
                                     .addr = 0x2020001c,
                                     .value = i == 50000 ? value_at_50000 : i * 2654435761u,
                                     .pc = 0x20000 + i % 3}};

        if (log_room(&w) < LOG_CODE_MAX)
            assert_int_equal(log_block(&w), 0);
        log_append(&w, bytes, log_encode(&code, &r, bytes));
        if (i == 2) {
            r = (struct log_record){.kind = LOG_IRQ, .ns = r.ns, .value = 1};
            log_append(&w, bytes, log_encode(&code, &r, bytes));
        }
    }
    assert_int_equal(log_close(&w, places, sizeof places - 1), 0);
}

static void numbers_and_places(void **state)
{
    struct compare_input in;
    struct log_record r;
    char place[64];

    (void)state;
    write_log(path, 0);
    assert_int_equal(compare_open(&in, path), 0);
    assert_int_equal(in.text, 0);
    assert_int_equal(in.shows, SHOWS_ALL);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(in.next(&in, &r), 1);
        assert_int_equal(in.at, i);
    }
    assert_int_equal(in.next(&in, &r), 1);
    assert_int_equal(r.kind, LOG_IRQ);
    assert_int_equal(in.at, 3); /* before access 3 */
    assert_int_equal(in.next(&in, &r), 1);
    assert_int_equal(in.at, 3);
    assert_string_equal(compare_place(&in, 0x20001, place, sizeof place), "b.c:22 in notmain");
    assert_string_equal(compare_place(&in, 0x20002, place, sizeof place), "at 0x20002");
    assert_string_equal(compare_place(&in, 0, place, sizeof place), "");
    while (in.next(&in, &r) > 0)
        ;
    assert_int_equal(in.accesses, ACCESSES);
    compare_close(&in);
}

/* A difference deep in two logs is found where it is. */
static void logs_are_compared(void **state)
{
    (void)state;
    write_log(path, 1);
    write_log(other, 2);
    for (unsigned rules = 0; rules <= COMPARE_REORDER; rules += COMPARE_REORDER) {
        struct compare c = {.options.rules = rules};
        struct compare_input a, b;

        assert_int_equal(compare_open(&a, path), 0);
        assert_int_equal(compare_open(&b, other), 0);
        assert_int_equal(compare_run(&c, &a, &b), COMPARE_DIFFERENT);
        if (!rules) {
            assert_int_equal(c.side[0].e.at, 50000);
            assert_int_equal(c.side[0].e.value, 1);
            assert_int_equal(c.side[1].e.value, 2);
            assert_int_equal(c.equal, 50000);
        }
        compare_close(&a);
        compare_close(&b);
    }
}

/* Any flipped bit in the middle ends the reading with the offset, never with other accesses. */
static void damage_is_told(void **state)
{
    struct stat st;
    uint8_t byte;
    int fd;

    (void)state;
    write_log(path, 1);
    write_log(other, 1);
    fd = open(other, O_RDWR | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    for (off_t at = 100; at < st.st_size; at += st.st_size / 200) {
        struct compare c = {0};
        struct compare_input a, b;

        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 16;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_int_equal(compare_open(&a, path), 0);
        assert_int_equal(compare_open(&b, other), 0);
        assert_int_equal(compare_run(&c, &a, &b), COMPARE_UNREADABLE);
        assert_int_equal(c.unreadable, 2);
        assert_non_null(strstr(b.why, other));
        assert_non_null(strstr(b.why, "damaged at offset "));
        compare_close(&a);
        compare_close(&b);
        byte ^= 16;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

static void what_is_neither(void **state)
{
    struct compare_input in;

    (void)state;
    assert_int_equal(compare_open(&in, "/no/such/file"), -1);
    assert_string_equal(in.why, "/no/such/file: No such file or directory");
    assert_int_equal(compare_open(&in, "/tmp"), -1);
    assert_string_equal(in.why, "/tmp: Is a directory");
    assert_int_equal(compare_open(&in, "/dev/null"), -1);
    assert_non_null(strstr(in.why, "/dev/null: neither a log nor a trace"));
}

static int make_files(void **state)
{
    (void)state;
    close(mkstemp(path));
    close(mkstemp(other));
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_places),
        cmocka_unit_test(logs_are_compared),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(what_is_neither),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
