/* Names that lab programs take for themselves, and so no header of their year may: what they define
 * is theirs, also when rpi.h is there. */
#include "rpi.h"

enum { GPIO_MAX_PIN = 53, GPIO_BASE = 0x20200000, PM_RSTC, PM_WDOG };

#if LIBPI_YEAR <= 2020
enum { USER_MODE = 0x10, SUPER_MODE = 0x13, STACK_ADDR = 7, CYC_PER_USEC = 8 };
#define MAIN int
#else
#define MAIN void
#endif

#ifdef LIBPI_YEAR_2024
static void or32(volatile void *addr, uint32_t bits)
{
    put32(addr, get32(addr) | bits);
}
static void OR32(uint32_t addr, uint32_t bits)
{
    or32((volatile void *)(uintptr_t)addr, bits);
}
#define HAVE_OR32
#elif LIBPI_YEAR >= 2025
#define HAVE_OR32
#endif

MAIN notmain(void);
MAIN notmain(void)
{
    uart_init();
    printk("pins %d\n", GPIO_MAX_PIN + 1);
#ifdef HAVE_OR32
    static uint32_t word = 1;
    OR32((uint32_t)(uintptr_t)&word, 4);
    or32(&word, 8);
    printk("word %d\n", word);
#endif
    clean_reboot();
}
