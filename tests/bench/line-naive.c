/* The naive protocol, both ends. */
#include "tests/bench/line-naive.h"

enum { WAIT_NS = 100000 };

static uint32_t word(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void put_word(uint8_t *b, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        b[i] = (uint8_t)(v >> (8 * i));
}

static void pi_takes(void *self, uint8_t byte)
{
    struct naive *n = self;
    const struct loop_port *pi = &n->world->loop_port;
    uint8_t answer[NAIVE_GET_BYTES] = {NAIVE_GET};
    uint32_t value;

    n->heard[n->nheard++] = byte;
    if (n->nheard < (n->heard[0] == NAIVE_PUT ? NAIVE_PUT_BYTES : NAIVE_GET_BYTES))
        return;
    n->nheard = 0;
    if (n->heard[0] == NAIVE_PUT) {
        pi->write(pi->self, 4, word(n->heard + 1), word(n->heard + 5));
        return;
    }
    pi->read(pi->self, 4, word(n->heard + 1), &value);
    put_word(answer + 1, value);
    for (unsigned i = 0; i < sizeof answer; i++)
        pi->put_byte(pi->self, answer[i]);
}

void naive_init(struct naive *n, struct world *w)
{
    *n = (struct naive){.world = w};
    w->other_self = n;
    w->other = pi_takes;
    world_set_pi(w, WORLD_OTHER);
}

static int say(struct naive *n, const uint8_t *bytes, size_t nbytes)
{
    const struct link_port *line = &n->world->link_port;

    while (nbytes) {
        int took = line->write(line->self, bytes, nbytes);

        bytes += took;
        nbytes -= (size_t)took;
        if (took == 0 && line->read(line->self, NULL, 0, n->world->now + WAIT_NS) < 0)
            return BUS_LOST;
    }
    return 0;
}

static int naive_write(void *self, const struct bus_access *a)
{
    uint8_t bytes[NAIVE_PUT_BYTES] = {NAIVE_PUT};

    put_word(bytes + 1, a->addr);
    put_word(bytes + 5, a->value);
    return say(self, bytes, sizeof bytes);
}

static int naive_read(void *self, struct bus_access *a)
{
    struct naive *n = self;
    const struct link_port *line = &n->world->link_port;
    uint8_t bytes[NAIVE_GET_BYTES] = {NAIVE_GET};
    int have = 0;

    put_word(bytes + 1, a->addr);
    if (say(n, bytes, sizeof bytes) < 0)
        return BUS_LOST;
    n->round_trips++;
    while (have < NAIVE_GET_BYTES) {
        int got = line->read(line->self, bytes + have, sizeof bytes - (size_t)have, LINE_NEVER);

        if (got < 0)
            return BUS_LOST;
        have += got;
    }
    a->value = word(bytes + 1);
    return 0;
}

struct journal_path naive_path(struct naive *n)
{
    return (struct journal_path){n, naive_read, naive_write, NULL};
}
