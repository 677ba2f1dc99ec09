/* libunix/boot-blocks.c - protocol A's checked blocks, which only our loader takes: what is not
 * confirmed is sent again. A block follows the one before without waiting for it to be confirmed;
 * where blocks are damaged, they become shorter. */
#include <string.h>

#include "libunix/boot-internal.h"
#include "wire/crc32.h"

enum {
    BLOCK_MIN = 64,
    GROW_AFTER = 16,    /* blocks in a row that arrived */
    WINDOW = 2,         /* blocks under way: one on the line while the other is confirmed */
    HEAD = 8,           /* bytes before a block's code */
    TAIL = 4,           /* and behind it */
    REPLY_MS = 300,     /* until a reply is missed, beyond the time of what is under way */
    PROGRESS_MS = 6000, /* a line that brings nothing for so long is dead */
    GO_MS = 4000,       /* the loader asks every second whether it may go */
    RUN_MS = 100,       /* between two bytes of its last words */
    REPLIED = 2,
};

struct blocks {
    struct boot *b;
    uint64_t heard;          /* the last 8 bytes */
    int begun;               /* the loader knows what is to come */
    uint32_t have;           /* of the code, as the loader says */
    uint32_t sent, sent_crc; /* of the code, and crc32 of that */
    uint32_t size, arrived;  /* of the next block; how many arrived in a row */
    unsigned long long give_up_at;
};

static void trace(const struct boot *b, enum boot_direction dir, uint32_t word, const char *name)
{
    if (b->o->trace)
        b->o->trace(b->o->self, dir, 32, word, name);
}

static const char *reply_name(uint32_t value)
{
    return value & (uint32_t)BLOCKS_AGAIN ? "BLOCKS_AGAIN"
           : value & BLOCKS_RUN           ? "BLOCKS_RUN"
                                          : "BLOCKS_HAVE";
}

