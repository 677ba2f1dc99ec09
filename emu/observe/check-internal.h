/* emu/observe/check-internal.h - the parts of the checker, one for each family of rules.
 *
 * check_X_saw judges *a, which was performed and is no failure, and learns from it; check_X_open
 * says which accesses are clean from now on. a->addr is aligned to a word and a->value has its
 * bytes where they lie in the word. */
#ifndef EMU_OBSERVE_CHECK_INTERNAL_H
#define EMU_OBSERVE_CHECK_INTERNAL_H

#include "emu/core/regs.h"
#include "emu/observe/check.h"

enum {
    CHECK_GPIO = 0x20200000,
    CHECK_SYSTIMER_CLO = 0x20003004,
    CHECK_AUX = 0x20215000,
    CHECK_MU_IO = CHECK_AUX + 0x40,
    CHECK_MU_LSR = CHECK_AUX + 0x54,
    CHECK_UART0 = 0x20201000,
};

#define CHECK_MANUAL "BCM2835 ARM Peripherals"

/* Tells of it, once a place. page: of the manual, 0: the register's own. */
void check_found(struct check *c, enum check_rule rule, const struct bus_access *a, unsigned page,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
void check_found_earlier(struct check *c, enum check_rule rule, const struct bus_access *a,
                         unsigned page, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static inline struct check_word *check_word_at(struct check *c, uint32_t addr)
{
    return &c->word[(addr >> 2 ^ addr >> 13) % CHECK_WORDS];
}

/* From now on these are clean: writes of no other bits than `clean`, reads. */
static inline void check_open(struct check *c, enum bus_op op, uint32_t addr, uint32_t clean)
{
    *check_word_at(c, addr) = (struct check_word){addr | (uint32_t)op, clean};
}

static inline void check_close(struct check *c, enum bus_op op, uint32_t addr)
{
    struct check_word *w = check_word_at(c, addr);

    if (w->key == (addr | (uint32_t)op))
        w->key = 0;
}

/* What is known of the register, or null. */
const struct check_last *check_last_of(const struct check *c, uint32_t addr);

/* ---- check-barrier.c ---- */

static inline int check_same_peripheral(uint32_t a, uint32_t b)
{
    return (a ^ b) >> 12 == 0;
}

static inline int check_barrier_clean(const struct check_barrier *b, enum bus_op op, uint32_t addr)
{
    if (b->handler_begins || (b->read && !check_same_peripheral(b->read, addr)))
        return 0;
    return op == BUS_READ || !b->wrote || check_same_peripheral(b->wrote, addr);
}

void check_barrier_saw(struct check *c, const struct bus_access *a);
void check_barrier_settle(struct check *c); /* b->steady, after a change */

/* ---- check-registers.c: write-only, read-only, reserved-bits, w1c-rmw ---- */

void check_registers_saw(struct check *c, const struct bus_access *a);

/* ---- check-pins.c ---- */

void check_pins_init(struct check *c);
void check_pins_saw(struct check *c, const struct bus_access *a);
void check_pins_open(struct check *c);
unsigned check_pin_function(const struct check *c, unsigned pin);

/* ---- check-uart.c ---- */

void check_uart_init(struct check *c);
void check_uart_saw(struct check *c, const struct bus_access *a);
int check_uart_sends(const struct check *c); /* the mini-UART does, without a finding */
int check_uart_reachable(const struct check *c);
unsigned check_uart_us(const struct check *c);  /* of a byte on the mini-UART's wire */
unsigned check_pl011_us(const struct check *c); /* the shortest it can be, as set up */

/* ---- check-fifo.c ---- */

void check_fifo_init(struct check *c);
void check_fifo_saw(struct check *c, const struct bus_access *a);
/* A quick access of the mini-UART: LSR was read, IO written. */
void check_fifo_saw_quick(struct check *c, enum bus_op op, uint32_t addr, uint32_t value);
void check_fifo_open(struct check *c);

/* ---- check-irq.c ---- */

void check_irq_saw(struct check *c, const struct bus_access *a);

#endif
