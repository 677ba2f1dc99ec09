/* The board in a terminal: what stands where, and what keys do; no terminal is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emu/core/pin-header.h"
#include "emu/screen/screen.h"

static struct board_state *state;
static struct screen view;
static struct screen_cells cells;
static struct board_command command;

static int fresh(void **unused)
{
    (void)unused;
    free(state);
    state = calloc(1, sizeof *state);
    if (!state)
        return -1;
    state->virtual_time = 1;
    state->speed = 1;
    strcpy(state->program, "prog.emu");
    cells.rows = SCREEN_ROWS;
    cells.cols = SCREEN_COLS;
    screen_init(&view, state);
    return 0;
}

static int done(void **unused)
{
    (void)unused;
    free(state);
    state = NULL;
    return 0;
}

/* The row as a person sees it, without blanks at its end. */
static const char *row(int n)
{
    static char text[SCREEN_MAX_COLS + 1];
    size_t end = (size_t)cells.cols;

    screen_draw(&view, &cells);
    memcpy(text, cells.ch[n], end);
    while (end > 0 && text[end - 1] == ' ')
        end--;
    text[end] = 0;
    return text;
}

static void every_place_of_the_header(void **unused)
{
    (void)unused;
    for (int place = 1; place <= PIN_HEADER_PLACES; place++) {
        char number[8], name[8];
        const char *text = row(1 + (place - 1) / 2);

        snprintf(number, sizeof number, "%d", place);
        assert_non_null(strstr(text, number));
        if (pin_header_gpio(place) < 0)
            continue;
        snprintf(name, sizeof name, "GPIO%d", pin_header_gpio(place));
        assert_non_null(strstr(text, name));
    }
}

static void a_pin(void **unused)
{
    (void)unused;
    assert_string_equal(row(20), "              GND    39  40 ?  GPIO21 in        |");
    state->level_known = state->level = 1 << 21;
    assert_string_equal(row(20), "              GND    39  40 1  GPIO21 in        |");
    assert_int_equal(cells.look[20][28], LOOK_HIGH);
    state->driven = 1 << 21;
    state->level = 0;
    assert_string_equal(row(20), "              GND    39  40 0< GPIO21 in        |");
    assert_int_equal(cells.look[20][28], LOOK_LOW);
    state->fsel[2] = PINS_ALT5 << 3;
    assert_string_equal(row(20), "              GND    39  40 0< GPIO21 GPCLK1    |");
}

static void the_title(void **unused)
{
    (void)unused;
    state->ns = 12345678901;
    state->accesses = 2996;
    assert_string_equal(
        row(0), " prog.emu: runs                                 12.346 s x1                 0/s");
    screen_update(&view, 1);
    assert_non_null(strstr(row(0), " 2996/s"));
    state->accesses += 25000;
    screen_update(&view, 0.25); /* too short to tell */
    assert_non_null(strstr(row(0), " 2996/s"));
    screen_update(&view, 0.25);
    assert_non_null(strstr(row(0), " 50.0 k/s"));
    state->accesses += 5000000;
    screen_update(&view, 1);
    assert_non_null(strstr(row(0), " 5.00 M/s"));
    state->waits = 1;
    assert_non_null(strstr(row(0), "prog.emu: waits for input "));
    state->paused = 1;
    assert_non_null(strstr(row(0), "prog.emu: paused "));
    state->ended = 1;
    state->status = 1;
    assert_non_null(strstr(row(0), "prog.emu: ended, exit status 1 "));
    state->signal = 2;
    assert_non_null(strstr(row(0), "prog.emu: ended by signal 2 "));
    state->virtual_time = 0;
    assert_null(strstr(row(0), "x1"));
}

