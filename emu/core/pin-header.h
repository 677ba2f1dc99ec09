/* emu/core/pin-header.h - which pin of the chip is at which place of a Raspberry Pi's 40-pin
 * header. */
#ifndef EMU_CORE_PIN_HEADER_H
#define EMU_CORE_PIN_HEADER_H

#include <stdint.h>

enum { PIN_HEADER_PLACES = 40 };

/* The GPIO at a place (1..40); -1: power, ground, or no such place. */
static inline int pin_header_gpio(int place)
{
    static const int8_t at[PIN_HEADER_PLACES + 1] = {
        -1, -1, -1, 2, -1, 3, -1, 4, 14, -1, 15, 17, 18, 27, -1, 22, 23, -1, 24, 10, -1,
        9,  25, 11, 8, -1, 7, 0,  1, 5,  -1, 6,  12, 13, -1, 19, 16, 26, 20, -1, 21,
    };

    return place < 0 || place > PIN_HEADER_PLACES ? -1 : at[place];
}

/* The place of a GPIO; 0: it is not led there. */
static inline int pin_header_place(int gpio)
{
    for (int place = 1; place <= PIN_HEADER_PLACES; place++) {
        if (pin_header_gpio(place) == gpio)
            return place;
    }
    return 0;
}

#endif
