/* libunix/boot-a.c - protocol A, in which the Pi greets with GET_PROG_INFO (2020 to 2026).
 * A greeting after our answer is a queued one until the Pi has gone on; after that it is a restart.
 */
#include "libunix/boot-internal.h"
#include "wire/crc32.h"

enum {
    ANSWER_LIVE_MS =
        3000, /* a greeting this long after our answer was not queued: the answer was lost */
    SECOND_WORD_MS = 200,  /* BAD_CODE_* follows BOOT_ERROR at once, or not at all */
    WORD_LOADER_MS = 2000, /* silence after which a loader may be waiting for the rest of a word */
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

/* The loader said ERROR or names the reason at once; a reason may follow ERROR. */
static int refused(struct boot *b, int which)
{
    static const uint32_t reasons[] = {(uint32_t)BOOT_BAD_CODE_ADDR, (uint32_t)BOOT_BAD_CODE_CKSUM};
    b->r->detail = which == ERROR ? (uint32_t)BOOT_ERROR : reasons[which - BAD_ADDR];
    if (which == ERROR) {
        int reason = boot_await(b, reasons, 2, 1, line_now_ms() + SECOND_WORD_MS);
        b->r->detail = reason >= 0 ? reasons[reason] : (uint32_t)BOOT_ERROR;
    }
    return BOOT_REFUSED;
}

static int send_info(struct boot *b, const uint8_t *code, size_t nbytes)
{
    const uint32_t words[] = {BOOT_PUT_PROG_INFO, b->o->addr, (uint32_t)nbytes,
                              wire_crc32(code, nbytes)};
    return boot_put_words(b, words, 4);
}

/* Answers the greeting until the Pi asks for the code. */
static int answer(struct boot *b, const uint8_t *code, size_t nbytes)
{
    for (int tries = 0; tries < BOOT_TRIES; tries++) {
        int rc = send_info(b, code, nbytes);
        unsigned long long sent = line_now_ms();
        while (rc >= 0) {
            rc = await(b, BOOT_GET_CODE, sent + BOOT_STEP_MS);
            if (rc == GREETING && line_now_ms() - sent >= ANSWER_LIVE_MS)
                break;
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

/* A loader of 2020 may count in words of the rounded-up program. */
static int check_crc(struct boot *b, const uint8_t *code, size_t nbytes)
{
    uint32_t crc;
    int rc = boot_get32(b, &crc);
    if (rc < 0)
        return rc;
    boot_trace_word(b, BOOT_GET, crc);
    b->r->detail = crc;
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

static int verdict(struct boot *b, size_t nbytes)
{
    unsigned long long deadline = boot_verdict_deadline(b, nbytes);
    int completed = nbytes % 4 == 0;
    unsigned long long patience = completed ? deadline : deadline - BOOT_STEP_MS + WORD_LOADER_MS;
    int rc = await(b, (uint32_t)BOOT_SUCCESS, patience);
    if (rc == BOOT_STALLED && !completed) {
        rc = complete_word(b, nbytes);
        if (rc == 0)
            rc = await(b, (uint32_t)BOOT_SUCCESS, deadline);
        if (rc == ERROR || rc == BAD_CKSUM) {
            b->pad_always = 1;
            rc = refused(b, rc);
            b->failure = rc;
            b->failure_detail = b->r->detail;
            return BOOT_AGAIN;
        }
    }
    if (rc == EXPECTED)
        return 0;
    if (rc == GREETING)
        return BOOT_AGAIN;
    return rc < 0 ? rc : refused(b, rc);
}

int boot_attempt_a(struct boot *b)
{
    const uint8_t *code = b->pad_always ? b->padded : b->code;
    size_t nbytes = b->pad_always ? b->padded_nbytes : b->nbytes;
    static const uint32_t put_code = BOOT_PUT_CODE;
    int rc = answer(b, code, nbytes);
    if (rc == 0)
        rc = check_crc(b, code, nbytes);
    if (rc == 0)
        rc = boot_put_words(b, &put_code, 1);
    if (rc == 0)
        rc = boot_send_code(b, code, nbytes, heard_while_sending);
    return rc == 0 ? verdict(b, nbytes) : rc;
}