static void what_was_printed(void **unused)
{
    (void)unused;
    board_printed(state, "one\n\ttab\r\n0123456789012345678901234567890123456789\nx", 54);
    screen_update(&view, 0);
    assert_string_equal(strchr(row(2), '|'), "| one");
    assert_string_equal(strchr(row(3), '|'), "|         tab");
    assert_string_equal(strchr(row(4), '|'), "| 012345678901234567890123456789");
    assert_string_equal(strchr(row(5), '|'), "| 0123456789");
    for (int i = 0; i < 26; i++) {
        const char line[] = {'\n', (char)('a' + i)};

        board_printed(state, line, sizeof line);
    }
    screen_update(&view, 0);
    assert_string_equal(strchr(row(20), '|'), "| z");
    assert_string_equal(strchr(row(2), '|'), "| h");
    board_printed(state, "\n", 1); /* the next line has not begun */
    screen_update(&view, 0);
    assert_string_equal(strchr(row(20), '|'), "| z");
}

/* More than is kept, and more than the ring holds. */
static void a_lot_was_printed(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2 * BOARD_TEXT; i++)
        board_printed(state, "abc\n" + i % 4, 1);
    screen_update(&view, 0);
    assert_string_equal(strchr(row(20), '|'), "| abc");
    assert_string_equal(strchr(row(2), '|'), "| abc");
}

static void too_small(void **unused)
{
    (void)unused;
    cells.cols = 79;
    assert_string_equal(row(0), "The board needs 80x24,");
    assert_string_equal(row(1), "this is 79x24.");
    cells.rows = 1;
    cells.cols = 5;
    assert_string_equal(row(0), "The b");
    cells.rows = SCREEN_MAX_ROWS;
    cells.cols = SCREEN_MAX_COLS;
    assert_non_null(strstr(row(SCREEN_MAX_ROWS - 1), "q quit"));
}

static enum screen_action key(int k)
{
    return screen_key(&view, k, &command);
}

static void pins_by_arrows(void **unused)
{
    (void)unused;
    assert_int_equal(view.place, 3);
    assert_int_equal(key(SCREEN_UP), SCREEN_NONE);
    assert_int_equal(view.place, 3); /* above is 3.3 V */
    key(SCREEN_DOWN);
    key(SCREEN_DOWN);
    key(SCREEN_DOWN);
    assert_int_equal(view.place, 11); /* past ground */
    key(SCREEN_RIGHT);
    assert_int_equal(view.place, 12);
    key(SCREEN_RIGHT);
    assert_int_equal(view.place, 12);
    key(SCREEN_LEFT);
    assert_int_equal(view.place, 11);
    view.place = 38;
    key(SCREEN_DOWN);
    assert_int_equal(view.place, 40);
    key(SCREEN_DOWN);
    assert_int_equal(view.place, 40);
    key(SCREEN_LEFT); /* beside is ground: the nearest */
    assert_int_equal(view.place, 37);
    for (int place = 1; place <= PIN_HEADER_PLACES; place++) {
        static const int arrows[] = {SCREEN_UP, SCREEN_DOWN, SCREEN_LEFT, SCREEN_RIGHT};

        for (unsigned i = 0; pin_header_gpio(place) >= 0 && i < 4; i++) {
            view.place = place;
            key(arrows[i]);
            assert_true(pin_header_gpio(view.place) >= 0);
        }
    }
}

static void assert_drives(int k, enum board_drive to)
{
    assert_int_equal(key(k), SCREEN_SEND);
    assert_int_equal(command.what, BOARD_DRIVE);
    assert_int_equal(command.pin, 2);
    assert_int_equal(command.to, to);
}

static void assert_asks(int k, enum board_what what)
{
    assert_int_equal(key(k), SCREEN_SEND);
    assert_int_equal(command.what, what);
}

