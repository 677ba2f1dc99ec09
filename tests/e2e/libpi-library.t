#!/usr/bin/env bash
# The library as a whole: every function of it can be replaced, every header is found under the names the
# years use, what a laptop has not ends in a link error with its name.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
years='2019 2020 2023 2025 2026'

# ---- weak ------------------------------------------------------------------------------------------

# Global symbols that are not weak. wire_ is not the API: no program defines these names.
strong() # NM LIBRARY
{
    "$1" -g --defined-only "$2" | awk 'NF == 3 && $2 !~ /^[VWvw]$/ { print $3 }' | grep -v '^wire_'
}

# pi-cc and emu-cc build the library they need, one at a time however many tests run.
printf '#include "rpi.h"\nvoid notmain(void) { uart_init(); }\n' >any.c
for year in $years; do
    run "$top/emu/pi-cc" -DLIBPI_YEAR="$year" any.c -o any.bin
    is "$year: libpi builds" "$status$err" 0
    library=$top/out/pi/$year/libpi.a
    is "$year: no strong global on the Pi" "$(strong arm-none-eabi-nm "$library")" ""
    like "$year: there are functions in it" "$(arm-none-eabi-nm -g "$library")" ' W gpio_set_function'
    run "$top/emu/emu-cc" -DLIBPI_YEAR="$year" any.c -o any.emu
    is "$year: libpi builds for the laptop" "$status" 0
done
for library in "$top"/out/guest/*/libpi.a; do
    variant=$(basename "$(dirname "$library")")
    is "no strong global on the laptop: $variant" "$(strong nm "$library")" ""
    like "there are functions in it: $variant" "$(nm -g "$library")" ' W gpio_set_function'
done

# What a library function calls, a program can replace: no call went into its own copy.
calls=$(arm-none-eabi-objdump -dr --no-show-raw-insn "$top/out/pi/2026/libpi/src/gpio.c.o" |
    awk '/^[0-9a-f]+ </ { f = $2 } /R_ARM_(CALL|JUMP24)/ { print f, $3 }')
like "gpio_set_output calls the gpio_set_function that is linked" "$calls" '<gpio_set_output>: gpio_set_function'
like "gpio_write calls the gpio_set_on that is linked" "$calls" '<gpio_write>: gpio_set_on'

# memcpy and its kin must not call themselves.
for compiler in gcc clang; do
    for opt in -O2 -O3 -Os; do
        "$compiler" $opt -ffreestanding -fno-pie -I"$top/libpi/include" -c "$top/libpi/src/string.c" -o string.o
        is "$compiler $opt: string.c calls only strlen and memcpy, for strings" \
            "$(objdump -dr --no-show-raw-insn string.o | awk '/^[0-9a-f]+ </ { f = $2 }
                /R_X86_64_PLT32/ { sub(/-0x.*/, "", $3); print f, $3 }' |
                grep -Ev '^<(strcpy|strcat|memmove)>: (strlen|strcpy|memcpy|memmove)$')" ""
    done
done

# ---- headers ---------------------------------------------------------------------------------------

names='rpi cycle-count full-except circular sw-uart cpsr-util timer-interrupt asm-helpers memmap
    rpi-interrupts breakpoint assert pi-random armv6-pmu rpi-thread bit-support fast-hash32 helper-macros
    redzone rpi-inline-asm switchto pi-message rpi-constants uart-int gpio control-block crc cycle-util
    pl011-uart rpi-asm timeout demand our-crc32 vector-base spi i2c pwm mbox pi-sd'
for year in $years; do
    missing=
    for name in $names; do
        for prefix in '' libc/ cs140e-src/ cs140e-interrupt/; do
            printf '#include "rpi.h"\n#include "%s"\n' "$prefix$name.h" >include.c
            "$top/emu/pi-cc" -DLIBPI_YEAR="$year" -Werror -fsyntax-only include.c 2>>errors ||
                missing="$missing $prefix$name.h"
        done
    done
    is "$year: all headers are found with and without a folder" "$missing" ""
done
printf '#include "libpi.small/rpi.h"\nvoid notmain(void) { printk("x"); }\n' >small.c
run "$top/emu/pi-cc" -DLIBPI_YEAR=2019 small.c -o small.bin
is "libpi.small/rpi.h" "$status$err" 0

# ---- what a laptop has not -------------------------------------------------------------------------
printf '#include "rpi.h"\n#include "asm-helpers.h"\ncp_asm(tcm, p15, 0, c9, c1, 0)\nvoid notmain(void) { tcm_set(tcm_get()); }\n' >cp.c
run "$top/emu/pi-cc" -Wall -Werror cp.c -o cp.bin
is "cp_asm on the Pi" "$status$err" 0
run "$top/emu/emu-cc" cp.c -o cp.emu
is "cp_asm on the laptop: does not link" "$status" 1
like "cp_asm on the laptop: the linker names it" "$err" 'tcm_get'
printf '#include "rpi.h"\n#include "cpsr-util.h"\nvoid notmain(void) { printk("%%s\\n", mode_str(cpsr_get())); }\n' >mode.c
run "$top/emu/emu-cc" mode.c -o mode.emu
is "cpsr_get on the laptop: links" "$status" 0
run ./mode.emu --quiet
is "cpsr_get on the laptop" "$out" $'SUPER MODE\nDONE!!!'

printf '#include "rpi.h"\n' >year.c
run "$top/emu/pi-cc" -fsyntax-only -ULIBPI_YEAR -include /dev/stdin year.c <<<'#define LIBPI_YEAR 2018'
like "rpi.h refuses another year" "$err" 'LIBPI_YEAR must be 2019 to 2026'
finish
