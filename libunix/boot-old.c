/* libunix/boot-old.c - protocols B (we open with SOH) and C (the Pi repeats ACK), 2019 and 2020.
 * Their loaders read words, so the program goes out with zeros up to a multiple of 4. */
#include "libunix/boot-internal.h"
#include "wire/crc32.h"

int boot_is_old_error(uint32_t word)
{
    return (word >= OLD_BAD_CKSUM && word <= OLD_TOO_BIG) || word == OLD_NAK;
}

int boot_speak_soh(struct boot *b)
{
    const uint32_t words[] = {OLD_SOH, (uint32_t)b->padded_nbytes,
                              wire_crc32(b->padded, b->padded_nbytes)};
    b->spoke_soh++;
    return boot_put_words(b, words, 3);
}

static uint32_t first_word(const struct boot *b)
{
    const uint8_t *p = b->padded;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The Pi echoed SOH; what follows is crc32(nbytes), or nbytes itself from a loader that wants no
 * ACK, and the crc of the code. *ack: does it want one? */
static int check_echo(struct boot *b, int *ack)
{
    uint32_t size, crc, n = (uint32_t)b->padded_nbytes;
    const uint8_t n_bytes[] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16),
                               (uint8_t)(n >> 24)};
    int rc = boot_get32(b, &size);
    if (rc < 0)
        return rc;
    boot_trace_word(b, BOOT_GET, size);
    rc = boot_get32(b, &crc);
    if (rc < 0)
        return rc;
    boot_trace_word(b, BOOT_GET, crc);
    *ack = size == wire_crc32(n_bytes, 4);
    /* A loader that lost a byte of an earlier SOH, or took two of them for one, reboots by itself.
     */
    if (!*ack && size != n)
        return boot_start_over(b, BOOT_BAD_CRC, size);
    if (crc != wire_crc32(b->padded, b->padded_nbytes))
        return boot_start_over(b, BOOT_BAD_CRC, crc);
    return 0;
}

/* The loader is silent while it reads, so a word means that it gave up, or is our own code coming
 * back. */
static int heard_while_sending(struct boot *b)
{
    int rc = 0;
    while (rc == 0) {
        if (b->have == 4 && b->window == OLD_ACK)
            return 0;
        rc = boot_get8(b, 0);
        if (rc != 0 || b->have < 4)
            continue;
        if (b->junk == 0 && b->window == first_word(b))
            return BOOT_ECHOED;
        if (boot_is_old_error(b->window)) {
            b->r->detail = boot_take(b);
            return BOOT_REFUSED;
        }
    }
    return rc == LINE_TIMEOUT ? 0 : rc;
}

static int verdict(struct boot *b)
{
    const uint32_t words[] = {OLD_ACK,     OLD_BAD_CKSUM, OLD_BAD_START, OLD_BAD_END,
                              OLD_TOO_BIG, OLD_NAK,       first_word(b)};
    int rc = boot_await(b, words, 7, 0, boot_verdict_deadline(b, b->padded_nbytes));
    if (rc <= 0)
        return rc;
    if (rc == 6)
        return BOOT_ECHOED;
    b->r->detail = words[rc];
    return BOOT_REFUSED;
}

int boot_attempt_old(struct boot *b)
{
    static const uint32_t ack_word = OLD_ACK, eot = OLD_EOT;
    int ack, rc = check_echo(b, &ack);
    if (rc != 0)
        return rc;
    if (b->swap_ack)
        ack = !ack;
    if (ack)
        rc = boot_put_words(b, &ack_word, 1);
    b->junk = 0;
    if (rc == 0)
        rc = boot_send_code(b, b->padded, b->padded_nbytes, heard_while_sending);
    if (rc == 0)
        rc = boot_put_words(b, &eot, 1);
    if (rc == 0)
        rc = verdict(b);
    /* A loader of the other persuasion took our ACK for code, or code for the ACK it waits for. */
    if (rc == BOOT_REFUSED && !b->swap_ack &&
        (b->r->detail == OLD_BAD_END || b->r->detail == OLD_NAK || b->r->detail == OLD_BAD_CKSUM)) {
        b->swap_ack = 1;
        return boot_start_over(b, BOOT_REFUSED, b->r->detail);
    }
    return rc;
}
