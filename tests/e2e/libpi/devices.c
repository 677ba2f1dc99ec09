/* devices.c - libpi's functions for devices, in each year's way: interrupts of pins, SPI, I2C, PWM,
 * mailbox, PL011. Pins 20-21 and 19-26 are joined, a radio hangs on SPI0, an EEPROM on BSC1. */
#include "rpi.h"
#include "i2c.h"
#include "mbox.h"
#include "pwm.h"
#include "rpi-interrupts.h"
#include "spi.h"
#if LIBPI_YEAR >= 2023
#include "pl011-uart.h"
#endif

#if LIBPI_YEAR <= 2023
#define unmask system_enable_interrupts
#define mask system_disable_interrupts
#define install int_init
#else
#define unmask enable_interrupts
#define mask disable_interrupts
#define install interrupt_init
#endif

#if LIBPI_YEAR >= 2020

static volatile unsigned rose, fell, others, pending;

void interrupt_vector(unsigned pc);
void interrupt_vector(unsigned pc)
{
    (void)pc;
    pending += gpio_has_interrupt() && is_gpio_int(GPIO_INT0);
    if (!gpio_event_detected(21)) {
        others++;
        return;
    }
    if (gpio_read(21))
        rose++;
    else
        fell++;
    gpio_event_clear(21);
}

static void pins(void)
{
    install();
    gpio_set_output(20);
    gpio_write(20, 0);
    gpio_set_input(21);
    gpio_int_rising_edge(21);
    gpio_int_falling_edge(21);
    gpio_event_clear(21);
    unmask();
    for (unsigned i = 0; i < 7; i++)
        gpio_write(20, !(i & 1));
    mask();
    gpio_write(20, 1);
    gpio_write(20, 0);
    printk("pins: rose %d fell %d others %d pending %d, masked: %d %d\n", rose, fell, others,
           pending, gpio_event_detected(21), gpio_has_interrupt());
    gpio_event_clear(21);
    printk("cleared: %d %d\n", gpio_event_detected(21), gpio_has_interrupt());
}

#else

static void pins(void)
{
    install();
    unmask();
    mask();
}

#endif

/* Writes and reads the radio's channel register (5); its status comes first. */
static void radio(void)
{
    spi_t s = spi_n_init(0, 64);
    uint8_t set[] = {0x20 | 5, 42}, get[] = {5, 0}, rx[2];
    unsigned start = timer_get_usec();
    spi_n_transfer(s, rx, set, 2);
    spi_n_transfer(s, rx, get, 2);
    unsigned us = timer_get_usec() - start;
    printk("SPI0: status %d channel %d, %d0 us\n", rx[0], rx[1], us / 10);
    spi_init(SPI_CE0, 64);
    rx[1] = 0;
    spi_transfer(rx, get, 2);
    printk("spi_transfer: %d\n", rx[1]);
    spi_n_transfer(s, 0, get, 2);
}

static void bits(void)
{
    spi_t s = sw_spi_init(sw_spi_mk(0, 250));
    uint8_t out[40], in[40];
    unsigned wrong = 0;
    for (unsigned i = 0; i < sizeof out; i++)
        out[i] = i * 37 + 5;
    unsigned start = timer_get_usec();
    spi_n_transfer(s, in, out, sizeof out);
    unsigned us = timer_get_usec() - start;
    for (unsigned i = 0; i < sizeof out; i++)
        wrong += in[i] != out[i];
    printk("by pins: %d wrong, %d us a byte, select %d clock %d\n", wrong, us / 40,
           gpio_read(6) & 1, gpio_read(13) & 1);
}

static void eeprom(void)
{
    uint8_t page[2 + 5] = {0x12, 0x40, 'b', 'y', 't', 'e', 's'}, back[5] = {0};
    i2c_init_once();
    int nobody = i2c_write(0x51, page, 2);
    int wrote = i2c_write(0x50, page, sizeof page);
    unsigned asked = 0;
    while (i2c_write(0x50, page, 2) < 0 && asked < 1000)
        asked++;
    int got = i2c_read(0x50, back, sizeof back);
    printk("I2C: nobody %d, wrote %d, busy %d, read %d %c%c%c%c%c\n", nobody, wrote, asked > 2, got,
           back[0], back[1], back[2], back[3], back[4]);
}

/* Of 1000 looks at a pin, how many see it high: to the nearest 50. */
static unsigned high(unsigned pin)
{
    unsigned n = 0;
    for (unsigned i = 0; i < 1000; i++) {
        n += gpio_read(pin) & 1;
        delay_us(7);
    }
    return (n + 25) / 50 * 50;
}

static void pwm(void)
{
    unsigned channel = pwm_init(19), other = pwm_init(12);
    unsigned hz = pwm_set_clock(1000000);
    pwm_write(channel, 250, 1000);
    pwm_write(other, 3, 4);
    printk("PWM: channels %d %d, %d Hz, control %d, range %d data %d\n", channel, other, hz,
           GET32(0x2020C000), GET32(0x2020C020), GET32(0x2020C024));
    unsigned quarter = high(19), most = high(12);
    pwm_disable(other);
    printk("high: %d %d, then %d %d\n", quarter, most, high(19), high(12));
    unsigned control = GET32(0x2020C000);
    dev_barrier();
    unsigned clock = GET32(0x201010A0), divisor = GET32(0x201010A4);
    dev_barrier();
    printk("control %d, clock %d / %d\n", control, clock & 31, divisor >> 12 & 0xFFF);
}

static void firmware(void)
{
    unsigned serial = rpi_get_serialnum();
    printk("board %d %d, serial %d, memory %d\n", rpi_get_model(), rpi_get_revision(), serial,
           rpi_get_memsize());
    printk("temperature %d, ARM clock %d, at most %d\n", rpi_temp_get(),
           rpi_clock_curhz_get(MBOX_CLK_CPU), rpi_clock_maxhz_get(MBOX_CLK_CPU));
}

static void clocks(void)
{
    unsigned least = rpi_clock_minhz_get(MBOX_CLK_CPU);
    printk("ARM clock set to %d: ", rpi_clock_hz_set(MBOX_CLK_CPU, least) == least);
    printk("%d %d\n", rpi_clock_curhz_get(MBOX_CLK_CPU) == least,
           rpi_clock_realhz_get(MBOX_CLK_CPU) / 1000000 == least / 1000000);
}

#if LIBPI_YEAR >= 2023
/* The console stays there. */
static void pl011(void)
{
    uart_flush_tx();
    pl011_console_init();
    printk("PL011: room %d, ", pl011_can_put8());
    int first = pl011_get8(), second = pl011_get8();
    printk("read %c%c, more %d\n", first, second, pl011_has_data());
}
#endif

void notmain(void)
{
    uart_init();
#ifdef FIRMWARE_ALONE
    firmware();
#else
    pins();
    radio();
    bits();
    eeprom();
    pwm();
    firmware();
    clocks();
#if LIBPI_YEAR >= 2023
    pl011();
#endif
#endif
}
