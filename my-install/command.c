/* my-install/command.c - the rules of -exec: which word is the program, and whether the command is
 * one that wants the device loop on the Pi. */
#include "my-install/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libunix/file.h"

enum { PATH_LENGTH = 4096 };

static int is_executable(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return 0;
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return 0;
    }
    return access(path, X_OK) == 0;
}

/* The file that execvp would run for this word, into path. 0, or -1 and errno. */
static int find_command(const char *word, char path[PATH_LENGTH])
{
    const char *dirs = getenv("PATH");
    if (strchr(word, '/')) {
        snprintf(path, PATH_LENGTH, "%s", word);
        return is_executable(path) ? 0 : -1;
    }
    for (const char *dir = dirs ? dirs : "/bin:/usr/bin"; *word;) {
        int length = (int)strcspn(dir, ":");
        snprintf(path, PATH_LENGTH, "%.*s/%s", length ? length : 1, length ? dir : ".", word);
        if (is_executable(path))
            return 0;
        if (!dir[length])
            break;
        dir += length + 1;
    }
    errno = ENOENT;
    return -1;
}

static int is_bin(const char *word)
{
    size_t n = strlen(word);
    return n > 4 && strcmp(word + n - 4, ".bin") == 0;
}

/* The same; a word without a slash may also be a program of ours that stands here. */
static int find_ours(char **word, char path[PATH_LENGTH])
{
    struct emu_note note;
    int rc = find_command(*word, path);
    if (rc == 0 || strchr(*word, '/') || file_read_note(*word, &note) != 0)
        return rc;
    snprintf(path, PATH_LENGTH, "./%s", *word);
    if (!is_executable(path))
        return -1;
    *word = strdup(path);
    return *word ? 0 : -1;
}

/* Does a word name a program of ours (emu, or made by emu-cc)? The first was found through PATH. */
static int wants_loop(char **words, const char *first)
{
    struct emu_note note;
    int found = file_read_note(first, &note) == 0;
    for (int i = 1; words[i] && !found; i++)
        found = file_read_note(words[i], &note) == 0;
    return found;
}

static int fail(struct plan *plan, const char *format, const char *word)
{
    snprintf(plan->error, sizeof plan->error, format, word);
    return -1;
}

/* Takes the last word ending in .bin out of the command; null if there is none. */
static const char *take_program(char **words)
{
    int at = 0;
    for (int i = 1; words[i]; i++)
        if (is_bin(words[i]))
            at = i;
    const char *program = at ? words[at] : NULL;
    for (int i = at; at && words[i]; i++)
        words[i] = words[i + 1];
    return program;
}

static int plan_command(struct plan *plan, const struct options *o)
{
    char path[PATH_LENGTH];
    int n = 0;
    while (o->command[n])
        n++;
    if (n == 0)
        return fail(plan, "%s: a command is missing behind it", "-exec");
    char **words = calloc((size_t)n + 2, sizeof *words);
    if (!words)
        return fail(plan, "%s: out of memory", "-exec");
    memcpy(words, o->command, (size_t)n * sizeof *words);
    plan->command = words;
    if (find_ours(&words[0], path) != 0) {
        snprintf(plan->error, sizeof plan->error, "cannot run %s: %s", o->command[0],
                 strerror(errno));
        return -1;
    }
    int loop = o->loop || wants_loop(words, path);
    int given_before = o->program != NULL;
    const char *program = given_before ? o->program : take_program(words);
    if (!loop) {
        plan->program = program;
        return program ? 0
                       : fail(plan,
                              "nothing to boot: name a PROG.bin; no word of '%s ...' is a program "
                              "made by "
                              "emu-cc, for which the device loop would be booted (--loop does it "
                              "anyway)",
                              words[0]);
    }
    n = 0;
    while (words[n])
        n++;
    if (program && !(given_before && n > 1 && strcmp(words[n - 1], program) == 0))
        words[n] =
            (char *)(uintptr_t)program; /* exec's words are not const, and are not written to */
    return 0;
}

int plan_make(struct plan *plan, const struct options *o)
{
    *plan = (struct plan){0};
    if (o->command && plan_command(plan, o) != 0)
        return -1;
    if (!o->command)
        plan->program = o->program;
    if (!plan->program && o->addr_given)
        return fail(plan, "%s: the device loop has its own address; leave it out", "--addr");
    return 0;
}
