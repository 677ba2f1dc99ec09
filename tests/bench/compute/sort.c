/* Quicksort of 20000 words. */
#include "tests/bench/compute/work.h"

enum { N = 20000 };

static uint32_t master[N], words[N];

static void sort(uint32_t *lo, uint32_t *hi)
{
    while (hi - lo > 1) {
        uint32_t pivot = lo[(hi - lo) / 2], *i = lo, *k = hi - 1;

        while (i <= k) {
            while (*i < pivot)
                i++;
            while (*k > pivot)
                k--;
            if (i <= k) {
                uint32_t word = *i;

                *i++ = *k;
                *k-- = word;
            }
        }
        sort(lo, k + 1);
        lo = i;
    }
}

uint32_t work(uint32_t turn)
{
    uint32_t sum = 0, seed = turn;

    for (uint32_t i = 0; i < N; i++)
        master[i] = seed = seed * 1664525u + 1013904223u;
    memcpy(words, master, sizeof words);
    sort(words, words + N);
    for (uint32_t i = 0; i < N; i++)
        sum = sum * 3 + words[i];
    return sum;
}
