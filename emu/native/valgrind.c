/* Plain `valgrind ./prog.emu`: valgrind puts its libraries at 0x04000000, inside the Pi's RAM, and
 * keeps registers stale at a fault. Both have options, so the program starts valgrind again with
 * them; the command line the user typed is in /proc, valgrind shows the program only its own part.
 */
#include "emu/native/native.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emu/native/valgrind-request.h"

enum { MAX_WORDS = 4096 };

const char *const native_valgrind_options[NATIVE_VALGRIND_OPTIONS] = {
    "--aspace-minaddr=0x21000000", "--vex-iropt-register-updates=allregs-at-each-insn",
    "--vex-guest-chase=no", /* or the program counter at a fault may be that of a jump before it */
};

int native_on_valgrind(void)
{
    static int known = -1;

    if (known < 0)
        known = valgrind_request(VG_RUNNING_ON_VALGRIND, 0, 0, 0, 0) != 0;
    return known;
}

/* The words of the real command line, or null. */
static char **real_words(size_t *count)
{
    static char text[1 << 17];
    static char *words[MAX_WORDS + 8];
    char path[64];
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, "/proc/self/task/%ld/cmdline", (long)syscall(SYS_gettid));
    f = fopen(path, "r");
    if (!f)
        return NULL;
    n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    *count = 0;
    for (char *p = text; p < text + n && *count < MAX_WORDS; p += strlen(p) + 1)
        words[(*count)++] = p;
    return words;
}

void native_valgrind_restart(void)
{
    size_t count, extra = NATIVE_VALGRIND_OPTIONS;
    char **words;

    if (!native_on_valgrind())
        return;
    words = real_words(&count);
    if (!words || count == 0)
        return;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(words[i], native_valgrind_options[0]) == 0)
            return;
    }
    memmove(words + 1 + extra, words + 1, count * sizeof *words);
    memcpy(words + 1, native_valgrind_options, extra * sizeof *words);
    words[count + extra] = NULL;
    /* The process image is valgrind's tool (memcheck-amd64-linux); the launcher chooses it again.
     */
    setenv("VALGRIND_LAUNCHER", "valgrind", 0);
    execvp(strchr(words[0], '/') ? words[0] : "valgrind", words);
    perror("emu: cannot start valgrind again");
    _exit(2);
}
