/* rpi-interrupts.h - the interrupt controller (BCM2835 ARM Peripherals p. 109-118), exception
 * vectors, and the handlers a program defines. */
#ifndef RPI_INTERRUPTS_H
#define RPI_INTERRUPTS_H

#include "rpi.h"

/* p. 113: bits of the basic registers. */
#define RPI_BASIC_ARM_TIMER_IRQ (1 << 0)
#define RPI_BASIC_ARM_MAILBOX_IRQ (1 << 1)
#define RPI_BASIC_ARM_DOORBELL_0_IRQ (1 << 2)
#define RPI_BASIC_ARM_DOORBELL_1_IRQ (1 << 3)
#define RPI_BASIC_GPU_0_HALTED_IRQ (1 << 4)
#define RPI_BASIC_GPU_1_HALTED_IRQ (1 << 5)
#define RPI_BASIC_ACCESS_ERROR_1_IRQ (1 << 6)
#define RPI_BASIC_ACCESS_ERROR_0_IRQ (1 << 7)

/* p. 112 */
#if LIBPI_YEAR == 2019
typedef struct {
    volatile uint32_t IRQ_basic_pending;
    volatile uint32_t IRQ_pending_1;
    volatile uint32_t IRQ_pending_2;
    volatile uint32_t FIQ_control;
    volatile uint32_t Enable_IRQs_1;
    volatile uint32_t Enable_IRQs_2;
    volatile uint32_t Enable_Basic_IRQs;
    volatile uint32_t Disable_IRQs_1;
    volatile uint32_t Disable_IRQs_2;
    volatile uint32_t Disable_Basic_IRQs;
} rpi_irq_controller_t;
volatile rpi_irq_controller_t *RPI_GetIRQController(void);

#define INTERRUPT_ENABLE_1 0x2000b210
#define INTERRUPT_ENABLE_2 0x2000b214
#define INTERRUPT_DISABLE_1 0x2000b21c
#define INTERRUPT_DISABLE_2 0x2000b220
#define RPI_VECTOR_START 0
#elif LIBPI_YEAR <= 2023
enum {
    IRQ_Base = 0x2000b200,
    IRQ_basic_pending = IRQ_Base + 0x00,
    IRQ_pending_1 = IRQ_Base + 0x04,
    IRQ_pending_2 = IRQ_Base + 0x08,
    FIQ_control = IRQ_Base + 0x0c,
    Enable_IRQs_1 = IRQ_Base + 0x10,
    Enable_IRQs_2 = IRQ_Base + 0x14,
    Enable_Basic_IRQs = IRQ_Base + 0x18,
    Disable_IRQs_1 = IRQ_Base + 0x1c,
    Disable_IRQs_2 = IRQ_Base + 0x20,
    Disable_Basic_IRQs = IRQ_Base + 0x24,
};
#else
#define ARM_Timer_IRQ (1 << 0)
enum {
    IRQ_Base = 0x2000b200,
    IRQ_basic_pending = IRQ_Base + 0x00,
    IRQ_pending_1 = IRQ_Base + 0x04,
    IRQ_pending_2 = IRQ_Base + 0x08,
    IRQ_FIQ_control = IRQ_Base + 0x0c,
    IRQ_Enable_1 = IRQ_Base + 0x10,
    IRQ_Enable_2 = IRQ_Base + 0x14,
    IRQ_Enable_Basic = IRQ_Base + 0x18,
    IRQ_Disable_1 = IRQ_Base + 0x1c,
    IRQ_Disable_2 = IRQ_Base + 0x20,
    IRQ_Disable_Basic = IRQ_Base + 0x24,
};
#endif

/* The processor's own switch (the I bit), for all interrupts. */
#if LIBPI_YEAR <= 2023
void system_enable_interrupts(void);
void system_disable_interrupts(void);
#else
void enable_interrupts(void);
void disable_interrupts(void);
#endif

/* The vectors that libpi installs; a program may bring its own. */
#if LIBPI_YEAR == 2019
extern unsigned _interrupt_table, _interrupt_table_end;
#else
extern uint32_t _interrupt_table[], _interrupt_table_end[];
#endif

/* Each turns every source off and copies vectors to address 0; the I bit stays as it is, but for
 * interrupt_init, which sets it. */
#if LIBPI_YEAR == 2019
void install_int_handlers(void);
void int_init(void);
#elif LIBPI_YEAR <= 2023
void int_init(void);
#endif
#if LIBPI_YEAR == 2023
void int_init_vec(uint32_t *vec, uint32_t *vec_end);
void int_init_reg(void *int_vector_addr);
/* All sources off, and the I bit set; returns the status before. */
uint32_t set_all_interrupts_off(void);
void bcm_set_interrupts_off(void);
void int_clear_state(void);
#endif
#if LIBPI_YEAR >= 2025
void interrupt_init_v(void *start, void *end);
void interrupt_init(void);
#endif

/* The vector base register in place of address 0 (ARM1176 TRM 3.2.43): int_vec_init turns all
 * sources off first, int_vec_reset replaces the base and returns the one before. */
#if LIBPI_YEAR >= 2023
void int_vec_init(void *v);
void *int_vec_reset(void *vec);
#endif

/* Called by libpi's vectors with the address of the interrupted instruction, of the one that
 * failed, or of the swi; unless the program defines them they panic. */
#if LIBPI_YEAR <= 2023
#define INT_UNHANDLED(msg, r)                                                                      \
    panic("called default handler: unhandled exception <%s> at PC=%x\n", msg, r)

void reset_vector(unsigned pc);
void undefined_instruction_vector(unsigned pc);
void software_interrupt_vector(unsigned pc);
void prefetch_abort_vector(unsigned pc);
void data_abort_vector(unsigned pc);
void interrupt_vector(unsigned pc);
void fast_interrupt_vector(unsigned pc);
#endif

#endif
