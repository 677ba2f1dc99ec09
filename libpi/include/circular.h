/* circular.h - a first-in first-out queue of CQ_N - 1 elements between one writer and one reader,
 * which may be an interrupt handler and what it interrupts. A program may define CQ_N, and CQE_T as
 * the element, before it includes this. */
#ifndef CIRCULAR_H
#define CIRCULAR_H

#include "libpi-port.h"
#include "rpi.h"
#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
#include "rpi-inline-asm.h"
#include "rpi-interrupts.h"
#endif

#ifdef CQE_T
typedef CQE_T cqe_t;
#else
typedef unsigned char cqe_t;
#endif

#ifndef CQ_N
#define CQ_N 8192
#endif

typedef struct {
    cqe_t c_buf[CQ_N];
    unsigned fence;      /* CQ_FENCE, or something was written past the end of c_buf */
    unsigned head, tail; /* next to write, next to read */
    unsigned overflow;
    unsigned errors_fatal_p : 1;
} cq_t;

enum { CQ_FENCE = 0x12345678 };

/* A program without interrupts may define int_is_enabled() itself. */
#ifndef int_is_enabled
#if LIBPI_YEAR <= 2020
static inline int int_is_enabled(void)
{
    return (libpi_cpsr_get() >> 7 & 1) == 0;
}
#else
#define int_is_enabled() ((libpi_cpsr_get() >> 7 & 1) == 0)
#endif
#endif

static inline int cq_empty(cq_t *q)
{
    gcc_mb();
    return q->head == q->tail;
}

static inline int cq_full(cq_t *q)
{
    gcc_mb();
    return (q->head + 1) % CQ_N == q->tail;
}

static inline unsigned cq_nelem(cq_t *q)
{
    gcc_mb();
    return (q->head + CQ_N - q->tail) % CQ_N;
}

static inline unsigned cq_nspace(cq_t *q)
{
    return CQ_N - 1 - cq_nelem(q);
}

/* 1 and the element, or 0. */
static inline int cq_pop_nonblock(cq_t *c, cqe_t *e)
{
    if (cq_empty(c))
        return 0;
    unsigned tail = c->tail;
    *e = c->c_buf[tail];
    /* The writer may use the place only after it was read. */
    gcc_mb();
    c->tail = (tail + 1) % CQ_N;
    gcc_mb();
    return 1;
}

/* Waits for an element. */
static inline cqe_t cq_pop(cq_t *c)
{
    cqe_t e = 0;
    while (!cq_pop_nonblock(c, &e)) {
        if (!int_is_enabled())
            panic("will deadlock: interrupts not enabled\n");
    }
    return e;
}

/* 1, or 0 when the queue is full. */
static inline int cq_push(cq_t *c, cqe_t x)
{
    if (cq_full(c)) {
        c->overflow++;
        return 0;
    }
    unsigned head = c->head;
    c->c_buf[head] = x;
    /* The reader may see it only after it was written. */
    gcc_mb();
    c->head = (head + 1) % CQ_N;
    gcc_mb();
    return 1;
}

/* The next element, left where it is. */
static inline int cq_peek(cq_t *c, cqe_t *e)
{
    if (cq_empty(c))
        return 0;
    *e = c->c_buf[c->tail];
    gcc_mb();
    return 1;
}

static inline void cq_pop_n(cq_t *c, void *data, unsigned n)
{
    cqe_t *p = (cqe_t *)data;
    for (unsigned i = 0; i < n; i++)
        p[i] = cq_pop(c);
}

/* All n or none. */
static inline int cq_pop_n_noblk(cq_t *q, void *data, unsigned n)
{
    if (cq_nelem(q) < n)
        return 0;
    cq_pop_n(q, data, n);
    return 1;
}

static inline int cq_peek_n(cq_t *c, cqe_t *v, unsigned n)
{
    if (cq_nelem(c) < n)
        return 0;
    for (unsigned i = 0; i < n; i++)
        v[i] = c->c_buf[(c->tail + i) % CQ_N];
    gcc_mb();
    return 1;
}

#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
static inline int cq_push_n(cq_t *c, void *data, unsigned n)
#else
static inline int cq_push_n(cq_t *c, const void *data, unsigned n)
#endif
{
    const cqe_t *p = (const cqe_t *)data;
    assert(n);
    if (cq_nspace(c) < n)
        return 0;
    for (unsigned i = 0; i < n; i++)
        cq_push(c, p[i]);
    return 1;
}

static inline int cq_push32(cq_t *c, uint32_t x)
{
    return cq_push_n(c, &x, sizeof x);
}

static inline int cq_pop32_noblk(cq_t *c, uint32_t *x)
{
    return cq_pop_n_noblk(c, x, sizeof *x);
}

static inline uint32_t cq_pop32(cq_t *c)
{
    uint32_t x = 0;
    cq_pop_n(c, &x, sizeof x);
    return x;
}

static inline void cq_print(cq_t *c)
{
    debug("cq print: head=%d, tail=%d, nelem=%d, empty=%d\n", c->head, c->tail, cq_nelem(c),
          cq_empty(c));
}

static inline void cq_ok(cq_t *c)
{
    if (c->fence != CQ_FENCE)
        panic("fence is corrupted\n");
}

static inline void cq_init(cq_t *c, unsigned errors_fatal_p)
{
    memset(c, 0, sizeof *c);
    c->fence = CQ_FENCE;
    c->errors_fatal_p = errors_fatal_p;
}

/* Where the reader is, and back to it: elements read since are read again. */
static inline unsigned cq_ckpt(cq_t *c)
{
    return c->tail;
}

static inline void cq_restore(cq_t *c, unsigned ckpt)
{
    c->tail = ckpt;
}

#endif
