/* The parts that --part knows, in the order --part help lists them. */
#include <stddef.h>

#include "emu/parts/parts.h"

extern const struct part_kind part_button, part_eeprom, part_led, part_nrf24, part_sonar, part_uart;

const struct part_kind *const part_kinds[] = {
    &part_button, &part_eeprom, &part_led, &part_nrf24, &part_sonar, &part_uart, NULL,
};
