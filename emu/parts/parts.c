/* One run's parts: what each is handed, and the way in from the board; see parts.h, part.h. */
#include "emu/parts/parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "emu/parts/names.h"

struct parts_block {
    struct parts_block *next;
    max_align_t data[];
};

static void say(void *self, const char *text)
{
    struct parts *p = self;

    if (p->host.say)
        p->host.say(p->host.self, text);
}

static void program_did(void *self, const char *text)
{
    struct parts *p = self;

    if (p->host.program_did)
        p->host.program_did(p->host.self, text);
    else
        say(p, text);
}

void parts_init(struct parts *p, const struct parts_host *host)
{
    memset(p, 0, sizeof *p);
    p->host = *host;
    wiring_init(&p->wiring, &host->pins, host->clock);
    p->wiring.self = p;
    p->wiring.say = say;
    p->wiring.program_did = program_did;
}

void *part_new(struct parts *p, size_t nbytes)
{
    struct parts_block *b = calloc(1, sizeof *b + nbytes);

    if (!b) {
        say(p, "out of memory");
        exit(2);
    }
    b->next = p->blocks;
    p->blocks = b;
    return b->data;
}

char *part_text(struct parts *p, const char *text)
{
    size_t nbytes = strlen(text) + 1;

    return memcpy(part_new(p, nbytes), text, nbytes);
}

int part_error(struct parts *p, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(p->error, sizeof p->error, format, ap);
    va_end(ap);
    return -1;
}

struct clock *part_clock(struct parts *p)
{
    return p->host.clock;
}

int part_end(struct parts *p, unsigned pin, const char *what)
{
    size_t room = strlen(what) + (p->making ? strlen(p->making) : 0) + sizeof "'s ";
    char *label = part_new(p, room);

    if (p->making)
        snprintf(label, room, "%s's %s", p->making, what);
    else
        snprintf(label, room, "%s", what);
    return wiring_add_end(&p->wiring, pin, label);
}

void part_drive(struct parts *p, int end, enum drive d)
{
    if (end >= 0)
        wiring_drive(&p->wiring, end, d);
}

void part_listen(struct parts *p, unsigned pin, void *self,
                 void (*heard)(void *self, unsigned pin, int level))
{
    wiring_listen(&p->wiring, pin, self, heard);
}

int part_level(struct parts *p, unsigned pin)
{
    return wiring_level(&p->wiring, pin);
}

void part_say(struct parts *p, const char *format, ...)
{
    char text[300];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    say(p, text);
}

void part_print(struct parts *p, uint8_t byte)
{
    if (p->host.print)
        p->host.print(p->host.self, byte);
}

int part_typed(struct parts *p)
{
    if (!p->host.waiting || !p->host.waiting(p->host.self))
        return -1;
    return p->host.get(p->host.self);
}

void part_wait_for(struct parts *p, void *self, int (*waits)(void *self))
{
    if (p->waiters < PARTS_WAITERS)
        p->waiter[p->waiters++] = (struct parts_hook){.self = self, .waits = waits};
}

void part_at_end(struct parts *p, void *self, void (*ended)(void *self))
{
    if (p->ends < PARTS_WAITERS)
        p->end[p->ends++] = (struct parts_hook){.self = self, .ended = ended};
}

void part_behind_spi(struct parts *p, unsigned master, unsigned select, struct spi_slave *s)
{
    if (p->host.spi)
        p->host.spi(p->host.self, master, select, s);
}

void part_behind_i2c(struct parts *p, unsigned bus, struct i2c_slave *s)
{
    if (p->host.i2c)
        p->host.i2c(p->host.self, bus, s);
}

int parts_wire(struct parts *p, const char *text)
{
    size_t n = strcspn(text, "=");
    char label[64];
    int a, b;

    if (text[n] == '=') {
        a = pin_named(text, n);
        if (a < 0)
            return part_error(p, "--wire %s: %.*s: no such pin (0 to 53, gpio20, p1-38)", text,
                              (int)n, text);
        if (strcmp(text + n + 1, "high") != 0 && strcmp(text + n + 1, "low") != 0)
            return part_error(p, "--wire %s: %s: a level is high or low", text, text + n + 1);
        snprintf(label, sizeof label, "--wire %.40s", text);
        p->making = NULL;
        part_drive(p, part_end(p, (unsigned)a, label), text[n + 1] == 'h' ? DRIVE_HIGH : DRIVE_LOW);
        return 0;
    }
    /* p1-38-p1-40: the dash in the middle. */
    for (n = 0; text[n]; n++) {
        if (text[n] != '-')
            continue;
        a = pin_named(text, n);
        b = pin_named(text + n + 1, strlen(text + n + 1));
        if (a < 0 || b < 0)
            continue;
        if (a == b)
            return part_error(p, "--wire %s: both ends are pin %d", text, a);
        wiring_join(&p->wiring, (unsigned)a, (unsigned)b);
        return 0;
    }
    return part_error(p,
                      "--wire %s: two pins (--wire 20-21), or a pin and a level (--wire 21=high) "
                      "are meant; pins are 0 to 53, gpio20, p1-38",
                      text);
}

void parts_start(struct parts *p)
{
    wiring_start(&p->wiring);
}

int parts_waits(struct parts *p)
{
    int done = 0;

    for (unsigned i = 0; i < p->waiters; i++)
        done |= p->waiter[i].waits(p->waiter[i].self);
    return done;
}

void parts_end(struct parts *p)
{
    for (unsigned i = 0; i < p->ends; i++)
        p->end[i].ended(p->end[i].self);
    while (p->blocks) {
        struct parts_block *b = p->blocks;

        p->blocks = b->next;
        free(b);
    }
    p->ends = p->waiters = 0;
}
