/* Primes below a million, a byte each. */
#include "tests/bench/compute/work.h"

enum { N = 1000000 };

static uint8_t composite[N];

uint32_t work(uint32_t turn)
{
    uint32_t count = 0;

    memset(composite, 0, N);
    for (uint32_t i = 2; i < N; i++) {
        if (composite[i])
            continue;
        count += i ^ turn;
        for (uint32_t k = 2 * i; k < N; k += i)
            composite[k] = 1;
    }
    return count;
}
