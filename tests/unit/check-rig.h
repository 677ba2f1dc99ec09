/* tests/unit/check-rig.h - the checker over devices that answer whatever a test wants, and programs
 * in words:
 *
 *     r:GPIO.LEV0=5     a read, which gives 5 (0 if left out)
 *     w:GPIO.SET0=0x10  a write; W: by the DMA; b:ARMTIMER.CONTROL+3=1 of a byte
 *     bar  us=10  cycles=9
 *     irq=1  fiq=2      what the cpsr lets through from now on
 *     handler           it has one; begin, end: it runs */
#ifndef TESTS_UNIT_CHECK_RIG_H
#define TESTS_UNIT_CHECK_RIG_H

#include "tests/unit/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/regs.h"
#include "emu/observe/check.h"

enum { RIG_PC = 0x8000 };

static struct {
    struct bus bus;
    struct check check;
    struct bus_target chip;
    uint32_t answer;
    int handler, same_place;
    uintptr_t pc;
    char found[4096];
} rig;

static int chip_read(void *self, struct bus_access *a)
{
    (void)self;
    a->value = rig.answer;
    return 0;
}

static int chip_write(void *self, const struct bus_access *a)
{
    (void)self, (void)a;
    return 0;
}

static int rig_note(void *self, const struct check_finding *f)
{
    size_t used = strlen(rig.found);

    assert_ptr_equal(self, &rig);
    assert_true(strlen(f->text) < CHECK_MAX_TEXT - 1);
    snprintf(rig.found + used, sizeof rig.found - used, "%s%s: %s\n", f->earlier ? "earlier " : "",
             check_rule_name[f->rule], f->text);
    return 0;
}

static int rig_has_handler(void *self)
{
    assert_ptr_equal(self, &rig);
    return rig.handler;
}

static void rig_fresh(void)
{
    memset(&rig, 0, sizeof rig);
    rig.pc = RIG_PC;
    rig.chip = (struct bus_target){.name = "any", .read = chip_read, .write = chip_write};
    bus_map(&rig.bus, PERIPHERAL_BASE, PERIPHERAL_END - PERIPHERAL_BASE, &rig.chip);
    rig.check =
        (struct check){.self = &rig, .report = rig_note, .has_handler = rig_has_handler, .all = 1};
    check_init(&rig.check);
    bus_watch(&rig.bus, &rig.check.watcher);
}

static uint32_t rig_address(const char *name, size_t n)
{
    char got[REG_NAME_MAX];

    for (int i = 0; reg_blocks[i]; i++) {
        for (size_t k = 0; k < reg_blocks[i]->nregs; k++) {
            uint32_t addr = reg_blocks[i]->base + reg_blocks[i]->regs[k].offset;

            reg_name(addr, got, sizeof got);
            if (strlen(got) == n && memcmp(got, name, n) == 0)
                return addr;
        }
    }
    fail_msg("no register %.*s", (int)n, name);
    return 0;
}

static void rig_access(const char *word, uint32_t value)
{
    const char *name = word + 2, *end = name + strcspn(name, "=+ ");
    struct bus_access a = {.op = word[0] == 'r' ? BUS_READ : BUS_WRITE,
                           .origin = word[0] == 'W' ? ORIGIN_DMA : ORIGIN_PROGRAM,
                           .width = word[0] == 'b' ? 1 : 4,
                           .value = value,
                           .pc = rig.pc};

    a.addr = rig_address(name, (size_t)(end - name));
    if (*end == '+')
        a.addr += (uint32_t)strtoul(end + 1, NULL, 0);
    rig.answer = value;
    bus_perform(&rig.bus, &a);
}

static void rig_event(const char *word, uint32_t value)
{
    struct bus_access a = {.op = BUS_BARRIER, .value = value, .pc = rig.pc};

    if (strncmp(word, "irq", 3) == 0 || strncmp(word, "fiq", 3) == 0)
        check_unmasked(&rig.check, value, rig.pc);
    else if (strncmp(word, "handler", 7) == 0)
        rig.handler = 1;
    else if (strncmp(word, "begin", 5) == 0)
        check_handler_begins(&rig.check);
    else if (strncmp(word, "end", 3) == 0)
        check_handler_ends(&rig.check);
    else {
        a.op = word[0] == 'u' ? BUS_DELAY_US : word[0] == 'c' ? BUS_DELAY_CYCLES : BUS_BARRIER;
        bus_perform(&rig.bus, &a);
    }
}

/* Runs the words, each a place of its own unless rig.same_place. */
static void rig_do(const char *words)
{
    for (; *words; words += strspn(words, " ")) {
        size_t n = strcspn(words, " ");
        const char *value = memchr(words, '=', n);
        uint32_t v = value ? (uint32_t)strtoul(value + 1, NULL, 0) : 0;

        if (words[1] == ':')
            rig_access(words, v);
        else
            rig_event(words, v);
        if (!rig.same_place)
            rig.pc += 4;
        words += n;
    }
}

struct rig_example {
    const char *name, *words, *found; /* found: each with a newline */
};

static void rig_run(const struct rig_example *e, size_t n, int same_place)
{
    for (size_t i = 0; i < n; i++) {
        rig_fresh();
        rig.same_place = same_place;
        rig_do(e[i].words);
        if (strcmp(rig.found, e[i].found) != 0)
            fail_msg("%s: found\n%sand not\n%s", e[i].name, rig.found, e[i].found);
        check_free(&rig.check);
    }
}

#define RIG_RUN(examples) rig_run(examples, sizeof(examples) / sizeof((examples)[0]), 0)
#define PAGE(n) " (BCM2835 ARM Peripherals p. " #n ")\n"

#endif
