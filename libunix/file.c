/* libunix/file.c - loads raw Pi programs, refusing what cannot be one. */
#include "libunix/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_whole(int fd, uint8_t *data, size_t nbytes)
{
    for (size_t have = 0; have < nbytes;) {
        ssize_t got = read(fd, data + have, nbytes - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* it shrank while we read */
        if (got <= 0)
            return FILE_UNREADABLE;
        have += (size_t)got;
    }
    return 0;
}

/* What a program is made from, by its name. */
static const struct source {
    const char *ending, *what, *verb;
} sources[] = {
    {".c", "a C source", "compile"},          {".h", "a C header", NULL},
    {".s", "an assembly source", "assemble"}, {".S", "an assembly source", "assemble"},
    {".o", "an object file", "link"},         {NULL, NULL, NULL},
};

static int ends_with(const char *path, const char *ending)
{
    size_t n = strlen(path), length = strlen(ending);
    return n > length && strcmp(path + n - length, ending) == 0;
}

static const struct source *find_source(const char *path)
{
    const struct source *s = sources;
    while (s->ending && !ends_with(path, s->ending))
        s++;
    return s->ending ? s : NULL;
}

static void source_text(const char *path, char *buf, size_t nbytes)
{
    const struct source *s = find_source(path);
    if (s && s->verb)
        snprintf(buf, nbytes, "%s: %s, not a Pi binary; %s it: emu/pi-cc %s -o %.*s.bin", path,
                 s->what, s->verb, path, (int)(strlen(path) - strlen(s->ending)), path);
    else
        snprintf(buf, nbytes, "%s: %s, not a Pi binary; name the program's .bin", path,
                 s ? s->what : "a source");
}

static int load(int fd, const char *path, uint8_t **data, size_t *nbytes)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return FILE_UNREADABLE;
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return FILE_UNREADABLE;
    }
    if (find_source(path))
        return FILE_IS_SOURCE;
    if (st.st_size == 0)
        return FILE_EMPTY;
    if (st.st_size > FILE_MAX_PROGRAM)
        return FILE_TOO_LARGE;
    uint8_t *bytes = malloc((size_t)st.st_size);
    if (!bytes)
        return FILE_UNREADABLE;
    int rc = read_whole(fd, bytes, (size_t)st.st_size);
    if (rc == 0 &&
        ((st.st_size >= 4 && memcmp(bytes, "\177ELF", 4) == 0) || ends_with(path, ".elf")))
        rc = FILE_IS_ELF;
    if (rc != 0) {
        free(bytes);
        return rc;
    }
    *data = bytes;
    *nbytes = (size_t)st.st_size;
    return 0;
}

int file_load_bin(const char *path, uint8_t **data, size_t *nbytes)
{
    *data = NULL;
    *nbytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? FILE_MISSING : FILE_UNREADABLE;
    int rc = load(fd, path, data, nbytes), error = errno;
    close(fd);
    errno = error;
    return rc;
}

const char *file_error_text(int error, const char *path, char *buf, size_t nbytes)
{
    struct emu_note note;
    int system_error = errno;
    switch (error) {
    case FILE_MISSING:
        snprintf(buf, nbytes, "%s: no such file", path);
        break;
    case FILE_EMPTY:
        snprintf(buf, nbytes, "%s: the file is empty (build it again)", path);
        break;
    case FILE_TOO_LARGE:
        snprintf(buf, nbytes, "%s: too large for a Pi program (more than %d bytes: is it a .bin?)",
                 path, FILE_MAX_PROGRAM);
        break;
    case FILE_IS_SOURCE:
        source_text(path, buf, nbytes);
        break;
    case FILE_IS_ELF:
        if (file_read_note(path, &note) == 0)
            snprintf(
                buf, nbytes,
                "%s: a program for the laptop, not a Pi binary (run it: my-install -exec %s%s)",
                path, strchr(path, '/') ? "" : "./", path);
        else
            snprintf(
                buf, nbytes,
                "%s: an ELF file, not a raw binary (arm-none-eabi-objcopy -O binary %s PROG.bin)",
                path, path);
        break;
    default:
        snprintf(buf, nbytes, "%s: cannot read it: %s", path,
                 system_error == EINVAL ? "not a regular file" : strerror(system_error));
        break;
    }
    return buf;
}
