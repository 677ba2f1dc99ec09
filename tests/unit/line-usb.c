/* A sysfs made of folders: a device's name from its adapter, FTDI's latency timer,
 * ASYNC_LOW_LATENCY. A pty stands for the tty, found there under its own numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/serial.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "libunix/line-internal.h"

static char root[32], usb[128], timer[256];
static int master, slave;
static struct line l;

/* The tty's driver: it takes ASYNC_LOW_LATENCY if it has such settings, and its timer shows that,
 * as ftdi_sio's does. */
static int driver_has_flags, driver_flags;

static void put(const char *folder, const char *name, const char *text);

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    struct serial_struct *s = argument;
    if (fd == l.fd && driver_has_flags && request == TIOCGSERIAL) {
        memset(s, 0, sizeof *s);
        s->flags = driver_flags;
        return 0;
    }
    if (fd == l.fd && driver_has_flags && request == TIOCSSERIAL) {
        driver_flags = s->flags;
        if (*timer)
            put(usb, "1-2:1.0/ttyUSB0/latency_timer",
                s->flags & ASYNC_LOW_LATENCY ? "1\n" : "16\n");
        return 0;
    }
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    chmod(path, 0644);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make_folders(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0755);
        *slash = '/';
    }
    mkdir(path, 0755);
}

/* /sys as the kernel makes it for the first port of a USB adapter at port 2. */
static int set_up(void **state)
{
    char path[256], target[256], name[64];
    struct stat st;
    (void)state;
    snprintf(root, sizeof root, "/tmp/line-usb-XXXXXX");
    assert_non_null(mkdtemp(root));
    snprintf(usb, sizeof usb, "%s/devices/pci0/usb1/1-2", root);
    snprintf(path, sizeof path, "%s/1-2:1.0/ttyUSB0/tty/ttyUSB0", usb);
    make_folders(path);
    snprintf(path, sizeof path, "%s/1-2:1.0/ttyUSB0/tty/ttyUSB0/device", usb);
    assert_int_equal(symlink("../../../ttyUSB0", path), 0);
    snprintf(path, sizeof path, "%s/dev/char", root);
    make_folders(path);
    assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
    assert_int_equal(fstat(slave, &st), 0);
    snprintf(path, sizeof path, "%s/dev/char/%u:%u", root, major(st.st_rdev), minor(st.st_rdev));
    snprintf(target, sizeof target, "../../devices/pci0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0");
    assert_int_equal(symlink(target, path), 0);
    driver_has_flags = driver_flags = 0;
    *timer = 0;
    return line_open(&l, name, 115200);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    line_close(&l);
    close(master);
    close(slave);
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void has_identity(const char *expected)
{
    char name[LINE_NAME_MAX];
    assert_int_equal(line_identity_in(root, &l, name, sizeof name), 0);
    assert_string_equal(name, expected);
}

static void test_identity(void **state)
{
    char name[LINE_NAME_MAX];
    (void)state;
    has_identity("tty:ttyUSB0"); /* no USB device above it: a port of the machine */
    put(usb, "idVendor", "0403\n");
    has_identity("tty:ttyUSB0");
    put(usb, "idProduct", "6010\n");
    has_identity("usb:0403:6010:-");
    put(usb, "serial", "FT 12:3\t\351\n");
    has_identity("usb:0403:6010:FT_12_3__");
    put(usb, "1-2:1.0/bInterfaceNumber", "00\n");
    put(usb, "serial", "FT123\n");
    has_identity("usb:0403:6010:FT123");
    put(usb, "1-2:1.0/bInterfaceNumber", "01\n"); /* the adapter's second port */
    has_identity("usb:0403:6010:FT123:01");
    put(usb, "serial", "");
    has_identity("usb:0403:6010:-:01");
    assert_int_equal(line_identity_in(root, &l, name, 8), LINE_NONE); /* no room */
}

static void test_no_identity(void **state)
{
    char name[LINE_NAME_MAX];
    struct line network = {.open = 1}, closed = {0};
    (void)state;
    assert_int_equal(line_identity(&l, name, sizeof name), LINE_NONE); /* a pty */
    assert_int_equal(line_identity_in("/no-such-folder", &l, name, sizeof name), LINE_NONE);
    assert_int_equal(line_identity(&closed, name, sizeof name), LINE_NONE);
    line_set_name(&network, "descriptor 21");
    assert_int_equal(line_identity(&network, name, sizeof name), LINE_NONE);
    static const char *const names[][2] = {{"tcp:pi:3000", "tcp:pi:3000"},
                                           {"tcp://pi:3000", "tcp:pi:3000"},
                                           {"rfc2217://[::1]:3000", "rfc2217:[::1]:3000"}};
    for (size_t i = 0; i < 3; i++) {
        line_set_name(&network, names[i][0]);
        assert_int_equal(line_identity(&network, name, sizeof name), 0);
        assert_string_equal(name, names[i][1]);
    }
}

static void timer_shows(const char *expected)
{
    char text[16] = "";
    FILE *f = fopen(timer, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    text[strcspn(text, "\n")] = 0;
    assert_string_equal(text, expected);
}

static void make_timer(const char *text)
{
    put(usb, "1-2:1.0/ttyUSB0/latency_timer", text);
    snprintf(timer, sizeof timer, "%s/1-2:1.0/ttyUSB0/latency_timer", usb);
}

static void test_latency(void **state)
{
    (void)state;
    assert_int_equal(line_low_latency_in(root, &l), 0); /* no FTDI adapter */
    assert_int_equal(line_low_latency(&l), 0);
    make_timer("16\n");
    assert_int_equal(line_low_latency_in(root, &l), 1);
    timer_shows("1");
    assert_int_equal(line_low_latency_in(root, &l), 1); /* again: the first is what was before */
    timer_shows("1");
    line_close(&l);
    timer_shows("16");
}

static void test_latency_low_already(void **state)
{
    (void)state;
    make_timer("1\n");
    assert_int_equal(line_low_latency_in(root, &l), 1);
    line_close(&l);
    timer_shows("1");
}

static void test_latency_after_hand_on(void **state)
{
    (void)state;
    make_timer("16\n");
    assert_int_equal(line_low_latency_in(root, &l), 1);
    assert_int_equal(line_hand_on(&l), 0);
    timer_shows("16"); /* whoever takes it over sets it, and puts it back */
    close(LINE_HANDOFF_FD);
    close(LINE_HANDOFF_FD_2019);
}

/* A timer that cannot be set, as for most users: the flag works all the same. */
static void test_flag(void **state)
{
    (void)state;
    make_timer("garbage\n"); /* what cannot be read cannot be put back either */
    assert_int_equal(line_low_latency_in(root, &l), 0);
    driver_has_flags = 1;
    assert_int_equal(line_low_latency_in(root, &l), 1);
    assert_int_equal(driver_flags, ASYNC_LOW_LATENCY);
    line_close(&l);
    assert_int_equal(driver_flags, 0);
    timer_shows("16");
}

static void test_flag_set_by_others(void **state)
{
    (void)state;
    driver_has_flags = 1;
    driver_flags = ASYNC_LOW_LATENCY;
    assert_int_equal(line_low_latency_in(root, &l), 0);
    line_close(&l);
    assert_int_equal(driver_flags, ASYNC_LOW_LATENCY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_identity),
        TEST(test_no_identity),
        TEST(test_latency),
        TEST(test_latency_low_already),
        TEST(test_latency_after_hand_on),
        TEST(test_flag),
        TEST(test_flag_set_by_others),
    };
    return cmocka_run_group_tests_name("line-usb", tests, NULL, NULL);
}
