/* libunix/line-usb.c - what sysfs knows of a tty's USB adapter: its name, and FTDI's latency timer.
 * On systems without sysfs nothing is known. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "libunix/line-internal.h"

enum { TEXT_MAX = 40, LEVELS = 8, BEST_LATENCY_MS = 1 };

static const char sysfs[] = "/sys";

/* The folder of the tty's device node, of which `device` is the adapter's port. 0 or LINE_NONE. */
static int node_folder(const char *root, const struct line *l, char out[PATH_MAX])
{
    char path[PATH_MAX];
    struct stat st;
    if (!l->is_tty || fstat(l->fd, &st) != 0)
        return LINE_NONE;
    snprintf(path, sizeof path, "%s/dev/char/%u:%u", root, major(st.st_rdev), minor(st.st_rdev));
    return realpath(path, out) ? 0 : LINE_NONE;
}

/* A file's first word, its unprintable characters and blanks replaced. 0 or LINE_NONE. */
static int attribute(const char *folder, const char *name, char out[TEXT_MAX])
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.3000s/%s", folder, name);
    FILE *f = fopen(path, "r");
    int found = f && fgets(out, TEXT_MAX, f);
    if (f)
        fclose(f);
    if (!found)
        return LINE_NONE;
    out[strcspn(out, "\n")] = 0;
    for (char *c = out; *c; c++)
        if (!isgraph((unsigned char)*c) || *c == ':')
            *c = '_';
    return *out ? 0 : LINE_NONE;
}

/* usb:VENDOR:PRODUCT:SERIAL from the nearest folder upwards that has them. */
static int usb_identity(char folder[PATH_MAX], char *buf, size_t nbytes)
{
    char vendor[TEXT_MAX], product[TEXT_MAX], serial[TEXT_MAX], interface[TEXT_MAX] = "";
    for (int level = 0; level < LEVELS; level++) {
        char *slash = strrchr(folder, '/');
        if (!*interface && attribute(folder, "bInterfaceNumber", interface) != 0)
            *interface = 0;
        if (attribute(folder, "idVendor", vendor) == 0 &&
            attribute(folder, "idProduct", product) == 0) {
            if (attribute(folder, "serial", serial) != 0)
                strcpy(serial, "-");
            int first = !*interface || strcmp(interface, "00") == 0;
            int n = snprintf(buf, nbytes, "usb:%s:%s:%s%s%s", vendor, product, serial,
                             first ? "" : ":", first ? "" : interface);
            return n >= 0 && (size_t)n < nbytes ? 0 : LINE_NONE;
        }
        if (!slash || slash == folder)
            break;
        *slash = 0;
    }
    return LINE_NONE;
}

int line_identity_in(const char *root, const struct line *l, char *buf, size_t nbytes)
{
    char folder[PATH_MAX], tty[TEXT_MAX];
    int n = 0;
    const char *address = line_rfc2217_address(l->name), *kind = "rfc2217";
    if (!address) {
        address = line_tcp_address(l->name);
        kind = "tcp";
    }
    if (address && !l->is_tty) {
        n = snprintf(buf, nbytes, "%s:%s", kind, address);
        return n >= 0 && (size_t)n < nbytes ? 0 : LINE_NONE;
    }
    if (node_folder(root, l, folder) != 0)
        return LINE_NONE;
    snprintf(tty, sizeof tty, "%.30s", strrchr(folder, '/') + 1);
    if (usb_identity(folder, buf, nbytes) == 0)
        return 0;
    n = snprintf(buf, nbytes, "tty:%s", tty);
    return n >= 0 && (size_t)n < nbytes ? 0 : LINE_NONE;
}

int line_identity(const struct line *l, char *buf, size_t nbytes)
{
    return line_identity_in(sysfs, l, buf, nbytes);
}

static unsigned read_number(int fd)
{
    char text[16];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    unsigned long value = strtoul(text, NULL, 10);
    return value <= 1000 ? (unsigned)value : 0;
}

/* Without the C library's buffers and locks: line_close is called from signal handlers. */
static int write_number(int fd, unsigned value)
{
    char text[16], *at = text + sizeof text;
    *--at = '\n';
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    size_t n = (size_t)(text + sizeof text - at);
    return pwrite(fd, at, n, 0) == (ssize_t)n ? 0 : -1;
}

static int set_low_latency_flag(int fd, int on)
{
    struct serial_struct s;
    if (ioctl(fd, TIOCGSERIAL, &s) != 0 || !(s.flags & ASYNC_LOW_LATENCY) == !on)
        return -1;
    s.flags ^= ASYNC_LOW_LATENCY;
    return ioctl(fd, TIOCSSERIAL, &s);
}

int line_low_latency_in(const char *root, struct line *l)
{
    char folder[PATH_MAX], path[PATH_MAX];
    if (!l->is_tty)
        return 0;
    int timer = -1, writable = 0;
    if (node_folder(root, l, folder) == 0) {
        snprintf(path, sizeof path, "%.3000s/device/latency_timer", folder);
        timer = open(path, O_RDWR | O_CLOEXEC);
        writable = timer >= 0;
        if (!writable)
            timer = open(path, O_RDONLY | O_CLOEXEC);
    }
    unsigned before = timer >= 0 ? read_number(timer) : 0, now = before;
    if (writable && before > BEST_LATENCY_MS && write_number(timer, BEST_LATENCY_MS) == 0)
        now = read_number(timer);
    if (now != before && !l->latency_before) {
        l->latency_fd = timer;
        l->latency_before = before;
        return (int)now;
    }
    /* The flag is for those who may not write to sysfs: the FTDI driver heeds it as well. */
    if (now != BEST_LATENCY_MS && set_low_latency_flag(l->fd, 1) == 0)
        l->low_latency = 1;
    if (timer >= 0) {
        now = read_number(timer);
        close(timer);
    }
    return (int)now;
}

int line_low_latency(struct line *l)
{
    return line_low_latency_in(sysfs, l);
}

void line_end_low_latency(struct line *l)
{
    if (l->latency_before) {
        write_number(l->latency_fd, l->latency_before);
        close(l->latency_fd);
        l->latency_before = 0;
    }
    if (l->low_latency) {
        set_low_latency_flag(l->fd, 0);
        l->low_latency = 0;
    }
}
