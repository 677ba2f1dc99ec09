/* tests/unit/parts-rig.h - a chip with pins, a clock, and parts on them; what they say and print is
 * kept. */
#ifndef TESTS_UNIT_PARTS_RIG_H
#define TESTS_UNIT_PARTS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emu/dev/gpio.h"
#include "emu/parts/parts.h"

static struct clock rig_clock;
static struct dev_gpio rig_gpio;
static struct parts rig;
static struct spi_slave *rig_spi[9]; /* three selects of three masters */
static struct i2c_slave *rig_i2c[2];
static char rig_said[1000], rig_printed[1000];
static const char *rig_typed;

static inline void rig_state(void *self, struct pins_state *s)
{
    (void)self;
    *s = (struct pins_state){rig_gpio.s.output, rig_gpio.s.latch, rig_gpio.s.pull_up,
                             rig_gpio.s.pull_down};
}

static inline void rig_drive(void *self, unsigned pin, enum pin_outside to)
{
    (void)self;
    dev_gpio_drive(&rig_gpio, pin, (enum dev_gpio_outside)to);
}

static inline void rig_changed(void *self, uint64_t was, uint64_t now)
{
    (void)self, (void)was, (void)now;
    parts_changed(&rig);
}

static inline void rig_say(void *self, const char *text)
{
    size_t n = strlen(rig_said);

    (void)self;
    snprintf(rig_said + n, sizeof rig_said - n, "%s\n", text);
}

static inline void rig_print(void *self, uint8_t byte)
{
    size_t n = strlen(rig_printed);

    (void)self;
    rig_printed[n] = (char)byte;
    rig_printed[n + 1] = 0;
}

static inline unsigned rig_waiting(void *self)
{
    (void)self;
    return *rig_typed != 0;
}

static inline uint8_t rig_get(void *self)
{
    (void)self;
    return (uint8_t)*rig_typed++;
}

static inline void rig_take_spi(void *self, unsigned master, unsigned select, struct spi_slave *s)
{
    (void)self;
    assert_in_range(3 * master + select, 0, 8);
    rig_spi[3 * master + select] = s;
}

static inline void rig_take_i2c(void *self, unsigned bus, struct i2c_slave *s)
{
    (void)self;
    rig_i2c[bus] = s;
}

static inline int rig_fresh(void **state)
{
    struct parts_host host = {
        .pins = {.state = rig_state, .drive = rig_drive},
        .clock = &rig_clock,
        .say = rig_say,
        .print = rig_print,
        .waiting = rig_waiting,
        .get = rig_get,
        .spi = rig_take_spi,
        .i2c = rig_take_i2c,
    };

    (void)state;
    memset(&rig_clock, 0, sizeof rig_clock);
    clock_start(&rig_clock, CLOCK_VIRTUAL);
    dev_gpio_init(&rig_gpio);
    rig_gpio.changed = rig_changed;
    *rig_said = *rig_printed = 0;
    rig_typed = "";
    parts_init(&rig, &host);
    return 0;
}

static inline int rig_end(void **state)
{
    (void)state;
    parts_end(&rig);
    return 0;
}

/* The program: registers as it writes them. */
static inline void rig_put(uint32_t off, uint32_t value)
{
    struct bus_access a = {
        .op = BUS_WRITE, .width = 4, .addr = DEV_GPIO_BASE + off, .value = value};

    assert_int_equal(rig_gpio.target.write(&rig_gpio, &a), 0);
}

static inline void rig_write(unsigned pin, int level)
{
    rig_put((level ? 0x1c : 0x28) + 4 * (pin / 32), 1u << pin % 32);
}

static inline void rig_function(unsigned pin, unsigned f)
{
    unsigned shift = 3 * (pin % 10);

    rig_put(4 * (pin / 10), (rig_gpio.s.fsel[pin / 10] & ~(7u << shift)) | f << shift);
}

static inline void rig_output(unsigned pin, int level)
{
    rig_write(pin, level);
    rig_function(pin, GPIO_FSEL_OUTPUT);
}

static inline void rig_input(unsigned pin)
{
    rig_function(pin, GPIO_FSEL_INPUT);
}

static inline int rig_level(unsigned pin)
{
    return dev_gpio_level(&rig_gpio, pin);
}

static inline void rig_pass_us(uint64_t us)
{
    clock_pass(&rig_clock, us * 1000);
}

#endif
