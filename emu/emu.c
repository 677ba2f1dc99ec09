/* emu - runs a Pi program given as PROG.emu, PROG.c or PROG.bin: finds or builds the recompiled
 * program, which carries the harness, and becomes it. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/options.h"
#include "emu/parts/parts.h"
#include "libunix/file.h"
#include "wire/crc32.h"

enum { PATH_ROOM = 4096 };

static struct options opts;

static void die(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

static void die(int status, const char *format, ...)
{
    va_list ap;

    fputs("emu: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(status);
}

static void help(void)
{
    printf("usage: emu [options] PROG.emu | PROG.c | PROG.bin\n\n"
           "Runs a bare-metal Raspberry Pi program on this machine.\n"
           "  PROG.emu  runs itself (emu-cc made it)\n"
           "  PROG.c    is compiled with emu-cc, kept, and run\n"
           "  PROG.bin  runs as its recompiled twin PROG.emu, made by emu-cc --twin=PROG.bin\n\n"
           "emu --seeds 1..1000 PROG runs it under many seeds, emu --optimise FILES.c as gcc and "
           "clang\n"
           "build it at each level: what differs is shown (emu --seeds --help).\n\n"
           "options, which every .emu takes as well:\n%s",
           options_help());
}

static int ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n > m && strcmp(s + n - m, suffix) == 0;
}

/* path with its last suffix replaced. */
static void with_suffix(const char *path, const char *suffix, char *out)
{
    size_t stem = (size_t)(strrchr(path, '.') - path);

    if (stem + strlen(suffix) >= PATH_ROOM)
        die(2, "%s: the name is too long", path);
    memcpy(out, path, stem);
    memcpy(out + stem, suffix, strlen(suffix) + 1);
}

static void load(const char *path, uint8_t **code, size_t *nbytes)
{
    char text[256];
    int r = file_load_bin(path, code, nbytes);

    if (r < 0)
        die(2, "%s", file_error_text(r, path, text, sizeof text));
}

/* The twin of PROG.bin beside it, or an explanation of how to make it. */
static void find_twin(const char *bin, char *emu_path)
{
    char c_path[PATH_ROOM];
    struct emu_note note;
    uint8_t *code;
    size_t nbytes;
    const char *source;

    load(bin, &code, &nbytes);
    with_suffix(bin, ".emu", emu_path);
    with_suffix(bin, ".c", c_path);
    source = access(c_path, R_OK) == 0 ? c_path : "FILES.c";
    if (opts.engine == ENGINE_ARM)
        die(2,
            "%s: the arm engine, which runs unmodified binaries, is not built yet; recompile the "
            "program: emu-cc --twin=%s %s -o %s",
            bin, bin, source, emu_path);
    if (file_read_note(emu_path, &note) < 0 || note.kind != 1)
        die(2,
            "%s: no recompiled twin %s, and the arm engine, which runs unmodified binaries, is not "
            "built yet; make the twin: emu-cc --twin=%s %s -o %s",
            bin, emu_path, bin, source, emu_path);
    if (note.twin_nbytes != nbytes || note.twin_crc != wire_crc32(code, nbytes))
        die(2,
            "%s: %s was not made from this file (it %s); make it again: emu-cc --twin=%s %s -o %s",
            bin, emu_path, note.twin_nbytes ? "belongs to another .bin" : "names no .bin", bin,
            source, emu_path);
    free(code);
}

/* The root of the tree this program is in: ROOT/emu/emu. */
static void own_tree(char *out)
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_ROOM - 1);

    if (n < 0)
        die(2, "/proc is not mounted: cannot find emu-cc");
    out[n] = 0;
    for (int i = 0; i < 2; i++)
        *strrchr(out, '/') = 0;
}

static uint32_t hash_of(const char *absolute)
{
    return wire_crc32(absolute, strlen(absolute));
}

/* Where programs compiled from PROG.c are kept: in the tree, if it is ours, else in the user's
 * cache. */
static void find_cache(const char *tree, char *out)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (snprintf(out, PATH_ROOM, "%s/out/cache", tree) >= PATH_ROOM)
        die(2, "%s: the name is too long", tree);
    mkdir(out, 0777);
    if (access(out, W_OK) == 0)
        return;
    if (cache)
        snprintf(out, PATH_ROOM, "%s", cache);
    else
        snprintf(out, PATH_ROOM, "%s/.cache", home ? home : "/tmp");
    mkdir(out, 0777);
    strncat(out, "/pi-emu-programs", PATH_ROOM - 1 - strlen(out));
    mkdir(out, 0777);
}

