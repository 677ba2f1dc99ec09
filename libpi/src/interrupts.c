/* interrupts.c - turning interrupts on and off, and installing the vectors (BCM2835 ARM Peripherals
 * p. 109-118). Fast interrupts are left alone. */
#include "rpi-interrupts.h"
#include "internal.h"
#include "rpi-inline-asm.h"
#include "vector-base.h"

enum {
    DISABLE_1 = 0x2000B21C, /* p. 117 */
    DISABLE_2 = 0x2000B220,
    DISABLE_BASIC = 0x2000B224,
};

#if LIBPI_YEAR == 2019
#define TABLE &_interrupt_table
#define TABLE_END &_interrupt_table_end
#else
#define TABLE _interrupt_table
#define TABLE_END _interrupt_table_end
#endif

#ifndef __arm__
/* In C the addresses would be no constants: on a laptop they have 8 bytes. */
#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)
__asm__(".pushsection .rodata\n"
        ".balign 32\n"
        ".weak _interrupt_table, _interrupt_table_end\n"
        "_interrupt_table:\n"
        ".long " STRING(
            LIBPI_VECTORS_MARK) "\n"
                                ".long reset_vector, undefined_instruction_vector, "
                                "software_interrupt_vector\n"
                                ".long prefetch_abort_vector, data_abort_vector, reset_vector\n"
                                ".long interrupt_vector, fast_interrupt_vector\n"
                                "_interrupt_table_end:\n"
                                ".popsection");
#endif

static void all_sources_off(void)
{
    dev_barrier();
    PUT32(DISABLE_1, ~0u);
    PUT32(DISABLE_2, ~0u);
    PUT32(DISABLE_BASIC, 0xFF);
    dev_barrier();
}

#if LIBPI_YEAR <= 2023

LIBPI_WEAK void system_enable_interrupts(void)
{
    cpsr_int_enable();
}

LIBPI_WEAK void system_disable_interrupts(void)
{
    cpsr_int_disable();
}

#else

LIBPI_WEAK void enable_interrupts(void)
{
    cpsr_int_enable();
}

LIBPI_WEAK void disable_interrupts(void)
{
    cpsr_int_disable();
}

LIBPI_WEAK void interrupt_init_v(void *start, void *end)
{
    printk("about to install interrupt handlers\n");
    assert(start < end);
    disable_interrupts();
    all_sources_off();
    libpi_vectors_install(start, end);
}

LIBPI_WEAK void interrupt_init(void)
{
    interrupt_init_v(TABLE, TABLE_END);
}

#endif

/* Some programs of 2025 call it as before, under a declaration of their own. */
#if LIBPI_YEAR <= 2025

void int_init(void);

LIBPI_WEAK void int_init(void)
{
    all_sources_off();
    libpi_vectors_install(TABLE, TABLE_END);
}

#endif

#if LIBPI_YEAR == 2019

LIBPI_WEAK void install_int_handlers(void)
{
    int_init();
}

LIBPI_WEAK volatile rpi_irq_controller_t *RPI_GetIRQController(void)
{
    dev_barrier();
    return (volatile rpi_irq_controller_t *)0x2000B200;
}

#elif LIBPI_YEAR == 2023

LIBPI_WEAK void bcm_set_interrupts_off(void)
{
    all_sources_off();
}

LIBPI_WEAK uint32_t set_all_interrupts_off(void)
{
    bcm_set_interrupts_off();
    return cpsr_int_disable();
}

LIBPI_WEAK void int_clear_state(void)
{
    set_all_interrupts_off();
}

LIBPI_WEAK void int_init_vec(uint32_t *vec, uint32_t *vec_end)
{
    all_sources_off();
    libpi_vectors_install(vec, vec_end);
}

LIBPI_WEAK void int_init_reg(void *int_vector_addr)
{
    int_vec_init(int_vector_addr);
}

#endif

#if LIBPI_YEAR >= 2023

LIBPI_WEAK void int_vec_init(void *v)
{
    cpsr_int_disable();
    all_sources_off();
    vector_base_set(v);
}

LIBPI_WEAK void *int_vec_reset(void *vec)
{
    return vector_base_reset(vec);
}

#endif
