/* The boot loader against installers of several kinds, over a line that damages any byte. Time is
 * simulated: a get8 that finds nothing lets its limit pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pi-side/boot-protocol.h"
#include "wire/boot.h"
#include "wire/crc32.h"

enum {
    MEMORY = 0x400000,
    LOADER = 0x200000,
    LOADER_END = 0x201000,
    STACK = 0x3F0000,
    LINE_MAX = 256 * 1024,
};

enum damage { NONE, DROP, FLIP, DOUBLE, CUT };

struct line {
    uint8_t byte[LINE_MAX];
    size_t head, tail;
    size_t count; /* bytes sent so far, damaged or not */
    enum damage damage;
    size_t at, until; /* it hits byte `at`, and those up to `until` if that is set */
};

static void line_put(struct line *l, uint8_t byte)
{
    size_t n = l->count++;
    enum damage d = n == l->at || (n > l->at && n < l->until) ? l->damage : NONE;

    if (d == DROP || (l->damage == CUT && n >= l->at))
        return;
    assert_true(l->tail + 2 < LINE_MAX);
    l->byte[l->tail++] = d == FLIP ? byte ^ 0x10 : byte;
    if (d == DOUBLE)
        l->byte[l->tail++] = byte;
}

static int line_get(struct line *l)
{
    return l->head < l->tail ? l->byte[l->head++] : -1;
}

enum phase {
    WAIT_GREETING,
    WAIT_GET_CODE,
    WAIT_CRC,
    WAIT_SUCCESS,
    IN_LENGTH,
    IN_STRING,
    DONE,
    FAILED
};

/* The habits that differ between installers in the field. */
struct habits {
    int answers_every_greeting; /* also those queued before its first answer was read */
    int sends_without_waiting;  /* program info, PUT_CODE and code in one go */
    unsigned resends_after_ms;  /* asks again when no GET_CODE came, having flushed its input */
    unsigned sends_after_ms;    /* is slow with PUT_CODE */
};

struct installer {
    struct habits habits;
    enum phase phase, resume;
    const uint8_t *code;
    uint32_t addr, nbytes;
    uint32_t last, have;   /* the last four bytes heard; how many since the last word */
    uint32_t string_bytes; /* of PRINT_STRING, still to come */
    uint32_t error, detail;
    uint64_t waited_since;
    char text[2048];
    unsigned text_bytes;
};

struct world {
    struct line to_pi, to_laptop;
    struct installer *who, *next; /* next: takes over when the other's bytes are cut off */
    uint64_t now_us;
    unsigned greetings;
    uint32_t sent; /* the last four bytes the Pi sent */
};

static uint8_t memory[MEMORY + 1];

static void say32(struct world *w, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        line_put(&w->to_pi, (uint8_t)(word >> (8 * i)));
}

static void say_info(struct world *w)
{
    struct installer *n = w->who;

    say32(w, BOOT_PUT_PROG_INFO);
    say32(w, n->addr);
    say32(w, n->nbytes);
    say32(w, wire_crc32(n->code, n->nbytes));
    n->waited_since = w->now_us;
}

static void say_code(struct world *w)
{
    say32(w, BOOT_PUT_CODE);
    for (uint32_t i = 0; i < w->who->nbytes; i++)
        line_put(&w->to_pi, w->who->code[i]);
}

static void heard_word(struct world *w, uint32_t word)
{
    struct installer *n = w->who;

    if (word == (uint32_t)BOOT_PRINT_STRING && n->phase != WAIT_CRC) {
        n->resume = n->phase;
        n->phase = IN_LENGTH;
    } else if (n->phase == IN_LENGTH) {
        n->string_bytes = word;
        n->phase = word < 512 ? IN_STRING : FAILED;
    } else if (n->phase == WAIT_GET_CODE && word == BOOT_GET_PROG_INFO) {
        if (n->habits.answers_every_greeting)
            say_info(w);
    } else if (n->phase == WAIT_GET_CODE && word == BOOT_GET_CODE) {
        n->phase = WAIT_CRC;
    } else if (n->phase == WAIT_CRC) {
        n->phase = word == wire_crc32(n->code, n->nbytes) ? WAIT_SUCCESS : FAILED;
        n->waited_since = w->now_us;
        if (n->phase == WAIT_SUCCESS && !n->habits.sends_without_waiting &&
            !n->habits.sends_after_ms)
            say_code(w);
    } else if (n->phase == WAIT_SUCCESS && word == (uint32_t)BOOT_SUCCESS) {
        n->phase = DONE;
    } else {
        n->error = word;
        n->phase = FAILED;
    }
}

