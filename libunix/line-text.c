/* libunix/line-text.c - line errors as sentences: what happened, what to do next. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "libunix/line.h"

/* Does process pid have the device open? Only processes of the same user can be asked. */
static int has_open(long pid, dev_t device)
{
    char path[48];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *d = opendir(path);
    int found = 0;
    for (struct dirent *e; d && !found && (e = readdir(d));)
        found = fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
                st.st_rdev == device;
    if (d)
        closedir(d);
    return found;
}

/* The process that has it open, or 0. */
static long find_opener(const struct stat *file)
{
    long found = 0;
    DIR *d = opendir("/proc");
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        char *end;
        long pid = strtol(e->d_name, &end, 10);
        if (!*end && pid > 0 && pid != getpid() && has_open(pid, file->st_rdev))
            found = pid;
    }
    if (d)
        closedir(d);
    return found;
}

/* The process that locked it, or 0. A line of /proc/locks, as proc(5) has it:
 * "1: FLOCK ADVISORY WRITE 123 00:18:5 0 EOF", with the pid, the file system and the inode. */
static long find_locker(const struct stat *file)
{
    char line[128], want[64], *field[6];
    long found = 0;
    snprintf(want, sizeof want, "%02x:%02x:%lu", major(file->st_dev), minor(file->st_dev),
             (unsigned long)file->st_ino);
    FILE *f = fopen("/proc/locks", "r");
    while (f && !found && fgets(line, sizeof line, f)) {
        char *rest = line;
        int n = 0;
        while (n < 6 && (field[n] = strtok_r(rest, " \n", &rest)))
            n++;
        if (n == 6 && strcmp(field[1], "FLOCK") == 0 && strcmp(field[5], want) == 0)
            found = strtol(field[4], NULL, 10);
    }
    if (f)
        fclose(f);
    return found;
}

/* "screen, process 123," of the process that holds the device, or "another program". */
static void name_holder(const char *device, char *out, size_t nbytes)
{
    struct stat file;
    char path[48], name[32];
    snprintf(out, nbytes, "another program");
    if (stat(device, &file) != 0 || !S_ISCHR(file.st_mode))
        return;
    long pid = find_locker(&file);
    if (pid <= 0)
        pid = find_opener(&file);
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = pid > 0 ? fopen(path, "r") : NULL;
    if (f && fgets(name, sizeof name, f)) {
        name[strcspn(name, "\n")] = 0;
        snprintf(out, nbytes, "%s, process %ld,", name, pid);
    }
    if (f)
        fclose(f);
}

static const char *missing_text(const char *name)
{
    return line_is_network(name)
               ? "cannot connect (is it HOST:PORT, and does the other side listen?)"
               : "no such device (is the adapter plugged in? my-install --list shows what is "
                 "there)";
}

/* Who may use the device: its group, if the group may, which is what a user can join. */
static void permission_text(const char *name, char *buf, size_t nbytes)
{
    struct stat st;
    char group[64];
    int n = snprintf(buf, nbytes, "%s: permission denied", name);
    if (n < 0 || (size_t)n >= nbytes)
        return;
    buf += n;
    nbytes -= (size_t)n;
    if (stat(name, &st) != 0) {
        snprintf(buf, nbytes, " (a folder on the way to it is closed to you)");
        return;
    }
    const struct group *g = getgrgid(st.st_gid);
    if (g)
        snprintf(group, sizeof group, "%s", g->gr_name);
    else
        snprintf(group, sizeof group, "%u", (unsigned)st.st_gid);
    if ((st.st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP))
        snprintf(buf, nbytes,
                 " (its mode is %04o: not even its group, %s, may read and write it; sudo chmod "
                 "g+rw %s)",
                 (unsigned)st.st_mode & 07777, group, name);
    else if (!g)
        snprintf(buf, nbytes, " (its group, %s, has no name to join; sudo chgrp dialout %s)", group,
                 name);
    else
        snprintf(buf, nbytes,
                 " (add yourself to group %s: sudo usermod -aG %s $USER, then log in again)", group,
                 group);
}

const char *line_error_text(int error, const char *name, char *buf, size_t nbytes)
{
    char holder[80];
    int system_error = errno;
    switch (error) {
    case LINE_TIMEOUT:
        snprintf(buf, nbytes, "%s: no answer within the time limit", name);
        break;
    case LINE_GONE:
        snprintf(buf, nbytes, "%s: the line went away (unplugged, or its other side closed)", name);
        break;
    case LINE_NONE:
        snprintf(
            buf, nbytes,
            "no serial device found (looked for /dev/ttyUSB* and ttyACM*): plug in the adapter, "
            "or name one: /dev/TTY or tcp:HOST:PORT; no Pi? tools/virtual-pi starts one in "
            "QEMU");
        break;
    case LINE_PERMISSION:
        permission_text(name, buf, nbytes);
        break;
    case LINE_BUSY:
        name_holder(name, holder, sizeof holder);
        snprintf(buf, nbytes, "%s: busy: %s holds it (end that program first)", name, holder);
        break;
    case LINE_NOT_A_LINE:
        snprintf(buf, nbytes, "%s: not a serial device (a tty such as /dev/ttyUSB0 is wanted)",
                 name);
        break;
    case LINE_BAUD:
        snprintf(buf, nbytes,
                 "%s: cannot run at this baud rate (try 115200, 230400, 460800 or 921600)", name);
        break;
    case LINE_NO_RFC2217:
        snprintf(buf, nbytes,
                 "%s: no RFC 2217 there, or it will not set 8n1 (a port of plain bytes? then "
                 "tcp:HOST:PORT)",
                 name);
        break;
    case LINE_MISSING:
        snprintf(buf, nbytes, "%s: %s", name, missing_text(name));
        break;
    default:
        snprintf(buf, nbytes, "%s: %s", name, strerror(system_error));
        break;
    }
    return buf;
}
