/* rpi-thread.h - cooperative threads: a thread runs until it yields, exits or returns.
 *
 * Runnable threads wait in one first-in first-out queue. Descriptors come from kmalloc and are
 * used again after a thread has ended; tids are not. */
#ifndef RPI_THREAD_H
#define RPI_THREAD_H

#include "libpi-year.h"
#include "rpi.h"

/* Stack of a thread, in words. */
#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
#define THREAD_MAXSTACK (1024 * 8)
#else
#define THREAD_MAXSTACK (1024 * 8 / 4)
#endif

/* Programs of each year know the first fields, so these have the year's places. */
typedef struct rpi_thread {
#if LIBPI_YEAR == 2019
    struct rpi_thread *next; /* in the queue it waits in */
    uint32_t *sp;
#elif LIBPI_YEAR == 2020 && !defined(LIBPI_YEAR_2022)
    union {
        uint32_t reg_save_area[16];
        uint32_t *sp;
    };
    struct rpi_thread *next;
#else
    uint32_t *saved_sp;
    struct rpi_thread *next;
#endif
    uint32_t tid; /* from 1 */
    void (*fn)(void *arg);
    void *arg;
    const char *annot;
    uint32_t stack[THREAD_MAXSTACK] __attribute__((__aligned__(8)));
} rpi_thread_t;
_Static_assert(offsetof(rpi_thread_t, stack) % 8 == 0, "AAPCS 5.2.1.2: stacks are 8-byte aligned");

typedef void (*rpi_code_t)(void *);

/* Makes a thread that will call code(arg); it does not run yet. */
rpi_thread_t *rpi_fork(rpi_code_t code, void *arg);

/* Runs threads until none is left, then returns. */
#if LIBPI_YEAR == 2019
void rpi_thread_start(int preemptive_p); /* only 0: cooperative */
#else
void rpi_thread_start(void);
#endif

/* The running thread, null outside of rpi_thread_start. */
rpi_thread_t *rpi_cur_thread(void);

/* Lets the others run first; returns at once when there are none. */
void rpi_yield(void);

/* Ends the running thread. */
void rpi_exit(int exitcode);

/* Panics when the running thread's stack has overflown. */
void rpi_stack_check(void);

#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
/* Saves the callee-saved registers on the stack and sp in *old_sp_save, then continues at new_sp.
 */
void rpi_cswitch(uint32_t **old_sp_save, const uint32_t *new_sp);
#endif

static inline void *rpi_arg_get(rpi_thread_t *t)
{
    return t->arg;
}
static inline void rpi_arg_put(rpi_thread_t *t, void *arg)
{
    t->arg = arg;
}
static inline unsigned rpi_tid(void)
{
    rpi_thread_t *t = rpi_cur_thread();
    if (!t)
        panic("rpi_threads not running\n");
    return t->tid;
}

#endif
