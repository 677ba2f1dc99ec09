/* A log on disk: read as written; cut anywhere, with any bit flipped, of a run that was killed
 * anywhere: read up to there, never beyond, never other accesses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/observe/log-file.h"
#include "emu/observe/log-layout.h"

static char path[] = "/tmp/log-file-XXXXXX", other[] = "/tmp/log-file-XXXXXX";

/* The i-th access of a run: some repeat, some do not. */
static struct log_record record_of(uint64_t i)
{
    uint32_t x = (uint32_t)(i * 2654435761u);

    return (struct log_record){
        .kind = LOG_ACCESS,
        .ns = 100 * (i + 1),
        .a = {.op = BUS_WRITE,
              .width = 4,
              .addr = 0x20200000 + (x >> 28) * 4,
              .value = x >> 24 & 7 ? 1u << (x >> 20 & 15) : x,
              .pc = 0x20000 + (x >> 25 & 31)},
    };
}

static void add(struct log_writer *w, struct log_code *code, const struct log_record *r)
{
    uint8_t bytes[LOG_CODE_MAX];
    size_t n = log_encode(code, r, bytes);

    if (log_room(w) < LOG_CODE_MAX)
        assert_int_equal(log_block(w), 0);
    if (n == 1)
        log_append1(w, bytes[0]);
    else
        log_append(w, bytes, n);
}

static void write_log(const char *name, uint64_t accesses)
{
    const char places[] = "program p\n20000 a.c:1 in f\n20001 b.c:22 in main\n";
    struct log_record end = {.kind = LOG_END, .ns = 100 * accesses, .value = 1, .count = 2};
    struct log_code code = {.clock = LOG_VIRTUAL};
    struct log_writer w;

    assert_int_equal(log_create(&w, name, LOG_VIRTUAL), 0);
    for (uint64_t i = 0; i < accesses; i++) {
        struct log_record r = record_of(i);

        add(&w, &code, &r);
    }
    add(&w, &code, &end);
    assert_int_equal(log_close(&w, places, sizeof places - 1), 0);
}

/* Reads all; fails if an access is not the one that was written. The result of the last read. */
static int read_log(const char *name, struct log_reader *r)
{
    struct log_record got;
    int rc;

    while ((rc = log_next(r, &got)) > 0) {
        struct log_record want = record_of(r->number - 1);

        if (got.kind == LOG_END) {
            assert_int_equal(got.value, 1);
            assert_int_equal(got.count, 2);
        } else if (got.a.addr != want.a.addr || got.a.value != want.a.value ||
                   got.a.pc != want.a.pc || got.ns != want.ns || got.result != 0) {
            fail_msg("%s: access %llu is another than was written", name,
                     (unsigned long long)r->number - 1);
        }
    }
    return rc;
}

static uint8_t *load(const char *name, size_t *n)
{
    struct stat st;
    uint8_t *bytes;
    int fd = open(name, O_RDONLY);

    assert_int_equal(fstat(fd, &st), 0);
    *n = (size_t)st.st_size;
    bytes = malloc(*n + 1);
    assert_int_equal(read(fd, bytes, *n), *n);
    close(fd);
    return bytes;
}

static void store(const char *name, const uint8_t *bytes, size_t n)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static void what_was_written_is_read(void **state)
{
    static const uint64_t sizes[] = {0, 1, 1000, 300000};
    char buf[64];

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct log_reader r;

        write_log(path, sizes[i]);
        assert_int_equal(log_open(&r, path), 0);
        assert_int_equal(read_log(path, &r), 0);
        assert_int_equal(r.number, sizes[i]);
        assert_int_equal(r.complete, 1);
        log_find_places(&r);
        assert_string_equal(log_place(&r, 0x20001, buf, sizeof buf), "b.c:22 in main");
        assert_null(log_place(&r, 0x2000, buf, sizeof buf));
        log_close_reader(&r);
    }
}

static void cut_at_every_byte(void **state)
{
    size_t n;
    uint8_t *bytes;

    (void)state;
    write_log(path, 3000);
    bytes = load(path, &n);
    for (size_t cut = 0; cut < n; cut += 1) {
        struct log_reader r;
        int rc;

        store(other, bytes, cut);
        rc = log_open(&r, other);
        if (rc == 0) {
            rc = read_log(other, &r);
            log_close_reader(&r);
        }
        if (rc != -1 || !r.why[0])
            fail_msg("cut at %zu of %zu: not noticed", cut, n);
    }
    free(bytes);
}

