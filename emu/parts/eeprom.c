/* I2C EEPROMs of Microchip's 24LC family, from the data sheet of the 24LC256 (DS21203): two bytes
 * of address, writes in pages, 5 ms without an answer after each. Not modelled: the WP pin. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "emu/parts/i2c-pins.h"
#include "emu/parts/part.h"

enum { ADDR, FILE_NAME, SDA, SCL, TYPE };

enum { MAX_PAGE = 128, WRITE_NS = 5000000 };

static const struct chip {
    const char *name;
    uint32_t nbytes, page;
} chips[] = {
    {"24lc32", 4096, 32},   {"24lc64", 8192, 32},    {"24lc128", 16384, 64},
    {"24lc256", 32768, 64}, {"24lc512", 65536, 128},
};

struct eeprom {
    struct parts *parts;
    const struct chip *chip;
    struct i2c_slave slave;
    struct i2c_pins pins;
    FILE *file; /* keeps what is written; may be null */
    const char *name;
    uint8_t *memory;
    uint32_t at;
    unsigned written;       /* bytes from the master since the start */
    uint8_t page[MAX_PAGE]; /* not programmed before the stop */
    uint8_t dirty[MAX_PAGE];
    uint64_t busy_until_ns;
};

static int started(void *self, int read)
{
    struct eeprom *e = self;

    (void)read;
    if (clock_ns(part_clock(e->parts)) < e->busy_until_ns)
        return 0;
    e->written = 0;
    memset(e->dirty, 0, sizeof e->dirty);
    return 1;
}

/* Two bytes of address, then data: the place in the page goes round, the page stays. */
static int wrote(void *self, uint8_t byte)
{
    struct eeprom *e = self;
    uint32_t page = e->chip->page, in_page = e->at & (page - 1);

    if (e->written < 2) {
        e->at = (e->at << 8 | byte) & (e->chip->nbytes - 1);
    } else {
        e->page[in_page] = byte;
        e->dirty[in_page] = 1;
        e->at = (e->at & ~(page - 1)) | ((e->at + 1) & (page - 1));
    }
    e->written += e->written < 3;
    return 1;
}

static uint8_t reads(void *self)
{
    struct eeprom *e = self;
    uint8_t byte = e->memory[e->at];

    e->at = (e->at + 1) & (e->chip->nbytes - 1);
    return byte;
}

static void save(struct eeprom *e, uint32_t page)
{
    if (!e->file)
        return;
    if (fseek(e->file, (long)page, SEEK_SET) == 0 &&
        fwrite(e->memory + page, 1, e->chip->page, e->file) == e->chip->page &&
        fflush(e->file) == 0)
        return;
    part_say(e->parts, "part eeprom: cannot write %s: %s", e->name, strerror(errno));
    fclose(e->file);
    e->file = NULL;
}

static void stopped(void *self)
{
    struct eeprom *e = self;
    uint32_t page = e->at & ~(e->chip->page - 1);

    if (e->written < 3)
        return;
    for (uint32_t i = 0; i < e->chip->page; i++) {
        if (e->dirty[i])
            e->memory[page + i] = e->page[i];
    }
    e->written = 0;
    e->busy_until_ns = clock_ns(part_clock(e->parts)) + WRITE_NS;
    save(e, page);
}

static void ended(void *self)
{
    struct eeprom *e = self;

    if (e->file)
        fclose(e->file);
}

/* A file that is not there is made, full of 0xff like a new chip. */
static int open_file(struct parts *p, struct eeprom *e)
{
    size_t n;

    e->file = fopen(e->name, "r+b");
    if (!e->file && errno == ENOENT) {
        e->file = fopen(e->name, "w+b");
        if (e->file && (fwrite(e->memory, 1, e->chip->nbytes, e->file) != e->chip->nbytes ||
                        fflush(e->file) != 0))
            return part_error(p, "file=%s: %s", e->name, strerror(errno));
        return e->file ? 0 : part_error(p, "file=%s: %s", e->name, strerror(errno));
    }
    if (!e->file)
        return part_error(p, "file=%s: %s", e->name, strerror(errno));
    n = fread(e->memory, 1, e->chip->nbytes, e->file);
    if (ferror(e->file))
        return part_error(p, "file=%s: %s", e->name, strerror(errno));
    if (n != e->chip->nbytes || fgetc(e->file) != EOF)
        return part_error(p, "file=%s: a %s holds %u bytes, the file does not", e->name,
                          e->chip->name, e->chip->nbytes);
    return 0;
}

static int find_chip(struct parts *p, struct eeprom *e, const char *name)
{
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        if (strcmp(chips[i].name, name) == 0)
            return e->chip = &chips[i], 0;
    }
    return part_error(p, "type=%s: 24lc32, 24lc64, 24lc128, 24lc256 or 24lc512 is meant", name);
}

static int make(struct parts *p, const struct part_arg *args, void *shared)
{
    struct eeprom *e = part_new(p, sizeof *e);

    (void)shared;
    e->parts = p;
    if (find_chip(p, e, args[TYPE].text) < 0)
        return -1;
    if (args[SDA].number == args[SCL].number)
        return part_error(p, "sda and scl are the same pin");
    e->memory = part_new(p, e->chip->nbytes);
    memset(e->memory, 0xff, e->chip->nbytes);
    part_at_end(p, e, ended);
    if (args[FILE_NAME].given) {
        e->name = part_text(p, args[FILE_NAME].text);
        if (open_file(p, e) < 0)
            return -1;
    }
    e->slave = (struct i2c_slave){.self = e,
                                  .address = (uint8_t)args[ADDR].number,
                                  .start = started,
                                  .write = wrote,
                                  .read = reads,
                                  .stop = stopped};
    i2c_pins_connect(&e->pins, p, &e->slave, (unsigned)args[SDA].number,
                     (unsigned)args[SCL].number);
    return 0;
}

static const struct part_param params[] = {
    {"addr", PART_NUMBER, "0x50", "its address, as its pins A0 to A2 set it", 0x50, 0x57},
    {"file", PART_TEXT, "", "keeps the contents; made when it is not there", 0, 0},
    {"sda", PART_PIN, "2", "data; 2 and 3 are also BSC1's, 0 and 1 BSC0's", 0, 0},
    {"scl", PART_PIN, "3", "clock", 0, 0},
    {"type", PART_TEXT, "24lc256", "24lc32, 24lc64, 24lc128, 24lc256, 24lc512", 0, 0},
    {0},
};

const struct part_kind part_eeprom = {
    .name = "eeprom",
    .what = "I2C EEPROM 24LC256 and its family",
    .params = params,
    .make = make,
};
