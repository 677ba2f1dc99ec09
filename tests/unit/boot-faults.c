/* my-install's boot_program and our boot loader over a bad line, hundreds of seeded runs in virtual
 * time: each ends, booted with the right image at the right address or with an error that has a
 * text; afterwards the loader runs that image or greets. Then each with an older peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/boot-rig.h"
#include "wire/crc32.h"

enum {
    CODE_MAX = 64 * 1024,
    ADDR = BOOT_LOAD_ADDR,
    RUN_LIMIT_S = 400,  /* of boot_program, whatever happens: 64 KB at the worst line here */
    AFTER_LIMIT_S = 15, /* until the loader runs or greets again */
    CTRL_C_S = 60,
    RESULTS = 64,
};

#define SECOND (1000 * RIG_MS)

static uint8_t code[CODE_MAX];

struct tally {
    unsigned runs, booted, ended[RESULTS]; /* by -error */
    unsigned misplaced;                    /* a whole image at a wrong address */
    uint64_t longest;
};

/* Which side is ours; the other speaks protocol A as it always was. */
enum peers { OURS, OLD_INSTALLER, OLD_LOADER };

struct setting {
    const char *name;
    unsigned runs;
    unsigned kinds; /* 1 << enum line_fault_kind, each 1 in `every` bytes */
    unsigned every;
    uint64_t burst_ns; /* one burst of these kinds instead, at any byte of either direction */
    uint32_t nbytes_max;
    unsigned boots_percent; /* at least so many of the runs */
    enum peers peers;
};

static void make_code(uint64_t seed, uint32_t nbytes)
{
    for (uint32_t i = 0; i < nbytes; i++)
        code[i] = (uint8_t)line_random(seed, 1000, i);
}

static struct line_config make_line(const struct setting *s, uint64_t seed, uint32_t nbytes)
{
    struct line_config c = {.baud = BOOT_BAUD, .latency_ns = RIG_MS, .seed = seed};
    unsigned dir = (unsigned)line_random(seed, 1001, 0) % LINE_DIRS;

    for (unsigned kind = 0; kind < LINE_FAULT_KINDS; kind++)
        if (s->kinds >> kind & 1) {
            struct line_fault *f = &c.faults[c.nfaults++];

            *f = (struct line_fault){.kind = kind, .dirs = 3, .every = s->every};
            if (s->burst_ns) {
                /* The Pi says little: a burst on its wire must be able to hit what it says. */
                uint32_t span = dir == LINE_TO_PI ? nbytes + nbytes / 64 + 60 : 120;

                f->dirs = 1u << dir;
                f->every = 0;
                f->at = line_random(seed, 1002, 0) % span;
                f->lasts_ns = s->burst_ns;
            }
        }
    return c;
}

/* ---- the older peers */

static int old_get32(const struct boot_port *p, uint32_t *word)
{
    *word = 0;
    for (unsigned i = 0; i < 4; i++) {
        int byte = p->get8(p->self, 1000000);
        if (byte < 0)
            return -1;
        *word |= (uint32_t)byte << 8 * i;
    }
    return 0;
}

static void old_put32(const struct boot_port *p, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        p->put8(p->self, (uint8_t)(word >> 8 * i));
}

static enum boot_outcome old_loader_fails(const struct boot_port *p)
{
    old_put32(p, (uint32_t)BOOT_ERROR);
    while (p->get8(p->self, 300000) >= 0)
        continue;
    return BOOT_OUTCOME_FAILED;
}

/* It believes every address. */
static enum boot_outcome old_loader(const struct boot_port *p, uint32_t *start)
{
    uint32_t word, nbytes, crc;

    old_put32(p, BOOT_GET_PROG_INFO);
    for (word = 0; word != BOOT_PUT_PROG_INFO;) {
        int byte = p->get8(p->self, 300000);
        if (byte < 0)
            return BOOT_OUTCOME_NOBODY;
        word = word >> 8 | (uint32_t)byte << 24;
    }
    if (old_get32(p, start) || old_get32(p, &nbytes) || old_get32(p, &crc) ||
        *start >= RIG_MEMORY || nbytes > RIG_MEMORY - *start)
        return old_loader_fails(p);
    old_put32(p, BOOT_GET_CODE);
    old_put32(p, crc);
    if (old_get32(p, &word) || word != BOOT_PUT_CODE)
        return old_loader_fails(p);
    for (uint32_t i = 0; i < nbytes; i++) {
        int byte = p->get8(p->self, 1000000);
        if (byte < 0)
            return old_loader_fails(p);
        rig.memory[*start + i] = (uint8_t)byte;
    }
    if (wire_crc32(rig.memory + *start, nbytes) != crc)
        return old_loader_fails(p);
    old_put32(p, (uint32_t)BOOT_SUCCESS);
    return BOOT_OUTCOME_RUN;
}

