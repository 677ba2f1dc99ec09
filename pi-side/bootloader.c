/* The boot loader: greets until an installer answers, loads its program, runs it. Boot protocol A
 * (wire/boot.h); it reads no SD card and takes no interrupt. */
#include "rpi.h"

#include "pi-side/boot-protocol.h"
#include "pi-side/uart-line.h"
#include "wire/boot.h"

enum {
    STACK_BYTES = 16 * 1024,
    MEMORY_END = 0x1C000000, /* 512 MB less the 64 MB a Pi's firmware keeps by default */
};

extern const char __loader_start[], __loader_end[]; /* bootloader.ld */
void boot_enter(uint32_t addr) __attribute__((noreturn));

static int get_byte(void *self, uint32_t limit_us)
{
    (void)self;
    return uart_line_get8(limit_us);
}

static void put_byte(void *self, uint8_t byte)
{
    (void)self;
    uart_line_put8(byte);
}

void notmain(void)
{
    const struct boot_port port = {
        .get8 = get_byte,
        .put8 = put_byte,
        .memory_end = MEMORY_END,
        .keep = {{(uint32_t)__loader_start, (uint32_t)__loader_end},
                 {BOOT_STACK_ADDR - STACK_BYTES, BOOT_STACK_ADDR}},
    };
    uint32_t start;

    uart_init();
    while (boot_serve(&port, &start) != BOOT_OUTCOME_RUN)
        continue;
    uart_line_flush();
    boot_enter(start);
}
