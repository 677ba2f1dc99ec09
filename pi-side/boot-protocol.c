/* The Pi's half of boot protocol A. It does not know a device register; every wait has a limit, and
 * every failure ends with the reason on the line and the line quiet. */
#include "pi-side/boot-protocol.h"

#include "wire/boot.h"
#include "wire/crc32.h"

enum {
    MS = 1000,
    WORD_LIMIT_US = 1000 * MS,  /* between two bytes of a word or of the code */
    QUIET_US = 100 * MS,        /* nobody is sending any more */
    CODE_LIMIT = 30,            /* quiet times until PUT_CODE must have come */
    REPEAT_LIMIT = 5,           /* quiet times that make a repeated PUT_PROG_INFO a lost answer */
    GREETING_MAX_BYTES = 4096,  /* of noise, until the greeting is due again: 0.4 s */
    DRAIN_MAX_BYTES = 64 * 1024 /* of leftovers, until the greeting is due again: 6 s */
};

struct prog_info {
    uint32_t addr, nbytes, crc;
};

static void put32(const struct boot_port *p, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        p->put8(p->self, (uint8_t)(word >> (8 * i)));
}

/* 0, or -1 when the line fell silent in the middle. */
static int get32(const struct boot_port *p, uint32_t *word)
{
    *word = 0;
    for (unsigned i = 0; i < 4; i++) {
        int byte = p->get8(p->self, WORD_LIMIT_US);
        if (byte < 0)
            return -1;
        *word |= (uint32_t)byte << (8 * i);
    }
    return 0;
}

static unsigned append(char *text, unsigned n, const char *s)
{
    while (*s)
        text[n++] = *s++;
    return n;
}