static void old_installer_puts(struct line *l, uint32_t word)
{
    const uint8_t b[] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
                         (uint8_t)(word >> 24)};

    __wrap_line_write(l, b, sizeof b, 5000);
}

static int old_installer_gets(struct line *l, uint32_t *word)
{
    uint8_t b[4];
    int rc = __wrap_line_read_all(l, b, 4, 5000);

    *word = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return rc;
}

/* The next word that is no string's. */
static int old_installer_gets_op(struct line *l, uint32_t *word)
{
    for (;;) {
        uint8_t text[512];
        uint32_t n;
        int rc = old_installer_gets(l, word);
        if (rc != 0 || *word != (uint32_t)BOOT_PRINT_STRING)
            return rc;
        if (old_installer_gets(l, &n) != 0 || n > sizeof text)
            return BOOT_BAD_STRING;
        __wrap_line_read_all(l, text, n, 5000);
    }
}

/* It gives up at whatever it does not expect, but drops greetings for ever: until Ctrl-C. */
static int old_installer(struct line *l, uint32_t nbytes)
{
    const uint32_t info[] = {BOOT_PUT_PROG_INFO, ADDR, nbytes, wire_crc32(code, nbytes)};
    uint32_t word = 0, crc;
    uint8_t byte;

    while (word != BOOT_GET_PROG_INFO) {
        if (__wrap_line_read(l, &byte, 1, 5000) != 1)
            return BOOT_SILENT;
        word = word >> 8 | (uint32_t)byte << 24;
    }
    for (unsigned i = 0; i < 4; i++)
        old_installer_puts(l, info[i]);
    do
        if (old_installer_gets_op(l, &word) != 0 || rig.now > CTRL_C_S * SECOND)
            return BOOT_STALLED;
    while (word == BOOT_GET_PROG_INFO);
    if (word != BOOT_GET_CODE)
        return BOOT_UNEXPECTED;
    if (old_installer_gets(l, &crc) != 0 || crc != info[3])
        return BOOT_BAD_CRC;
    old_installer_puts(l, BOOT_PUT_CODE);
    if (__wrap_line_write(l, code, nbytes, 60000) != 0 || old_installer_gets_op(l, &word) != 0)
        return BOOT_STALLED;
    return word == (uint32_t)BOOT_SUCCESS ? 0 : BOOT_REFUSED;
}

/* ---- a run */

static void check_image(const struct setting *s, uint64_t seed, uint32_t nbytes, struct tally *t)
{
    if (s->peers == OLD_LOADER && rig.start != ADDR &&
        memcmp(rig.memory + rig.start, code, nbytes) == 0)
        t->misplaced++;
    else if (rig.start != ADDR || memcmp(rig.memory + ADDR, code, nbytes) != 0)
        fail_msg("seed %llu, %u bytes: the loader jumped to %#x, and the image there is %s",
                 (unsigned long long)seed, nbytes, rig.start,
                 memcmp(rig.memory + rig.start, code, nbytes) ? "damaged" : "whole");
}

/* The loader has jumped, or is not with this installer any more. */
static void check_afterwards(const struct setting *s, uint64_t seed, uint32_t nbytes,
                             struct tally *t)
{
    uint64_t limit = rig.now + AFTER_LIMIT_S * SECOND;
    unsigned greeted = rig.greeted;

    while (!rig.ran && rig.greeted < greeted + 2 && rig.now < limit)
        rig_step(limit);
    if (rig.ran)
        check_image(s, seed, nbytes, t);
    else if (rig.greeted < greeted + 2)
        fail_msg("seed %llu, %u bytes: %d s later the loader does not greet",
                 (unsigned long long)seed, nbytes, AFTER_LIMIT_S);
}

