/* Interrupts over a line, where each access of the handler takes a round trip: in a delay, while
 * the program spins, masked, and at its accesses. Prints the same whenever they come. */
#include "part.inc"

enum { SOON = 200000 }; /* us: a busy machine must be in time to set the next one */

static void soon_again(unsigned pc)
{
    once(pc);
    in_us(C1, SOON);
}

static void in_a_delay(void)
{
    start_timer(once, SOON);
    delay_ms(600);
    printk("delay: %d, mode %x then %x\n", count, seen_mode, cpsr_get() & 0xff);
    stop_timer();
}

static void while_spinning(void)
{
    start_timer(soon_again, SOON);
    while (count < 3)
        ;
    printk("spin: enough %d\n", count >= 3);
    stop_timer();
}

static void masked(void)
{
    unsigned hidden, pending;
    uint32_t before;

    start_timer(once, SOON);
    before = cpsr_int_disable();
    delay_ms(600);
    hidden = count;
    pending = GET32(PENDING_1) & 2;
    cpsr_int_reset(before);
    delay_ms(600);
    printk("masked: %d, pending %x; then %d, pending %x\n", hidden, pending, count,
           GET32(PENDING_1) & 2);
    stop_timer();
}

static void at_accesses(void)
{
    start_timer(once, SOON);
    while (count == 0)
        GET32(CLO);
    printk("accesses: %d\n", count);
    stop_timer();
}

void notmain(void)
{
    set_up();
    in_a_delay();
    while_spinning();
    masked();
    at_accesses();
    clean_reboot();
}
