/* pi-side/device-loop-bus.h - the machine below the device loop: accesses that may abort, and its
 * memory.
 */
#ifndef PI_SIDE_DEVICE_LOOP_BUS_H
#define PI_SIDE_DEVICE_LOOP_BUS_H

#include <stdint.h>

/* A megabyte for bus masters, away from the loop (0x8000), its stack and the boot loader. Neither
 * the loop nor the data cache touches it by itself. */
enum { BOUNCE = 0x00400000, BOUNCE_BYTES = 1 << 20 };

/* As struct loop_port wants them (loop-protocol.h); self is not used. */
int device_bus_read(void *self, unsigned width, uint32_t addr, uint32_t *value);
int device_bus_write(void *self, unsigned width, uint32_t addr, uint32_t value);

/* Switches the data cache on, for all memory but the buffer. Once, with interrupts masked. */
void device_bus_cache(void);

#endif
