/* libunix/boot-io.c - words, strings and code over the line, for the boot protocols.
 * Reads byte by byte and never past an opcode: what follows belongs to the program. */
#include <stdio.h>
#include <string.h>

#include "libunix/boot-internal.h"

enum { CHUNK = 256, CRC_US_PER_BYTE = 4, TCP_BUFFERED = 1 << 20, TTY_BUFFERED = 1 << 16 };

void boot_trace_word(const struct boot *b, enum boot_direction dir, uint32_t word)
{
    if (b->o->trace)
        b->o->trace(b->o->self, dir, 32, word, boot_word_name(b->speaking, word));
}

static unsigned left_ms(unsigned long long deadline)
{
    unsigned long long now = line_now_ms();
    return deadline > now ? (unsigned)(deadline - now) : 0;
}

int boot_get8(struct boot *b, unsigned long long deadline)
{
    uint8_t byte;
    int rc = line_read(b->line, &byte, 1, left_ms(deadline));
    if (rc < 0)
        return rc;
    if (b->r->heard++ == 0 && b->o->heard)
        b->o->heard(b->o->self);
    if (b->have == 4) {
        if (b->junk++ == 0)
            b->first_junk = b->window;
        b->have--;
    }
    b->window = b->window >> 8 | (uint32_t)byte << 24;
    b->have++;
    return 0;
}

uint32_t boot_take(struct boot *b)
{
    b->have = 0;
    return b->window;
}

int boot_get32(struct boot *b, uint32_t *word)
{
    unsigned long long deadline = line_now_ms() + BOOT_WORD_MS;
    b->have = 0;
    while (b->have < 4) {
        int rc = boot_get8(b, deadline);
        if (rc < 0)
            return rc == LINE_TIMEOUT ? BOOT_STALLED : rc;
    }
    *word = boot_take(b);
    return 0;
}

int boot_put_words(struct boot *b, const uint32_t *words, size_t n)
{
    uint8_t bytes[16];
    for (size_t i = 0; i < n; i++) {
        boot_trace_word(b, BOOT_PUT, words[i]);
        for (size_t k = 0; k < 4; k++)
            bytes[4 * i + k] = (uint8_t)(words[i] >> 8 * k);
    }
    int rc = line_write(b->line, bytes, 4 * n, BOOT_WORD_MS + 2 * line_wire_ms(b->line, 4 * n));
    return rc == LINE_TIMEOUT ? BOOT_STALLED : rc;
}

/* Our loader's reasons begin with its name; the one for a refusal quotes what it was asked for. */
static void note_speaker(struct boot *b, const char *text, size_t nbytes)
{
    static const char name[] = "boot loader: ";
    char quote[64];
    int n =
        snprintf(quote, sizeof quote, "0x%08zx bytes at 0x%08x", b->nbytes, (unsigned)b->o->addr);
    if (nbytes >= sizeof name - 1 && memcmp(text, name, sizeof name - 1) == 0)
        b->ours = 1;
    if (memmem(text, nbytes, quote, (size_t)n))
        b->understood = 1;
}

int boot_start_over(struct boot *b, int failure, uint32_t detail)
{
    b->r->detail = detail;
    b->failure = failure;
    b->failure_detail = detail;
    return BOOT_AGAIN;
}

int boot_take_string(struct boot *b)
{
    char text[BOOT_MAX_STRING];
    uint32_t nbytes;
    boot_take(b);
    b->cut_string = 1;
    int rc = boot_get32(b, &nbytes);
    if (rc < 0)
        return rc;
    if (nbytes > BOOT_MAX_STRING) {
        b->r->detail = nbytes;
        return BOOT_BAD_STRING;
    }
    rc = line_read_all(b->line, text, nbytes, BOOT_WORD_MS + 2 * line_wire_ms(b->line, nbytes));
    if (rc < 0)
        return rc == LINE_TIMEOUT ? BOOT_STALLED : rc;
    b->cut_string = 0;
    b->r->heard += nbytes;
    note_speaker(b, text, nbytes);
    if (nbytes == sizeof BLOCKS_OFFER - 1 && memcmp(text, BLOCKS_OFFER, nbytes) == 0)
        b->offered = 1;
    else if (b->o->text)
        b->o->text(b->o->self, text, nbytes);
    return 0;
}

static int unanswered(struct boot *b)
{
    if (b->junk == 0 && b->have < 4)
        return BOOT_STALLED;
    b->r->detail = b->junk ? b->first_junk : b->window;
    return BOOT_UNEXPECTED;
}

int boot_await(struct boot *b, const uint32_t *words, int n, int strings,
               unsigned long long deadline)
{
    b->junk = 0;
    for (;;) {
        if (b->have == 4) {
            for (int i = 0; i < n; i++)
                if (b->window == words[i]) {
                    boot_trace_word(b, BOOT_GET, boot_take(b));
                    return i;
                }
            if (strings && b->window == (uint32_t)BOOT_PRINT_STRING) {
                int offered = b->offered, rc = boot_take_string(b);
                if (rc < 0 || b->offered != offered)
                    return rc < 0 ? rc : BOOT_OFFERED;
                continue;
            }
            if (b->junk > BOOT_JUNK_MAX)
                return unanswered(b);
        }
        int rc = boot_get8(b, deadline);
        if (rc == LINE_TIMEOUT)
            return unanswered(b);
        if (rc < 0)
            return rc;
    }
}

int boot_send_code(struct boot *b, const uint8_t *code, size_t nbytes, int (*heard)(struct boot *b))
{
    for (size_t sent = 0; sent < nbytes;) {
        size_t n = nbytes - sent < CHUNK ? nbytes - sent : CHUNK;
        int rc = line_write(b->line, code + sent, n, BOOT_WORD_MS + 2 * line_wire_ms(b->line, n));
        if (rc < 0)
            return rc == LINE_TIMEOUT ? BOOT_STALLED : rc;
        for (size_t i = 0; b->o->trace && i < n; i++)
            b->o->trace(b->o->self, BOOT_PUT, 8, code[sent + i], NULL);
        sent += n;
        if (b->o->progress)
            b->o->progress(b->o->self, sent, nbytes);
        rc = heard(b);
        if (rc != 0)
            return rc;
    }
    return 0;
}

unsigned long long boot_verdict_deadline(const struct boot *b, size_t nbytes)
{
    size_t buffered = b->line->is_tty ? TTY_BUFFERED : TCP_BUFFERED;
    return line_now_ms() + BOOT_STEP_MS +
           2ULL * line_wire_ms(b->line, nbytes < buffered ? nbytes : buffered) +
           nbytes / 1000 * CRC_US_PER_BYTE;
}
