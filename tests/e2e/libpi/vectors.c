/* A program's own vectors, reached through the vector base register. */
#include "rpi.h"
#include "rpi-interrupts.h"
#include "vector-base.h"

extern uint32_t own_vectors[];
int system_call(int);

void notmain(void)
{
    int_vec_init(own_vectors);
    printk("%d %d\n", system_call(41), vector_base_get() == own_vectors);
    printk("%d\n", int_vec_reset(own_vectors) == own_vectors);
    __asm__ volatile(".word 0xE7F000F0");
}
