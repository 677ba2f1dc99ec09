/* emu/web/history.c: a page that asks late gets what is still there, and never what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emu/web/history.h"

static struct board_state *board;
static struct history *history;

static void happen(uint64_t n)
{
    for (; n > 0; n--, board->seen++)
        board->access[board->seen % BOARD_ACCESSES].value = (uint32_t)board->seen;
}

static int set_up(void **state)
{
    (void)state;
    board = calloc(1, sizeof *board);
    history = calloc(1, sizeof *history);
    return !board || !history;
}

static int tear_down(void **state)
{
    (void)state;
    free(board);
    free(history);
    return 0;
}

static void copies(uint64_t from, uint64_t first, size_t n)
{
    static struct board_access got[1000];

    assert_int_equal(history_copy(history, &from, got, 1000), n);
    assert_int_equal(from, first);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(got[i].value, first + i);
}

static void what_is_new(void **state)
{
    (void)state;
    copies(0, 0, 0);
    happen(10);
    history_fetch(history, board);
    copies(0, 0, 10);
    copies(7, 7, 3);
    copies(10, 10, 0);
    copies(99, 10, 0);
    happen(2000);
    history_fetch(history, board);
    copies(0, 0, 1000);
    copies(1500, 1500, 510);
}

/* More than the run keeps itself. */
static void the_last_are_kept(void **state)
{
    uint64_t all = HISTORY_ACCESSES + 5;

    (void)state;
    for (uint64_t i = 0; i < all; i += 5000) {
        happen(all - i < 5000 ? all - i : 5000);
        history_fetch(history, board);
    }
    assert_int_equal(history->lost, 0);
    copies(0, 5, 1000);
    copies(all - 1, all - 1, 1);
}

static void what_was_lost_is_counted(void **state)
{
    (void)state;
    happen(100);
    history_fetch(history, board);
    happen(BOARD_ACCESSES + 50);
    history_fetch(history, board);
    assert_in_range(history->lost, 50, 51); /* the oldest might just be written over */
    copies(0, 100 + history->lost, 1000);
    copies(99, 100 + history->lost, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_lost_is_counted, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("web-history", tests, NULL, NULL);
}