static void keys_of_pins_and_time(void **unused)
{
    (void)unused;
    assert_drives('h', BOARD_HIGH);
    assert_drives('l', BOARD_LOW);
    assert_drives('r', BOARD_RELEASE);
    assert_drives(' ', BOARD_HIGH);
    state->level = state->level_known = 1 << 2;
    assert_drives(' ', BOARD_LOW);
    assert_asks('p', BOARD_PAUSE);
    assert_asks('s', BOARD_STEP);
    state->paused = 1;
    assert_asks('p', BOARD_CONTINUE);
    assert_asks('+', BOARD_FASTER);
    assert_true(command.speed > 1);
    assert_asks('-', BOARD_FASTER);
    assert_true(command.speed < 1);
    assert_int_equal(key('z'), SCREEN_NONE);
    assert_int_equal(key('q'), SCREEN_QUIT);
}

static void typing(void **unused)
{
    (void)unused;
    assert_int_equal(key('\t'), SCREEN_NONE);
    assert_asks('q', BOARD_TYPE);
    assert_int_equal(command.nbytes, 1);
    assert_int_equal(command.text[0], 'q');
    key('!');
    assert_string_equal(row(22), " > q!_");
    assert_asks(SCREEN_BACKSPACE, BOARD_TYPE);
    assert_int_equal(command.text[0], '\b');
    assert_string_equal(row(22), " > q_");
    assert_asks('\r', BOARD_TYPE);
    assert_int_equal(command.text[0], '\n');
    assert_string_equal(row(22), " > _");
    assert_int_equal(key(SCREEN_UP), SCREEN_NONE);
    for (int i = 0; i < 2 * SCREEN_LINE; i++)
        assert_asks('a', BOARD_TYPE);
    assert_int_equal(strlen(row(22)), 80);
    key('\t');
    assert_int_equal(key('q'), SCREEN_QUIT);
}

static void a_refusal_is_shown_until_the_next_key(void **unused)
{
    (void)unused;
    strcpy(state->remark, "GPIO2 is no input");
    state->remarks++;
    screen_update(&view, 0);
    assert_string_equal(row(22), " GPIO2 is no input");
    key(SCREEN_DOWN);
    assert_string_equal(row(22), "");
}

static void put_access(enum bus_op op, enum bus_origin origin, uint32_t addr)
{
    state->access[state->seen % BOARD_ACCESSES] = (struct board_access){
        .op = (uint8_t)op, .origin = (uint8_t)origin, .addr = addr, .width = 4};
    state->seen++;
}

static void the_last_access(void **unused)
{
    (void)unused;
    screen_update(&view, 0);
    assert_string_equal(row(21), "");
    put_access(BUS_WRITE, ORIGIN_PROGRAM, 0x2020001c);
    for (int i = 0; i < 3000; i++) /* a long line */
        put_access(BUS_READ, ORIGIN_CONSOLE, 0x20215054);
    screen_update(&view, 0);
    assert_string_equal(row(21), " 1: PUT32(0x2020001c) = 0x0 # GPIO.SET0");
    state->paused = 1;
    screen_update(&view, 0);
    assert_string_equal(row(21), " 3001: GET32(0x20215054) = 0x0 # AUX.MU_LSR, console");
}

static void when_it_has_ended(void **unused)
{
    (void)unused;
    view.typing = 1;
    state->ended = 1;
    assert_int_equal(key('h'), SCREEN_NONE);
    assert_int_equal(key('q'), SCREEN_QUIT);
    assert_string_equal(row(23), " The program has ended. q quit");
}

int main(void)
{
#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(every_place_of_the_header),
        SCREEN_TEST(a_pin),
        SCREEN_TEST(the_title),
        SCREEN_TEST(what_was_printed),
        SCREEN_TEST(a_lot_was_printed),
        SCREEN_TEST(too_small),
        SCREEN_TEST(pins_by_arrows),
        SCREEN_TEST(keys_of_pins_and_time),
        SCREEN_TEST(typing),
        SCREEN_TEST(a_refusal_is_shown_until_the_next_key),
        SCREEN_TEST(the_last_access),
        SCREEN_TEST(when_it_has_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
