/* emu/native/irq.h - interrupts of a recompiled program: its status register, and the runs of its
 * handler. Within the engine only.
 *
 * The handler runs on the interrupt stack below 0x09000000, as on the Pi, in the program's name.
 * One run of it (an activation) may be interrupted itself when it unmasks interrupts, and may
 * switch threads; so each has a piece of that stack to itself, and they may end in any order. */
#ifndef EMU_NATIVE_IRQ_H
#define EMU_NATIVE_IRQ_H

#include <stdint.h>

#include "emu/native/engine.h"
#include "emu/native/native.h"

void irq_start(const struct native_host *h);

/* The program's cpsr; setting it may let an interrupt in at the end of the call. */
uint32_t irq_cpsr(void);
void irq_set_cpsr(uint32_t cpsr);

/* Which interrupts the program lets through now (enum native_irq). */
extern int irq_unmasked;

/* native_watch_computing. */
extern int irq_watching;

/* At the end of a call made from pc: if an interrupt is due, makes emu_gate run the handler before
 * it returns. */
void irq_at_gate(uintptr_t pc, int computing);

/* A replay: the recorded run was interrupted in what the program computes between its last call and
 * its next; where. */
int irq_owed(uintptr_t *where);

/* irq_owed, but the program is at its next call: the handler runs first, and then the call is made
 * (then 1 is returned, and native_call is to return). */
int irq_before(const struct call *c);

/* native_kick's flag alone; safe in a signal handler. */
void irq_note_kick(void);

/* A timer of ours rang: whether the program waits in a loop of calls that let no time pass
 * (barriers, switches of threads). On a clock of the laptop's it always may. */
int irq_waits(void);

/* A timer of ours rang while the program was at pc: whether it spins, or a kick waits. It spins if
 * it made no call since the timer last rang; where its blocks are counted, only in an empty loop,
 * which has none to count. */
int irq_tick(uintptr_t pc);

/* The program cannot be interrupted right here: the timer rings again shortly. */
void irq_again(void);

/* irq_tick said yes, and the program can be interrupted: looks for news. */
void irq_look(void);

/* In a signal handler that interrupted the program at pc, on an alternate stack: runs the handler
 * until nothing is due, then returns how often it ran. */
int irq_in_signal(uintptr_t pc, int computing);

/* After a look that came of a signal: when the next one is wanted. */
void irq_looked(int ran);

#endif