static void put32(uint8_t *at, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

/* One byte of a reply, or of what else the loader may say. REPLIED, 0, BOOT_AGAIN when it has
 * restarted, an error. */
static int hear(struct blocks *s, uint32_t *value, unsigned long long deadline)
{
    struct boot *b = s->b;
    uint8_t bytes[4];
    int rc = boot_get8(b, deadline);
    if (rc < 0)
        return rc;
    s->heard = s->heard >> 8 | (uint64_t)(b->window >> 24) << 56;
    *value = (uint32_t)s->heard;
    put32(bytes, *value);
    if (wire_crc32(bytes, 4) == s->heard >> 32) {
        boot_take(b);
        trace(b, BOOT_GET, *value, reply_name(*value));
        return REPLIED;
    }
    if (b->have < 4)
        return 0;
    switch (b->window) {
    case (uint32_t)BOOT_PRINT_STRING:
        return boot_take_string(b);
    case (uint32_t)BOOT_ERROR:
        boot_trace_word(b, BOOT_GET, boot_take(b));
        return boot_refused_a(b);
    case BOOT_GET_PROG_INFO: /* one from before, until the loader has begun */
        return s->begun ? boot_start_over(b, BOOT_STALLED, 0) : 0;
    default:
        return 0;
    }
}

/* 0 and the next reply; LINE_TIMEOUT; BOOT_AGAIN; an error. */
static int await_reply(struct blocks *s, uint32_t *value, unsigned long long deadline)
{
    int rc;
    do
        rc = hear(s, value, deadline);
    while (rc == 0);
    return rc == REPLIED ? 0 : rc;
}

static int put(struct boot *b, const uint8_t *bytes, size_t n)
{
    int rc = line_write(b->line, bytes, n, BOOT_WORD_MS + 2 * line_wire_ms(b->line, n));
    return rc == LINE_TIMEOUT ? BOOT_STALLED : rc;
}

static int put_begin(struct blocks *s)
{
    struct boot *b = s->b;
    const uint32_t words[] = {b->o->addr, (uint32_t)b->nbytes, wire_crc32(b->code, b->nbytes)};
    uint8_t bytes[4 + sizeof words + 4];
    put32(bytes, BLOCKS_BEGIN);
    trace(b, BOOT_PUT, BLOCKS_BEGIN, "BLOCKS_BEGIN");
    for (size_t i = 0; i < 3; i++) {
        put32(bytes + 4 + 4 * i, words[i]);
        boot_trace_word(b, BOOT_PUT, words[i]);
    }
    uint32_t check = wire_crc32(bytes + 4, sizeof words);
    put32(bytes + 4 + sizeof words, check);
    boot_trace_word(b, BOOT_PUT, check);
    return put(b, bytes, sizeof bytes);
}

static int put_block(struct blocks *s)
{
    struct boot *b = s->b;
    uint8_t bytes[HEAD + BLOCKS_MAX + TAIL];
    uint32_t left = (uint32_t)b->nbytes - s->sent, n = left < s->size ? left : s->size;
    const uint8_t *code = b->code + s->sent;
    put32(bytes, (uint32_t)BLOCKS_BLOCK + n);
    trace(b, BOOT_PUT, (uint32_t)BLOCKS_BLOCK + n, "PUT_CODE_BLOCK");
    put32(bytes + 4, s->sent);
    boot_trace_word(b, BOOT_PUT, s->sent);
    memcpy(bytes + HEAD, code, n);
    for (uint32_t i = 0; b->o->trace && i < n; i++)
        b->o->trace(b->o->self, BOOT_PUT, 8, code[i], NULL);
    s->sent_crc = wire_crc32_more(s->sent_crc, code, n);
    s->sent += n;
    put32(bytes + HEAD + n, s->sent_crc);
    boot_trace_word(b, BOOT_PUT, s->sent_crc);
    return put(b, bytes, HEAD + n + TAIL);
}

/* Of the blocks under way, and of those that were when we went back. */
static unsigned long long reply_deadline(const struct blocks *s)
{
    return line_now_ms() + REPLY_MS +
           line_wire_ms(s->b->line, (size_t)2 * WINDOW * (HEAD + s->size + TAIL));
}

/* Goes on from what the loader has. */
static void rewind_to_have(struct blocks *s)
{
    s->sent = s->have;
    s->sent_crc = wire_crc32(s->b->code, s->sent);
}

static void go_back(struct blocks *s)
{
    rewind_to_have(s);
    s->arrived = 0;
    if (s->size > BLOCK_MIN)
        s->size /= 2;
}

static void take_reply(struct blocks *s, uint32_t value)
{
    struct boot *b = s->b;
    uint32_t have = value & ~(uint32_t)BLOCKS_AGAIN;
    if (have > b->nbytes)
        return;
    int more = have > s->have, other = have < s->have || have > s->sent;
    s->have = have;
    if (other)
        rewind_to_have(s);
    if (more) {
        s->give_up_at = line_now_ms() + PROGRESS_MS;
        if (++s->arrived == GROW_AFTER) {
            s->arrived = 0;
            s->size = s->size * 2 < BLOCKS_MAX ? s->size * 2 : BLOCKS_MAX;
        }
        if (b->o->progress)
            b->o->progress(b->o->self, have, b->nbytes);
    }
    if (value & (uint32_t)BLOCKS_AGAIN)
        go_back(s);
}

static int send_blocks(struct blocks *s)
{
    struct boot *b = s->b;
    unsigned long long deadline = 0;
    s->give_up_at = line_now_ms() + PROGRESS_MS;
    while (!s->begun || s->have < b->nbytes) {
        uint32_t value;
        int rc = 0, sent = 0;
        if (!s->begun && line_now_ms() >= deadline) {
            rc = put_begin(s);
            sent = 1;
        }
        while (rc == 0 && s->begun && s->sent < b->nbytes && s->sent - s->have < WINDOW * s->size) {
            rc = put_block(s);
            sent = 1;
        }
        if (sent)
            deadline = reply_deadline(s);
        if (rc == 0)
            rc = await_reply(s, &value, deadline);
        if (rc == 0) {
            s->begun = 1;
            take_reply(s, value);
        } else if (rc != LINE_TIMEOUT) {
            return rc;
        } else if (line_now_ms() >= s->give_up_at) {
            return BOOT_STALLED;
        } else if (s->begun) {
            go_back(s);
        }
    }
    return 0;
}

/* After BLOCKS_RUN + n: what the loader still says, and not a byte of the program. */
static int hear_the_rest(struct blocks *s, uint32_t n)
{
    struct boot *b = s->b;
    for (uint32_t left = 8 * n + 4; left > 0; left--) {
        int rc = boot_get8(b, line_now_ms() + RUN_MS);
        if (rc < 0)
            return rc == LINE_TIMEOUT ? 0 : rc;
        if (b->have == 4 && b->window == (uint32_t)BOOT_SUCCESS) {
            boot_trace_word(b, BOOT_GET, boot_take(b));
            break;
        }
    }
    return 0;
}

/* GO is said again only to a loader that asks for it: a program that runs already would take it
 * for its input. */
static int go(struct blocks *s)
{
    struct boot *b = s->b;
    uint8_t bytes[4];
    uint32_t value = (uint32_t)b->nbytes;
    put32(bytes, BLOCKS_GO);
    s->give_up_at = line_now_ms() + GO_MS;
    for (;;) {
        int rc = 0;
        if (value == b->nbytes) {
            trace(b, BOOT_PUT, BLOCKS_GO, "BLOCKS_GO");
            rc = put(b, bytes, sizeof bytes);
        }
        if (rc == 0)
            rc = await_reply(s, &value, s->give_up_at);
        if (rc == LINE_TIMEOUT)
            return BOOT_UNCONFIRMED;
        if (rc != 0)
            return rc;
        if (value >= BLOCKS_RUN && value - BLOCKS_RUN < BLOCKS_RUNS)
            return hear_the_rest(s, value - BLOCKS_RUN);
    }
}

int boot_attempt_blocks(struct boot *b)
{
    struct blocks s = {.b = b, .size = BLOCKS_MAX};
    int rc = send_blocks(&s);
    return rc == 0 ? go(&s) : rc;
}
