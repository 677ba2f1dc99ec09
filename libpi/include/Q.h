/* Q.h - a singly linked queue of elements of type E, a macro of the program; E has a field next. */
#ifndef Q_H
#define Q_H

/* lint-before: #define E struct e\nstruct e { struct e *next; }; */
#ifndef E
#error "define E, the type of the elements, before Q.h"
#endif

#include "demand.h"

typedef struct Q {
    E *head, *tail;
    unsigned cnt;
} Q_t;

static inline E *Q_start(Q_t *q)
{
    return q->head;
}

static inline E *Q_next(E *e)
{
    return e->next;
}

static inline unsigned Q_nelem(Q_t *q)
{
    return q->cnt;
}

static inline int Q_empty(Q_t *q)
{
    return q->head == 0;
}

/* Takes the first; null when there is none. */
static inline E *Q_pop(Q_t *q)
{
    E *e = q->head;
    if (!e)
        return 0;
    q->cnt--;
    q->head = e->next;
    if (!q->head)
        q->tail = 0;
    return e;
}

/* At the end. */
static inline void Q_append(Q_t *q, E *e)
{
    e->next = 0;
    q->cnt++;
    if (q->tail)
        q->tail->next = e;
    else
        q->head = e;
    q->tail = e;
}

/* At the front. */
static inline void Q_push(Q_t *q, E *e)
{
    q->cnt++;
    e->next = q->head;
    q->head = e;
    if (!q->tail)
        q->tail = e;
}

/* Behind e; a null e means at the front. */
static inline void Q_insert_after(Q_t *q, E *e, E *e_new)
{
    if (!e) {
        Q_push(q, e_new);
    } else if (q->tail == e) {
        Q_append(q, e_new);
    } else {
        q->cnt++;
        e_new->next = e->next;
        e->next = e_new;
    }
}

#endif
