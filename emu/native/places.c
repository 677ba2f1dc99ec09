/* addr2line as a child; see places.h. Addresses go in by a file that has no name, so that neither
 * waits for the other. */
#include "emu/native/places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_addresses(const uintptr_t *pc, size_t n)
{
    int fd = memfd_create("addresses", MFD_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(dup(fd), "w");

    if (!f) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    for (size_t i = 0; i < n; i++)
        fprintf(f, "0x%lx\n", (unsigned long)pc[i]);
    fclose(f);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static const char *program = "/proc/self/exe";

void places_program(const char *path)
{
    program = path;
}

static int executable(char *path, size_t room)
{
    ssize_t n = readlink(program, path, room - 1);

    if (n >= 0) {
        path[n] = 0;
        return 0;
    }
    return (size_t)snprintf(path, room, "%s", program) < room ? 0 : -1;
}

/* *out reads what it prints: for each address a line with it, then pairs of function, location. */
static pid_t start_addr2line(const uintptr_t *pc, size_t n, FILE **out)
{
    char exe[512];
    const char *argv[] = {"addr2line", "-a", "-f", "-i", "-e", exe, NULL};
    int len = executable(exe, sizeof exe);
    int fds[2], in = -1;
    pid_t child;

    if (len == 0)
        in = write_addresses(pc, n);
    if (in < 0 || pipe(fds) < 0) {
        if (in >= 0)
            close(in);
        return -1;
    }
    child = fork();
    if (child == 0) {
        dup2(in, 0);
        dup2(fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(in);
    close(fds[1]);
    *out = fdopen(fds[0], "r");
    return child;
}

static void keep(char *to, size_t room, const char *line)
{
    size_t n = strcspn(line, "\n");

    if (n >= room)
        n = room - 1;
    memcpy(to, line, n);
    to[n] = 0;
}

size_t places_find(const uintptr_t *pc, size_t n, void *self,
                   void (*found)(void *self, uintptr_t pc, const struct place *place))
{
    char line[512];
    FILE *out = NULL;
    pid_t child = start_addr2line(pc, n, &out);
    struct place place;
    uintptr_t at = 0;
    size_t calls = 0;

    while (out && fgets(line, sizeof line, out)) {
        if (line[0] == '0' && line[1] == 'x') {
            at = (uintptr_t)strtoull(line, NULL, 16);
            continue;
        }
        keep(place.function, sizeof place.function, line);
        if (!fgets(line, sizeof line, out))
            break;
        keep(place.location, sizeof place.location, line);
        found(self, at, &place);
        calls++;
    }
    if (out)
        fclose(out);
    if (child > 0)
        waitpid(child, NULL, 0);
    return calls;
}

const char *places_shorten(char *location)
{
    char cwd[512];
    char *extra = strstr(location, " (discriminator");

    if (extra)
        *extra = 0;
    if (getcwd(cwd, sizeof cwd)) {
        size_t n = strlen(cwd);

        if (strncmp(location, cwd, n) == 0 && location[n] == '/')
            return location + n + 1;
    }
    return location;
}
