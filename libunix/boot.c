/* libunix/boot.c - finds out which boot protocol the Pi speaks, then has it done.
 * Listens first; after a silence speaks protocol B's opening, which a listening loader of another
 * protocol, or our device loop, answers by starting over. */
#include "libunix/boot.h"

#include <stdlib.h>
#include <string.h>

#include "libunix/boot-internal.h"
#include "libunix/text.h"

enum {
    FIRST_ANSWER_MS = 10000,
    WAITING_MS = 1000,
    REBOOT_MS = 6000,                     /* a Pi is back within 4 s of a reset */
    LISTEN_MS = 2 * BOOT_REPEAT_MS + 100, /* longer than two greetings apart */
    SOH_PERIOD_MS = 1000,
    SOH_MAX = 30,
    ACKS_OF_C = 2,
    ERROR_QUIET_MS =
        50, /* a loader that reports an error says no more; in garbage the bytes go on */
};

static void keep_old_text(struct boot *b)
{
    if (b->old_nbytes == sizeof b->old_text) {
        b->old_nbytes /= 2;
        memmove(b->old_text, b->old_text + sizeof b->old_text - b->old_nbytes, b->old_nbytes);
    }
    b->old_text[b->old_nbytes++] = (char)(b->window >> 24);
}

/* The last `opcode` bytes of what came are protocol; shows the rest if it is text. */
static void show_old_text(struct boot *b, size_t opcode)
{
    size_t n = b->old_nbytes > opcode ? b->old_nbytes - opcode : 0;
    int text = text_readable(b->old_text, n);
    b->old_nbytes = 0;
    b->r->heard_text |= text;
    if (text && b->o->text)
        b->o->text(b->o->self, b->old_text, n);
}

static unsigned long long earlier(unsigned long long a, unsigned long long b)
{
    return a < b ? a : b;
}

static void recognised(struct boot *b, enum boot_protocol protocol)
{
    b->r->protocol = b->speaking = protocol;
    show_old_text(b, 4);
    boot_trace_word(b, BOOT_GET, boot_take(b));
    b->junk = 0;
}

enum judgement { NOTHING, RECOGNISED, SPEAK /* protocol C: the Pi waits for our opening */ };

/* Judges the window after a byte: enum judgement, or an error. */
static int judge(struct boot *b)
{
    if (b->have < 4)
        return NOTHING;
    switch (b->window) {
    case BOOT_GET_PROG_INFO:
        recognised(b, BOOT_PROTO_A);
        return RECOGNISED;
    case (uint32_t)BOOT_PRINT_STRING:
        show_old_text(b, 4);
        return boot_take_string(b);
    case OLD_SOH:
        if (!b->spoke_soh)
            return NOTHING;
        recognised(b, b->acks ? BOOT_PROTO_C : BOOT_PROTO_B);
        return RECOGNISED;
    case OLD_ACK:
        b->acks = b->junk ? 1 : b->acks + 1;
        b->junk = 0;
        b->old_nbytes -= 4;
        b->speaking = BOOT_PROTO_C;
        boot_trace_word(b, BOOT_GET, boot_take(b));
        return b->acks >= ACKS_OF_C ? SPEAK : NOTHING;
    default:
        return NOTHING;
    }
}

static int nothing_valid(struct boot *b)
{
    show_old_text(b, 0);
    return b->r->heard ? BOOT_GARBAGE : BOOT_SILENT;
}

struct listening {
    unsigned long long deadline;
    unsigned long long say_at;    /* when the observer learns that we wait */
    unsigned long long speak_at;  /* when to open, if nobody has greeted */
    unsigned long long silent_to; /* not before: the last opening may still be answered */
    unsigned long long quiet_at;  /* an error word stands if nothing follows until then */
};

static int speak(struct boot *b, struct listening *t, unsigned long long now)
{
    if (now < t->silent_to)
        return NOTHING;
    t->silent_to = now + SOH_PERIOD_MS;
    t->speak_at = b->spoke_soh < SOH_MAX ? t->silent_to : ~0ull;
    if (b->spoke_soh >= SOH_MAX)
        return NOTHING;
    int rc = boot_speak_soh(b);
    return rc == BOOT_STALLED ? nothing_valid(b) : rc;
}

