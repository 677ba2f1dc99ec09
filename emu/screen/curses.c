/* libncursesw by dlopen: a program that shows no board does not need it. Its interface is of
 * version 6 (curs_*(3X)). */
#include "emu/screen/curses.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of ncurses' ABI 6: attr_t and chtype are unsigned, attributes lie above 8 bits of character, the
 * number of a colour pair in the second byte. */
enum {
    ATTR_UNDERLINE = 1u << 17,
    ATTR_REVERSE = 1u << 18,
    ATTR_DIM = 1u << 20,
    ATTR_BOLD = 1u << 21,
    GREEN = 2,
    YELLOW = 3,
    RED = 1,
    CYAN = 6,
    DEFAULT_COLOUR = -1,
    PAIR_SHIFT = 8,
    NO_KEY = -1,
};

struct window;

static struct {
    struct window *(*initscr)(void);
    int (*setupterm)(const char *, int, int *);
    char *(*tigetstr)(const char *);
    int (*cbreak)(void), (*noecho)(void), (*nonl)(void), (*endwin)(void), (*start_color)(void);
    int (*use_default_colors)(void), (*curs_set)(int), (*set_escdelay)(int);
    int (*init_pair)(short, short, short);
    _Bool (*has_colors)(void);
    int (*keypad)(struct window *, _Bool), (*nodelay)(struct window *, _Bool);
    int (*wgetch)(struct window *), (*werase)(struct window *), (*wrefresh)(struct window *);
    int (*wmove)(struct window *, int, int);
    int (*waddch)(struct window *, unsigned);
    int (*getmaxx)(const struct window *), (*getmaxy)(const struct window *);
} lib;

static struct window *screen;
static unsigned attrs[LOOKS];

static int load(void)
{
    const struct {
        const char *name;
        void *at;
    } symbols[] = {
        {"initscr", &lib.initscr},     {"setupterm", &lib.setupterm},
        {"tigetstr", &lib.tigetstr},   {"cbreak", &lib.cbreak},
        {"noecho", &lib.noecho},       {"nonl", &lib.nonl},
        {"endwin", &lib.endwin},       {"start_color", &lib.start_color},
        {"curs_set", &lib.curs_set},   {"use_default_colors", &lib.use_default_colors},
        {"init_pair", &lib.init_pair}, {"set_escdelay", &lib.set_escdelay},
        {"keypad", &lib.keypad},       {"has_colors", &lib.has_colors},
        {"nodelay", &lib.nodelay},     {"wgetch", &lib.wgetch},
        {"werase", &lib.werase},       {"wrefresh", &lib.wrefresh},
        {"wmove", &lib.wmove},         {"waddch", &lib.waddch},
        {"getmaxx", &lib.getmaxx},     {"getmaxy", &lib.getmaxy},
    };
    void *self = dlopen("libncursesw.so.6", RTLD_NOW);

    for (size_t i = 0; self && i < sizeof symbols / sizeof symbols[0]; i++) {
        void *f = dlsym(self, symbols[i].name);

        if (!f)
            return -1;
        memcpy(symbols[i].at, &f, sizeof f);
    }
    return self ? 0 : -1;
}

static void choose_looks(void)
{
    const char *no = getenv("NO_COLOR"); /* https://no-color.org: any value but an empty one */
    static const struct {
        short look, colour;
        unsigned attr;
    } coloured[] = {
        {LOOK_HIGH, GREEN, ATTR_BOLD},
        {LOOK_UNKNOWN, YELLOW, 0},
        {LOOK_POWER, RED, 0},
        {LOOK_NOTE, CYAN, ATTR_BOLD},
    };

    attrs[LOOK_BAR] = ATTR_REVERSE;
    attrs[LOOK_HIGH] = attrs[LOOK_NOTE] = ATTR_BOLD;
    attrs[LOOK_GROUND] = ATTR_DIM;
    if ((no && *no) || !lib.has_colors())
        return;
    lib.start_color();
    lib.use_default_colors();
    for (size_t i = 0; i < sizeof coloured / sizeof coloured[0]; i++) {
        lib.init_pair(coloured[i].look, coloured[i].colour, DEFAULT_COLOUR);
        attrs[coloured[i].look] = (unsigned)coloured[i].look << PAIR_SHIFT | coloured[i].attr;
    }
}

int curses_open(char *why, size_t nbytes)
{
    const char *term = getenv("TERM"), *move;
    int error;

    if (load() < 0) {
        snprintf(why, nbytes,
                 "libncursesw.so.6, which draws the board, is not there for this program: "
                 "tools/setup run installs it");
        return -1;
    }
    if (!term || lib.setupterm(NULL, 1, &error) != 0) {
        snprintf(why, nbytes, "TERM=%s: no such kind of terminal is known here", term ? term : "");
        return -1;
    }
    move = lib.tigetstr("cup");
    if (!move || move == (char *)-1) {
        snprintf(why, nbytes, "TERM=%s: nothing can be drawn there; try --trace", term);
        return -1;
    }
    screen = lib.initscr();
    lib.cbreak();
    lib.noecho();
    lib.nonl();
    lib.set_escdelay(25);
    lib.keypad(screen, 1);
    lib.nodelay(screen, 1);
    lib.curs_set(0);
    choose_looks();
    return 0;
}

void curses_size(struct screen_cells *c)
{
    int rows = lib.getmaxy(screen), cols = lib.getmaxx(screen);

    c->rows = rows < SCREEN_MAX_ROWS ? rows : SCREEN_MAX_ROWS;
    c->cols = cols < SCREEN_MAX_COLS ? cols : SCREEN_MAX_COLS;
}

void curses_show(const struct screen_cells *c)
{
    lib.werase(screen);
    for (int row = 0; row < c->rows; row++) {
        lib.wmove(screen, row, 0);
        for (int col = 0; col < c->cols; col++) {
            unsigned look = c->look[row][col];
            unsigned attr = attrs[look & ~(unsigned)LOOK_SELECTED];

            if (look & LOOK_SELECTED)
                attr |= ATTR_REVERSE | ATTR_UNDERLINE;
            lib.waddch(screen, (unsigned char)c->ch[row][col] | attr);
        }
    }
    lib.wrefresh(screen);
}

int curses_key(void)
{
    int key = lib.wgetch(screen);

    return key < 0 ? NO_KEY : key;
}

void curses_close(void)
{
    if (screen)
        lib.endwin();
    screen = NULL;
}
