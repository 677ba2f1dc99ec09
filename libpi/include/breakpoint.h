/* breakpoint.h - breakpoints of the debug coprocessor (ARM1176 TRM 13.3): prefetch aborts before an
 * instruction runs, for a handler set by full_except_set_prefetch. A laptop has no such registers:
 * a call does not link there. */
#ifndef BREAKPOINT_H
#define BREAKPOINT_H

#include <stdint.h>

/* In user mode, at every instruction but the one at addr: single steps, when the handler sets addr
 * to where it returns. start enables the debug hardware, with address 0. */
void brkpt_mismatch_start(void);
void brkpt_mismatch_stop(void);
void brkpt_mismatch_set(uint32_t addr);
/* 1 when the prefetch abort that is handled was a breakpoint's. */
int brkpt_fault_p(void);

/* In every mode, at the instruction at addr. init enables the debug hardware. */
void brkpt_match_init(void);
void brkpt_match_set(uint32_t addr);
uint32_t brkpt_match_get(void);
int brkpt_match_fault_p(void);
void brkpt_match_stop(void);

#endif
