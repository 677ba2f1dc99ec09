/* memmap.h - where the linker put the program (libpi/memmap; on a laptop emu's own script). */
#ifndef MEMMAP_H
#define MEMMAP_H

#include <stdint.h>

extern uint32_t __code_start__[], __code_end__[];
extern uint32_t __data_start__[], __data_end__[];
extern uint32_t __bss_start__[], __bss_end__[];
extern uint32_t __prog_end__[];
extern uint32_t __heap_start__[];

#endif
