/* A running light on eight pins, which a button at pin 21 turns round. */
#include "rpi.h"

enum { BUTTON = 21, LIGHTS = 8, STEPS = 60, STEP_MS = 50 };

static const unsigned light[LIGHTS] = {17, 27, 22, 5, 6, 13, 19, 26};

void notmain(void)
{
    unsigned at = 0;

    gpio_set_input(BUTTON);
    for (unsigned i = 0; i < LIGHTS; i++)
        gpio_set_output(light[i]);
    for (unsigned i = 0; i < STEPS; i++) {
        int back = gpio_read(BUTTON);

        gpio_set_on(light[at]);
        printk("step %d: pin %d%s\n", i, light[at], back ? ", back" : "");
        delay_ms(STEP_MS);
        gpio_set_off(light[at]);
        at = (at + (back ? LIGHTS - 1 : 1)) % LIGHTS;
    }
    printk("%d steps\n", STEPS);
}
