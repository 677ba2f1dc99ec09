/* The product of two matrices of 96 x 96 words. */
#include "tests/bench/compute/work.h"

enum { N = 96 };

static uint32_t a[N][N], b[N][N], c[N][N];

uint32_t work(uint32_t turn)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < N; i++)
        for (uint32_t k = 0; k < N; k++) {
            a[i][k] = i * k + turn;
            b[i][k] = i - k;
        }
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t k = 0; k < N; k++) {
            uint32_t dot = 0;

            for (uint32_t j = 0; j < N; j++)
                dot += a[i][j] * b[j][k];
            c[i][k] = dot;
        }
    for (uint32_t i = 0; i < N; i++)
        sum = sum * 3 + c[i][i];
    return sum;
}
