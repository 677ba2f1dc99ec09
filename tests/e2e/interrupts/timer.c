/* Interrupts of the system timer, which QEMU has too: in delays, while the program spins, masked,
 * and as the fast one. Prints the same whenever they come. */
#include "part.inc"

static volatile unsigned fast;

void fast_interrupt_vector(unsigned pc);

void fast_interrupt_vector(unsigned pc)
{
    (void)pc;
    fast++;
    seen_mode = cpsr_get() & 0xff;
    dev_barrier();
    PUT32(CS, 8);
    dev_barrier();
}

static void during_a_delay(void)
{
    unsigned start, due;

    start_timer(once, 300);
    due = GET32(C1);
    start = GET32(CLO);
    delay_us(1000);
    printk("delay: %d, on time %d, in all %d, mode %x then %x\n", count, at - due < 50,
           GET32(CLO) - start < 1050, seen_mode, cpsr_get() & 0xff);
    stop_timer();
}

/* What the compiler keeps in registers while it spins, floating point too, is there afterwards. */
static void while_spinning(void)
{
    double x = 1, y = 1;
    unsigned n = 0, wrong = 0;

    start_timer(again, 50);
    while (count < 20)
        ;
    count = 0;
    while (count < 40) {
        x = x * 1.5 + 0.25;
        y = y * 1.5 + 0.25;
        if (x > 1000)
            x = y = 1;
        wrong += (x != y) + (n++ * 3 % 3);
    }
    printk("spin: wrong %d\n", wrong);
    stop_timer();
}

static void masked(void)
{
    unsigned hidden, pending;
    uint32_t before;

    start_timer(once, 50);
    before = cpsr_int_disable();
    delay_us(500);
    hidden = count;
    pending = GET32(PENDING_1);
    cpsr_int_reset(before);
    delay_us(1);
    printk("masked: %d, pending %x; then %d, pending %x\n", hidden, pending, count,
           GET32(PENDING_1));
    stop_timer();
}

static void fast_one(void)
{
    PUT32(FIQ, 0x80 | 3);
    cpsr_set(cpsr_get() & ~0xc0u);
    start_timer(once, 200);
    in_us(C3, 600);
    delay_us(1000);
    printk("fast: %d, mode %x, the other %d\n", fast, seen_mode, count);
    dev_barrier();
    PUT32(FIQ, 0);
    cpsr_set(cpsr_get() | 0x40);
    stop_timer();
}

void notmain(void)
{
    set_up();
    during_a_delay();
    while_spinning();
    masked();
    fast_one();
    clean_reboot();
}
