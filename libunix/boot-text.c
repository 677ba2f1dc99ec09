/* libunix/boot-text.c - the boot protocols' words and errors, named for people. */
#include <stdio.h>

#include "libunix/boot-internal.h"

struct word_name {
    uint32_t word;
    const char *name;
};

static const struct word_name names_a[] = {
    {(uint32_t)BOOT_START, "BOOT_START"},
    {BOOT_GET_PROG_INFO, "GET_PROG_INFO"},
    {BOOT_PUT_PROG_INFO, "PUT_PROG_INFO"},
    {BOOT_GET_CODE, "GET_CODE"},
    {(uint32_t)BOOT_PUT_CODE, "PUT_CODE"},
    {(uint32_t)BOOT_SUCCESS, "BOOT_SUCCESS"},
    {(uint32_t)BOOT_ERROR, "BOOT_ERROR"},
    {(uint32_t)BOOT_BAD_CODE_ADDR, "BAD_CODE_ADDR"},
    {(uint32_t)BOOT_BAD_CODE_CKSUM, "BAD_CODE_CKSUM"},
    {(uint32_t)BOOT_PRINT_STRING, "PRINT_STRING"},
    {0, NULL},
};
static const struct word_name names_old[] = {
    {OLD_SOH, "SOH"},
    {OLD_BAD_CKSUM, "BAD_CKSUM"},
    {OLD_BAD_START, "BAD_START"},
    {OLD_BAD_END, "BAD_END"},
    {OLD_TOO_BIG, "TOO_BIG"},
    {OLD_ACK, "ACK"},
    {OLD_NAK, "NAK"},
    {OLD_EOT, "EOT"},
    {0, NULL},
};

const char *boot_word_name(enum boot_protocol protocol, uint32_t word)
{
    const struct word_name *n = protocol == BOOT_PROTO_A ? names_a : names_old;
    while (n->name && n->word != word)
        n++;
    return n->name ? n->name : "UNKNOWN";
}

static const char *advice(uint32_t word)
{
    switch (word) {
    case (uint32_t)BOOT_BAD_CODE_ADDR:
    case OLD_TOO_BIG:
        return "the program does not fit at its address: it would overwrite the boot loader; make "
               "it "
               "smaller or choose another --addr";
    case (uint32_t)BOOT_BAD_CODE_CKSUM:
    case OLD_BAD_CKSUM:
        return "the program arrived damaged; try again, then check the cable, the ground wire and "
               "--baud";
    case OLD_BAD_START:
    case OLD_BAD_END:
    case OLD_NAK:
        return "bytes were lost on the way; unplug the Pi, plug it in again and retry";
    default:
        return "does the program fit below the boot loader? Else unplug the Pi, plug it in again "
               "and "
               "retry";
    }
}

static const char *garbage_advice(const struct boot_result *r)
{
    return r->heard_text
               ? "a program seems to be running: unplug the Pi, plug it in again and retry"
               : "wrong --baud, or bad wiring: TX and RX, and is ground connected?";
}

const char *boot_error_text(int error, const struct boot_result *r, const char *line_name,
                            char *buf, size_t nbytes)
{
    unsigned detail = r->detail;
    switch (error) {
    case BOOT_SILENT:
        snprintf(buf, nbytes,
                 "%s: no bytes at all from the Pi: check power, the wiring (TX to RX, ground), the "
                 "SD card "
                 "with a boot loader on it; or unplug the Pi and plug it in again",
                 line_name);
        break;
    case BOOT_GARBAGE:
        snprintf(buf, nbytes, "%s: %zu bytes came, but no boot loader speaks (%s)", line_name,
                 r->heard, garbage_advice(r));
        break;
    case BOOT_REFUSED:
        snprintf(buf, nbytes, "%s: the boot loader reported %s (0x%x) for %zu bytes at 0x%x (%s)",
                 line_name, boot_word_name(r->protocol, detail), detail, r->nbytes,
                 (unsigned)r->addr, advice(detail));
        break;
    case BOOT_BAD_CRC:
        snprintf(buf, nbytes,
                 "%s: the boot loader echoed another checksum than ours (0x%x): bytes were lost or "
                 "changed; "
                 "try again, then check the cable, the ground wire and --baud",
                 line_name, detail);
        break;
    case BOOT_STALLED:
        snprintf(buf, nbytes,
                 "%s: the boot loader stopped answering in the middle: unplug the Pi, plug it in "
                 "again and "
                 "retry; if it happens again, check the cable",
                 line_name);
        break;
    case BOOT_UNEXPECTED:
        snprintf(buf, nbytes,
                 "%s: the boot loader answered 0x%x, which its protocol does not allow here (bytes "
                 "lost, or "
                 "a loader this program does not know)",
                 line_name, detail);
        break;
    case BOOT_BAD_STRING:
        snprintf(buf, nbytes,
                 "%s: the boot loader announced a string of %u bytes, more than %d (bytes lost, or "
                 "a faulty "
                 "loader)",
                 line_name, detail, BOOT_MAX_STRING);
        break;
    case BOOT_ECHOED:
        snprintf(buf, nbytes,
                 "%s: everything sent comes back: TX is wired to RX, or the other side is no Pi",
                 line_name);
        break;
    case BOOT_UNCONFIRMED:
        snprintf(buf, nbytes,
                 "%s: the whole program arrived, but the boot loader did not say that it runs: it "
                 "may or "
                 "may not; unplug the Pi, plug it in again and retry",
                 line_name);
        break;
    default:
        return line_error_text(error, line_name, buf, nbytes);
    }
    return buf;
}
