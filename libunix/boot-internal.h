/* libunix/boot-internal.h - what the boot protocols share: words and strings over a line. */
#ifndef LIBUNIX_BOOT_INTERNAL_H
#define LIBUNIX_BOOT_INTERNAL_H

#include "libunix/boot.h"
#include "wire/boot.h"

enum {
    BOOT_STEP_MS = 5000,      /* longest silence of a loader that is still there */
    BOOT_WORD_MS = 2000,      /* for the words right behind an opcode */
    BOOT_TRIES = 4,           /* attempts in all, when a loader starts over */
    BOOT_JUNK_MAX = 16384,    /* bytes that are no opcode, where one is due: 1.4 s of noise */
    BOOT_OLD_TEXT_MAX = 2048, /* output before the greeting that is kept to be shown */
    BOOT_AGAIN = 1,      /* of an attempt: the loader started over, or may take it another way */
    BOOT_OFFERED = -100, /* among the steps of protocol A: the loader takes checked blocks */
};

struct boot {
    struct line *line;
    const struct boot_options *o;
    struct boot_result *r;
    enum boot_protocol speaking; /* for names in the trace */

    const uint8_t *code; /* as the user has it */
    size_t nbytes;
    const uint8_t *padded; /* the same with zeros to a multiple of 4, and its size */
    size_t padded_nbytes;

    /* The last four bytes received, and how many of them are not used up yet. */
    uint32_t window;
    unsigned have;
    unsigned junk;       /* bytes that left the window without being an opcode */
    uint32_t first_junk; /* the first such word */

    char old_text[BOOT_OLD_TEXT_MAX]; /* what came before the greeting */
    size_t old_nbytes;

    int said_waiting;
    int spoke_soh;  /* times */
    int acks;       /* OLD_ACK words in a row, before the handshake */
    int swap_ack;   /* send the ACK the loader did not seem to want, or leave it out */
    int pad_always; /* the loader takes whole words */
    int offered;    /* it is our loader, which takes checked blocks */
    int cut_string; /* the last string was not whole */
    int ours;       /* in this attempt the loader spoke as ours does */
    int understood; /* and quoted our size and address */
    int failure;    /* of the attempt that made us try again, and its detail */
    uint32_t failure_detail;
};

/* One byte into the window. 0, LINE_TIMEOUT, LINE_GONE. */
int boot_get8(struct boot *b, unsigned long long deadline);

/* The next four bytes, whatever they are; the window is empty afterwards. */
int boot_get32(struct boot *b, uint32_t *word);

/* All or nothing; LINE_TIMEOUT becomes BOOT_STALLED. */
int boot_put_words(struct boot *b, const uint32_t *words, size_t n);

/* The window holds BOOT_PRINT_STRING: reads the string behind it and shows it; an offer of checked
 * blocks is noted instead. */
int boot_take_string(struct boot *b);

/* Receives until one of words[0..n) ends in the window: its index. Strings are shown on the way
 * when BOOT_PRINT_STRING is among the protocol's words (strings). A negative error otherwise:
 * BOOT_STALLED after silence, BOOT_UNEXPECTED after something else. */
int boot_await(struct boot *b, const uint32_t *words, int n, int strings,
               unsigned long long deadline);

/* Sends the code; `heard` is asked after each piece whether what came meanwhile ends the transfer
 * (nonzero: an error or BOOT_AGAIN). */
int boot_send_code(struct boot *b, const uint8_t *code, size_t nbytes,
                   int (*heard)(struct boot *b));

/* How long the loader may take from the last byte we wrote to its verdict. */
unsigned long long boot_verdict_deadline(const struct boot *b, size_t nbytes);

/* Uses the word in the window up. */
uint32_t boot_take(struct boot *b);

void boot_trace_word(const struct boot *b, enum boot_direction dir, uint32_t word);

/* BOOT_AGAIN, for this reason, which is what is said in the end if nothing comes of it. */
int boot_start_over(struct boot *b, int failure, uint32_t detail);

/* Protocol A's loader said BOOT_ERROR; a reason may follow. BOOT_REFUSED. */
int boot_refused_a(struct boot *b);

/* An attempt each, from the greeting on: 0, an error, or BOOT_AGAIN. */
int boot_attempt_a(struct boot *b);
int boot_attempt_blocks(struct boot *b);
int boot_attempt_old(struct boot *b);

/* Sends protocol B's opening: SOH, nbytes, crc. */
int boot_speak_soh(struct boot *b);

/* Is the word in the window one of protocol B's and C's error words? */
int boot_is_old_error(uint32_t word);

#endif
