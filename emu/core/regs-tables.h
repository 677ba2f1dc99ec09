/* emu/core/regs-tables.h - what the register tables and regs.c share. Others use regs.h. */
#ifndef EMU_CORE_REGS_TABLES_H
#define EMU_CORE_REGS_TABLES_H

#include "emu/core/regs.h"

/* Columns that recur. */
#define ALL 0xffffffffu
#define RW(bits) (bits), (bits)
#define RO(bits) (bits), 0
#define WO(bits) 0, (bits)

#define REG_COUNT(table) (sizeof(table) / sizeof(table)[0])

extern const struct reg_block reg_system_timer, reg_dma, reg_dma15, reg_interrupts, reg_arm_timer,
    reg_mailbox, reg_pm, reg_clocks, reg_rng, reg_gpio, reg_pl011, reg_pcm, reg_spi0, reg_bsc0,
    reg_bsc1, reg_pwm, reg_aux, reg_emmc;

#endif
