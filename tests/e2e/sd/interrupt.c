/* A sector by interrupts: the program waits for a variable, the handler reads the FIFO.
 * For LIBPI_YEAR 2023. */
#include "emmc.h"
#include "rpi-inline-asm.h"
#include "rpi-interrupts.h"
#include "rpi.h"

enum {
    ENABLE_2 = 0x2000b214,
    PENDING_2 = 0x2000b208,
    EMMC_LINE = 1 << (62 - 32),
    BLKSIZECNT = 0x20300004,
    ARG1 = 0x20300008,
    CMDTM = 0x2030000c,
    DATA = 0x20300020,
    INTERRUPT = 0x20300030,
    IRPT_EN = 0x20300038,
    READ_RDY = 1 << 5,
    DATA_DONE = 1 << 1,
};

static uint32_t buffer[128];
static volatile int done;
static unsigned calls;

void interrupt_vector(unsigned pc)
{
    uint32_t flags;

    (void)pc;
    dev_barrier();
    flags = GET32(INTERRUPT);
    dev_barrier();
    if (!(GET32(PENDING_2) & EMMC_LINE))
        panic("another interrupt\n");
    dev_barrier();
    calls++;
    PUT32(INTERRUPT, flags & (READ_RDY | DATA_DONE));
    if (flags & READ_RDY) {
        for (unsigned i = 0; i < 128; i++)
            buffer[i] = GET32(DATA);
    }
    if (flags & DATA_DONE)
        done = 1;
    dev_barrier();
}

void notmain(void)
{
    if (sd_init() != SD_OK)
        panic("no card\n");
    int_init();
    dev_barrier();
    PUT32(ENABLE_2, EMMC_LINE);
    dev_barrier();
    PUT32(INTERRUPT, 0xffffffff);
    PUT32(IRPT_EN, READ_RDY | DATA_DONE);
    cpsr_int_enable();
    PUT32(BLKSIZECNT, 1 << 16 | 512);
    PUT32(ARG1, 0);
    PUT32(CMDTM, 0x113a0010);
    while (!done)
        ;
    printk("signature %x, at most 2 calls: %d\n", buffer[127] >> 16, calls <= 2);
}
