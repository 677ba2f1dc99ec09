/* What is remembered of devices: across runs, for the newest only, whatever became of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libunix/line.h"

static char home[64], file[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "/tmp/line-memory-XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(file, sizeof file, "%s/.local/state/pi-emu/lines", home);
    unsetenv("XDG_STATE_HOME");
    return setenv("HOME", home, 1);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *bytes, size_t n)
{
    assert_int_equal(line_remember("usb:a", 9600), 0); /* makes the folders */
    int fd = open(file, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static void file_is(const char *expected)
{
    char text[512] = "";
    int fd = open(file, O_RDONLY);
    assert_true(read(fd, text, sizeof text - 1) >= 0);
    close(fd);
    assert_string_equal(text, expected);
}

static void test_remembers(void **state)
{
    (void)state;
    assert_int_equal(line_recall("usb:a"), 0);
    assert_int_equal(line_remember("usb:a", 921600), 0);
    assert_int_equal(line_remember("usb:b", 1000000), 0);
    assert_int_equal(line_recall("usb:a"), 921600);
    assert_int_equal(line_recall("usb:b"), 1000000);
    assert_int_equal(line_recall("usb:"), 0);
    assert_int_equal(line_remember("usb:a", 460800), 0);
    assert_int_equal(line_recall("usb:a"), 460800);
    file_is("usb:b 1000000\nusb:a 460800\n");
}

static void test_folder_of_its_own(void **state)
{
    char folder[128], path[256];
    (void)state;
    snprintf(folder, sizeof folder, "%s/state", home);
    setenv("XDG_STATE_HOME", folder, 1);
    assert_int_equal(line_remember("usb:a", 9600), 0);
    snprintf(path, sizeof path, "%s/pi-emu/lines", folder);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(line_recall("usb:a"), 9600);
    setenv("XDG_STATE_HOME", "relative", 1); /* counts as none */
    assert_int_equal(line_recall("usb:a"), 0);
    assert_int_equal(line_remember("usb:a", 9600), 0);
    assert_int_equal(access(file, F_OK), 0);
}

static void test_no_home(void **state)
{
    (void)state;
    static const char *const homes[] = {"", "relative", NULL};
    for (int i = 0; i < 3; i++) {
        if (homes[i])
            setenv("HOME", homes[i], 1);
        else
            unsetenv("HOME");
        assert_int_equal(line_remember("usb:a", 9600), LINE_NONE);
        assert_int_equal(line_recall("usb:a"), 0);
    }
    char deep[3000];
    memset(deep, 'x', sizeof deep);
    deep[0] = '/';
    deep[sizeof deep - 1] = 0;
    setenv("HOME", deep, 1);
    assert_int_equal(line_remember("usb:a", 9600), LINE_NONE);
    assert_int_equal(line_recall("usb:a"), 0);
}

static void test_no_identity(void **state)
{
    char longest[LINE_NAME_MAX + 1];
    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[LINE_NAME_MAX] = 0;
    static const char *const wrong[] = {"", "a b", "a\n9600", "\t", "\351"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(line_remember(wrong[i], 9600), LINE_NONE);
    assert_int_equal(line_remember(longest, 9600), LINE_NONE);
    longest[LINE_NAME_MAX - 1] = 0;
    assert_int_equal(line_remember(longest, 9600), 0);
    assert_int_equal(line_recall(longest), 9600);
    assert_int_equal(line_remember("usb:a", 0), LINE_NONE);
    assert_int_equal(line_remember("usb:a", 4000000000U), LINE_NONE);
}

static void test_bounded(void **state)
{
    enum { MANY = 200, KEPT = 64 };
    char name[32];
    struct stat st;
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "usb:%u", i);
        assert_int_equal(line_remember(name, i + 1), 0);
    }
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "usb:%u", i);
        assert_int_equal(line_recall(name), i < MANY - KEPT ? 0 : i + 1);
    }
    assert_int_equal(stat(file, &st), 0);
    assert_in_range(st.st_size, 1, KEPT * LINE_NAME_MAX);
}

static void test_damaged(void **state)
{
    static const char damaged[] = "usb:c 115200\nusb:a\nusb:a x\nusb:a 5x\nusb:a -5\nusb:a  7\n"
                                  "\n \nusb:\1 5\nusb:a 99999999999999999999\nusb:b 460800\n"
                                  "usb:a 0\nusb:d 9600";
    char junk[20000];
    (void)state;
    write_file(damaged, sizeof damaged - 1);
    assert_int_equal(line_recall("usb:a"), 0);
    assert_int_equal(line_recall("usb:b"), 460800);
    assert_int_equal(line_recall("usb:d"), 0); /* cut off: perhaps it went on */
    assert_int_equal(line_remember("usb:a", 9600), 0);
    file_is("usb:c 115200\nusb:b 460800\nusb:a 9600\n");
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < sizeof junk; i++)
            junk[i] = (char)(kind == 0 ? 0 : kind == 1 ? 'x' : i * 167 >> 3);
        write_file(junk, sizeof junk);
        assert_int_equal(line_recall("usb:b"), 0);
        assert_int_equal(line_remember("usb:b", 9600), 0);
        assert_int_equal(line_recall("usb:b"), 9600);
    }
}

/* Whatever has the file's or the folder's name. */
static void test_in_the_way(void **state)
{
    char path[128];
    (void)state;
    assert_int_equal(line_remember("usb:a", 9600), 0);
    unlink(file);
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_int_equal(line_recall("usb:a"), 0); /* does not wait for a writer */
    assert_int_equal(line_remember("usb:a", 9600), 0);
    assert_int_equal(line_recall("usb:a"), 9600);
    unlink(file);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_int_equal(line_recall("usb:a"), 0);
    assert_int_equal(line_remember("usb:a", 9600), LINE_SYSTEM);
    rmdir(file);
    snprintf(path, sizeof path, "%s/.local/state/pi-emu", home);
    assert_int_equal(rmdir(path), 0); /* a failed attempt left nothing behind */
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(line_recall("usb:a"), 0);
    assert_int_equal(line_remember("usb:a", 9600), LINE_SYSTEM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_remembers),   TEST(test_folder_of_its_own), TEST(test_no_home),
        TEST(test_no_identity), TEST(test_bounded),           TEST(test_damaged),
        TEST(test_in_the_way),
    };
    return cmocka_run_group_tests_name("line-memory", tests, NULL, NULL);
}