/* Compiles PROG.c into the cache unless what is there is made of the same. */
static void compile(const char *source, char *emu_path)
{
    char tree[PATH_ROOM], cc[PATH_ROOM + 16], absolute[PATH_ROOM], folder[PATH_ROOM];
    struct stat st;
    int status;
    pid_t child;

    if (access(source, R_OK) < 0 || stat(source, &st) < 0 || !realpath(source, absolute))
        die(2, "%s: %s", source, strerror(errno));
    if (!S_ISREG(st.st_mode))
        die(2, "%s: not a file", source);
    own_tree(tree);
    snprintf(cc, sizeof cc, "%s/emu/emu-cc", tree);
    find_cache(tree, folder);
    if (snprintf(emu_path, PATH_ROOM, "%s/%08x-%.100s.emu", folder, hash_of(absolute),
                 strrchr(absolute, '/') + 1) >= PATH_ROOM)
        die(2, "%s: the name is too long", source);
    child = fork();
    if (child == 0) {
        execl(cc, cc, "--if-changed", "-Wall", "-O1", absolute, "-o", emu_path,
              opts.time == TIME_COUNTED ? "--counted" : NULL, (char *)NULL);
        die(2, "%s: %s", cc, strerror(errno));
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        die(2, "cannot start emu-cc: %s", strerror(errno));
    if (!WIFEXITED(status))
        exit(128 + WTERMSIG(status));
    if (WEXITSTATUS(status))
        exit(WEXITSTATUS(status));
}

/* --seeds and --optimise, wherever they stand: becomes emu-many. */
static void run_many(int argc, char **argv)
{
    char tree[PATH_ROOM], many[PATH_ROOM + 16], path[PATH_ROOM + 2], *program = argv[argc - 1];
    char **words = calloc((size_t)argc + 4, sizeof *words);
    int seeds = 0, optimise = 0, help_only = 0, n = 0;

    for (int i = 1; i < argc; i++) {
        seeds |= strncmp(argv[i], "--seeds", 7) == 0 && (argv[i][7] == '=' || !argv[i][7]);
        optimise |= strcmp(argv[i], "--optimise") == 0;
        help_only |= strcmp(argv[i], "--help") == 0;
        if (strcmp(argv[i], "--time=counted") == 0)
            opts.time = TIME_COUNTED;
    }
    if ((!seeds && !optimise) || !words) {
        free(words);
        return;
    }
    own_tree(tree);
    snprintf(many, sizeof many, "%s/emu/emu-many", tree);
    words[n++] = many;
    for (int i = 1; i < argc - 1; i++)
        words[n++] = argv[i];
    words[n++] = program;
    if (seeds && !optimise && !help_only) {
        words[n - 1] = (char *)(uintptr_t) "--as";
        words[n++] = program;
        words[n++] = path;
        if (ends_with(program, ".bin"))
            find_twin(program, path);
        else if (ends_with(program, ".c"))
            compile(program, path);
        else if (ends_with(program, ".emu"))
            snprintf(path, sizeof path, "%s%s", strchr(program, '/') ? "" : "./", program);
        else
            die(2, "%s: a file .emu, .c or .bin is meant, as the last word", program);
    }
    execv(many, words);
    die(2, "%s: %s", many, strerror(errno));
}

static void run(const char *program, const char *called, char **argv)
{
    struct emu_note note;
    char path[PATH_ROOM + 2];

    if (access(program, R_OK) < 0)
        die(2, "%s: %s", program, strerror(errno));
    if (file_read_note(program, &note) < 0 || note.kind != 1)
        die(2, "%s: not a program made by emu-cc", program);
    if (!opts.quiet)
        fprintf(stderr, "emu: native engine: %s\n", called);
    snprintf(path, sizeof path, "%s%s", strchr(program, '/') ? "" : "./", program);
    argv[0] = path; /* the options stay where they are: the program reads them again */
    argv[opts.words] = NULL;
    execv(path, argv);
    die(2, "%s: %s", path, strerror(errno));
}

/* For emu-cc and scripts: the CRC-32 (decimal) and size of a .bin. */
static int print_crc(const char *path)
{
    uint8_t *code;
    size_t nbytes;

    load(path, &code, &nbytes);
    printf("%u %zu\n", wire_crc32(code, nbytes), nbytes);
    return 0;
}

int main(int argc, char **argv)
{
    char emu_path[PATH_ROOM];
    const char *program;

    if (argc == 3 && strcmp(argv[1], "--crc32") == 0)
        return print_crc(argv[2]);
    run_many(argc, argv);
    if (options_read(&opts, argc, argv) < 0)
        die(2, "%s", opts.error);
    if (opts.help)
        return help(), 0;
    if (opts.help_parts)
        return parts_help(stdout), 0;
    if (opts.version)
        return puts("emu 1 (wire version 1)"), 0;
    if (opts.words >= argc)
        die(2, "no program given (see emu --help)");
    if (opts.pi && !opts.pi_name && strncmp(argv[opts.words], "/dev/", 5) == 0)
        die(2, "--pi %s: write --pi=%s", argv[opts.words], argv[opts.words]);
    if (opts.words + 1 < argc)
        die(2, "%s: one program is meant; options stand before it", argv[opts.words + 1]);
    program = argv[opts.words];
    if (ends_with(program, ".bin")) {
        find_twin(program, emu_path);
        run(emu_path, emu_path, argv);
    } else if (ends_with(program, ".c")) {
        compile(program, emu_path);
        run(emu_path, program, argv);
    } else if (ends_with(program, ".emu")) {
        if (opts.engine == ENGINE_ARM)
            die(2, "%s: is recompiled for this machine; the arm engine runs .bin files", program);
        run(program, program, argv);
    }
    die(2, "%s: a file .emu, .c or .bin is meant", program);
}