static void installer_heard(struct world *w, uint8_t byte)
{
    struct installer *n = w->who;

    n->last = n->last >> 8 | (uint32_t)byte << 24;
    if (n->phase == DONE)
        return;
    if (n->phase == FAILED) {
        if (n->error == (uint32_t)BOOT_ERROR && ++n->have == 4)
            n->detail = n->last;
    } else if (n->phase == IN_STRING) {
        if (n->text_bytes < sizeof n->text - 1)
            n->text[n->text_bytes++] = (char)byte;
        if (--n->string_bytes == 0)
            n->phase = n->resume;
    } else if (n->phase == WAIT_GREETING) {
        if (n->last != BOOT_GET_PROG_INFO)
            return;
        say_info(w);
        if (n->habits.sends_without_waiting)
            say_code(w);
        n->phase = WAIT_GET_CODE;
        n->have = 0;
    } else if (++n->have == 4) {
        n->have = 0;
        heard_word(w, n->last);
    }
}

static void time_passed(struct world *w)
{
    struct installer *n = w->who;

    if (n && n->phase == WAIT_SUCCESS && n->habits.sends_after_ms &&
        w->now_us - n->waited_since >= UINT64_C(1000) * n->habits.sends_after_ms) {
        n->habits.sends_after_ms = 0;
        say_code(w);
    }
    if (!n || n->phase != WAIT_GET_CODE || !n->habits.resends_after_ms)
        return;
    if (w->now_us - n->waited_since >= UINT64_C(1000) * n->habits.resends_after_ms)
        say_info(w);
}

static int port_get8(void *self, uint32_t limit_us)
{
    struct world *w = self;
    int byte = line_get(&w->to_pi);

    if (byte < 0 && w->next && w->to_pi.count > w->to_pi.at) {
        w->who = w->next;
        w->next = NULL;
        w->to_pi.damage = NONE;
    }
    if (byte < 0) {
        w->now_us += limit_us;
        time_passed(w);
        return -1;
    }
    w->now_us += 87;
    return byte;
}

static void port_put8(void *self, uint8_t byte)
{
    struct world *w = self;
    int arrived;

    w->sent = w->sent >> 8 | (uint32_t)byte << 24;
    w->greetings += w->sent == BOOT_GET_PROG_INFO;
    w->now_us += 87;
    line_put(&w->to_laptop, byte);
    while ((arrived = line_get(&w->to_laptop)) >= 0)
        if (w->who)
            installer_heard(w, (uint8_t)arrived);
}

static enum boot_outcome serve(struct world *w, uint32_t *start)
{
    struct boot_port port = {
        .self = w,
        .get8 = port_get8,
        .put8 = port_put8,
        .memory = (uintptr_t)memory,
        .memory_end = MEMORY,
        .keep = {{LOADER, LOADER_END}, {STACK, MEMORY}},
    };

    return boot_serve(&port, start);
}

/* Until the loader would run a program, or nobody has spoken for ten greetings. */
static enum boot_outcome serve_on(struct world *w, uint32_t *start)
{
    uint64_t limit = w->now_us + 60000000;
    enum boot_outcome got = BOOT_OUTCOME_NOBODY;

    for (unsigned idle = 0; idle < 10 && got != BOOT_OUTCOME_RUN;) {
        got = serve(w, start);
        idle = got == BOOT_OUTCOME_NOBODY ? idle + 1 : 0;
        assert_true(w->now_us < limit);
    }
    return got;
}

static uint8_t code[3001];

