/* control-block.c - the console that the program before left (2020). */
#include "internal.h"

#if LIBPI_YEAR == 2020

#include "control-block.h"

LIBPI_WEAK control_blk_t *cb_new(void)
{
    control_blk_t *cb = CTRL_BLK_ADDR;
    memset(cb, 0, sizeof *cb);
    cb->magic = CTRL_BLK_MAGIC;
    cb->console_dev = PUTC_HW_UART;
    return cb;
}

LIBPI_WEAK control_blk_t *cb_get_block(void)
{
    control_blk_t *cb = CTRL_BLK_ADDR;
    return cb->magic == CTRL_BLK_MAGIC ? cb : 0;
}

static int sw_putchar(int c)
{
    sw_uart_putc(&CTRL_BLK_ADDR->sw_uart, c);
    return c;
}

LIBPI_WEAK void cb_init(void)
{
    control_blk_t *cb = cb_get_block();
    if (cb && cb->console_dev == PUTC_SW_UART)
        rpi_set_putc(sw_putchar);
}

#endif
