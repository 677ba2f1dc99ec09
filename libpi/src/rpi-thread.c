/* rpi-thread.c - cooperative threads over the port's context switch. No priorities, no preemption,
 * nothing to wait on. */
#include "rpi-thread.h"
#include "internal.h"

/* At the lowest word of every stack, and every descriptor. */
enum { STACK_GUARD = 0x5AFE57AC };

#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
#define SAVED_SP sp
#else
#define SAVED_SP saved_sp
#endif

struct queue {
    rpi_thread_t *head, *tail;
};

static struct queue runnable;
static rpi_thread_t *ended; /* descriptors to use again */
static rpi_thread_t *running;
static uint32_t running_tid; /* survives what an overflow does to the descriptor */
static uint32_t *starter_sp; /* of whoever called rpi_thread_start */
static uint32_t next_tid = 1;

static void append(struct queue *q, rpi_thread_t *t)
{
    t->next = 0;
    if (q->tail)
        q->tail->next = t;
    else
        q->head = t;
    q->tail = t;
}

static rpi_thread_t *pop(struct queue *q)
{
    rpi_thread_t *t = q->head;
    if (t) {
        q->head = t->next;
        if (!q->head)
            q->tail = 0;
    }
    return t;
}

static void first_steps(void *thread)
{
    rpi_thread_t *t = thread;
    t->fn(t->arg);
    rpi_exit(0);
}

LIBPI_WEAK rpi_thread_t *rpi_fork(rpi_code_t code, void *arg)
{
    rpi_thread_t *t = ended;
    if (t) {
        ended = t->next;
    } else {
        t = kmalloc(sizeof *t);
        libpi_stack_made(t->stack, sizeof t->stack);
    }
    t->tid = next_tid++;
    t->fn = code;
    t->arg = arg;
    t->annot = 0;
    t->stack[0] = STACK_GUARD;
    t->SAVED_SP = libpi_stack_init(t->stack + THREAD_MAXSTACK, first_steps, t);
    append(&runnable, t);
    return t;
}

LIBPI_WEAK rpi_thread_t *rpi_cur_thread(void)
{
    return running;
}

LIBPI_WEAK void rpi_stack_check(void)
{
    if (running && running->stack[0] != STACK_GUARD)
        panic("thread %d overflowed its stack of %d bytes\n", running_tid,
              (int)sizeof running->stack);
}

#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
#define rpi_cswitch libpi_cswitch
#else
LIBPI_WEAK void rpi_cswitch(uint32_t **old_sp_save, const uint32_t *new_sp)
{
    libpi_cswitch(old_sp_save, (uint32_t *)new_sp);
}
#endif

static void switch_to(rpi_thread_t *from, rpi_thread_t *to)
{
    running = to;
    running_tid = to ? to->tid : 0;
    rpi_cswitch(from ? &from->SAVED_SP : &starter_sp, to ? to->SAVED_SP : starter_sp);
}

LIBPI_WEAK void rpi_yield(void)
{
    rpi_stack_check();
    if (!running || !runnable.head)
        return;
    rpi_thread_t *me = running;
    append(&runnable, me);
    switch_to(me, pop(&runnable));
}

LIBPI_WEAK void rpi_exit(int exitcode)
{
    (void)exitcode;
    rpi_stack_check();
    rpi_thread_t *me = running;
    demand(me, rpi_exit : no thread runs);
    me->next = ended;
    ended = me;
    switch_to(me, pop(&runnable));
    panic("thread %d ran after its end\n", me->tid);
}

static void run_all(void)
{
    demand(!running, rpi_thread_start : threads are running already);
    rpi_thread_t *first = pop(&runnable);
    if (first)
        switch_to(0, first);
}

#if LIBPI_YEAR == 2019
LIBPI_WEAK void rpi_thread_start(int preemptive_p)
{
    demand(!preemptive_p, rpi_thread_start : only cooperative threads);
    run_all();
}
#else
LIBPI_WEAK void rpi_thread_start(void)
{
    run_all();
}
#endif
