/* The boot loader on bytes and pauses the fuzzer chooses, with an installer's words among them. It
 * always comes back, stores only where a program may lie, and runs only code whose checksum it was
 * told. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pi-side/boot-protocol.h"
#include "wire/boot.h"
#include "wire/crc32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

enum { MEMORY = 0x10000, LOADER = 0x9000, LOADER_END = 0xA000, STACK = 0xF000, FILL = 0xEE };
enum { LINE_MAX = 8192, INFOS_MAX = 64, PAUSE = -1 };

struct info {
    uint32_t addr, nbytes, crc;
};

struct line {
    int16_t event[LINE_MAX]; /* a byte or PAUSE */
    size_t n, at;
    unsigned silences; /* behind the last event */
    struct info info[INFOS_MAX];
    size_t infos;
};

static uint8_t memory[MEMORY];
static uint8_t code[256];

static void must(int holds)
{
    if (!holds)
        abort();
}

static int get8(void *self, uint32_t limit_us)
{
    struct line *l = self;

    must(limit_us > 0);
    if (l->at < l->n)
        return l->event[l->at++];
    l->silences++;
    must(l->silences < 1000);
    return PAUSE;
}

static void put8(void *self, uint8_t byte)
{
    (void)self;
    (void)byte;
}

static void add(struct line *l, int event)
{
    if (l->n < LINE_MAX)
        l->event[l->n++] = (int16_t)event;
}

static void add_word(struct line *l, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        add(l, (uint8_t)(word >> (8 * i)));
}

/* A checked info, a block of the code as it was announced last, or GO; some are damaged. */
static void add_checked(struct line *l, uint8_t what, uint8_t where)
{
    struct info *info = &l->info[l->infos ? l->infos - 1 : 0];
    uint32_t n = what / 4 + 1U, end = where + n < sizeof code ? where + n : sizeof code;

    switch (what % 4) {
    case 0:
        add_word(l, BLOCKS_GO);
        break;
    case 1:
        if (!l->infos)
            break;
        add_word(l, BLOCKS_BEGIN);
        add_word(l, info->addr);
        add_word(l, info->nbytes);
        add_word(l, info->crc);
        add_word(l, wire_crc32(info, sizeof *info) ^ (where == 1));
        break;
    default:
        add_word(l, (uint32_t)BLOCKS_BLOCK + n);
        add_word(l, where);
        for (uint32_t i = where; i < where + n; i++)
            add(l, code[i % sizeof code]);
        add_word(l, wire_crc32(code, end) ^ (what % 4 == 3 && where % 8 == 7));
    }
}

/* A program somewhere in or next to where one may lie; every other crc is right. */
static void add_info(struct line *l, uint8_t where, uint8_t nbytes)
{
    static const uint32_t base[] = {0x8000, LOADER,     LOADER_END, STACK,
                                    MEMORY, 0xFFFFFF00, 0,          0x8F80};
    struct info info = {base[where % 8] + (where & 0xF8U), nbytes, wire_crc32(code, nbytes)};

    if (l->infos == INFOS_MAX)
        return;
    if (nbytes % 16 == 15)
        info.crc++;
    l->info[l->infos++] = info;
    add_word(l, BOOT_PUT_PROG_INFO);
    add_word(l, info.addr);
    add_word(l, info.nbytes);
    add_word(l, info.crc);
}

static void read_script(struct line *l, const uint8_t *data, size_t nbytes)
{
    for (size_t i = 0; i + 2 < nbytes;) {
        switch (data[i++]) {
        case 0:
            add(l, PAUSE);
            break;
        case 1:
            add_info(l, data[i], data[i + 1]);
            i += 2;
            break;
        case 2:
            add_word(l, BOOT_PUT_CODE);
            break;
        case 3:
            for (unsigned k = 0; k < data[i]; k++)
                add(l, code[k]);
            i++;
            break;
        case 4:
            add_checked(l, data[i], data[i + 1]);
            i += 2;
            break;
        default:
            add(l, data[i++]);
        }
    }
}

static void check_memory(void)
{
    for (unsigned i = LOADER; i < LOADER_END; i++)
        must(memory[i] == FILL);
    for (unsigned i = STACK; i < MEMORY; i++)
        must(memory[i] == FILL);
}

static int was_announced(const struct line *l, uint32_t start)
{
    for (size_t i = 0; i < l->infos; i++) {
        const struct info *info = &l->info[i];

        if (info->addr == start && info->nbytes <= MEMORY - start &&
            wire_crc32(memory + start, info->nbytes) == info->crc)
            return 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static struct line line;
    const struct boot_port port = {
        .self = &line,
        .get8 = get8,
        .put8 = put8,
        .memory = (uintptr_t)memory,
        .memory_end = MEMORY,
        .keep = {{LOADER, LOADER_END}, {STACK, MEMORY}},
    };
    uint32_t start;

    for (unsigned i = 0; i < sizeof code; i++)
        code[i] = (uint8_t)(i * 7 + 1);
    memset(memory, FILL, sizeof memory);
    memset(&line, 0, sizeof line);
    read_script(&line, data, nbytes);
    while (line.at < line.n)
        if (boot_serve(&port, &start) == BOOT_OUTCOME_RUN)
            must(was_announced(&line, start));
    check_memory();
    return 0;
}
