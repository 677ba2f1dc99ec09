/* What is where on the screen; see screen.h.
 *
 *   title: program, state, time, speed, rate
 *   header, as it lies on the table        | what the program printed
 *   the last access
 *   remarks, what is being typed
 *   keys */
#include "emu/screen/screen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emu/core/pin-header.h"
#include "emu/observe/trace.h"

enum { HEADER_ROWS = 20, SIDE = 23, GAP = 2, PANE = 2 * SIDE + GAP + 1, BELOW = 3, TAB = 8 };

static void put(struct screen_cells *c, int row, int col, unsigned look, const char *text)
{
    for (; *text && row >= 0 && row < c->rows && col < c->cols; text++, col++) {
        c->ch[row][col] = *text >= ' ' && *text <= '~' ? *text : ' ';
        c->look[row][col] = (uint8_t)look;
    }
}

static void put_f(struct screen_cells *c, int row, int col, unsigned look, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void put_f(struct screen_cells *c, int row, int col, unsigned look, const char *format, ...)
{
    char text[SCREEN_MAX_COLS];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    put(c, row, col, look, text);
}

static void bar(struct screen_cells *c, int row)
{
    memset(c->look[row], LOOK_BAR, (size_t)c->cols);
}

/* ---- the title ---- */

static const char *doing(const struct board_state *s, char *buf, size_t nbytes)
{
    if (s->ended && s->signal)
        snprintf(buf, nbytes, "ended by signal %d", s->signal);
    else if (s->ended)
        snprintf(buf, nbytes, "ended, exit status %d", s->status);
    else
        snprintf(buf, nbytes, "%s", s->paused ? "paused" : s->waits ? "waits for input" : "runs");
    return buf;
}

static const char *rate_text(double rate, char *buf, size_t nbytes)
{
    if (rate >= 1e6)
        snprintf(buf, nbytes, "%.2f M/s", rate / 1e6);
    else if (rate >= 1e4)
        snprintf(buf, nbytes, "%.1f k/s", rate / 1e3);
    else
        snprintf(buf, nbytes, "%.0f/s", rate);
    return buf;
}

static void draw_title(const struct screen *v, struct screen_cells *c)
{
    const struct board_state *s = v->s;
    char state[40], rate[24], speed[24] = "";

    bar(c, 0);
    put_f(c, 0, 1, LOOK_BAR, "%.20s: %s", s->program, doing(s, state, sizeof state));
    if (s->virtual_time)
        snprintf(speed, sizeof speed, "x%g", s->speed);
    put_f(c, 0, c->cols - 37, LOOK_BAR, "%11.3f s %-8s %13s", (double)s->ns / 1e9, speed,
          rate_text(v->rate, rate, sizeof rate));
}

/* ---- the header ---- */

static const char *power_name(int place)
{
    if (place == 1 || place == 17)
        return "3V3";
    return place == 2 || place == 4 ? "5V" : "GND";
}

/* From the inside out: place, level, name, function. */
static void draw_place(const struct screen *v, struct screen_cells *c, int place)
{
    int row = 1 + (place - 1) / 2, right = place % 2 == 0, gpio = pin_header_gpio(place);
    int edge = right ? SIDE + GAP : 0;
    unsigned mark = place == v->place ? LOOK_SELECTED : 0, look;
    char level[3] = "  ", name[8];
    const char *function = "";

    if (gpio < 0) {
        snprintf(name, sizeof name, "%s", power_name(place));
        look = name[0] == 'G' ? LOOK_GROUND : LOOK_POWER;
    } else {
        struct board_pin p = board_pin(v->s, (unsigned)gpio);

        look = !p.known ? LOOK_UNKNOWN : p.level ? LOOK_HIGH : LOOK_LOW;
        level[0] = !p.known ? '?' : p.level ? '1' : '0';
        level[1] = p.driven ? '<' : ' ';
        snprintf(name, sizeof name, "GPIO%d", gpio);
        function = board_function_name((unsigned)gpio, p.function);
    }
    if (right) {
        put_f(c, row, edge, LOOK_PLAIN, "%-2d", place);
        put_f(c, row, edge + 3, look | mark, "%c", level[0]);
        put_f(c, row, edge + 4, LOOK_NOTE, "%c", level[1]);
        put_f(c, row, edge + 6, look | mark, "%s", name);
        put_f(c, row, edge + 13, LOOK_PLAIN, "%-9s%c", function, mark ? '<' : ' ');
    } else {
        put_f(c, row, edge, LOOK_PLAIN, "%c%9s", mark ? '>' : ' ', function);
        put_f(c, row, edge + 17 - (int)strlen(name), look | mark, "%s", name);
        put_f(c, row, edge + 18, look | mark, "%c", level[0]);
        put_f(c, row, edge + 19, LOOK_NOTE, "%c", level[1]);
        put_f(c, row, edge + 21, LOOK_PLAIN, "%2d", place);
    }
}

/* ---- what the program printed ---- */

/* Where the last `rows` lines of the text begin, in a pane of `cols` columns. */
static const char *last_lines(const struct screen *v, int rows, int cols)
{
    const char *line[SCREEN_MAX_ROWS], *p = v->text, *end = v->text + v->ntext;
    unsigned n = 0;
    int col = 0;

    line[n++ % (unsigned)rows] = p;
    for (; p < end; p++) {
        if (*p == '\n') {
            if (p + 1 < end) /* a line that has not begun takes no room */
                line[n++ % (unsigned)rows] = p + 1;
            col = 0;
        } else if (*p != '\r') {
            if (col >= cols) {
                line[n++ % (unsigned)rows] = p;
                col = 0;
            }
            col += *p == '\t' ? TAB - col % TAB : 1;
        }
    }
    return n <= (unsigned)rows ? v->text : line[n % (unsigned)rows];
}

static void draw_text(const struct screen *v, struct screen_cells *c)
{
    int first = 2, rows = c->rows - BELOW - first, cols = c->cols - PANE - 1, row = 0, col = 0;

    put(c, 1, PANE + 1, LOOK_NOTE, "UART");
    for (int i = 1; i < c->rows - BELOW; i++)
        put(c, i, PANE - 1, LOOK_GROUND, "|");
    for (const char *p = last_lines(v, rows, cols); p < v->text + v->ntext; p++) {
        if (*p == '\n') {
            row++;
            col = 0;
        } else if (*p != '\r') {
            if (col >= cols) {
                row++;
                col = 0;
            }
            put_f(c, first + row, PANE + 1 + col, LOOK_PLAIN, "%c", *p);
            col += *p == '\t' ? TAB - col % TAB : 1;
        }
    }
}

/* ---- below ---- */

static void draw_last(const struct screen *v, struct screen_cells *c, int row)
{
    const struct board_access *l = &v->last;
    struct bus_access a = {.op = (enum bus_op)l->op,
                           .origin = (enum bus_origin)l->origin,
                           .width = l->width,
                           .addr = l->addr,
                           .value = l->value};
    char text[TRACE_MAX_LINE];

    if (!v->number)
        return;
    trace_line(&a, l->failed ? BUS_UNMODELLED : 0, 1, text, sizeof text);
    put_f(c, row, 1, LOOK_PLAIN, "%" PRIu64 ": %s", v->number, text);
}

static void draw_below(const struct screen *v, struct screen_cells *c)
{
    int row = c->rows - BELOW;

    draw_last(v, c, row);
    if (v->typing && !v->note[0]) {
        int room = c->cols - 4, n = (int)strlen(v->typed);

        put_f(c, row + 1, 1, LOOK_NOTE, "> %s_", v->typed + (n > room ? n - room : 0));
    } else {
        put(c, row + 1, 1, LOOK_NOTE, v->note);
    }
    bar(c, row + 2);
    if (v->s->ended)
        put(c, row + 2, 1, LOOK_BAR, "The program has ended. q quit");
    else if (v->typing)
        put(c, row + 2, 1, LOOK_BAR,
            "What you type goes to the program's UART. Tab: back to the pins");
    else
        put(c, row + 2, 1, LOOK_BAR,
            "arrows pin, space h l r drive, p pause, s step, + - speed, Tab type, q quit");
}

void screen_draw(const struct screen *v, struct screen_cells *c)
{
    for (int i = 0; i < c->rows; i++) {
        memset(c->ch[i], ' ', (size_t)c->cols);
        memset(c->look[i], LOOK_PLAIN, (size_t)c->cols);
    }
    if (c->rows < SCREEN_ROWS || c->cols < SCREEN_COLS) {
        put_f(c, 0, 0, LOOK_PLAIN, "The board needs %dx%d,", SCREEN_COLS, SCREEN_ROWS);
        put_f(c, 1, 0, LOOK_PLAIN, "this is %dx%d.", c->cols, c->rows);
        put(c, 2, 0, LOOK_PLAIN, "q quit");
        return;
    }
    draw_title(v, c);
    for (int place = 1; place <= PIN_HEADER_PLACES; place++)
        draw_place(v, c, place);
    draw_text(v, c);
    draw_below(v, c);
}