static struct installer make(uint32_t nbytes)
{
    for (uint32_t i = 0; i < sizeof code; i++)
        code[i] = (uint8_t)(i * 11 + (i >> 8) + nbytes);
    return (struct installer){.code = code, .addr = 0x8000, .nbytes = nbytes};
}

static struct world *new_world(struct installer *n)
{
    static struct world w;

    memset(memory, 0xEE, MEMORY);
    memset(&w, 0, sizeof w);
    w.to_pi.at = w.to_laptop.at = SIZE_MAX;
    w.who = n;
    return &w;
}

static void expect_boot(struct world *w, struct installer *n)
{
    uint32_t start = 0;

    assert_int_equal(serve_on(w, &start), BOOT_OUTCOME_RUN);
    assert_int_equal(n->phase, DONE);
    assert_int_equal(start, n->addr);
    assert_memory_equal(memory + n->addr, n->code, n->nbytes);
    assert_int_equal(memory[n->addr + n->nbytes], 0xEE);
    assert_int_equal(memory[n->addr - 1], 0xEE);
}

static void sizes(void **state)
{
    (void)state;
    for (uint32_t nbytes = 1; nbytes < 70; nbytes++) {
        struct installer n = make(nbytes);
        expect_boot(new_world(&n), &n);
    }
    struct installer n = make(sizeof code);
    expect_boot(new_world(&n), &n);
    assert_int_equal(n.text_bytes, 0); /* no offer for an installer that does not wait for it */
}

static void every_habit(void **state)
{
    static const struct habits habits[] = {
        {.answers_every_greeting = 1},
        {.sends_without_waiting = 1},
        {.resends_after_ms = 600},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof habits / sizeof *habits; i++) {
        struct installer n = make(300);
        n.habits = habits[i];
        expect_boot(new_world(&n), &n);
    }
}

static void hear_greeting(struct world *w)
{
    for (unsigned i = 0; i < 4; i++)
        installer_heard(w, (uint8_t)(BOOT_GET_PROG_INFO >> (8 * i)));
}

/* Greetings sent while the installer was not reading wait in its buffer; it answers each. */
static void queued_greetings_are_all_answered(void **state)
{
    struct installer n = make(300);
    struct world *w = new_world(&n);
    uint32_t start;

    (void)state;
    n.habits.answers_every_greeting = 1;
    n.phase = WAIT_GREETING;
    for (unsigned i = 0; i < 3; i++)
        hear_greeting(w);
    assert_int_equal(w->to_pi.tail, 3 * 16);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_RUN);
    assert_int_equal(n.phase, DONE);
    assert_memory_equal(memory + start, code, 300);
}

/* The installer flushed its input while the answer was in it; it asks again after a while. */
static void lost_answer_is_given_again(void **state)
{
    struct installer n = make(300);
    struct world *w = new_world(&n);

    (void)state;
    n.habits.resends_after_ms = 600;
    w->to_laptop.damage = DROP;
    w->to_laptop.at = 4; /* behind the greeting: GET_CODE and crc */
    w->to_laptop.until = 12;
    expect_boot(w, &n);
}

static void greets_until_answered(void **state)
{
    struct world *w = new_world(NULL);
    uint32_t start;

    (void)state;
    for (unsigned i = 1; i <= 10; i++) {
        assert_int_equal(serve(w, &start), BOOT_OUTCOME_NOBODY);
        assert_int_equal(w->greetings, i);
        assert_in_range(w->now_us, i * 300000, i * 301000);
    }
}

static void stray_bytes_before_the_answer(void **state)
{
    (void)state;
    for (unsigned stray = 1; stray <= 40; stray++) {
        struct installer n = make(64);
        struct world *w = new_world(&n);

        for (unsigned i = 0; i < stray; i++)
            line_put(&w->to_pi, i % 3 ? 0x44 : 0x33); /* bytes of PUT_PROG_INFO itself */
        expect_boot(w, &n);
    }
}