static void every_flipped_bit(void **state)
{
    size_t n;
    uint8_t *bytes;

    (void)state;
    write_log(path, 300);
    bytes = load(path, &n);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        struct log_reader r;
        int rc;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        store(other, bytes, n);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        rc = log_open(&r, other);
        if (rc == 0) {
            rc = read_log(other, &r);
            log_close_reader(&r);
        }
        /* bytes 11 and those between a block's fields say nothing, but are covered too */
        if (rc != -1 || !r.why[0])
            fail_msg("bit %zu of byte %zu: not noticed", bit % 8, bit / 8);
    }
    free(bytes);
}

static const char *why_of(const uint8_t *bytes, size_t n)
{
    static struct log_reader r;

    store(other, bytes, n);
    assert_int_equal(log_open(&r, other), 0);
    assert_int_equal(read_log(other, &r), -1);
    log_close_reader(&r);
    return r.why;
}

/* Of records, and of places, in a log that was closed. */
static void a_damaged_block_is_named(void **state)
{
    size_t n, places;
    uint8_t *bytes;

    (void)state;
    write_log(path, 3000);
    bytes = load(path, &n);
    places = LOG_HEADER + LOG_BLOCK_HEADER + get32le(bytes + LOG_HEADER + AT_STORED);
    bytes[LOG_HEADER + LOG_BLOCK_HEADER + 9] ^= 1;
    assert_string_equal(why_of(bytes, n), "damaged at offset 32: the block's check is wrong");
    bytes[LOG_HEADER + LOG_BLOCK_HEADER + 9] ^= 1;
    bytes[places + LOG_BLOCK_HEADER] ^= 1;
    assert_non_null(strstr(why_of(bytes, n), ": the block's check is wrong"));
    bytes[places + LOG_BLOCK_HEADER] ^= 1;
    bytes[places] = 0;
    assert_non_null(strstr(why_of(bytes, n), ": no block begins there"));
    free(bytes);
}

static void another_version_is_named(void **state)
{
    static const uint8_t version2[LOG_HEADER] = {0x89, 'P', 'i', 'L', 'o', 'g', '\r', '\n', 2};
    struct log_reader r;

    (void)state;
    store(other, version2, sizeof version2);
    assert_int_equal(log_open(&r, other), -1);
    assert_string_equal(r.why, "it is a log of version 2; this program reads version 1");
    store(other, (const uint8_t *)"#include \"rpi.h\"\nint main(void)\n{\n", 35);
    assert_int_equal(log_open(&r, other), -1);
    assert_string_equal(r.why, "it is no log: a log begins with other bytes");
}

/* A run that is killed after each access: all of them are in the log. */
static void killed(uint64_t accesses)
{
    struct log_reader r;
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct log_code code = {.clock = LOG_VIRTUAL};
        struct log_writer w;

        if (log_create(&w, path, LOG_VIRTUAL) < 0)
            _exit(1);
        for (uint64_t i = 0; i < accesses; i++) {
            struct log_record record = record_of(i);

            add(&w, &code, &record);
        }
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(log_open(&r, path), 0);
    if (read_log(path, &r) != 0)
        fail_msg("killed after %llu accesses: %s", (unsigned long long)accesses, r.why);
    assert_int_equal(r.number, accesses);
    assert_int_equal(r.complete, 0);
    log_close_reader(&r);
}

static void a_killed_run_leaves_all_of_it(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 50; n++)
        killed(n);
    for (uint64_t n = 28000; n < 28100; n++) /* where blocks end */
        killed(n);
    killed(200000);
}

/* Killed at any instruction: what is there is a beginning of the run, without damage. */
static void killed_at_any_time(void **state)
{
    (void)state;
    for (int turn = 0; turn < 200; turn++) {
        struct log_reader r;
        int go[2], status;
        char c;
        pid_t child;

        assert_int_equal(pipe(go), 0);
        child = fork();
        if (child == 0) {
            struct log_code code = {.clock = LOG_VIRTUAL};
            struct log_writer w;

            if (log_create(&w, path, LOG_VIRTUAL) < 0 || write(go[1], "x", 1) != 1)
                _exit(1);
            for (uint64_t i = 0;; i++) {
                struct log_record record = record_of(i);

                add(&w, &code, &record);
            }
        }
        assert_int_equal(read(go[0], &c, 1), 1);
        for (volatile int spin = 0; spin < turn * 20000; spin++)
            ;
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        close(go[0]);
        close(go[1]);
        assert_int_equal(log_open(&r, path), 0);
        if (read_log(path, &r) != 0)
            fail_msg("turn %d: %s", turn, r.why);
        log_close_reader(&r);
    }
}

