/* The rules of the checker that look at registers: what triggers each, and what comes near and must
 * not. */
#include "tests/unit/check-rig.h"

#define NO_BARRIER_SINCE "no dev_barrier since "

static void barriers(void **state)
{
    static const struct rig_example e[] = {
        {"read, read", "r:SYSTIMER.CLO r:SPI0.CS",
         "no-barrier: read of SPI0.CS (0x20204000): " NO_BARRIER_SINCE "SYSTIMER was read" PAGE(7)},
        {"read, write", "r:SYSTIMER.CLO w:SPI0.CS",
         "no-barrier: write of 0x0 to SPI0.CS (0x20204000): " NO_BARRIER_SINCE
         "SYSTIMER was read" PAGE(7)},
        {"write, write", "w:GPIO.REN0 w:SPI0.CS",
         "no-barrier: write of 0x0 to SPI0.CS (0x20204000): " NO_BARRIER_SINCE
         "GPIO was written" PAGE(7)},
        {"write, read: not asked for", "w:GPIO.REN0 r:SYSTIMER.CLO", ""},
        {"write, read, and back", "w:GPIO.REN0 r:SYSTIMER.CLO w:GPIO.REN0",
         "no-barrier: write of 0x0 to GPIO.REN0 (0x2020004c): " NO_BARRIER_SINCE
         "SYSTIMER was read" PAGE(7)},
        {"read, write, read of another", "r:GPIO.REN0 w:GPIO.REN0 r:SYSTIMER.CLO",
         "no-barrier: read of SYSTIMER.CLO (0x20003004): " NO_BARRIER_SINCE
         "GPIO was read" PAGE(7)},
        {"write, read and write of another", "w:GPIO.REN0 r:SPI0.CS w:SPI0.CS",
         "no-barrier: write of 0x0 to SPI0.CS (0x20204000): " NO_BARRIER_SINCE
         "GPIO was written" PAGE(7)},
        {"a barrier between each",
         "r:SYSTIMER.CLO bar r:GPIO.REN0 w:GPIO.REN0 bar w:SPI0.CS bar r:SYSTIMER.CLO", ""},
        {"one finding for one barrier", "r:SYSTIMER.CLO w:GPIO.REN0 w:GPIO.REN0 r:GPIO.REN0",
         "no-barrier: write of 0x0 to GPIO.REN0 (0x2020004c): " NO_BARRIER_SINCE
         "SYSTIMER was read" PAGE(7)},
        {"the same peripheral", "r:IRQ.BASIC_PENDING w:ARMTIMER.LOAD=1 r:ARMTIMER.LOAD", ""},
        {"the DMA's accesses", "r:SYSTIMER.CLO W:SPI0.FIFO=1 r:SYSTIMER.CLO", ""},
        {"a delay is none", "r:SYSTIMER.CLO us=10 r:GPIO.REN0",
         "no-barrier: read of GPIO.REN0 (0x2020004c): " NO_BARRIER_SINCE
         "SYSTIMER was read" PAGE(7)},
    };

    (void)state;
    RIG_RUN(e);
}

