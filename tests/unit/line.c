/* The line on ptys, socket pairs and TCP: modes, limits, locks, a vanished peer, finding, hand-off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libunix/line.h"

enum { SOON_MS = 50, LONG_MS = 20000 };

struct pty {
    int master, slave;
    char path[64];
};

static struct pty make_pty(void)
{
    struct pty p;
    assert_int_equal(openpty(&p.master, &p.slave, p.path, NULL, NULL), 0);
    return p;
}

static void close_pty(struct pty *p)
{
    close(p->master);
    close(p->slave);
}

static struct termios modes(int fd)
{
    struct termios t;
    assert_int_equal(tcgetattr(fd, &t), 0);
    return t;
}

static void same_modes(const struct termios *a, const struct termios *b)
{
    assert_int_equal(a->c_iflag, b->c_iflag);
    assert_int_equal(a->c_oflag, b->c_oflag);
    assert_int_equal(a->c_cflag, b->c_cflag);
    assert_int_equal(a->c_lflag, b->c_lflag);
    assert_int_equal(cfgetospeed(a), cfgetospeed(b));
    assert_memory_equal(a->c_cc, b->c_cc, sizeof a->c_cc);
}

static void test_raw_and_restored(void **state)
{
    static const struct {
        unsigned baud;
        speed_t code;
    } rates[] = {{9600, B9600}, {115200, B115200}, {921600, B921600}, {1000000, B1000000}};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct pty p = make_pty();
        struct termios before = modes(p.slave), now;
        struct line l;
        assert_int_equal(line_open(&l, p.path, rates[i].baud), 0);
        now = modes(p.slave);
        assert_int_equal(cfgetospeed(&now), rates[i].code);
        assert_int_equal(cfgetispeed(&now), rates[i].code);
        assert_int_equal(now.c_cflag & (CSIZE | PARENB | CSTOPB | CRTSCTS | CREAD | CLOCAL),
                         CS8 | CREAD | CLOCAL);
        assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG | IEXTEN), 0);
        assert_int_equal(now.c_iflag & (IXON | IXOFF | ICRNL | ISTRIP | BRKINT), 0);
        assert_int_equal(now.c_oflag & OPOST, 0);
        line_close(&l);
        now = modes(p.slave);
        same_modes(&before, &now);
        line_close(&l); /* harmless */
        close_pty(&p);
    }
}

static void test_bytes(void **state)
{
    struct pty p = make_pty();
    struct line l;
    uint8_t all[256], got[256];
    (void)state;
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    assert_int_equal(write(p.master, all, 256), 256);
    assert_int_equal(line_read_all(&l, got, 256, LONG_MS), 0);
    assert_memory_equal(got, all, 256);
    assert_int_equal(line_write(&l, all, 256, LONG_MS), 0);
    for (size_t n = 0; n < 256;)
        n += (size_t)read(p.master, got + n, 256 - n);
    assert_memory_equal(got, all, 256);
    assert_int_equal(write(p.master, "abc", 3), 3);
    assert_int_equal(line_read(&l, got, 256, LONG_MS), 3);
    line_close(&l);
    close_pty(&p);
}

static void test_limits(void **state)
{
    struct pty p = make_pty();
    struct line l;
    static uint8_t big[1 << 20];
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    assert_int_equal(line_read(&l, big, 1, 0), LINE_TIMEOUT);
    unsigned long long start = line_now_ms();
    assert_int_equal(line_read(&l, big, 1, SOON_MS), LINE_TIMEOUT);
    assert_true(line_now_ms() - start >= SOON_MS);
    assert_int_equal(write(p.master, "ab", 2), 2);
    assert_int_equal(line_read_all(&l, big, 3, SOON_MS), LINE_TIMEOUT);
    assert_int_equal(line_write(&l, big, sizeof big, SOON_MS), LINE_TIMEOUT); /* nobody reads */
    assert_int_equal(line_write_some(&l, big, sizeof big), 0);
    line_close(&l);
    close_pty(&p);
}

