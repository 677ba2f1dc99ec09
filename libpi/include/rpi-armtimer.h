/* rpi-armtimer.h - the ARM timer's registers (BCM2835 ARM Peripherals p. 196-199; errata: a 32-bit
 * counter where the manual says 23). */
#ifndef RPI_ARMTIMER_H
#define RPI_ARMTIMER_H

#include <stdint.h>

#include "libpi-year.h"

#define RPI_ARMTIMER_CTRL_23BIT (1 << 1)
#define RPI_ARMTIMER_CTRL_32BIT (1 << 1)
#define RPI_ARMTIMER_CTRL_PRESCALE_1 (0 << 2)
#define RPI_ARMTIMER_CTRL_PRESCALE_16 (1 << 2)
#define RPI_ARMTIMER_CTRL_PRESCALE_256 (2 << 2)
#define RPI_ARMTIMER_CTRL_INT_ENABLE (1 << 5)
#define RPI_ARMTIMER_CTRL_INT_DISABLE (0 << 5)
#define RPI_ARMTIMER_CTRL_ENABLE (1 << 7)
#define RPI_ARMTIMER_CTRL_DISABLE (0 << 7)

#if LIBPI_YEAR == 2019
#define RPI_ARMTIMER_BASE 0x2000B400

typedef struct {
    volatile uint32_t Load;
    volatile uint32_t Value;
    volatile uint32_t Control;
    volatile uint32_t IRQClear;
    volatile uint32_t RAWIRQ;
    volatile uint32_t MaskedIRQ;
    volatile uint32_t Reload;
    volatile uint32_t PreDivider;
    volatile uint32_t FreeRunningCounter;
} rpi_arm_timer_t;

volatile rpi_arm_timer_t *RPI_GetArmTimer(void);
#elif LIBPI_YEAR <= 2023
enum {
    arm_timer_Base = 0x2000B400,
    arm_timer_Load = arm_timer_Base + 0x00,
    arm_timer_Value = arm_timer_Base + 0x04,
    arm_timer_Control = arm_timer_Base + 0x08,
    arm_timer_IRQClear = arm_timer_Base + 0x0c,
    arm_timer_RAWIRQ = arm_timer_Base + 0x10,
    arm_timer_MaskedIRQ = arm_timer_Base + 0x14,
    arm_timer_Reload = arm_timer_Base + 0x18,
    arm_timer_PreDivider = arm_timer_Base + 0x1c,
    arm_timer_FreeRunningCounter = arm_timer_Base + 0x20,
};

/* The control register, p. 197. */
typedef struct {
    uint32_t : 1, use_32bit_counter : 1, prescaler : 2, : 1, int_enabled : 1, : 1,
        timer_enabled : 1, : 1, counter_enabled : 1, : 6, counter_prescaler : 7;
} rpi_arm_timer_ctrl_t;
#else
enum {
    ARM_Timer_Base = 0x2000B400,
    ARM_Timer_Load = ARM_Timer_Base + 0x00,
    ARM_Timer_Value = ARM_Timer_Base + 0x04,
    ARM_Timer_Control = ARM_Timer_Base + 0x08,
    ARM_Timer_IRQ_Clear = ARM_Timer_Base + 0x0c,
    ARM_Timer_IRQ_Raw = ARM_Timer_Base + 0x10,
    ARM_Timer_IRQ_Masked = ARM_Timer_Base + 0x14,
    ARM_Timer_Reload = ARM_Timer_Base + 0x18,
    ARM_Timer_PreDiv = ARM_Timer_Base + 0x1c,
    ARM_Timer_Counter = ARM_Timer_Base + 0x20,
};
#endif

#endif
