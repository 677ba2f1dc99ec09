/* emu/screen/screen.h - a run's board in a terminal: what is drawn where, what keys do, and the
 * process that does both. */
#ifndef EMU_SCREEN_SCREEN_H
#define EMU_SCREEN_SCREEN_H

#include <stddef.h>
#include <stdint.h>

#include "emu/observe/board.h"

enum {
    SCREEN_ROWS = 24, /* what it takes at least */
    SCREEN_COLS = 80,
    SCREEN_MAX_ROWS = 120,
    SCREEN_MAX_COLS = 320,
    SCREEN_HISTORY = 1 << 15,
    SCREEN_LINE = 200,
};

enum screen_look {
    LOOK_PLAIN,
    LOOK_BAR, /* title, keys */
    LOOK_HIGH,
    LOOK_LOW,
    LOOK_UNKNOWN,
    LOOK_POWER,
    LOOK_GROUND,
    LOOK_NOTE,
    LOOKS,
    LOOK_SELECTED = 0x80, /* on top of the others */
};

struct screen_cells {
    int rows, cols;
    char ch[SCREEN_MAX_ROWS][SCREEN_MAX_COLS];
    uint8_t look[SCREEN_MAX_ROWS][SCREEN_MAX_COLS];
};

struct screen {
    struct board_state *s;
    int place; /* of the header, 1 to 40: selected */
    int typing;
    char typed[SCREEN_LINE];   /* the line so far */
    double rate;               /* accesses a second */
    char text[SCREEN_HISTORY]; /* what the program printed last */
    size_t ntext;
    char note[SCREEN_LINE]; /* for the user */
    struct board_access last;
    uint64_t number; /* of it, from 1; 0: there is none */
    /* What was there the last time. */
    uint64_t from_text, accesses;
    uint32_t remarks;
    double elapsed; /* since accesses was that */
};

void screen_init(struct screen *v, struct board_state *s);

/* Takes over what is new in the rings, and the accesses since the last time, which was `elapsed`
 * seconds ago. */
void screen_update(struct screen *v, double elapsed);

/* All of the screen; rows and cols stand in *c. */
void screen_draw(const struct screen *v, struct screen_cells *c);

/* Keys beyond ASCII, as curses numbers them. */
enum screen_key {
    SCREEN_DOWN = 0402,
    SCREEN_UP = 0403,
    SCREEN_LEFT = 0404,
    SCREEN_RIGHT = 0405,
    SCREEN_BACKSPACE = 0407,
    SCREEN_ENTER = 0527,
};

/* What follows from a key: nothing that others need to know, *c is to be sent, or the end. */
enum screen_action { SCREEN_NONE, SCREEN_SEND, SCREEN_QUIT };
enum screen_action screen_key(struct screen *v, int key, struct board_command *c);

/* The terminal, which standard input and output are. */
struct screen_process {
    struct board_state *state;
    int commands; /* for board_send */
    int life;     /* at its end when the run is gone */
    int ready;    /* is told once: nothing, if the screen is up; else why it is not */
    int messages; /* a file, or -1: what the run says grows there */
    int run;      /* the run's process */
};

/* Shows and asks until the run or the user ends it; the terminal is then as it was. Returns 0, or
 * -1 when there is no screen. */
int screen_show(const struct screen_process *p);

#endif
