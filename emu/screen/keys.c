/* What keys do, and what is new of the run; see screen.h. */
#include "emu/screen/screen.h"

#include <stdio.h>
#include <string.h>

#include "emu/core/pin-header.h"

enum { FIRST_PLACE = 3, DELETE = 0x7f, CHUNK = 512, NEAR = 4096 };

void screen_init(struct screen *v, struct board_state *s)
{
    memset(v, 0, sizeof *v);
    v->s = s;
    v->place = FIRST_PLACE;
}

/* ---- what is new ---- */

static void append(struct screen *v, const char *text, size_t n)
{
    size_t over = v->ntext + n > sizeof v->text ? v->ntext + n - sizeof v->text : 0;

    memmove(v->text, v->text + over, v->ntext - over);
    v->ntext -= over;
    memcpy(v->text + v->ntext, text, n);
    v->ntext += n;
}

/* While it runs the program's own are of more interest than its console's, of which a line has
 * hundreds; paused, each is. */
static void find_last(struct screen *v)
{
    static struct board_access near[NEAR];
    uint64_t seen = v->s->seen, from = seen > NEAR ? seen - NEAR : 0, lost = 0;
    size_t n = board_accesses(v->s, &from, near, NEAR, &lost);

    for (size_t i = 0; i < n; i++) {
        const struct board_access *a = &near[n - 1 - i];
        int own = a->origin == ORIGIN_PROGRAM && (a->op == BUS_READ || a->op == BUS_WRITE);

        if (!own && !v->s->paused)
            continue;
        v->last = *a;
        v->number = from - i;
        return;
    }
}

void screen_update(struct screen *v, double elapsed)
{
    const struct board_state *s = v->s;
    char text[CHUNK];
    uint64_t lost = 0;
    size_t n;

    while ((n = board_text(s, &v->from_text, text, sizeof text, &lost)) > 0)
        append(v, text, n);
    find_last(v);
    v->elapsed += elapsed;
    if (v->elapsed >= 0.5 || s->ended) {
        v->rate = s->ended ? 0 : (double)(s->accesses - v->accesses) / v->elapsed;
        v->accesses = s->accesses;
        v->elapsed = 0;
    }
    if (v->remarks != s->remarks) {
        v->remarks = s->remarks;
        snprintf(v->note, sizeof v->note, "%.*s", BOARD_REMARK, s->remark);
    }
}

/* ---- keys ---- */

/* The next place in a direction that is a pin of the chip; the same if there is none. */
static int next_place(int place, int step)
{
    for (int to = place + step; to >= 1 && to <= PIN_HEADER_PLACES; to += step) {
        if (pin_header_gpio(to) >= 0)
            return to;
    }
    return place;
}

/* On the other side, in the same row or the nearest that has a pin. */
static int other_side(int place, int right)
{
    int same = (place - 1) / 2 * 2 + 1 + right;

    if (place % 2 == !right)
        return place;
    for (int off = 0; off < PIN_HEADER_PLACES; off += 2) {
        if (pin_header_gpio(same + off) >= 0)
            return same + off;
        if (same > off && pin_header_gpio(same - off) >= 0)
            return same - off;
    }
    return place;
}

static enum screen_action drive(const struct screen *v, struct board_command *c,
                                enum board_drive to)
{
    c->what = BOARD_DRIVE;
    c->pin = (uint8_t)pin_header_gpio(v->place);
    c->to = (uint8_t)to;
    return SCREEN_SEND;
}

static enum screen_action speed(struct board_command *c, double factor)
{
    c->what = BOARD_FASTER;
    c->speed = factor;
    return SCREEN_SEND;
}

static enum screen_action simply(struct board_command *c, enum board_what what)
{
    c->what = (uint8_t)what;
    return SCREEN_SEND;
}

static enum screen_action pin_key(struct screen *v, int key, struct board_command *c)
{
    struct board_pin pin = board_pin(v->s, (unsigned)pin_header_gpio(v->place));

    switch (key) {
    case SCREEN_UP:
        v->place = next_place(v->place, -2);
        return SCREEN_NONE;
    case SCREEN_DOWN:
        v->place = next_place(v->place, 2);
        return SCREEN_NONE;
    case SCREEN_LEFT:
    case SCREEN_RIGHT:
        v->place = other_side(v->place, key == SCREEN_RIGHT);
        return SCREEN_NONE;
    case ' ':
        return drive(v, c, pin.level ? BOARD_LOW : BOARD_HIGH);
    case 'h':
        return drive(v, c, BOARD_HIGH);
    case 'l':
        return drive(v, c, BOARD_LOW);
    case 'r':
        return drive(v, c, BOARD_RELEASE);
    case 'p':
        return simply(c, v->s->paused ? BOARD_CONTINUE : BOARD_PAUSE);
    case 's':
        return simply(c, BOARD_STEP);
    case '+':
    case '=':
        return speed(c, 2);
    case '-':
        return speed(c, 0.5);
    case 'q':
        return SCREEN_QUIT;
    default:
        return SCREEN_NONE;
    }
}

static enum screen_action type_key(struct screen *v, int key, struct board_command *c)
{
    size_t n = strlen(v->typed);

    if (key == SCREEN_ENTER || key == '\r')
        key = '\n';
    if (key == SCREEN_BACKSPACE || key == DELETE)
        key = '\b';
    if (key < 0 || key >= DELETE)
        return SCREEN_NONE;
    if (key == '\n')
        v->typed[0] = 0;
    else if (key == '\b')
        v->typed[n ? n - 1 : 0] = 0;
    else if (key >= ' ' && n + 1 < sizeof v->typed)
        v->typed[n] = (char)key, v->typed[n + 1] = 0;
    c->what = BOARD_TYPE;
    c->nbytes = 1;
    c->text[0] = (char)key;
    return SCREEN_SEND;
}

enum screen_action screen_key(struct screen *v, int key, struct board_command *c)
{
    memset(c, 0, sizeof *c);
    if (v->s->ended)
        return key == 'q' ? SCREEN_QUIT : SCREEN_NONE;
    v->note[0] = 0;
    if (key == '\t') {
        v->typing = !v->typing;
        return SCREEN_NONE;
    }
    return v->typing ? type_key(v, key, c) : pin_key(v, key, c);
}
