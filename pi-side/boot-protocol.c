/* The Pi's half of boot protocol A, with its checked blocks. It does not know a device register;
 * every wait has a limit, and every failure ends with the reason on the line and the line quiet. */
#include "pi-side/boot-protocol.h"

#include "wire/boot.h"
#include "wire/crc32.h"

enum {
    MS = 1000,
    WORD_LIMIT_US = 1000 * MS, /* between two bytes of a word or of the code */
    QUIET_US = 100 * MS,       /* nobody is sending any more */
    GREETING_LIMIT = BOOT_REPEAT_MS * MS / QUIET_US, /* quiet times until the next greeting */
    CODE_LIMIT = 30,            /* quiet times until PUT_CODE or the next block must have come */
    REPEAT_LIMIT = 5,           /* quiet times that make a repeated PUT_PROG_INFO a lost answer */
    OFFER_LIMIT = 16,           /* quiet times after which no more offers are made */
    GO_REPEAT = 10,             /* quiet times until BLOCKS_GO is asked for again */
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

static void put_string(const struct boot_port *p, const char *text, unsigned n)
{
    put32(p, (uint32_t)BOOT_PRINT_STRING);
    put32(p, n);
    for (unsigned i = 0; i < n; i++)
        p->put8(p->self, (uint8_t)text[i]);
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
    put_string(p, text, n);
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

/* What follows BLOCKS_BEGIN: -1 when it is not whole. */
static int get_checked_info(const struct boot_port *p, struct prog_info *info)
{
    uint32_t check;

    return get_info(p, info) || get32(p, &check) || check != wire_crc32(info, sizeof *info) ? -1
                                                                                            : 0;
}

static int same_info(const struct prog_info *a, const struct prog_info *b)
{
    return a->addr == b->addr && a->nbytes == b->nbytes && a->crc == b->crc;
}

enum next {
    NEXT_GREETING,
    NEXT_SHORT,
    NEXT_ANSWER,
    NEXT_CODE,
    NEXT_BLOCKS,
    NEXT_RUN,
    NEXT_GIVE_UP
};

/* Waits for an installer's word behind whatever else arrives: PUT_PROG_INFO, and, once the code was
 * `asked` for, PUT_CODE.
 *
 * An installer that found several greetings in its buffer may have answered each, so PUT_PROG_INFO
 * can come again. The same one at once is ignored: a second GET_CODE would confuse it. The same one
 * after a long silence means that our answer was lost, and another one that another installer has
 * taken over: both want an answer.
 *
 * An installer that does not send PUT_CODE at once may be waiting for our offer of checked blocks.
 * To any other it is a string to print. */
static enum next listen(const struct boot_port *p, struct prog_info *info, int asked)
{
    unsigned limit = asked ? CODE_LIMIT : GREETING_LIMIT;
    uint32_t last = 0;

    for (unsigned quiet = 0, bytes = 0; quiet < limit && bytes < GREETING_MAX_BYTES;) {
        struct prog_info heard;
        int byte = p->get8(p->self, QUIET_US);

        if (byte < 0) {
            if (asked && quiet < OFFER_LIMIT && quiet % 2 == 0)
                put_string(p, BLOCKS_OFFER, sizeof BLOCKS_OFFER - 1);
            quiet++;
            continue;
        }
        bytes++;
        last = last >> 8 | (uint32_t)byte << 24;
        if (asked && last == BOOT_PUT_CODE)
            return NEXT_CODE;
        if (last == BLOCKS_BEGIN && !get_checked_info(p, &heard)) {
            *info = heard;
            return NEXT_BLOCKS;
        }
        if (last == BOOT_PUT_PROG_INFO) {
            int cut = get_info(p, &heard);

            last = 0;
            if (cut || !asked || !same_info(&heard, info) || quiet >= REPEAT_LIMIT) {
                *info = heard;
                return cut ? NEXT_SHORT : NEXT_ANSWER;
            }
        }
    }
    return asked ? NEXT_GIVE_UP : NEXT_GREETING;
}

/* Stores nbytes at addr and adds what memory then holds to the crc; how many came. */
static uint32_t receive(const struct boot_port *p, uint32_t addr, uint32_t nbytes,
                        uint32_t limit_us, uint32_t *crc)
{
    volatile uint8_t *code = (volatile uint8_t *)(p->memory + addr);

    for (uint32_t i = 0; i < nbytes; i++) {
        int byte = p->get8(p->self, limit_us);
        if (byte < 0)
            return i;
        code[i] = (uint8_t)byte;

        uint8_t stored = code[i];
        *crc = wire_crc32_more(*crc, &stored, 1);
    }
    return nbytes;
}

/* Without blocks nothing protects the address. A program goes to 0x8000 unless somebody says
 * otherwise: what a single inverted bit makes of that is not believed. */
static int is_doubtful(uint32_t addr)
{
    uint32_t difference = addr ^ BOOT_LOAD_ADDR;

    return difference && !(difference & (difference - 1));
}

static enum boot_outcome load(const struct boot_port *p, const struct prog_info *info)
{
    uint32_t crc = 0, n;

    if (is_doubtful(info->addr)) {
        put_reason(p, "not believed: address", info->addr, ", one bit off", BOOT_LOAD_ADDR, "");
        return fail(p, (uint32_t)BOOT_BAD_CODE_ADDR);
    }
    n = receive(p, info->addr, info->nbytes, WORD_LIMIT_US, &crc);
    if (n < info->nbytes)
        put_reason(p, "the code stopped after", n, " bytes of", info->nbytes, "");
    else if (crc != info->crc)
        put_reason(p, "the code arrived damaged: crc32", crc, ", expected", info->crc, "");
    else {
        put32(p, (uint32_t)BOOT_SUCCESS);
        return BOOT_OUTCOME_RUN;
    }
    return fail(p, (uint32_t)BOOT_BAD_CODE_CKSUM);
}

static void reply(const struct boot_port *p, uint32_t value)
{
    put32(p, value);
    put32(p, wire_crc32(&value, sizeof value));
}

struct blocks {
    uint32_t have, crc; /* of the program: bytes in memory, and theirs */
    int complained;     /* about the block that must come next */
};

/* The word was BLOCKS_BLOCK with n. Whether the program has grown. */
static int take_block(const struct boot_port *p, const struct prog_info *info, struct blocks *b,
                      uint32_t n)
{
    uint32_t offset, check, crc = b->crc;

    if (get32(p, &offset) || offset < b->have) {
        reply(p, b->have); /* our last reply was lost */
        return 0;
    }
    if (offset == b->have && n <= info->nbytes - offset) {
        if (receive(p, info->addr + offset, n, QUIET_US, &crc) == n && !get32(p, &check) &&
            check == crc) {
            *b = (struct blocks){offset + n, crc, 0};
            reply(p, b->have);
            return 1;
        }
        b->complained = 0;
    }
    /* Once: the blocks behind a lost one were under way when it was. */
    if (!b->complained)
        reply(p, (uint32_t)BLOCKS_AGAIN | b->have);
    b->complained = 1;
    return 0;
}

/* The installer repeats what is not confirmed. NEXT_BLOCKS: another one has begun. */
static enum next load_blocks(const struct boot_port *p, struct prog_info *info)
{
    struct blocks b = {0};
    uint32_t last = 0;

    reply(p, 0);
    for (unsigned quiet = 0, bytes = 0; quiet < CODE_LIMIT && bytes < DRAIN_MAX_BYTES;) {
        int byte = p->get8(p->self, QUIET_US), whole = b.have == info->nbytes;
        struct prog_info heard;

        if (byte < 0) {
            quiet++;
            if (whole && quiet % GO_REPEAT == 0)
                reply(p, b.have);
            continue;
        }
        bytes++;
        last = last >> 8 | (uint32_t)byte << 24;
        if (last - (uint32_t)BLOCKS_BLOCK - 1 < BLOCKS_MAX) {
            if (take_block(p, info, &b, last - (uint32_t)BLOCKS_BLOCK))
                quiet = bytes = 0;
            last = 0;
        } else if (last == BLOCKS_BEGIN && !get_checked_info(p, &heard)) {
            if (!same_info(&heard, info)) {
                *info = heard;
                return NEXT_BLOCKS;
            }
            reply(p, b.have);
        } else if (last == BLOCKS_GO && whole && b.crc == info->crc) {
            for (uint32_t n = BLOCKS_RUNS; n-- > 0;)
                reply(p, BLOCKS_RUN | n);
            put32(p, (uint32_t)BOOT_SUCCESS);
            return NEXT_RUN;
        }
    }
    put_reason(p, "the blocks stopped after", b.have, " bytes of", info->nbytes, "");
    return NEXT_GIVE_UP;
}

enum boot_outcome boot_serve(const struct boot_port *p, uint32_t *start)
{
    struct prog_info info;
    enum next next;

    put32(p, BOOT_GET_PROG_INFO);
    next = listen(p, &info, 0);
    if (next == NEXT_GREETING)
        return BOOT_OUTCOME_NOBODY;
    while (next == NEXT_ANSWER || next == NEXT_BLOCKS) {
        if (check_place(p, &info))
            return fail(p, (uint32_t)BOOT_BAD_CODE_ADDR);
        *start = info.addr;
        if (next == NEXT_BLOCKS) {
            next = load_blocks(p, &info);
            if (next == NEXT_GIVE_UP)
                return fail(p, 0);
        } else {
            put32(p, BOOT_GET_CODE);
            put32(p, info.crc);
            next = listen(p, &info, 1);
        }
    }
    if (next == NEXT_RUN)
        return BOOT_OUTCOME_RUN;
    if (next == NEXT_CODE)
        return load(p, &info);
    if (next == NEXT_SHORT)
        put_reason(p, "PUT_PROG_INFO stopped short: address", info.addr, ", bytes", info.nbytes,
                   "");
    else
        put_reason(p, "no PUT_CODE came for", info.nbytes, " bytes at", info.addr, "");
    return fail(p, 0);
}
