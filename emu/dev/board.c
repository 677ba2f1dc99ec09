/* The modelled devices together; see board.h. */
#include "emu/dev/board.h"

void dev_board_init(struct dev_board *d, const struct dev_board_outside *o, struct bus *b)
{
    dev_gpio_init(&d->gpio);
    dev_system_timer_init(&d->system_timer, o->clock);
    dev_mini_uart_init(&d->mini_uart, &o->console);
    dev_pm_init(&d->pm, o->clock, o->self, o->reset);
    dev_gpio_map(&d->gpio, b);
    dev_system_timer_map(&d->system_timer, b);
    dev_mini_uart_map(&d->mini_uart, b);
    dev_pm_map(&d->pm, b);
}

void dev_board_after_boot(struct dev_board *d)
{
    dev_gpio_after_boot(&d->gpio);
    dev_mini_uart_after_boot(&d->mini_uart);
}
