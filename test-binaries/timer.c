/* timer.c - the system timer and delays: what holds on any clock. */
#include "rpi.h"
#include "timeout.h"

static void check_delay(uint32_t us)
{
    uint32_t start = timer_get_usec();
    delay_us(us);
    uint32_t passed = timer_get_usec() - start;
    printk("delay_us(%d): %s\n", us, passed >= us ? "long enough" : "too short");
}

void notmain(void)
{
    check_delay(1);
    check_delay(100);
    check_delay(1000);

    uint32_t start = timer_get_usec();
    delay_ms(5);
    printk("delay_ms(5): %s\n", timer_get_usec() - start >= 5000 ? "long enough" : "too short");

    uint32_t before = timer_get_usec_raw();
    uint32_t after = timer_get_usec_raw();
    printk("the timer runs %s\n", (int32_t)(after - before) >= 0 ? "forward" : "backward");

    timeout_t t = timeout_start();
    while (!timeout_usec(&t, 500))
        ;
    printk("a timeout of 500 us: %s\n", timeout_get_usec(&t) >= 500 ? "long enough" : "too short");
}
