/* emu/observe/log.h - what a recorded run consists of, and its code: a record becomes a few bytes.
 * docs/log.md has the format byte by byte.
 *
 * The code predicts: an access that repeats an earlier one is a byte. Encoder and decoder keep the
 * same table of 128 slots, so a log is read from its beginning. Pure functions over buffers. */
#ifndef EMU_OBSERVE_LOG_H
#define EMU_OBSERVE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"

enum log_kind {
    LOG_ACCESS, /* whatever passed the bus: access, result */
    LOG_MEMORY, /* a bus master wrote addr to addr + nbytes of the program's RAM */
    LOG_IRQ,    /* the program's handler begins: value which interrupt, count, by_signal */
    LOG_INPUT,  /* a byte that the program read above the registers: value, count */
    LOG_CYCLES, /* the program read its cycle counter: value, count */
    LOG_END,    /* the run ended: value its exit status, count its signal */
};

/* Whose time a log tells. In virtual time an access takes 100 ns, a delay what it says, and a
 * record that is later or earlier says so. */
enum log_clock {
    LOG_VIRTUAL,
    LOG_REAL,
    LOG_COUNTED, /* virtual, and the program's basic blocks take some */
    LOG_CLOCKS
};

struct log_record {
    enum log_kind kind;
    uint64_t ns;         /* when, since the start: a multiple of 1000 with LOG_REAL */
    struct bus_access a; /* LOG_ACCESS */
    int result;          /* LOG_ACCESS: of bus_perform */
    uint32_t value;
    /* LOG_IRQ: calls of the program through the gate since the record before. LOG_INPUT: looks in
     * vain since then. LOG_CYCLES: readings of it, or of the cpsr, since then, with this one.
     * LOG_END: the signal, or 0. */
    uint32_t count;
    int by_signal;        /* LOG_IRQ: the program was computing, not in a call */
    uint32_t addr;        /* LOG_MEMORY; LOG_IRQ: the location that was interrupted */
    uint32_t nbytes;      /* LOG_MEMORY: 1 to LOG_MEMORY_MAX */
    const uint8_t *bytes; /* LOG_MEMORY: borrowed, from the decoder until its next call */
};

enum {
    LOG_SLOTS = 128,
    LOG_MEMORY_MAX = 4096,              /* bytes of one record; more are more records */
    LOG_RECORD_MAX = 48,                /* bytes of code of any other record */
    LOG_CODE_MAX = LOG_MEMORY_MAX + 48, /* of any */
    LOG_ACCESS_NS = 100,
    LOG_DELAY_CYCLE_NS = 100,
};

struct log_slot {
    uint32_t addr, value;
    uint32_t pc;
    uint32_t shape; /* op, width, origin and result in one word; 0: not defined */
    uint32_t word;  /* address | op, if it is a read or write of 32 bits that went well; else 0 */
};

/* Zero it to start, and set the clock. */
struct log_code {
    struct log_slot slot[LOG_SLOTS];
    enum log_clock clock;
    uint64_t expected_ns; /* of the next record */
    uint32_t pc, addr;    /* of the last slot that was defined */
};

/* The slot an access belongs to: a function of its address and program location. */
static inline unsigned log_slot_of(uint32_t addr, uint32_t pc)
{
    return ((addr >> 2) * 0x9e3779b1u + pc * 0x85ebca6bu) >> 25;
}

/* Codes *r into out, of LOG_CODE_MAX bytes. Returns the bytes used. */
size_t log_encode(struct log_code *c, const struct log_record *r, uint8_t *out);

/* Reads one record of the nbytes at in. Returns the bytes it took; 0: they are not a whole record;
 * -1: they are none of this format. */
long log_decode(struct log_code *c, const uint8_t *in, size_t nbytes, struct log_record *r);

/* First bytes of the commonest records: an access of a slot with a value that differs by a byte,
 * the slot and the difference following; and with the same value, slot added. */
enum { LOG_NEAR = 2, LOG_AGAIN = 0x80 };

#endif
