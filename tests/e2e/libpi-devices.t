#!/usr/bin/env bash
# libpi's functions for devices on the models, under each year's names: interrupts of pins, SPI by its
# controller and by pins, I2C, PWM, the firmware's mailbox, PL011; what each says of wrong arguments.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
source=$top/tests/e2e/libpi/devices.c

pins='pins: rose 4 fell 3 others 0 pending 7, masked: 1 1
cleared: 0 0
'
all='SPI0: status 14 channel 42, 10 us
spi_transfer: 42
by pins: 0 wrong, 8 us a byte, select 1 clock 0
I2C: nobody -1, wrote 1, busy 1, read 1 bytes
PWM: channels 1 0, 1010526 Hz, control 33153, range 1000 data 250
high: 250 750, then 250 0
control 33024, clock 17 / 19
'
firmware='board 0 9568402, serial 0, memory 469762048
temperature 25000, ARM clock 700000000, at most 700000000
'
clocks='ARM clock set to 1: 1 1'
pl011=$'\nPL011: room 1, read xy, more 0\nDONE!!!'

for year in 2019 2020 2023 2025 2026; do
    said=
    case $year in
        2019) said=$all$firmware$clocks ;;
        2020) said=$pins$all$firmware$clocks ;;
        2023) said=$pins$all$firmware$clocks$pl011 ;;
        *) said=$'about to install interrupt handlers\n'$pins$all$firmware$clocks$pl011 ;;
    esac
    for build in "gcc -O2" "clang -O0"; do
        # shellcheck disable=SC2086 # two words
        run "$top/emu/emu-cc" -g -Wall -DLIBPI_YEAR=$year --cc=$build "$source" -o devices.emu
        is "$year $build: it compiles" "$status $err" "0 "
        rm -f e.bin
        run ./devices.emu --timeout 60 --wire 20-21 --wire 19-26 --part nrf24:ce=6,csn=8,irq=22 \
            --part eeprom:addr=0x50,file=e.bin <<<xy
        is "$year $build: devices" "$status $out" "0 $said"
        is "$year $build: nothing to remark" "$err" ""
    done
done
run ./devices.emu --timeout 60 --quiet <<<xy
like "nobody on the pins: no edges, zeros, nobody" "$out" \
    "rose 0 fell 0.*status 0 channel 0.*by pins: [1-9][0-9]* wrong.*wrote -1"

if command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null; then
    for year in 2019 2020 2023 2025 2026; do
        run "$top/emu/pi-cc" -Wall -DLIBPI_YEAR=$year "$source" -o devices.bin
        is "$year: it compiles for the Pi" "$status $err" "0 "
    done
    run "$top/emu/pi-cc" -Wno-unused-function -DFIRMWARE_ALONE "$source" -o firmware.bin
    run timeout 60 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio \
        -no-reboot -device loader,file=firmware.bin,addr=0x8000,cpu-num=0 </dev/null
    is "the firmware says the same on QEMU" "$(tr -d '\r' <<<"$out")" "${firmware}DONE!!!"
else
    skip "on QEMU and for the Pi" "qemu-system-arm or arm-none-eabi-gcc is missing"
fi

# ---- wrong arguments ----
cases='' texts=()
bad() # CODE TEXT: case number ${#texts[@]}
{
    cases+="    case 'a' + ${#texts[@]}: $1; break;"$'\n'
    texts+=("$2")
}
bad 'spi_n_init(2, 64)' 'spi: illegal chip 2: 0 or 1'
bad 'spi_n_init(0, 1)' 'spi: illegal clock divider 1: 2 to 65536'
bad 'sw_spi_init(sw_spi_mk(0, 0))' 'spi: illegal clock divider 0: 2 to 65536'
bad 'spi_transfer(0, 0, 1)' 'spi_transfer: call spi_init before'
bad 'i2c_write(0x50, byte, 1)' 'i2c: call i2c_init before'
bad 'i2c_init_clk_div(1)' 'i2c: illegal clock divider 1: 2 to 65534'
bad 'i2c_init(); i2c_read(0x80, byte, 1)' 'i2c: illegal address 0x80 or size 1'
bad 'i2c_init(); i2c_read(0x50, byte, 65536)' 'i2c: illegal address 0x50 or size 65536'
bad 'pwm_init(21)' 'pwm: no channel reaches pin 21: 12, 13, 18, 19, 40, 41 and 45 have one'
bad 'pwm_set_clock(4600)' 'pwm: illegal clock of 4600 Hz: 4689 to 9600000'
bad 'pwm_set_clock(0)' 'pwm: illegal clock of 0 Hz: 4689 to 9600000'
bad 'pwm_write(0, 5, 4)' 'pwm: channel 0 high for 5 of 4'
bad 'pwm_write(2, 1, 4)' 'pwm: channel 2 high for 1 of 4'
bad 'pwm_disable(2)' 'pwm: illegal channel 2: 0 or 1'
bad 'mbox_send(8, (char *)message + 4)' ' 0 to 15, a multiple of 16'
bad 'mbox_write(16, message)' 'mbox_write: channel 16, message at '
bad 'mbox_write(8, message); mbox_read(1)' 'mbox_read: an answer for channel 8, not 1'
bad 'mbox_send(8, message)' 'mbox_send: the firmware refused tag 0x7fffffff: answer 0x80000001'
{
    printf '#include "%s.h"\n' rpi spi i2c pwm mbox
    echo 'static volatile uint32_t message[8] __attribute__((aligned(16))) = {32, 0, 0x7fffffff, 4};
static uint8_t byte[1];
void notmain(void) {
    switch (uart_get8()) {'
    echo "$cases    }
}"
} >wrong.c
run "$top/emu/emu-cc" -g -O1 -Wall wrong.c -o wrong.emu
is "wrong arguments: it compiles" "$status $err" "0 "
for i in "${!texts[@]}"; do
    # shellcheck disable=SC2059 # an octal digit
    run ./wrong.emu --timeout 60 --quiet <<<"$(printf "\\$(printf %o $((97 + i)))")"
    is "${texts[i]}: status" "$status" 1
    like "${texts[i]}: said" "$out" "${texts[i]}"
done
# A firmware that passes over a tag, and says the message went well.
cat >passed.c <<'EOF2'
#include "rpi.h"
#include "mbox.h"
uint32_t mbox_send(unsigned channel, volatile void *data)
{
    (void)data;
    return channel - MBOX_CH;
}
void notmain(void)
{
    rpi_get_model();
}
EOF2
run "$top/emu/emu-cc" -g -O1 -Wall passed.c -o passed.emu
run ./passed.emu --quiet
like "a tag that is passed over" "$status $out" "1 PANIC.*mbox: the firmware does not know tag 0x10001"
finish