/* One byte, or one wait. RECOGNISED, NOTHING, or an error. */
static int listen_step(struct boot *b, struct listening *t)
{
    int rc =
        boot_get8(b, earlier(earlier(t->deadline, t->speak_at), earlier(t->quiet_at, t->say_at)));
    unsigned long long now = line_now_ms();
    if (rc == 0) {
        keep_old_text(b);
        rc = judge(b);
        if (rc == SPEAK)
            rc = speak(b, t, now);
        int error = b->have == 4 && b->spoke_soh && boot_is_old_error(b->window);
        t->quiet_at = error ? now + ERROR_QUIET_MS : ~0ull;
    } else if (rc == LINE_TIMEOUT) {
        rc = NOTHING;
        if (now >= t->quiet_at) {
            b->r->detail = boot_take(b);
            rc = BOOT_REFUSED;
        }
    }
    if (rc != NOTHING)
        return rc;
    if (now >= t->deadline)
        return nothing_valid(b);
    if (now >= t->say_at) {
        t->say_at = ~0ull;
        b->said_waiting = 1;
        if (b->o->waiting)
            b->o->waiting(b->o->self);
    }
    return now >= t->speak_at ? speak(b, t, now) : NOTHING;
}

/* Waits for a greeting. 0 and r->protocol, or an error. */
static int listen_for_loader(struct boot *b, unsigned limit_ms)
{
    unsigned long long now = line_now_ms();
    struct listening t = {
        .deadline = now + limit_ms,
        .say_at = b->said_waiting ? ~0ull : now + WAITING_MS,
        .speak_at = now + LISTEN_MS,
        .silent_to = now,
        .quiet_at = ~0ull,
    };
    b->have = b->junk = 0;
    b->acks = b->spoke_soh = 0;
    b->old_nbytes = 0;
    b->speaking = BOOT_PROTO_UNKNOWN;
    int rc;
    do
        rc = listen_step(b, &t);
    while (rc == NOTHING);
    return rc < 0 ? rc : 0;
}

static int attempt(struct boot *b, unsigned limit_ms)
{
    int rc = listen_for_loader(b, limit_ms);
    if (rc == BOOT_REFUSED && b->r->detail == OLD_BAD_START)
        return boot_start_over(b, rc, b->r->detail); /* our first SOH reached it cut */
    if (rc != 0)
        return rc;
    return b->r->protocol == BOOT_PROTO_A ? boot_attempt_a(b) : boot_attempt_old(b);
}

/* Our own loader greets again whatever went wrong; other loaders may wait for ever. */
static int is_worth_another(const struct boot *b, int rc)
{
    int understood =
        rc == BOOT_REFUSED && b->r->detail == (uint32_t)BOOT_BAD_CODE_ADDR && b->understood;
    return (b->offered || b->ours) && rc <= BOOT_REFUSED && rc != BOOT_UNCONFIRMED && !understood;
}

static int run_attempts(struct boot *b)
{
    unsigned limit = b->o->timeout_ms ? b->o->timeout_ms : FIRST_ANSWER_MS;
    for (int tries = 0; tries < BOOT_TRIES; tries++) {
        b->ours = b->understood = 0;
        int rc = attempt(b, tries ? REBOOT_MS : limit);
        if (rc == 0)
            return 0;
        if (is_worth_another(b, rc))
            rc = boot_start_over(b, rc, b->r->detail);
        /* What made us try again says more than the silence of a loader that did not come back. */
        if (b->failure && (rc == BOOT_SILENT || rc == BOOT_GARBAGE || rc == BOOT_STALLED))
            break;
        if (rc != BOOT_AGAIN)
            return rc;
        line_drop(b->line);
    }
    b->r->detail = b->failure_detail;
    return b->failure ? b->failure : BOOT_STALLED;
}

int boot_program(struct line *l, const void *code, size_t nbytes, const struct boot_options *o,
                 struct boot_result *r)
{
    static const struct boot_options none = {.addr = BOOT_LOAD_ADDR};
    size_t padded_nbytes = (nbytes + 3) & ~(size_t)3;
    uint8_t *padded = calloc(padded_nbytes ? padded_nbytes : 4, 1);
    struct boot *b = calloc(1, sizeof *b);
    int rc = LINE_SYSTEM;
    if (padded && b) {
        memcpy(padded, code, nbytes);
        *b = (struct boot){.line = l,
                           .o = o ? o : &none,
                           .r = r,
                           .code = code,
                           .nbytes = nbytes,
                           .padded = padded,
                           .padded_nbytes = padded_nbytes};
        *r = (struct boot_result){.addr = b->o->addr, .nbytes = nbytes};
        rc = run_attempts(b);
    }
    free(b);
    free(padded);
    return rc;
}