static void barriers_of_handlers(void **state)
{
    static const struct rig_example e[] = {
        {"begins with a read", "begin r:IRQ.BASIC_PENDING end",
         "no-barrier: read of IRQ.BASIC_PENDING (0x2000b200): no dev_barrier since the interrupt "
         "handler began" PAGE(7)},
        {"ends with a write", "begin bar r:ARMTIMER.LOAD w:ARMTIMER.LOAD=1 end",
         "earlier no-barrier: write of 0x1 to ARMTIMER.LOAD (0x2000b400): no dev_barrier before "
         "the end of the interrupt handler" PAGE(7)},
        {"barriers at both ends",
         "r:SYSTIMER.CLO begin bar r:ARMTIMER.LOAD w:ARMTIMER.LOAD bar end w:GPIO.REN0", ""},
        {"it only writes", "begin w:ARMTIMER.LOAD bar end", ""},
        {"it only writes, into what it interrupted", "r:SYSTIMER.CLO begin w:ARMTIMER.LOAD bar end",
         "no-barrier: write of 0x0 to ARMTIMER.LOAD (0x2000b400): " NO_BARRIER_SINCE
         "SYSTIMER was read" PAGE(7)},
        {"it only reads", "begin bar r:ARMTIMER.LOAD end r:SYSTIMER.CLO", ""},
        {"it touches nothing", "r:SYSTIMER.CLO begin end r:GPIO.REN0",
         "no-barrier: read of GPIO.REN0 (0x2020004c): " NO_BARRIER_SINCE
         "SYSTIMER was read" PAGE(7)},
        {"the program wrote, it did not", "w:GPIO.REN0 begin bar r:ARMTIMER.LOAD end", ""},
    };

    (void)state;
    RIG_RUN(e);
}

static void pins(void **state)
{
    static const struct rig_example e[] = {
        {"never set", "w:GPIO.SET0=0x100000",
         "pin-direction: write of 0x100000 to GPIO.SET0 (0x2020001c): the function of pin 20 was "
         "not set before (gpio_set_output)" PAGE(95)},
        {"another one set", "r:GPIO.FSEL2 w:GPIO.FSEL2=1 w:GPIO.CLR0=0x300000",
         "pin-direction: write of 0x300000 to GPIO.CLR0 (0x20200028): the function of pin 21 was "
         "not set before (gpio_set_output)" PAGE(95)},
        {"an output", "r:GPIO.FSEL2 w:GPIO.FSEL2=1 w:GPIO.SET0=0x100000 w:GPIO.CLR0=0x100000", ""},
        {"a level, then an output",
         "w:GPIO.FSEL2=0 w:GPIO.SET0=0x100000 w:GPIO.FSEL2=1 w:GPIO.CLR0=0x100000", ""},
        {"an input does not move", "w:GPIO.FSEL2=0 w:GPIO.SET0=0x100000 w:GPIO.CLR0=0x100000",
         "pin-direction: write of 0x100000 to GPIO.CLR0 (0x20200028): pin 20 is an input: its "
         "level does not change (gpio_set_output)" PAGE(95)},
        {"the UART's pin does not move", "w:GPIO.SET0=0x4000 w:GPIO.CLR0=0x4000",
         "pin-direction: write of 0x4000 to GPIO.CLR0 (0x20200028): pin 14 is ALT5: its level "
         "does not change (gpio_set_output)" PAGE(95)},
        {"open drain: low, then driven or not",
         "w:GPIO.FSEL2=0 w:GPIO.CLR0=0x100000 r:GPIO.FSEL2=0 w:GPIO.FSEL2=1 r:GPIO.FSEL2=1 "
         "w:GPIO.FSEL2=0 w:GPIO.CLR0=0x100000",
         ""},
        {"bank 1", "w:GPIO.SET1=0x8000",
         "pin-direction: write of 0x8000 to GPIO.SET1 (0x20200020): the function of pin 47 was "
         "not set before (gpio_set_output)" PAGE(95)},
        {"read, nothing was set", "r:GPIO.LEV0",
         "pin-direction: read of GPIO.LEV0 (0x20200034): the function of no pin from 0 to 31 was "
         "set before (gpio_set_input)" PAGE(92)},
        {"read, nothing in this bank", "r:GPIO.FSEL2 w:GPIO.FSEL2=1 r:GPIO.LEV0 r:GPIO.LEV1",
         "pin-direction: read of GPIO.LEV1 (0x20200038): the function of no pin from 32 to 53 was "
         "set before (gpio_set_input)" PAGE(92)},
        {"an input that was one", "r:GPIO.FSEL2 w:GPIO.FSEL2 r:GPIO.LEV0", ""},
        {"a write of nothing", "w:GPIO.SET0=0", ""},
    };

    (void)state;
    RIG_RUN(e);
}