static unsigned append_hex(char *text, unsigned n, uint32_t value)
{
    n = append(text, n, " 0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        text[n++] = "0123456789abcdef"[value >> shift & 15];
    return n;
}

/* Installers up to 2023 take strings below 512 bytes; the longest here is under 128. */
static void put_reason(const struct boot_port *p, const char *what, uint32_t a, const char *and,
                       uint32_t b, const char *end)
{
    char text[160];
    unsigned n = append(text, 0, "boot loader: ");

    n = append(text, n, what);
    n = append_hex(text, n, a);
    n = append(text, n, and);
    n = append_hex(text, n, b);
    n = append(text, n, end);
    text[n++] = '\n';

    put32(p, (uint32_t)BOOT_PRINT_STRING);
    put32(p, n);
    for (unsigned i = 0; i < n; i++)
        p->put8(p->self, (uint8_t)text[i]);
}

/* An installer that did not wait for our answer is still sending: the next greeting must not land
 * in the middle of that. */
static void drain(const struct boot_port *p)
{
    for (unsigned i = 0; i < DRAIN_MAX_BYTES; i++)
        if (p->get8(p->self, QUIET_US) < 0)
            return;
}

static enum boot_outcome fail(const struct boot_port *p, uint32_t detail)
{
    put32(p, (uint32_t)BOOT_ERROR);
    if (detail)
        put32(p, detail);
    drain(p);
    return BOOT_OUTCOME_FAILED;
}

static int overlaps(const struct boot_range *r, uint32_t addr, uint32_t nbytes)
{
    return addr < r->hi && addr + nbytes > r->lo;
}

/* 0, or -1 with the reason on the line. */
static int check_place(const struct boot_port *p, const struct prog_info *info)
{
    const char *what = 0;

    if (!info->nbytes)
        what = ": no code";
    else if (info->addr & 3)
        what = ": the address is no multiple of 4";
    else if (info->addr >= p->memory_end || info->nbytes > p->memory_end - info->addr)
        what = ": does not fit in memory";
    else
        for (unsigned i = 0; i < BOOT_KEEP_RANGES; i++)
            if (overlaps(&p->keep[i], info->addr, info->nbytes))
                what = ": would overwrite the boot loader";
    if (!what)
        return 0;
    put_reason(p, "refused", info->nbytes, " bytes at", info->addr, what);
    return -1;
}

static int get_info(const struct boot_port *p, struct prog_info *info)
{
    *info = (struct prog_info){0};
    return get32(p, &info->addr) || get32(p, &info->nbytes) || get32(p, &info->crc) ? -1 : 0;
}

static int same_info(const struct prog_info *a, const struct prog_info *b)
{
    return a->addr == b->addr && a->nbytes == b->nbytes && a->crc == b->crc;
}

/* Waits for PUT_PROG_INFO behind whatever else arrives. */
static int greeted(const struct boot_port *p)
{
    uint32_t last = 0;

    for (unsigned i = 0; i < GREETING_MAX_BYTES; i++) {
        int byte = p->get8(p->self, BOOT_REPEAT_MS * MS);
        if (byte < 0)
            return 0;
        last = last >> 8 | (uint32_t)byte << 24;
        if (last == BOOT_PUT_PROG_INFO)
            return 1;
    }
    return 0;
}

enum next { NEXT_CODE, NEXT_ANSWER, NEXT_GIVE_UP };

/* After our GET_CODE: waits for PUT_CODE. An installer that found several greetings in its buffer
 * may have answered each, so PUT_PROG_INFO can come again. The same one at once is ignored: a
 * second GET_CODE would confuse it. The same one after a long silence means that our answer was
 * lost, and another one that another installer has taken over: both want an answer. */
static enum next await_code(const struct boot_port *p, struct prog_info *info)
{
    uint32_t last = 0;

    for (unsigned quiet = 0, bytes = 0; quiet < CODE_LIMIT && bytes < GREETING_MAX_BYTES;) {
        int byte = p->get8(p->self, QUIET_US);
        if (byte < 0) {
            quiet++;
            continue;
        }
        bytes++;
        last = last >> 8 | (uint32_t)byte << 24;
        if (last == BOOT_PUT_CODE)
            return NEXT_CODE;
        if (last == BOOT_PUT_PROG_INFO) {
            struct prog_info again;

            if (get_info(p, &again))
                return NEXT_GIVE_UP;
            if (!same_info(&again, info) || quiet >= REPEAT_LIMIT) {
                *info = again;
                return NEXT_ANSWER;
            }
            last = 0;
        }
    }
    return NEXT_GIVE_UP;
}

/* Stores the code and checks what memory then holds. */
static enum boot_outcome load(const struct boot_port *p, const struct prog_info *info)
{
    volatile uint8_t *code = (volatile uint8_t *)(p->memory + info->addr);
    uint32_t crc = 0;

    for (uint32_t i = 0; i < info->nbytes; i++) {
        int byte = p->get8(p->self, WORD_LIMIT_US);
        if (byte < 0) {
            put_reason(p, "the code stopped after", i, " bytes of", info->nbytes, "");
            return fail(p, (uint32_t)BOOT_BAD_CODE_CKSUM);
        }
        code[i] = (uint8_t)byte;

        uint8_t stored = code[i];
        crc = wire_crc32_more(crc, &stored, 1);
    }
    if (crc != info->crc) {
        put_reason(p, "the code arrived damaged: crc32", crc, ", expected", info->crc, "");
        return fail(p, (uint32_t)BOOT_BAD_CODE_CKSUM);
    }
    put32(p, (uint32_t)BOOT_SUCCESS);
    return BOOT_OUTCOME_RUN;
}

enum boot_outcome boot_serve(const struct boot_port *p, uint32_t *start)
{
    struct prog_info info;
    enum next next;

    put32(p, BOOT_GET_PROG_INFO);
    if (!greeted(p))
        return BOOT_OUTCOME_NOBODY;
    if (get_info(p, &info)) {
        put_reason(p, "PUT_PROG_INFO stopped short: address", info.addr, ", bytes", info.nbytes,
                   "");
        return fail(p, 0);
    }
    do {
        if (check_place(p, &info))
            return fail(p, (uint32_t)BOOT_BAD_CODE_ADDR);
        put32(p, BOOT_GET_CODE);
        put32(p, info.crc);
        next = await_code(p, &info);
    } while (next == NEXT_ANSWER);
    if (next == NEXT_GIVE_UP) {
        put_reason(p, "no PUT_CODE came for", info.nbytes, " bytes at", info.addr, "");
        return fail(p, 0);
    }
    *start = info.addr;
    return load(p, &info);
}
