/* pi-random.c - the additive generator x[i] = x[i-31] + x[i-3] of BSD's random(), type 3. */
#include "pi-random.h"
#include "internal.h"

enum { WORDS = 31, DISTANCE = 3, WARM_UP = 10 * WORDS };

static uint32_t state[WORDS];
static unsigned rear;
static int seeded;

static uint32_t next(void)
{
    unsigned front = (rear + DISTANCE) % WORDS;
    uint32_t x = state[front] += state[rear];
    rear = (rear + 1) % WORDS;
    /* The lowest bit is the least random. */
    return x >> 1;
}

LIBPI_WEAK void pi_random_seed(uint32_t x)
{
    int32_t word = x ? (int32_t)x : 1;
    state[0] = word;
    for (unsigned i = 1; i < WORDS; i++) {
        /* 16807 * word mod 2^31 - 1 without leaving 32 bits (Schrage). */
        word = 16807 * (word % 127773) - 2836 * (word / 127773);
        if (word < 0)
            word += 0x7FFFFFFF;
        state[i] = word;
    }
    rear = 0;
    for (unsigned i = 0; i < WARM_UP; i++)
        next();
    seeded = 1;
}

LIBPI_WEAK uint32_t pi_random(void)
{
    if (!seeded)
        pi_random_seed(0);
    return next();
}