static void endless_noise_does_not_stop_the_greeting(void **state)
{
    struct world *w = new_world(NULL);
    uint32_t start;

    (void)state;
    for (unsigned i = 0; i < 20000; i++)
        line_put(&w->to_pi, 0x55);
    while (w->to_pi.head < w->to_pi.tail)
        assert_int_equal(serve(w, &start), BOOT_OUTCOME_NOBODY);
    assert_in_range(w->greetings, 4, 6);
    assert_true(w->now_us < 4000000);
}

static void expect_refusal(uint32_t addr, uint32_t nbytes, const char *reason)
{
    struct installer n = make(16);
    struct world *w = new_world(&n);
    uint32_t start;

    /* Only the words count: none of these sizes is ever sent. */
    n.phase = WAIT_GET_CODE;
    say32(w, BOOT_PUT_PROG_INFO);
    say32(w, addr);
    say32(w, nbytes);
    say32(w, 0x12345);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_FAILED);
    assert_int_equal(n.phase, FAILED);
    assert_int_equal(n.error, (uint32_t)BOOT_ERROR);
    assert_int_equal(n.detail, (uint32_t)BOOT_BAD_CODE_ADDR);
    if (!strstr(n.text, reason))
        fail_msg("expected a reason with \"%s\", got \"%s\"", reason, n.text);
    for (unsigned i = 0; i < MEMORY; i++)
        assert_int_equal(memory[i], 0xEE);
}

static void places_are_refused(void **state)
{
    (void)state;
    expect_refusal(0x8000, 0, "no code");
    expect_refusal(0x8000, LOADER - 0x8000 + 1, "would overwrite the boot loader");
    expect_refusal(LOADER, 4, "would overwrite the boot loader");
    expect_refusal(LOADER_END - 4, 16, "would overwrite the boot loader");
    expect_refusal(0x8000, MEMORY - 0x8000, "would overwrite the boot loader");
    expect_refusal(STACK - 8, 12, "would overwrite the boot loader");
    expect_refusal(0x8000, 0xFFFFFFFF, "does not fit in memory");
    expect_refusal(0x8000, 0x80000000, "does not fit in memory");
    expect_refusal(0xFFFFFFFC, 8, "does not fit in memory");
    expect_refusal(MEMORY, 4, "does not fit in memory");
    expect_refusal(0x20200000, 4, "does not fit in memory");
    expect_refusal(0x8001, 4, "no multiple of 4");
}

static void places_up_to_the_loader_are_taken(void **state)
{
    static const uint32_t addr[] = {4, LOADER - 300, LOADER_END, STACK - 300};

    (void)state;
    for (unsigned i = 0; i < sizeof addr / sizeof *addr; i++) {
        struct installer n = make(300);
        n.addr = addr[i];
        expect_boot(new_world(&n), &n);
    }
}

static void damaged_code_is_reported(void **state)
{
    struct installer n = make(100);
    struct world *w = new_world(&n);
    uint32_t start;

    (void)state;
    w->to_pi.damage = FLIP;
    w->to_pi.at = 16 + 4 + 50;
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_FAILED);
    assert_int_equal(n.error, (uint32_t)BOOT_ERROR);
    assert_int_equal(n.detail, (uint32_t)BOOT_BAD_CODE_CKSUM);
    assert_non_null(strstr(n.text, "boot loader: the code arrived damaged: crc32 0x"));
}

static void expect_short(size_t at, uint32_t detail, const char *reason)
{
    struct installer n = make(100);
    struct world *w = new_world(&n);
    uint32_t start;

    w->to_pi.damage = DROP;
    w->to_pi.at = at;
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_FAILED);
    assert_int_equal(n.error, (uint32_t)BOOT_ERROR);
    assert_int_equal(n.detail, detail);
    if (!strstr(n.text, reason))
        fail_msg("expected a reason with \"%s\", got \"%s\"", reason, n.text);
    assert_true(w->now_us < 5000000);
}

static void what_is_missing_is_reported(void **state)
{
    (void)state;
    expect_short(16 + 4 + 50, (uint32_t)BOOT_BAD_CODE_CKSUM,
                 "the code stopped after 0x00000063 bytes of 0x00000064");
    expect_short(6, 0, "PUT_PROG_INFO stopped short");
    expect_short(17, 0, "no PUT_CODE came for 0x00000064 bytes at 0x00008000");
}

