/* pwm.c - PWM in mark/space mode (BCM2835 ARM Peripherals p. 138-147), and its clock (p. 105-108;
 * PWM's own is left out there: 0x201010A0, as in Linux's clk-bcm2835.c). */
#include "pwm.h"
#include "internal.h"

enum {
    CTL = 0x2020C000, /* p. 142: eight bits a channel */
    RANGE = 0x2020C010,
    DATA = 0x2020C014,
    NEXT_CHANNEL = 0x10,
    CTL_ENABLE = 1 << 0,
    CTL_MARK_SPACE = 1 << 7,
    CTL_BITS = 0xFF,
    CM_CTL = 0x201010A0, /* p. 107 */
    CM_DIV = 0x201010A4,
    CM_PASSWORD = 0x5A << 24,
    CM_OSCILLATOR = 1,
    CM_ENABLE = 1 << 4,
    CM_BUSY = 1 << 7,
    OSCILLATOR_HZ = 19200000,
    MAX_DIVISOR = 4095,
    SETTLE_USEC = 10, /* writes cross into the PWM's clock: not closer than that */
    STOP_USEC = 100000,
};

LIBPI_WEAK unsigned pwm_init(unsigned pin)
{
    static const struct {
        uint8_t pin, channel, function;
    } pins[] = {
        {12, 0, GPIO_FUNC_ALT0}, {13, 1, GPIO_FUNC_ALT0}, {18, 0, GPIO_FUNC_ALT5},
        {19, 1, GPIO_FUNC_ALT5}, {40, 0, GPIO_FUNC_ALT0}, {41, 1, GPIO_FUNC_ALT0},
        {45, 1, GPIO_FUNC_ALT0},
    };
    for (unsigned i = 0; i < sizeof pins / sizeof *pins; i++)
        if (pins[i].pin == pin) {
            gpio_set_function(pin, pins[i].function);
            return pins[i].channel;
        }
    panic("pwm: no channel reaches pin %d: 12, 13, 18, 19, 40, 41 and 45 have one\n", pin);
}

LIBPI_WEAK uint32_t pwm_set_clock(uint32_t hz)
{
    uint32_t divisor = hz ? (OSCILLATOR_HZ + hz / 2) / hz : 0;
    if (divisor < 2 || divisor > MAX_DIVISOR)
        panic("pwm: illegal clock of %d Hz: 4689 to 9600000\n", hz);
    dev_barrier();
    PUT32(CM_CTL, CM_PASSWORD | CM_OSCILLATOR);
    uint32_t start = timer_get_usec();
    while (GET32(CM_CTL) & CM_BUSY)
        if (timer_get_usec() - start > STOP_USEC)
            panic("pwm: the clock does not stop\n");
    PUT32(CM_DIV, CM_PASSWORD | divisor << 12);
    PUT32(CM_CTL, CM_PASSWORD | CM_OSCILLATOR | CM_ENABLE);
    dev_barrier();
    delay_us(SETTLE_USEC);
    return OSCILLATOR_HZ / divisor;
}

static void control(unsigned channel, unsigned bits)
{
    if (channel > 1)
        panic("pwm: illegal channel %d: 0 or 1\n", channel);
    unsigned shift = channel * 8;
    dev_barrier();
    PUT32(CTL, (GET32(CTL) & ~(unsigned)(CTL_BITS << shift)) | bits << shift);
    dev_barrier();
    delay_us(SETTLE_USEC);
}

LIBPI_WEAK void pwm_write(unsigned channel, uint32_t on, uint32_t period)
{
    demand(channel <= 1 && on <= period, "pwm: channel %d high for %d of %d", channel, on, period);
    dev_barrier();
    PUT32(RANGE + channel * NEXT_CHANNEL, period);
    PUT32(DATA + channel * NEXT_CHANNEL, on);
    dev_barrier();
    delay_us(SETTLE_USEC);
    control(channel, CTL_ENABLE | CTL_MARK_SPACE);
}

LIBPI_WEAK void pwm_disable(unsigned channel)
{
    control(channel, 0);
}