static void a_killed_log_with_flipped_bits(void **state)
{
    size_t n, found = 0, tail;
    uint8_t *bytes;

    (void)state;
    killed(300);
    bytes = load(path, &n);
    tail = bytes[16] | (size_t)bytes[17] << 8 | (size_t)bytes[18] << 16;
    for (size_t bit = 8 * tail; bit < 8 * (tail + 500); bit++) {
        struct log_reader r;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        store(other, bytes, n);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(log_open(&r, other), 0);
        found += read_log(other, &r) == -1;
        log_close_reader(&r);
    }
    assert_true(found > 3200);
    free(bytes);
}

/* A pipe has no tail. */
static void a_pipe_takes_a_log(void **state)
{
    char fifo[80];
    size_t n;
    uint8_t *bytes;
    pid_t child;
    struct log_reader r;

    (void)state;
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    child = fork();
    if (child == 0) {
        char command[256];

        snprintf(command, sizeof command, "cat %s >%s", fifo, other);
        _exit(system(command)); /* NOLINT(cert-env33-c): the test's own names */
    }
    write_log(fifo, 100000);
    waitpid(child, NULL, 0);
    unlink(fifo);
    assert_int_equal(log_open(&r, other), 0);
    assert_int_equal(read_log(other, &r), 0);
    assert_int_equal(r.number, 100000);
    assert_int_equal(r.complete, 1);
    log_close_reader(&r);
    bytes = load(other, &n);
    store(other, bytes, n / 2);
    free(bytes);
    assert_int_equal(log_open(&r, other), 0);
    assert_int_equal(read_log(other, &r), -1);
    assert_true(r.number > 1000);
    log_close_reader(&r);
}

static void no_room_stops_the_log_alone(void **state)
{
    struct rlimit room = {.rlim_cur = 300 << 10, .rlim_max = RLIM_INFINITY};
    struct log_code code = {.clock = LOG_VIRTUAL};
    struct log_writer w;
    struct log_reader r;
    uint64_t i = 0;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &room);
    assert_int_equal(log_create(&w, path, LOG_VIRTUAL), 0);
    for (;; i++) {
        struct log_record record = record_of(i);
        uint8_t bytes[LOG_CODE_MAX];
        size_t n;

        if (log_room(&w) < LOG_CODE_MAX && log_block(&w) < 0)
            break;
        n = log_encode(&code, &record, bytes);
        log_append(&w, bytes, n);
    }
    assert_string_equal(w.why, "no room for the log: File too large");
    assert_int_equal(log_close(&w, "", 0), -1);
    assert_int_equal(log_open(&r, path), 0);
    assert_int_equal(read_log(path, &r), 0);
    assert_int_equal(r.number, i);
    assert_int_equal(r.complete, 0);
    log_close_reader(&r);
}

static void what_is_no_log_is_not_overwritten(void **state)
{
    struct log_writer w;

    (void)state;
    store(other, (const uint8_t *)"my notes", 8);
    assert_int_equal(log_create(&w, other, LOG_VIRTUAL), -1);
    assert_string_equal(w.why, "it exists and is no log: name another file, or remove it");
    assert_int_equal(log_create(&w, "/no/such/folder/run.log", LOG_VIRTUAL), -1);
    assert_string_equal(w.why, "cannot create it: No such file or directory");
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
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(a_damaged_block_is_named),
        cmocka_unit_test(another_version_is_named),
        cmocka_unit_test(a_killed_run_leaves_all_of_it),
        cmocka_unit_test(killed_at_any_time),
        cmocka_unit_test(a_killed_log_with_flipped_bits),
        cmocka_unit_test(a_pipe_takes_a_log),
        cmocka_unit_test(what_is_no_log_is_not_overwritten),
        cmocka_unit_test(no_room_stops_the_log_alone),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
