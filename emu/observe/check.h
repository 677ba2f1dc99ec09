/* emu/observe/check.h - says what a program does with the devices that the manual does not allow,
 * or that cannot be meant: a watcher on the bus. docs/checks.md has the rules and their reasons.
 *
 * It judges by what passes on the bus alone, so it does not matter who answers. Accesses that may
 * be quick stay quick while they are clean: what is clean is kept ready for each such register
 * whenever something changes. */
#ifndef EMU_OBSERVE_CHECK_H
#define EMU_OBSERVE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"

enum check_rule {
    CHECK_NO_BARRIER,
    CHECK_UART,
    CHECK_PIN,
    CHECK_RESERVED,
    CHECK_WRITE_ONLY,
    CHECK_READ_ONLY,
    CHECK_FIFO,
    CHECK_NO_HANDLER,
    CHECK_W1C,
    CHECK_UNMODELLED,
    CHECK_RULES
};

extern const char *const check_rule_name[CHECK_RULES]; /* "no-barrier", ... */

enum {
    CHECK_MAX_TEXT = 256,
    CHECK_WORDS = 64,
    CHECK_LAST = 256,
    CHECK_FIFOS = 8,
    CHECK_MUTED = 64,
    CHECK_QUICK_PAGES = 3
};

struct check_finding {
    enum check_rule rule;
    const struct bus_access *a; /* what was done, and where */
    int earlier;                /* not just now: the program is somewhere else meanwhile */
    const char *reg;            /* its register's name */
    const char *text; /* "read of GPIO.SET0 (0x2020001c): it can only be written (... p. 95)" */
};

/* A register whose accesses may be quick: those of `op` that write no other bits than `clean`. */
struct check_word {
    uint32_t key; /* address, and op in bit 0 */
    uint32_t clean;
};

/* Since the last barrier; addresses, 0: none. */
struct check_barrier {
    uint32_t read, wrote;
    int handler_begins; /* an interrupt handler runs and has had no barrier yet */
    int in_handler;
    struct bus_access last_write; /* in the handler, since its last barrier; addr 0: none */
    uint32_t steady[2]; /* page number that a read, a write may be of, and changes nothing here */
};

struct check_pins {
    uint32_t fsel[6];
    uint32_t set[2];     /* pins whose function somebody set, the boot loader included */
    uint32_t by_prog[2]; /* the same, without boot loader and console */
    uint32_t output[2];
    uint32_t high[2], low[2]; /* written to while no output */
};

struct check_uart {
    uint32_t enables, cntl, lcr, baud; /* of the mini-UART */
    uint32_t cr, lcrh, ibrd;           /* of the PL011 */
};

struct check_fifo {
    unsigned room;
    uint64_t us;  /* of delays, when room was last looked at */
    uint32_t clo; /* of the system timer, then */
};

struct check_irq {
    uint32_t enabled[3]; /* ENABLE1, ENABLE2, ENABLE_BASIC */
    int fast;
    unsigned unmasked; /* bits: 1 normal, 2 fast */
};

/* What was last read from a register, or written to it when that came later. */
struct check_last {
    uint32_t addr, value;
    int was_read;
    uint32_t more; /* w1c-rmw: bits that were written and had not been read, at wrote_pc */
    uint32_t wrote;
    uintptr_t wrote_pc;
};

/* An access that breaks the rule about barriers in a long loop, and was said: it may be quick. */
struct check_muted {
    uintptr_t pc;
    uint32_t key; /* as of struct check_word */
};

struct check_seen;

struct check {
    struct bus_watcher watcher; /* for bus_watch */
    void *self;
    /* A finding, the first at its place. Returns nonzero if it was not wanted (suppressed). */
    int (*report)(void *self, const struct check_finding *f);
    /* A number for where the program is, callers included; null: the access's pc is all. */
    uint64_t (*place)(void *self, uintptr_t pc);
    int (*has_handler)(void *self); /* the program has installed vectors; null: not known */
    int all;                        /* else the rule unmodelled only */
    uint64_t places[CHECK_RULES], suppressed; /* reported, and of these not wanted */
    uint64_t times[CHECK_RULES];              /* all, at whatever place */

    struct check_word word[CHECK_WORDS];
    struct bus_quick inner[CHECK_QUICK_PAGES]; /* what answers quick accesses */
    struct check_barrier barrier;
    struct check_muted muted[CHECK_MUTED];
    struct check_pins pins;
    struct check_uart uart;
    struct check_fifo fifo[CHECK_FIFOS];
    struct check_irq irq;
    struct check_last last[CHECK_LAST];
    uint64_t us;  /* of delays */
    uint32_t clo; /* the system timer as last read */
    struct check_seen *seen;
    size_t seen_room, nseen;
};

/* Makes *c ready for a board as the boot loader leaves it; self, report, place, has_handler
 * and all are set. */
void check_init(struct check *c);
void check_free(struct check *c);

/* The program's cpsr lets these through: bits as of struct check_irq. */
void check_unmasked(struct check *c, unsigned unmasked, uintptr_t pc);

/* The program's interrupt handler begins, or has ended. */
void check_handler_begins(struct check *c);
void check_handler_ends(struct check *c);

/* Places where something was found, and how often, over all rules. */
uint64_t check_found_places(const struct check *c);
uint64_t check_found_times(const struct check *c);

/* "read of SPI0.CS (0x20204000): not modelled, reads as 0" or
 * "write of 0x80 to SPI0.CS (0x20204000): not modelled, dropped" into buf; returns buf. */
const char *check_unmodelled_text(const struct bus_access *a, char *buf, size_t nbytes);

#endif