static void directions(void **state)
{
    static const struct rig_example e[] = {
        {"write-only", "r:GPIO.SET0",
         "write-only: read of GPIO.SET0 (0x2020001c): it can only be written, what is read means "
         "nothing" PAGE(95)},
        {"read-only", "w:SYSTIMER.CLO",
         "read-only: write of 0x0 to SYSTIMER.CLO (0x20003004): it can only be read" PAGE(173)},
        {"both ways", "r:SYSTIMER.CS w:SYSTIMER.CS=2", ""},
        {"neither way", "r:UART0.ILPR w:UART0.ILPR", ""},
        {"another document", "w:MAILBOX.STATUS",
         "read-only: write of 0x0 to MAILBOX.STATUS (0x2000b898): it can only be read (Raspberry "
         "Pi firmware wiki, Mailboxes)\n"},
    };

    (void)state;
    RIG_RUN(e);
}

static void reserved_bits(void **state)
{
    static const struct rig_example e[] = {
        {"written", "w:GPIO.FSEL2=0xc0000000",
         "reserved-bits: write of 0xc0000000 to GPIO.FSEL2 (0x20200008): bits 0xc0000000 are "
         "reserved: write 0 there" PAGE(93)},
        {"as it was read", "r:GPIO.FSEL2=0x40000000 w:GPIO.FSEL2=0x40000001", ""},
        {"changed", "r:GPIO.FSEL2=0x40000000 w:GPIO.FSEL2=0x80000000",
         "reserved-bits: write of 0x80000000 to GPIO.FSEL2 (0x20200008): bits 0x80000000 are "
         "reserved: write 0 there" PAGE(93)},
        {"made 0", "r:GPIO.FSEL2=0x40000000 w:GPIO.FSEL2=0", ""},
        {"a byte in its lane", "b:ARMTIMER.CONTROL+3=1",
         "reserved-bits: write of 0x1000000 to ARMTIMER.CONTROL (0x2000b408): bits 0x1000000 are "
         "reserved: write 0 there" PAGE(197)},
        {"a byte in another", "b:ARMTIMER.CONTROL+2=1", ""},
        {"a password", "w:CM.GP0CTL=0x5a000001", ""},
    };

    (void)state;
    RIG_RUN(e);
}

#define ONE_CLEARS "a one clears: "

static void clearing(void **state)
{
    static const struct rig_example e[] = {
        {"written back, and a bit beside changed", "r:DMA.0_CS=2 w:DMA.0_CS=3",
         "w1c-rmw: write of 0x3 to DMA.0_CS (0x20007000): " ONE_CLEARS
         "with bits 0x2 written back as they were read, this does" PAGE(47)},
        {"no flag", "r:DMA.0_CS w:DMA.0_CS=1", ""},
        {"the flag is left out", "r:DMA.0_CS=2 w:DMA.0_CS=1", ""},
        {"acknowledged", "r:DMA.0_CS=3 w:DMA.0_CS=3", ""},
        {"taken away", "r:GPIO.EDS0=0x100000 w:GPIO.EDS0=0",
         "w1c-rmw: write of 0x0 to GPIO.EDS0 (0x20200040): " ONE_CLEARS
         "with 0, the bits 0x100000 stay set" PAGE(96)},
        {"nothing to take away", "r:GPIO.EDS0=0 w:GPIO.EDS0=0", ""},
        {"what was read", "r:GPIO.EDS0=0x300000 w:GPIO.EDS0=0x300000", ""},
        {"one after the other", "r:GPIO.EDS0=0x300000 w:GPIO.EDS0=0x100000 w:GPIO.EDS0=0x200000",
         ""},
        {"all there are", "r:BSC1.S=2 w:BSC1.S=0x302", ""},
        {"beside the errors of the PCM", "r:PCM.CS_A=0x8001 w:PCM.CS_A=0x8005",
         "fifo-overrun: read of PCM.CS_A (0x20203000): a FIFO was full, or empty, when it was "
         "needed (TXERR, RXERR)" PAGE(
             127) "w1c-rmw: write of 0x8005 to PCM.CS_A "
                  "(0x20203000): " ONE_CLEARS
                  "with bits 0x8000 written back as they were read, this does" PAGE(126)},
    };

    (void)state;
    RIG_RUN(e);
}