static void test_drop(void **state)
{
    struct pty p = make_pty();
    struct line l;
    char c;
    (void)state;
    assert_int_equal(write(p.master, "before\n", 7), 7);
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    assert_int_equal(line_read(&l, &c, 1, 0), LINE_TIMEOUT); /* what came before is dropped */
    assert_int_equal(write(p.master, "later", 5), 5);
    line_drop(&l);
    assert_int_equal(line_read(&l, &c, 1, 0), LINE_TIMEOUT);
    line_close(&l);
    close_pty(&p);
}

static void test_vanished(void **state)
{
    struct pty p = make_pty();
    struct line l;
    char c;
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    close(p.master);
    assert_int_equal(line_read(&l, &c, 1, LONG_MS), LINE_GONE);
    assert_int_equal(line_write(&l, "x", 1, LONG_MS), LINE_GONE);
    assert_int_equal(line_write_some(&l, "x", 1), LINE_GONE);
    line_close(&l);
    close(p.slave);
}

static void test_busy(void **state)
{
    struct pty p = make_pty();
    struct line l, second;
    char text[300];
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    struct termios during = modes(p.slave), after;
    assert_int_equal(line_open(&second, p.path, 9600), LINE_BUSY);
    after = modes(p.slave);
    same_modes(&during, &after); /* the loser changes nothing */
    assert_non_null(strstr(line_error_text(LINE_BUSY, p.path, text, sizeof text), "busy"));
    line_close(&l);
    assert_int_equal(line_open(&second, p.path, 115200), 0);
    line_close(&second);
    close_pty(&p);
}

static void test_wrong_names(void **state)
{
    struct line l;
    struct pty p = make_pty();
    (void)state;
    assert_int_equal(line_open(&l, "/dev/no-such-line", 115200), LINE_MISSING);
    assert_int_equal(line_open(&l, "/dev/null", 115200), LINE_NOT_A_LINE);
    assert_int_equal(line_open(&l, "/dev", 115200), LINE_NOT_A_LINE);
    assert_int_equal(line_open(&l, p.path, 115201), LINE_BAUD);
    assert_int_equal(line_open(&l, p.path, 0), LINE_BAUD);
    assert_int_equal(line_open(&l, "tcp:", 115200), LINE_MISSING);
    assert_int_equal(line_open(&l, "tcp::1", 115200), LINE_MISSING);
    assert_int_equal(line_open(&l, "tcp:localhost:", 115200), LINE_MISSING);
    assert_int_equal(line_open(&l, "tcp:[]:1", 115200), LINE_MISSING);
    assert_int_equal(line_adopt(&l, 987, 0), LINE_NOT_A_LINE);
    line_close(&l);
    close_pty(&p);
}

static void test_tcp(void **state)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    struct line l;
    char name[64], got[4];
    (void)state;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(server, 1), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&a, &size), 0);
    snprintf(name, sizeof name, "tcp:127.0.0.1:%d", ntohs(a.sin_port));
    assert_int_equal(line_open(&l, name, 115200), 0);
    int peer = accept(server, NULL, NULL);
    assert_int_equal(line_write(&l, "ping", 4, LONG_MS), 0);
    assert_int_equal(recv(peer, got, 4, MSG_WAITALL), 4);
    assert_memory_equal(got, "ping", 4);
    assert_int_equal(write(peer, "pong", 4), 4);
    close(peer);
    assert_int_equal(line_read_all(&l, got, 4, LONG_MS), 0); /* what came before the end is read */
    assert_memory_equal(got, "pong", 4);
    assert_int_equal(line_read(&l, got, 1, LONG_MS), LINE_GONE);
    line_close(&l);
    close(server);
}

static void test_wire_time(void **state)
{
    struct line l = {.baud = 115200}, unknown = {0};
    (void)state;
    assert_int_equal(line_wire_ms(&l, 0), 0);
    assert_int_equal(line_wire_ms(&l, 1), 1);
    assert_int_equal(line_wire_ms(&l, 11520), 1000);
    assert_int_equal(line_wire_ms(&unknown, 11520), 1000);
    assert_int_equal(line_wire_ms(&l, 0x07FF8000), 11648000);
}

