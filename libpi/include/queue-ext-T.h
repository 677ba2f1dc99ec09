/* queue-ext-T.h - functions of a singly linked queue, generated: pfx_init, _empty, _pop, _append
 * (at the end), _push (at the front), _start and _next. */
#ifndef QUEUE_EXT_T_H
#define QUEUE_EXT_T_H

#include "demand.h"

/* head, tail: fields of Q_T; next: field of E_T. */
#define gen_queue_T(pfx, Q_T, head, tail, E_T, next)                                               \
    static inline E_T *pfx##_start(Q_T *q)                                                         \
    {                                                                                              \
        return q->head;                                                                            \
    }                                                                                              \
    static inline E_T *pfx##_next(E_T *e)                                                          \
    {                                                                                              \
        return e->next;                                                                            \
    }                                                                                              \
    static inline int pfx##_empty(Q_T *q)                                                          \
    {                                                                                              \
        return q->head == 0;                                                                       \
    }                                                                                              \
    static inline E_T *pfx##_pop(Q_T *q)                                                           \
    {                                                                                              \
        E_T *e = q->head;                                                                          \
        if (e) {                                                                                   \
            q->head = e->next;                                                                     \
            if (!q->head)                                                                          \
                q->tail = 0;                                                                       \
        }                                                                                          \
        return e;                                                                                  \
    }                                                                                              \
    static inline void pfx##_append(Q_T *q, E_T *e)                                                \
    {                                                                                              \
        e->next = 0;                                                                               \
        if (q->tail)                                                                               \
            q->tail->next = e;                                                                     \
        else                                                                                       \
            q->head = e;                                                                           \
        q->tail = e;                                                                               \
    }                                                                                              \
    static inline void pfx##_push(Q_T *q, E_T *e)                                                  \
    {                                                                                              \
        e->next = q->head;                                                                         \
        q->head = e;                                                                               \
        if (!q->tail)                                                                              \
            q->tail = e;                                                                           \
    }                                                                                              \
    static inline void pfx##_init(Q_T *q)                                                          \
    {                                                                                              \
        q->head = q->tail = 0;                                                                     \
    }

/* The queue type itself, its functions, or both. */
#define gen_queue_decl(pfx, Q_T, E_T, next_name)                                                   \
    typedef struct {                                                                               \
        E_T *head, *tail;                                                                          \
    } Q_T;
#define gen_queue_fn(pfx, Q_T, E_T, next_name) gen_queue_T(pfx, Q_T, head, tail, E_T, next_name)
#define gen_queue_full(pfx, Q_T, E_T, next_name)                                                   \
    gen_queue_decl(pfx, Q_T, E_T, next_name) gen_queue_fn(pfx, Q_T, E_T, next_name)

#endif
