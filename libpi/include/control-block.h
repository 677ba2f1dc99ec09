/* control-block.h - what one program leaves in memory for the next: which device is the console. */
#ifndef CONTROL_BLOCK_H
#define CONTROL_BLOCK_H

#include "rpi-constants.h"
#include "sw-uart.h"

typedef enum { PUTC_HW_UART = 1, PUTC_SW_UART, PUTC_ESP_UART } uart_dev_t;

typedef struct {
    unsigned magic;
    uart_dev_t console_dev;
    sw_uart_t sw_uart;
} control_blk_t;

#define CTRL_BLK_ADDR ((control_blk_t *)HIGHEST_USED_ADDR)
#define CTRL_BLK_MAGIC 0x12345678

/* A fresh block, the mini-UART as its console. */
control_blk_t *cb_new(void);
/* The block, or null when nobody left one. */
control_blk_t *cb_get_block(void);
/* Makes the block's console that of printk. */
void cb_init(void);

#endif