/* By one instruction each. */
static void clearing_again(void **state)
{
    static const struct rig_example e[] = {
        {"read-modify-write",
         "r:GPIO.EDS0=0 w:GPIO.EDS0=0x100000 r:GPIO.EDS0=0x300000 w:GPIO.EDS0=0x300000",
         "w1c-rmw: write of 0x300000 to GPIO.EDS0 (0x20200040): " ONE_CLEARS
         "with what was read in it, this clears bits 0x200000, too" PAGE(96)},
        {"the same mask",
         "r:GPIO.EDS0=0 w:GPIO.EDS0=0x300000 r:GPIO.EDS0=0x200000 w:GPIO.EDS0=0x300000 "
         "r:GPIO.EDS0=0x100000 w:GPIO.EDS0=0x300000",
         ""},
        {"a function for any pin",
         "r:GPIO.EDS0=0 w:GPIO.EDS0=0x100000 r:GPIO.EDS0=0x200000 w:GPIO.EDS0=0x200000 "
         "r:GPIO.EDS0=0x300000 w:GPIO.EDS0=0x100000",
         ""},
        {"what was read, each time",
         "r:GPIO.EDS0=0x100000 w:GPIO.EDS0=0x100000 r:GPIO.EDS0=0x300000 w:GPIO.EDS0=0x300000 "
         "r:GPIO.EDS0=0x200000 w:GPIO.EDS0=0x200000",
         ""},
    };

    (void)state;
    rig_run(e, sizeof e / sizeof e[0], 1);
}

static void handlers(void **state)
{
#define NO_HANDLER                                                                                 \
    "interrupts are let through, and there is no handler (int_init, interrupt_init)" PAGE(116)
    static const struct rig_example e[] = {
        {"enabled, then unmasked", "w:IRQ.ENABLE_BASIC=1 irq=1",
         "no-handler: write of 0x1 to IRQ.ENABLE_BASIC (0x2000b218): " NO_HANDLER},
        {"unmasked, then enabled", "irq=1 w:IRQ.ENABLE1=2",
         "no-handler: write of 0x2 to IRQ.ENABLE1 (0x2000b210): " NO_HANDLER},
        {"a handler", "w:IRQ.ENABLE_BASIC=1 handler irq=1 w:IRQ.ENABLE1=2", ""},
        {"polled", "w:IRQ.ENABLE_BASIC=1 r:IRQ.BASIC_PENDING=1", ""},
        {"disabled again", "w:IRQ.ENABLE_BASIC=1 w:IRQ.DISABLE_BASIC=1 irq=1", ""},
        {"another disabled", "w:IRQ.ENABLE1=1 w:IRQ.DISABLE1=2 irq=1",
         "no-handler: write of 0x1 to IRQ.ENABLE1 (0x2000b210): " NO_HANDLER},
        {"nothing enabled", "irq=1", ""},
        {"fast", "w:IRQ.FIQ_CONTROL=0x81 irq=1 fiq=3",
         "no-handler: write of 0x80 to IRQ.FIQ_CONTROL (0x2000b20c): " NO_HANDLER},
        {"fast, off", "w:IRQ.FIQ_CONTROL=1 fiq=3", ""},
    };

    (void)state;
    RIG_RUN(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(barriers),       cmocka_unit_test(barriers_of_handlers),
        cmocka_unit_test(pins),           cmocka_unit_test(directions),
        cmocka_unit_test(reserved_bits),  cmocka_unit_test(clearing),
        cmocka_unit_test(clearing_again), cmocka_unit_test(handlers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
