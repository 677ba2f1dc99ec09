/* Interrupts arrive while the program runs on: the system timer's compare register 1 (IRQ 1), which
 * QEMU has and the ARM timer it has not. And a system call, where the year names its handler. */
#include "rpi.h"
#include "rpi-interrupts.h"
#include "rpi-inline-asm.h"
#include "timer-interrupt.h"

enum { CS = 0x20003000, CLO = 0x20003004, C1 = 0x20003010, ENABLE_1 = 0x2000B210, PERIOD = 500 };

static volatile unsigned count, calls, inside;

/* A time that has passed before it was written would match only after 71 minutes. */
static void arm(void)
{
    do
        PUT32(C1, GET32(CLO) + PERIOD);
    while ((int)(GET32(C1) - GET32(CLO)) <= 0);
}

void interrupt_vector(unsigned pc);
void software_interrupt_vector(unsigned pc);

void interrupt_vector(unsigned pc)
{
    inside = pc >= 0x8000 && pc < 0x100000;
    dev_barrier();
    if (GET32(CS) & 2) {
        count++;
        PUT32(CS, 2);
        arm();
    }
    dev_barrier();
}

void software_interrupt_vector(unsigned pc)
{
    /* The instruction itself says its number. */
    calls += *(unsigned *)(uintptr_t)pc & 0xFFFFFF;
}

static void install(void)
{
#if LIBPI_YEAR == 2019
    install_int_handlers();
    timer_interrupt_init(0x1000);
    system_enable_interrupts();
#elif LIBPI_YEAR <= 2023
    int_init();
    timer_interrupt_init(0x1000);
    system_enable_interrupts();
#else
    interrupt_init();
    timer_init(16, 0x1000);
    enable_interrupts();
#endif
}

void notmain(void)
{
    uart_init();
    install();
    printk("enabled: %d\n", cpsr_int_enabled());
    PUT32(CS, 2);
    PUT32(ENABLE_1, 2);
    arm();
    unsigned spins = 0;
    while (count < 5)
        spins++;
    uint32_t before = cpsr_int_disable();
    unsigned seen = count;
    delay_us(4 * PERIOD);
    printk("five came: %d, inside the program: %d, none while masked: %d\n", seen >= 5, inside,
           count == seen);
    cpsr_int_reset(before);
    while (count == seen)
        spins++;
    printk("and on: %d\n", spins > 0);
#if LIBPI_YEAR <= 2023
    system_disable_interrupts();
#else
    disable_interrupts();
#endif
    register unsigned kept __asm__("r4") = 77;
    __asm__ volatile("swi #5\n\tswi #6" : "+r"(kept) : : "lr", "memory");
    printk("calls %d kept %d\n", calls, kept);
    clean_reboot();
}
