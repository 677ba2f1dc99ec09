/* vector-base.c - the vector base register; a laptop has none, there the harness is told instead.
 */
#include "vector-base.h"
#include "asm-helpers.h"
#include "internal.h"

#ifdef __arm__

cp_asm(base, p15, 0, c12, c0, 0)

#else

static uint32_t base;

static uint32_t base_get(void)
{
    return base;
}

static void base_set(uint32_t v)
{
    base = v;
    if (v) /* 0: those installed at address 0 */
        libpi_vectors_install((void *)(uintptr_t)v, (char *)(uintptr_t)v + 64);
}

#endif

    LIBPI_WEAK void *vector_base_get(void)
{
    return (void *)(uintptr_t)base_get();
}

LIBPI_WEAK void *vector_base_set(void *vec)
{
    void *before = vector_base_get();
    demand(((uintptr_t)vec & 31) == 0, vector_base_set : not a multiple of 32);
    base_set((uint32_t)(uintptr_t)vec);
    return before;
}

LIBPI_WEAK void *vector_base_reset(void *vec)
{
    return vector_base_set(vec);
}
