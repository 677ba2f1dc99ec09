/* libunix/boot-a.c - protocol A, in which the Pi greets with GET_PROG_INFO (2020 to 2026).
 * A greeting after our answer is a queued one until the Pi has gone on; after that it is a restart.
 * Our own loader offers checked blocks to an installer that waits for the offer: boot-blocks.c. */
#include "libunix/boot-internal.h"
#include "wire/crc32.h"

enum {
    ANSWER_LIVE_MS =
        3000, /* a greeting this long after our answer was not queued: the answer was lost */
    SECOND_WORD_MS = 200,  /* BAD_CODE_* follows BOOT_ERROR at once, or not at all */
    WORD_LOADER_MS = 2000, /* silence after which a loader may be waiting for the rest of a word */
    /* An offer takes so long on the line, beside what an answer took before. */
    OFFER_WIRE_MS = 10,
    OFFER_MARGIN_MS = 40,
    /* There are more of them, for 1.5 s. */
    OFFER_DAMAGED_MS = 2000,
};

enum { GREETING, ERROR, BAD_ADDR, BAD_CKSUM, EXPECTED, WORDS };

static int await(struct boot *b, uint32_t expected, unsigned long long deadline)
{
    const uint32_t words[WORDS] = {
        [GREETING] = BOOT_GET_PROG_INFO,
        [ERROR] = (uint32_t)BOOT_ERROR,
        [BAD_ADDR] = (uint32_t)BOOT_BAD_CODE_ADDR,
        [BAD_CKSUM] = (uint32_t)BOOT_BAD_CODE_CKSUM,
        [EXPECTED] = expected,
    };
    return boot_await(b, words, WORDS, 1, deadline);
}

static const uint32_t reasons[] = {(uint32_t)BOOT_BAD_CODE_ADDR, (uint32_t)BOOT_BAD_CODE_CKSUM};

int boot_refused_a(struct boot *b)
{
    int reason = boot_await(b, reasons, 2, 1, line_now_ms() + SECOND_WORD_MS);
    b->r->detail = reason >= 0 ? reasons[reason] : (uint32_t)BOOT_ERROR;
    return BOOT_REFUSED;
}

/* The loader said ERROR, or names the reason at once. */
static int refused(struct boot *b, int which)
{
    if (which == ERROR)
        return boot_refused_a(b);
    b->r->detail = reasons[which - BAD_ADDR];
    return BOOT_REFUSED;
}

static int send_info(struct boot *b, const uint8_t *code, size_t nbytes)
{
    const uint32_t words[] = {BOOT_PUT_PROG_INFO, b->o->addr, (uint32_t)nbytes,
                              wire_crc32(code, nbytes)};
    return boot_put_words(b, words, 4);
}

/* Answers the greeting until the Pi asks for the code; *took_ms is how long that was. */
static int answer(struct boot *b, const uint8_t *code, size_t nbytes, unsigned *took_ms)
{
    for (int tries = 0; tries < BOOT_TRIES; tries++) {
        int rc = send_info(b, code, nbytes);
        unsigned long long sent = line_now_ms();
        while (rc >= 0) {
            rc = await(b, BOOT_GET_CODE, sent + BOOT_STEP_MS);
            if (rc == GREETING && line_now_ms() - sent >= ANSWER_LIVE_MS)
                break;
            *took_ms = (unsigned)(line_now_ms() - sent);
            if (rc == EXPECTED)
                return 0;
            if (rc == ERROR || rc == BAD_ADDR || rc == BAD_CKSUM)
                return refused(b, rc);
        }
        if (rc < 0)
            return rc;
    }
    return BOOT_STALLED;
}

/* An installer that does not go on at once is offered checked blocks by our loader; any other
 * loader waits in silence, or says a string. Where something else comes, and where the answer was
 * `damaged`, the line is a bad one: then offers may come that are whole. BOOT_OFFERED, 0 when there
 * was none, BOOT_AGAIN, or an error. */
static int await_offer(struct boot *b, unsigned answer_ms, int damaged)
{
    unsigned long long begin = line_now_ms(), last = begin + OFFER_DAMAGED_MS;
    unsigned long long deadline =
        begin + BLOCKS_OFFER_MS + OFFER_WIRE_MS + OFFER_MARGIN_MS + 2ULL * answer_ms;
    b->cut_string = 0;
    for (;;) {
        int rc = await(b, BOOT_GET_CODE, damaged || deadline > last ? last : deadline);
        damaged |= b->have > 0 || rc == BOOT_UNEXPECTED || rc == BOOT_BAD_STRING || b->cut_string;
        switch (rc) {
        case GREETING:
            return BOOT_AGAIN;
        case ERROR:
        case BAD_ADDR:
        case BAD_CKSUM:
            return refused(b, rc);
        case EXPECTED:
        case BOOT_STALLED:
        case BOOT_UNEXPECTED:
        case BOOT_BAD_STRING:
            if (line_now_ms() < (damaged ? last : deadline))
                continue;
            return 0;
        default:
            return rc;
        }
    }
}

