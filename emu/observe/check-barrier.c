/* no-barrier: "BCM2835 ARM Peripherals" p. 7. Data of different peripherals may arrive out of
 * order, so it asks for a barrier before the first write to a peripheral and after the last read of
 * one. Since the last barrier, then: a read of one peripheral allows no access to another, a write
 * to one no write to another; a read after writes to others is allowed. An interrupt handler that
 * reads begins with a barrier, one that writes ends with one.
 *
 * What has a page of 4 KB of its own counts as a peripheral: the interrupt controller, the ARM's
 * timer and the mailbox share one, and one chapter's base address. */
#include "emu/observe/check-internal.h"

enum { PAGE_BARRIERS = 7 };

static const char *block_name(uint32_t addr, char *buf, size_t nbytes)
{
    const struct reg_block *b = reg_block_at(addr);

    return b ? b->name : reg_name(addr, buf, nbytes);
}

static void broken(struct check *c, const struct bus_access *a)
{
    const struct check_barrier *b = &c->barrier;
    int after_read = b->read && !check_same_peripheral(b->read, a->addr);
    char name[REG_NAME_MAX];

    if (b->handler_begins && a->op == BUS_READ && !after_read)
        check_found(c, CHECK_NO_BARRIER, a, PAGE_BARRIERS,
                    "no dev_barrier since the interrupt handler began");
    else
        check_found(c, CHECK_NO_BARRIER, a, PAGE_BARRIERS, "no dev_barrier since %s was %s",
                    block_name(after_read ? b->read : b->wrote, name, sizeof name),
                    after_read ? "read" : "written");
}

/* A write of the handler's is kept, so none is steady there. */
void check_barrier_settle(struct check *c)
{
    struct check_barrier *b = &c->barrier;
    int mixed = b->read && b->wrote && !check_same_peripheral(b->read, b->wrote);

    b->steady[BUS_READ] = b->handler_begins ? 0 : b->read >> 12;
    b->steady[BUS_WRITE] = b->in_handler || mixed ? 0 : b->wrote >> 12;
}

static int clean(const struct check_barrier *b, const struct bus_access *a)
{
    struct check_barrier now = *b;

    now.handler_begins = b->handler_begins && a->op == BUS_READ;
    return check_barrier_clean(&now, a->op, a->addr);
}

static void judge(struct check *c, const struct bus_access *a)
{
    struct check_barrier *b = &c->barrier;

    if (!clean(b, a)) {
        broken(c, a);
        b->read = b->wrote = 0; /* one finding for one missing barrier */
        b->handler_begins = 0;
    }
    if (a->op == BUS_READ) {
        b->read = a->addr;
        return;
    }
    b->wrote = a->addr;
    if (b->in_handler)
        b->last_write = *a;
}

void check_barrier_saw(struct check *c, const struct bus_access *a)
{
    if (a->op == BUS_BARRIER)
        c->barrier = (struct check_barrier){.in_handler = c->barrier.in_handler};
    else
        judge(c, a);
    check_barrier_settle(c);
}

void check_handler_begins(struct check *c)
{
    c->barrier.in_handler = 1;
    c->barrier.handler_begins = 1;
    c->barrier.last_write.addr = 0;
    check_barrier_settle(c);
}

void check_handler_ends(struct check *c)
{
    struct check_barrier *b = &c->barrier;

    if (b->last_write.addr) {
        check_found_earlier(c, CHECK_NO_BARRIER, &b->last_write, PAGE_BARRIERS,
                            "no dev_barrier before the end of the interrupt handler");
        b->wrote = 0;
    }
    if (!b->handler_begins) /* had a barrier: what is open is the handler's, and was judged */
        b->read = b->wrote = 0;
    b->in_handler = b->handler_begins = 0;
    b->last_write.addr = 0;
    check_barrier_settle(c);
}
