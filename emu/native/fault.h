/* emu/native/fault.h - signals: guest faults, Ctrl-C, the time limit. Within the engine only. */
#ifndef EMU_NATIVE_FAULT_H
#define EMU_NATIVE_FAULT_H

#include <signal.h>
#include <stdint.h>

/* Brackets each stay on the host stack. A signal that ends the run waits for the end of the stay,
 * so that it never cuts the harness in the middle of its own work. */
void fault_enter_host(uintptr_t pc);
void fault_leave_host(void);

/* The handler of SIGSEGV and its kin. */
void fault_handler(int sig, siginfo_t *info, void *context);

#endif
