/* libunix/line-memory.c - the best baud of each device, kept in the user's state folder from run to
 * run. A file that is damaged, missing or not ours to write costs the memory, nothing else. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libunix/line.h"

enum { DEVICES_MAX = 64, PATH_ROOM = 1024, BAUD_MAX = 100000000, TEXT_ROOM = 256 };

struct memory {
    struct {
        char identity[LINE_NAME_MAX];
        unsigned baud;
    } device[DEVICES_MAX]; /* the newest last */
    int n;
};

/* The XDG base directory specification: a relative path counts as none. 0 or LINE_NONE. */
static int find_folder(char out[PATH_ROOM])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n = state && *state == '/' ? snprintf(out, PATH_ROOM, "%s/pi-emu", state)
            : home && *home == '/' ? snprintf(out, PATH_ROOM, "%s/.local/state/pi-emu", home)
                                   : -1;
    return n > 0 && n < PATH_ROOM - 32 ? 0 : LINE_NONE; /* room for a file's name */
}

static void make_folder(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

static int is_identity(const char *identity)
{
    size_t n = strlen(identity);
    for (size_t i = 0; i < n; i++)
        if (!isgraph((unsigned char)identity[i]))
            return 0;
    return n > 0 && n < LINE_NAME_MAX;
}

static int is_baud(unsigned long baud)
{
    return baud > 0 && baud <= BAUD_MAX;
}

/* The newest goes last; the oldest goes away when there are too many. */
static void note(struct memory *m, const char *identity, unsigned baud)
{
    int i = 0;
    while (i < m->n && strcmp(m->device[i].identity, identity) != 0)
        i++;
    if (i == m->n && m->n == DEVICES_MAX)
        i = 0;
    if (i < m->n) {
        m->n--;
        memmove(m->device + i, m->device + i + 1, (size_t)(m->n - i) * sizeof *m->device);
    }
    snprintf(m->device[m->n].identity, LINE_NAME_MAX, "%s", identity);
    m->device[m->n++].baud = baud;
}

/* "IDENTITY BAUD"; lines that are none are left out. */
static void read_memory(const char *path, struct memory *m)
{
    char line[TEXT_ROOM];
    m->n = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* whatever has that name */
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    for (int i = 0; f && i < 2 * DEVICES_MAX && fgets(line, sizeof line, f); i++) {
        char *blank = strchr(line, ' '), *end;
        if (!blank)
            continue;
        *blank = 0;
        unsigned long baud = strtoul(blank + 1, &end, 10);
        if (isdigit((unsigned char)blank[1]) && *end == '\n' && is_baud(baud) && is_identity(line))
            note(m, line, (unsigned)baud);
    }
    if (f)
        fclose(f);
}

static int write_memory(const char *folder, const char *path, const struct memory *m)
{
    char temporary[PATH_ROOM];
    snprintf(temporary, sizeof temporary, "%.1000s/lines.XXXXXX", folder);
    int fd = mkstemp(temporary), ok = 1;
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f) {
        if (fd >= 0)
            close(fd);
        return LINE_SYSTEM;
    }
    for (int i = 0; i < m->n; i++)
        ok &= fprintf(f, "%s %u\n", m->device[i].identity, m->device[i].baud) > 0;
    ok &= fclose(f) == 0;
    if (ok && rename(temporary, path) == 0)
        return 0;
    int error = errno;
    unlink(temporary);
    errno = error;
    return LINE_SYSTEM;
}

int line_remember(const char *identity, unsigned baud)
{
    char folder[PATH_ROOM], path[PATH_ROOM + 8];
    struct memory m;
    if (!is_identity(identity) || !is_baud(baud) || find_folder(folder) != 0)
        return LINE_NONE;
    snprintf(path, sizeof path, "%s/lines", folder);
    read_memory(path, &m);
    note(&m, identity, baud);
    make_folder(folder);
    return write_memory(folder, path, &m);
}

unsigned line_recall(const char *identity)
{
    char folder[PATH_ROOM], path[PATH_ROOM + 8];
    struct memory m;
    if (find_folder(folder) != 0)
        return 0;
    snprintf(path, sizeof path, "%s/lines", folder);
    read_memory(path, &m);
    for (int i = 0; i < m.n; i++)
        if (strcmp(m.device[i].identity, identity) == 0)
            return m.device[i].baud;
    return 0;
}
