/* breakpoint.h - match and mismatch breakpoints of the debug coprocessor. Declared for programs
 * that bring the functions themselves; libpi does not have them yet, and a program that calls one
 * fails to link. */
#ifndef BREAKPOINT_H
#define BREAKPOINT_H

#include <stdint.h>

void brkpt_mismatch_start(void);
void brkpt_mismatch_stop(void);
void brkpt_mismatch_set(uint32_t addr);
int brkpt_fault_p(void);

void brkpt_match_init(void);
void brkpt_match_set(uint32_t addr);
uint32_t brkpt_match_get(void);
int brkpt_match_fault_p(void);
void brkpt_match_stop(void);

#endif