/* A loader of 2020 may count in words of the rounded-up program. */
static int check_crc(const struct boot *b, uint32_t crc, const uint8_t *code, size_t nbytes)
{
    return crc == wire_crc32(code, nbytes) || crc == wire_crc32(b->padded, b->padded_nbytes)
               ? 0
               : BOOT_BAD_CRC;
}

/* What the Pi says while the code goes out: a string, an error, or a greeting when it restarted. */
static int heard_while_sending(struct boot *b)
{
    int rc = 0;
    while (rc == 0) {
        /* It can be quicker than we are behind the last piece; more is the program's. */
        if (b->have == 4 && b->window == (uint32_t)BOOT_SUCCESS)
            return 0;
        rc = boot_get8(b, 0);
        if (rc != 0 || b->have < 4)
            continue;
        switch (b->window) {
        case (uint32_t)BOOT_PRINT_STRING:
            rc = boot_take_string(b);
            if (rc < 0)
                return rc;
            break;
        case BOOT_GET_PROG_INFO:
            return BOOT_AGAIN;
        case (uint32_t)BOOT_ERROR:
        case (uint32_t)BOOT_BAD_CODE_ADDR:
        case (uint32_t)BOOT_BAD_CODE_CKSUM:
            return refused(b, await(b, BOOT_GET_CODE, 0));
        default:
            break;
        }
    }
    return rc == LINE_TIMEOUT ? 0 : rc;
}

/* Completes the last word for a loader that reads words; to any other loader the zeros are input
 * that its program never asked for. */
static int complete_word(struct boot *b, size_t nbytes)
{
    static const uint8_t zeros[3];
    int rc = line_write(b->line, zeros, 4 - nbytes % 4, BOOT_WORD_MS);
    return rc == LINE_TIMEOUT ? BOOT_STALLED : rc;
}

/* An offer that came too late is none. */
static int await_success(struct boot *b, unsigned long long deadline)
{
    int rc;
    do
        rc = await(b, (uint32_t)BOOT_SUCCESS, deadline);
    while (rc == BOOT_OFFERED);
    return rc;
}

static int verdict(struct boot *b, size_t nbytes)
{
    unsigned long long deadline = boot_verdict_deadline(b, nbytes);
    int completed = nbytes % 4 == 0;
    unsigned long long patience = completed ? deadline : deadline - BOOT_STEP_MS + WORD_LOADER_MS;
    int rc = await_success(b, patience);
    if (rc == BOOT_STALLED && !completed) {
        rc = complete_word(b, nbytes);
        if (rc == 0)
            rc = await_success(b, deadline);
        if (rc == ERROR || rc == BAD_CKSUM) {
            b->pad_always = 1;
            rc = refused(b, rc);
            return boot_start_over(b, rc, b->r->detail);
        }
    }
    if (rc == EXPECTED)
        return 0;
    if (rc == GREETING)
        return BOOT_AGAIN;
    return rc < 0 ? rc : refused(b, rc);
}

/* The answer to the greeting, and the loader's to that. */
static int shake_hands(struct boot *b, const uint8_t *code, size_t nbytes)
{
    uint32_t crc = 0;
    unsigned answer_ms = 0;
    int rc = answer(b, code, nbytes, &answer_ms);
    if (rc == 0)
        rc = boot_get32(b, &crc);
    if (rc == 0) {
        boot_trace_word(b, BOOT_GET, crc);
        rc = check_crc(b, crc, code, nbytes);
    }
    if (rc != 0 && rc != BOOT_BAD_CRC && rc != BOOT_STALLED)
        return rc;
    int offer = await_offer(b, answer_ms, rc != 0);
    if (offer != 0 && !(offer == LINE_GONE && rc == BOOT_BAD_CRC))
        return offer;
    b->r->detail = crc;
    return rc;
}

static int send_plainly(struct boot *b, const uint8_t *code, size_t nbytes)
{
    static const uint32_t put_code = BOOT_PUT_CODE;
    int rc = boot_put_words(b, &put_code, 1);
    if (rc == 0)
        rc = boot_send_code(b, code, nbytes, heard_while_sending);
    return rc == 0 ? verdict(b, nbytes) : rc;
}

int boot_attempt_a(struct boot *b)
{
    const uint8_t *code = b->pad_always ? b->padded : b->code;
    size_t nbytes = b->pad_always ? b->padded_nbytes : b->nbytes;
    int rc = b->offered ? BOOT_OFFERED : shake_hands(b, code, nbytes);
    if (rc == BOOT_OFFERED)
        return boot_attempt_blocks(b);
    return rc == 0 ? send_plainly(b, code, nbytes) : rc;
}
