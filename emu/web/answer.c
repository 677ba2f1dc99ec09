/* Bodies of answers; see answer.h. */
#include "emu/web/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/pin-header.h"
#include "emu/core/regs.h"
#include "emu/native/places.h"
#include "emu/web/request.h"

enum { HEADER_GPIOS = 28 };

static void quoted(FILE *f, const char *name, const char *text)
{
    char buf[1024];

    request_quote(text, buf, sizeof buf);
    fprintf(f, "\"%s\":%s,", name, buf);
}

/* ---- poll ---- */

static void write_pins(FILE *f, const struct board_state *s)
{
    fputs("\"pins\":[", f);
    for (unsigned i = 0; i < HEADER_GPIOS; i++) {
        struct board_pin p = board_pin(s, i);

        fprintf(f, "%s[\"%s\",%d,%d]", i ? "," : "", board_function_name(i, p.function),
                p.known ? p.level : -1, p.driven);
    }
    fputs("]", f);
}

static void write_state(FILE *f, const struct board_state *s, const struct history *h)
{
    fputc('{', f);
    quoted(f, "program", s->program);
    quoted(f, "remark", s->remark);
    fprintf(f,
            "\"remarks\":%u,\"virtual\":%d,\"drive\":%d,\"type\":%d,\"ns\":%llu,\"accesses\":%llu,"
            "\"lost\":%llu,\"speed\":%g,\"paused\":%d,\"waits\":%d,\"ended\":%d,\"status\":%d,"
            "\"signal\":%d,",
            s->remarks, s->virtual_time, s->can_drive, s->can_type, (unsigned long long)s->ns,
            (unsigned long long)s->accesses, (unsigned long long)h->lost, s->speed, s->paused,
            s->waits, s->ended, s->status, s->signal);
    write_pins(f, s);
    fputc('}', f);
}

static char *little(char *at, uint64_t value, unsigned nbytes)
{
    for (unsigned i = 0; i < nbytes; i++)
        *at++ = (char)(value >> (8 * i));
    return at;
}

static void write_accesses(char *at, const struct board_access *a, size_t n)
{
    for (size_t i = 0; i < n; i++, a++) {
        at = little(at, a->ns, 8);
        at = little(at, a->addr, 4);
        at = little(at, a->value, 4);
        at = little(at, a->pc, 4);
        *at++ = (char)a->op;
        *at++ = (char)a->origin;
        *at++ = (char)a->width;
        *at++ = (char)a->failed;
    }
}

static struct answer put_together(const char *json, size_t njson, const char *text, size_t ntext,
                                  const struct board_access *a, size_t n, uint64_t first_access,
                                  uint64_t first_byte)
{
    struct answer out = {.nbytes = ANSWER_HEAD + njson + ntext + n * ANSWER_ACCESS};
    char *at = out.bytes = malloc(out.nbytes);

    if (!at)
        return out;
    at = little(at, first_access, 8);
    at = little(at, first_byte, 8);
    at = little(at, njson, 4);
    at = little(at, ntext, 4);
    at = little(at, n, 4);
    at = little(at, 0, 4);
    memcpy(at, json, njson);
    memcpy(at + njson, text, ntext);
    write_accesses(at + njson + ntext, a, n);
    return out;
}

struct answer answer_poll(const struct board_state *s, const struct history *h, uint64_t access,
                          uint64_t text)
{
    static struct board_access accesses[ANSWER_ACCESSES];
    static char printed[BOARD_TEXT];
    struct answer out = {0};
    char *json = NULL;
    size_t njson = 0, n, ntext;
    uint64_t lost = 0;
    FILE *f = open_memstream(&json, &njson);

    if (!f)
        return out;
    write_state(f, s, h);
    fclose(f);
    if (text > __atomic_load_n(&s->printed, __ATOMIC_ACQUIRE))
        text = 0;
    ntext = board_text(s, &text, printed, sizeof printed, &lost);
    n = history_copy(h, &access, accesses, ANSWER_ACCESSES);
    if (json)
        out = put_together(json, njson, printed, ntext, accesses, n, access, text - ntext);
    free(json);
    return out;
}

/* ---- names ---- */

struct answer answer_registers(void)
{
    struct answer out = {0};
    FILE *f = open_memstream(&out.bytes, &out.nbytes);
    const char *comma = "";

    if (!f)
        return out;
    fputs("{\"header\":[", f);
    for (int place = 1; place <= PIN_HEADER_PLACES; place++)
        fprintf(f, "%s%d", place > 1 ? "," : "", pin_header_gpio(place));
    fputs("],\"registers\":{", f);
    for (const struct reg_block *const *b = reg_blocks; *b; b++) {
        for (size_t i = 0; i < (*b)->nregs; i++, comma = ",")
            fprintf(f, "%s\"%x\":\"%s.%s\"", comma, (*b)->base + (*b)->regs[i].offset, (*b)->name,
                    (*b)->regs[i].name);
    }
    fputs("}}", f);
    fclose(f);
    return out;
}

struct names {
    FILE *f;
    uintptr_t last;
};

/* Of a place in an inlined function, the innermost. */
static void name_one(void *self, uintptr_t pc, const struct place *place)
{
    struct names *n = self;
    char location[sizeof place->location], text[sizeof *place + 8], buf[2048];
    const char *file, *slash;

    if (pc == n->last)
        return;
    memcpy(location, place->location, sizeof location);
    location[strcspn(location, " ")] = 0;
    file = location;
    slash = strrchr(location, '/');
    if (slash)
        file = slash + 1;
    snprintf(text, sizeof text, "%s at %s", place->function, file);
    request_quote(strcmp(place->function, "??") == 0 ? "" : text, buf, sizeof buf);
    fprintf(n->f, "%s\"%lx\":%s", n->last ? "," : "", (unsigned long)pc + 1, buf);
    n->last = pc;
}

struct answer answer_names(const char *executable, const uintptr_t *pc, int n)
{
    struct answer out = {0};
    struct names names = {.f = open_memstream(&out.bytes, &out.nbytes)};
    uintptr_t at[REQUEST_PLACES];

    if (!names.f)
        return out;
    for (int i = 0; i < n; i++) /* of the call, not of what is behind it */
        at[i] = pc[i] ? pc[i] - 1 : 0;
    fputc('{', names.f);
    places_program(executable);
    places_find(at, (size_t)n, &names, name_one);
    fputc('}', names.f);
    fclose(names.f);
    return out;
}
