/* libpi-port.h - what libpi asks of the machine below it, and cannot say in C.
 *
 * On the Pi libpi/asm supplies these; when a program is recompiled for a laptop, the harness does
 * (emu/native/guest). Everything else of libpi is the same source on both. Programs do not call
 * these; they call the API that is built on them. */
#ifndef LIBPI_PORT_H
#define LIBPI_PORT_H

#include <stdint.h>

/* Also supplied by the port, under their API names (declared in rpi.h): GET8 GET16 GET32 PUT8 PUT16
 * PUT32, get8/16/32, put8/16/32, dev_barrier, dmb, dsb, BRANCHTO, caches_enable, caches_disable,
 * caches_is_enabled, enable_cache, disable_cache, flush_caches, and on the laptop alone, in place
 * of libpi's own: delay_cycles, delay_us, DEV_VAL32. */

/* The other way round, libpi's: what start-up code calls in supervisor mode with a stack and a
 * zeroed bss. Sets the console up if the year does (from 2023 on), calls notmain, and ends the
 * program as the year does: reboot until 2020, DONE!!! and reboot later. */
void libpi_run(void) __attribute__((noreturn));

/* The program status register; set writes the control byte (mode, I and F bits) and the flags. */
uint32_t libpi_cpsr_get(void);
void libpi_cpsr_set(uint32_t cpsr);

/* Cycles of the 700 MHz core since start, modulo 2^32 (ARM1176 TRM 3.2.51: cp15 c15,c12,1). */
void libpi_cycles_init(void);
uint32_t libpi_cycles(void);

/* Makes `table` (the eight instructions and their literals from int_vec_init's contract: at least
 * 64 bytes) the exception vectors, copied to address 0. */
void libpi_vectors_install(const void *table, const void *end);

/* On a laptop nobody runs the vectors' code. There libpi's table is this word, then the addresses
 * of the eight handlers in the order of the vectors (reset, undefined instruction, system call,
 * prefetch abort, data abort, reserved, interrupt, fast interrupt), 4 bytes each. */
#define LIBPI_VECTORS_MARK 0x4c504956

/* Threads. libpi_stack_init prepares a fresh stack so that the first libpi_cswitch to the returned
 * sp calls entry(arg), which never returns; top is one past the highest byte, 8-aligned.
 * libpi_cswitch saves the callee-saved state on the running stack, stores its sp to *save, loads sp
 * from `load` and returns there. */
uint32_t *libpi_stack_init(void *top, void (*entry)(void *), void *arg);
void libpi_cswitch(uint32_t **save, uint32_t *load);

/* Announcements a watcher may want (valgrind, sanitizers, overflow checks); empty on the Pi.
 * A stack: nbytes from lo. A heap: kmalloc owns nbytes from lo from now on; each block; all freed.
 * libpi_heap_redzone: bytes to leave unused before the first block and after each, 0 on the Pi and
 * whenever no checker is there, so that addresses are the same on both. */
void libpi_stack_made(void *lo, uint32_t nbytes);
void libpi_heap_made(void *lo, uint32_t nbytes);
void libpi_heap_block(void *p, uint32_t nbytes);
void libpi_heap_freed(void *lo, uint32_t nbytes);
uint32_t libpi_heap_redzone(void);

/* Called with whole pieces of console text by printk and putk when the program has not replaced
 * rpi_putchar. Returns 1 when the text was taken (recompiled with --level=printk), 0 when libpi
 * must send it through rpi_putchar (the Pi, and every other level). */
int libpi_console_text(const char *text, uint32_t nbytes);

#endif