static void test_find(void **state)
{
    char dir[] = "/tmp/line-XXXXXX", path[64], out[8][LINE_NAME_MAX];
    static const char *const names[] = {"ttyUSB1", "ttyS0",          "ttyACM0", "cu.SLAB_USBtoUART",
                                        "ttyUSB0", "cu.usbserial-7", "console"};
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(line_find_in(dir, out, 8), 0);
    for (size_t i = 0; i < 7; i++) {
        struct stat before, now;
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        close(open(path, O_CREAT | O_WRONLY, 0600));
        /* Their times must differ: touch it until the clock of the file system has moved on. */
        stat(path, &before);
        do {
            chmod(path, 0600);
            stat(path, &now);
        } while (now.st_ctim.tv_sec == before.st_ctim.tv_sec &&
                 now.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    }
    static const int newest_first[] = {5, 4, 3, 2, 0};
    assert_int_equal(line_find_in(dir, out, 8), 5);
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[newest_first[i]]);
        assert_string_equal(out[i], path);
    }
    assert_int_equal(line_find_in(dir, out, 2), 2);
    for (size_t i = 0; i < 7; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

/* Descriptors 21 and 12, and the variable, one after the other. */
static void test_handed_down(void **state)
{
    struct pty p = make_pty();
    int pair[2], null = open("/dev/null", O_RDWR), file = open("/proc/self/exe", O_RDONLY);
    (void)state;
    unsetenv("MY_INSTALL_FD");
    close(LINE_HANDOFF_FD);
    close(LINE_HANDOFF_FD_2019);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(line_handed_down(), LINE_NONE);
    dup2(file, 21);
    dup2(null, 12);
    assert_int_equal(line_handed_down(), LINE_NONE); /* a file and /dev/null are no lines */
    dup2(p.slave, 12);
    assert_int_equal(line_handed_down(), 12);
    dup2(pair[0], 21);
    assert_int_equal(line_handed_down(), 21);
    setenv("MY_INSTALL_FD", "12", 1);
    assert_int_equal(line_handed_down(), 12);
    static const char *const wrong[] = {"", "x", "-1", "987", "12x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        setenv("MY_INSTALL_FD", wrong[i], 1);
        assert_int_equal(line_handed_down(), 21); /* a stale variable counts for nothing */
    }
    unsetenv("MY_INSTALL_FD");
    close(21);
    int unconnected = socket(AF_INET, SOCK_STREAM, 0);
    dup2(unconnected, 21);
    assert_int_equal(line_handed_down(), 12); /* a socket that leads nowhere */
    int open_fds[] = {21, 12, unconnected, pair[0], pair[1], null, file};
    for (size_t i = 0; i < sizeof open_fds / sizeof *open_fds; i++)
        close(open_fds[i]);
    close_pty(&p);
}

static void test_hand_on(void **state)
{
    struct pty p = make_pty();
    struct line l;
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    assert_int_equal(line_hand_on(&l), 0);
    assert_string_equal(getenv("MY_INSTALL_FD"), "21");
    for (int fd = 12; fd <= 21; fd += 9) {
        assert_int_equal(fcntl(fd, F_GETFD), 0);
        assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        assert_true(isatty(fd));
    }
    line_close(&l);
    struct line inherited;
    assert_int_equal(line_adopt(&inherited, line_handed_down(), 0), 0);
    assert_int_equal(fcntl(21, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(line_hand_on(&inherited), 0); /* on again, from 21 to itself */
    assert_int_equal(fcntl(21, F_GETFD), 0);
    line_close(&inherited);
    assert_int_equal(fcntl(21, F_GETFL) & O_NONBLOCK, 0);
    unsetenv("MY_INSTALL_FD");
    close(21);
    close(12);
    close_pty(&p);
}

/* Every error has its own text; those of the table in tests/exit-status.tsv are checked there. */
static void test_texts(void **state)
{
    char text[10][400];
    (void)state;
    for (int error = LINE_TIMEOUT; error >= LINE_MISSING; error--) {
        int n = -error;
        line_error_text(error, "/dev/ttyX", text[n], sizeof text[n]);
        assert_in_range(strlen(text[n]), 10, 300);
        for (int i = 1; i < n; i++)
            assert_string_not_equal(text[i], text[n]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw_and_restored),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_vanished),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_wrong_names),
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_wire_time),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_handed_down),
        cmocka_unit_test(test_hand_on),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
