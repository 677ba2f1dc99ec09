/* What the device loop does to the machine below it: accesses that may abort, and the data cache.
 */
#include "pi-side/device-loop-bus.h"

#include "rpi.h"

#include "wire/boot.h"

extern volatile uint32_t loop_aborted; /* set by the data abort vector, device-loop-vectors.S */

/* A barrier on both sides: the access before may have been to another peripheral (BCM2835 ARM
 * Peripherals p. 7), and an abort must show before it is asked for. The abort vector skips
 * four bytes: this file must not be compiled to Thumb. */
int device_bus_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    (void)self;
    loop_aborted = 0;
    dev_barrier();
    if (width == 1)
        *value = *(volatile uint8_t *)addr;
    else if (width == 2)
        *value = *(volatile uint16_t *)addr;
    else
        *value = *(volatile uint32_t *)addr;
    dev_barrier();
    return loop_aborted ? -1 : 0;
}

int device_bus_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    (void)self;
    loop_aborted = 0;
    dev_barrier();
    if (width == 1)
        *(volatile uint8_t *)addr = (uint8_t)value;
    else if (width == 2)
        *(volatile uint16_t *)addr = (uint16_t)value;
    else
        *(volatile uint32_t *)addr = value;
    dev_barrier();
    return loop_aborted ? -1 : 0;
}

/* A map of each address to itself, for the data cache's sake: without it an operation takes longer
 * than its byte on a fast line. Memory up to our stack is cached, write-back; the bounce buffer is
 * not, and everything else is strongly ordered, as without a map (ARM1176 TRM 6.6, 6.11). */
void device_bus_cache(void)
{
    enum { SECTION = 1 << 20, ALL = 4096, IS_SECTION = 2, CACHED = 3 << 2, MAY_ACCESS = 3 << 10 };
    static uint32_t map[ALL] __attribute__((aligned(sizeof(uint32_t) * ALL)));
    uint32_t control;

    for (uint32_t i = 0; i < ALL; i++)
        map[i] = i * SECTION | MAY_ACCESS | IS_SECTION;
    for (uint32_t i = 0; i < BOOT_STACK_ADDR / SECTION; i++)
        if (i != BOUNCE / SECTION)
            map[i] |= CACHED;
    __asm__ volatile("mcr p15, 0, %1, c7, c6, 0\n"  /* invalidate the data cache, 3.2.22 */
                     "mcr p15, 0, %1, c8, c7, 0\n"  /* and the TLB, 3.2.24 */
                     "mcr p15, 0, %2, c2, c0, 0\n"  /* TTBR0, 3.2.13 */
                     "mcr p15, 0, %3, c3, c0, 0\n"  /* all domains: no checks, 3.2.16 */
                     "mcr p15, 0, %1, c7, c10, 4\n" /* barrier */
                     "mrc p15, 0, %0, c1, c0, 0\n"
                     "orr %0, %0, #5\n" /* MMU and data cache, 3.2.7 */
                     "mcr p15, 0, %0, c1, c0, 0\n"
                     "mcr p15, 0, %1, c7, c5, 4\n" /* flush the prefetch buffer */
                     : "=&r"(control)
                     : "r"(0), "r"(map), "r"(~0)
                     : "memory");
}