static void run_once(const struct setting *s, uint64_t seed, struct tally *t)
{
    const struct boot_options options = {.addr = ADDR};
    uint32_t nbytes = 1 + (uint32_t)line_random(seed, 1003, 0) % s->nbytes_max;
    struct line_config config = make_line(s, seed, nbytes);
    struct line line = {.baud = BOOT_BAUD};
    struct boot_result result;
    char text[600];

    make_code(seed, nbytes);
    rig_start(&config);
    if (s->peers == OLD_LOADER)
        rig.serve = old_loader;
    int rc = s->peers == OLD_INSTALLER ? old_installer(&line, nbytes)
                                       : boot_program(&line, code, nbytes, &options, &result);
    if (rig.now > RUN_LIMIT_S * SECOND)
        fail_msg("seed %llu, %u bytes: no end within %d s", (unsigned long long)seed, nbytes,
                 RUN_LIMIT_S);
    t->runs++;
    t->longest = rig.now > t->longest ? rig.now : t->longest;
    if (rc == 0) {
        rig_run(rig.now + SECOND);
        assert_true(rig.ran);
        t->booted++;
    } else {
        assert_in_range(-rc, 1, RESULTS - 1);
        t->ended[-rc]++;
        assert_memory_equal(boot_error_text(rc, &result, "pi", text, sizeof text), "pi: ", 4);
    }
    check_afterwards(s, seed, nbytes, t);
}

static void print_tally(const char *name, const struct tally *t)
{
    print_message("# %s: %u runs, %u booted, %u ended with an error", name, t->runs, t->booted,
                  t->runs - t->booted);
    for (int i = 0; i < RESULTS; i++)
        if (t->ended[i])
            print_message(", %u x %d", t->ended[i], -i);
    if (t->misplaced)
        print_message("; %u of the booted at a wrong address", t->misplaced);
    print_message("; the longest took %.1f s\n", (double)t->longest / 1e9);
}

static void run_setting(const struct setting *s)
{
    struct tally t = {0};

    for (unsigned i = 0; i < s->runs; i++)
        run_once(s, i + 1, &t);
    print_tally(s->name, &t);
    if (t.booted * 100 < s->boots_percent * t.runs)
        fail_msg("%s: %u of %u runs booted, less than %u %%", s->name, t.booted, t.runs,
                 s->boots_percent);
}

#define ALL (1u << LINE_DROP | 1u << LINE_FLIP | 1u << LINE_REPEAT | 1u << LINE_INSERT)

static void single_bytes(void **state)
{
    static const struct setting settings[] = {
        {"1/1000 dropped", 100, 1u << LINE_DROP, 1000, 0, 16384, 90, OURS},
        {"1/1000 flipped", 100, 1u << LINE_FLIP, 1000, 0, 16384, 90, OURS},
        {"1/1000 repeated", 100, 1u << LINE_REPEAT, 1000, 0, 16384, 90, OURS},
        {"1/1000 inserted", 100, 1u << LINE_INSERT, 1000, 0, 16384, 90, OURS},
        {"1/1000 each of the four", 200, ALL, 1000, 0, 16384, 90, OURS},
        {"1/4000 each of the four, up to 64 KB", 60, ALL, 4000, 0, CODE_MAX, 90, OURS},
        {"1/50 each of the four", 100, ALL, 50, 0, 1024, 0, OURS},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof settings / sizeof *settings; i++)
        run_setting(&settings[i]);
}

static void bursts(void **state)
{
    static const struct setting settings[] = {
        {"1 s of silence", 200, 1u << LINE_SILENCE, 0, SECOND, 8192, 90, OURS},
        {"1 s of noise", 200, 1u << LINE_NOISE, 0, SECOND, 8192, 90, OURS},
        {"1 s without a line", 100, 1u << LINE_CUT, 0, SECOND, 8192, 90, OURS},
        {"a line cut for good", 100, 1u << LINE_CUT, 0, 3600 * SECOND, 8192, 0, OURS},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof settings / sizeof *settings; i++)
        run_setting(&settings[i]);
}

static void older_peers(void **state)
{
    static const struct setting settings[] = {
        {"an old loader, a good line", 20, 0, 0, 0, 4096, 100, OLD_LOADER},
        {"an old loader, 1/4000 each", 300, ALL, 4000, 0, 400, 50, OLD_LOADER},
        {"an old loader, 1 s of noise", 100, 1u << LINE_NOISE, 0, SECOND, 400, 0, OLD_LOADER},
        {"an old installer, a good line", 20, 0, 0, 0, 4096, 100, OLD_INSTALLER},
        {"an old installer, 1/4000 each", 300, ALL, 4000, 0, 400, 50, OLD_INSTALLER},
        {"an old installer, 1/100 flipped", 300, 1u << LINE_FLIP, 100, 0, 50, 0, OLD_INSTALLER},
        {"an old installer, 1 s of noise", 100, 1u << LINE_NOISE, 0, SECOND, 400, 0, OLD_INSTALLER},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof settings / sizeof *settings; i++)
        run_setting(&settings[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_bytes),
        cmocka_unit_test(bursts),
        cmocka_unit_test(older_peers),
    };

    return cmocka_run_group_tests_name("boot-faults", tests, NULL, NULL);
}