/* Whatever happens to any byte of either direction, only whole code runs, and the next installer
 * finds a loader that greets. */
static void damage_then_a_good_installer(struct line *hurt, struct world *w, enum damage damage,
                                         size_t at)
{
    struct installer *first = w->who, second = make(120);
    uint32_t start;

    hurt->damage = damage;
    hurt->at = at;
    if (serve_on(w, &start) == BOOT_OUTCOME_RUN) {
        assert_memory_equal(memory + start, first->code, first->nbytes);
        return;
    }
    assert_int_not_equal(first->phase, DONE);
    hurt->damage = NONE;
    memset(memory, 0xEE, MEMORY);
    w->who = &second;
    expect_boot(w, &second);
    w->who = NULL;
}

static void any_damage(void **state)
{
    static const enum damage kinds[] = {DROP, FLIP, DOUBLE, CUT};
    enum { SENT = 16 + 4 + 120, HEARD = 4 + 8 + 4 };

    (void)state;
    for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t at = 0; at < SENT; at++) {
            struct installer n = make(120);
            struct world *w = new_world(&n);
            damage_then_a_good_installer(&w->to_pi, w, kinds[k], at);
        }
        for (size_t at = 0; at < HEARD; at++) {
            struct installer n = make(120);
            struct world *w = new_world(&n);
            damage_then_a_good_installer(&w->to_laptop, w, kinds[k], at);
        }
    }
}

/* The first installer is killed after any number of bytes, and the second starts at once: it hears
 * whatever the loader still has to say to the first. */
static void another_installer_takes_over(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < 16 + 4 + 60; cut++) {
        struct installer first = make(60), second = make(77);
        struct world *w = new_world(&first);

        w->next = &second;
        w->to_pi.damage = CUT;
        w->to_pi.at = cut;
        expect_boot(w, &second);
        assert_int_not_equal(first.phase, DONE);
    }
}

/* A loader may carry the protocol's words in its own code. */
static void code_full_of_protocol_words(void **state)
{
    static const uint32_t words[] = {BOOT_PUT_CODE,      BOOT_PUT_PROG_INFO,    0x8000, 16,
                                     BOOT_GET_PROG_INFO, (uint32_t)BOOT_SUCCESS};

    (void)state;
    for (size_t at = 0; at < 16 + 4 + sizeof words; at++) {
        struct installer n = make(sizeof words);
        struct world *w = new_world(&n);

        memcpy(code, words, sizeof words);
        damage_then_a_good_installer(&w->to_pi, w, DROP, at);
    }
}

static void an_installer_that_waits_is_made_an_offer(void **state)
{
    static const char offer[] = BLOCKS_OFFER;

    (void)state;
    for (unsigned offers = 1; offers <= 10; offers++) {
        struct installer n = make(300);
        unsigned expected = offers < 8 ? offers : 8;

        n.habits.sends_after_ms = 200 * offers;
        expect_boot(new_world(&n), &n);
        assert_int_equal(n.text_bytes, expected * (sizeof offer - 1));
        assert_memory_equal(n.text, offer, sizeof offer - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(every_habit),
        cmocka_unit_test(queued_greetings_are_all_answered),
        cmocka_unit_test(lost_answer_is_given_again),
        cmocka_unit_test(greets_until_answered),
        cmocka_unit_test(stray_bytes_before_the_answer),
        cmocka_unit_test(endless_noise_does_not_stop_the_greeting),
        cmocka_unit_test(places_are_refused),
        cmocka_unit_test(places_up_to_the_loader_are_taken),
        cmocka_unit_test(damaged_code_is_reported),
        cmocka_unit_test(what_is_missing_is_reported),
        cmocka_unit_test(any_damage),
        cmocka_unit_test(another_installer_takes_over),
        cmocka_unit_test(code_full_of_protocol_words),
        cmocka_unit_test(an_installer_that_waits_is_made_an_offer),
    };

    return cmocka_run_group_tests_name("boot-protocol", tests, NULL, NULL);
}
