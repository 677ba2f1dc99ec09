/* What labs do with interrupts: edges on pins, handlers that let interrupts in, a profiler, threads
 * switched by a timer, devices behind pointers. Prints the same whenever they come. */
#include "part.inc"
#include "rpi-thread.h"

static volatile unsigned depth, deepest;

static void nest(unsigned pc)
{
    (void)pc;
    if (++depth > deepest)
        deepest = depth;
    count++;
    PUT32(CS, 2);
    if (count < 5) {
        in_us(C1, 20);
        cpsr_int_enable();
        delay_us(100);
        cpsr_int_disable();
    }
    depth--;
}

static void nested(void)
{
    start_timer(nest, 10);
    delay_us(2000);
    printk("nested: %d, %d deep\n", count, deepest);
    stop_timer();
}

static volatile unsigned rose, fell;

static void on_pin(unsigned pc)
{
    (void)pc;
    if (gpio_event_detected(20)) {
        if (gpio_read(20))
            rose++;
        else
            fell++;
        gpio_event_clear(20);
    }
}

/* The level of an output is seen by its own edge detector. */
static void pins(void)
{
    handler = on_pin;
    gpio_set_output(20);
    gpio_set_off(20);
    gpio_int_rising_edge(20);
    gpio_int_falling_edge(20);
    for (int i = 0; i < 5; i++) {
        gpio_set_on(20);
        gpio_set_on(20);
        gpio_set_off(20);
    }
    gpio_set_on(20);
    printk("pins: rose %d fell %d\n", rose, fell);
}

static volatile unsigned in_busy, in_idle;

static __attribute__((noinline)) void busy(void)
{
    for (int i = 0; i < 900; i++)
        PUT32(0x2020001c, 0);
}

static __attribute__((noinline)) void idle(void)
{
    for (int i = 0; i < 100; i++)
        PUT32(0x2020001c, 0);
}

/* Which of the two pc lies behind: the compiler orders them as it likes. */
static void profile(unsigned pc)
{
    unsigned to_busy = pc - (unsigned)(uintptr_t)busy, to_idle = pc - (unsigned)(uintptr_t)idle;

    once(pc);
    in_us(C1, 3);
    if (to_busy < to_idle)
        in_busy++;
    else
        in_idle++;
}

static void profiler(void)
{
    start_timer(profile, 3);
    for (int i = 0; i < 20; i++) {
        busy();
        idle();
    }
    stop_timer();
    printk("profile: %d of 10 busy\n", (in_busy * 100 / (in_busy + in_idle) + 5) / 10);
}

static volatile unsigned done[3];

static void preempt(unsigned pc)
{
    again(pc);
    rpi_yield();
}

/* A thread that an interrupt switched to for the first time finds them masked. */
static void worker(void *arg)
{
    unsigned me = *(unsigned *)arg;
    char local[64];

    cpsr_int_enable();
    for (unsigned i = 0; i < 64; i++)
        local[i] = (char)(i * me);
    for (unsigned i = 0; i < 200; i++) {
        delay_us(10);
        done[me]++;
        for (unsigned j = 0; j < 64; j++)
            if (local[j] != (char)(j * me))
                panic("thread %d: local %d changed\n", me, j);
    }
    cpsr_int_disable();
}

/* The same, where nothing but the interrupt can end the waiting for the others. */
static void spinner(void *arg)
{
    cpsr_int_enable();
    done[*(unsigned *)arg]++;
    while (done[0] + done[1] + done[2] < 3)
        ;
    cpsr_int_disable();
}

static void threads(void (*code)(void *), const char *name)
{
    static unsigned id[] = {0, 1, 2};

    for (int i = 0; i < 3; i++) {
        done[i] = 0;
        rpi_fork(code, &id[i]);
    }
    start_timer(preempt, 50);
    rpi_thread_start();
    stop_timer();
    cpsr_int_enable();
    printk("%s: %d %d %d, switched %d\n", name, done[0], done[1], done[2], count > 1);
}

#ifndef NO_POINTERS
static void pointers(void)
{
    volatile unsigned *timer = (void *)(uintptr_t)CS;

    start_timer(once, 5);
    while (!count)
        (void)timer[1];
    printk("pointers: %d\n", count);
    stop_timer();
}
#endif

void notmain(void)
{
    set_up();
    nested();
    pins();
    profiler();
    threads(worker, "threads");
    threads(spinner, "spinners");
#ifndef NO_POINTERS
    pointers();
#endif
    clean_reboot();
}
