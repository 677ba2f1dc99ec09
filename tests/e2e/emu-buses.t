#!/usr/bin/env bash
# Programs that use SPI0, the BSCs, PWM and DMA, on the models: as on the virtual Pi where it has the
# device, as the manual says where not.
. "$(dirname "$0")/../tap.sh"
sources=$top/tests/e2e/buses
cd "$dir" || exit 1

build() # SOURCE [OPTIONS...]
{
    "$top/emu/emu-cc" -g -O2 -Wall -Wextra "${@:2}" "$1" -o "$(basename "$1" .c).emu"
}

for name in quiet spi-dma spi-loopback bsc-eeprom pwm-dma uart-dma; do
    build "$sources/$name.c" 2>cc.err
    is "$name compiles" "$?$(<cc.err)" 0
done
run ./quiet.emu
is "nobody on the pins" "$status $out" "0 spi: sum 0, 16 us a byte
i2c: 0 parts
pwm: status 0x0, fifo reads 0x70776d30
DONE!!!"
is "and nothing is unknown" "$err" ""
run ./spi-dma.emu --timeout 60
is "two DMA channels move SPI0's bytes" "$status $out" "0 about to install interrupt handlers
1 interrupt, 8 us a byte
control 0x900, length 0xc8
DONE!!!"
run ./spi-loopback.emu --wire 9-10
is "SPI0 hears itself over a wire" "$status $out" $'0 3 53 103 153 203 \nDONE!!!'
run ./spi-loopback.emu
is "SPI0 without the wire" "$status $out" $'0 0 0 0 0 0 \nDONE!!!'
run ./bsc-eeprom.emu --part eeprom
is "an EEPROM behind BSC1" "$status $out" "0 written: acknowledged
busy: 5 ms
read: 0 wrong, done
DONE!!!"
run ./pwm-dma.emu --timeout 60
is "DMA feeds PWM at its clock" "$status $out" "0 100 samples in 10 ms
stopped: 0 samples gone
DONE!!!"
run ./uart-dma.emu --timeout 60
is "DMA prints through the PL011" "$status $out" "0 a line of the engine's own
DONE!!!"

# The engine's accesses are its own.
build "$top/tests/e2e/bounce/dma.c"
run ./dma.emu --trace
alone=$out
is "the course's trace has no access of the DMA engine" \
    "$status $(grep -c 'PUT32(0x2020001c) = 0x300000' <<<"$err")" "0 0"
run ./dma.emu --trace=all
is "the full trace has them, with their origin" \
    "$(grep -o 'PUT32(0x2020001c).*DMA$' <<<"$err")" \
    $'PUT32(0x2020001c) = 0x100000 # GPIO.SET0, DMA\nPUT32(0x2020001c) = 0x200000 # GPIO.SET0, DMA'
is "and changes nothing" "$out" "$alone"
first=$(cksum <<<"$err")
run ./dma.emu --trace=all
is "a run repeats bit for bit" "$(cksum <<<"$err")" "$first"

for options in -O0 -O3 -m32 --cc=clang; do
    if ! build "$top/tests/e2e/bounce/dma.c" $options 2>cc.err; then
        skip "dma.c with $options" "$(head -1 cc.err)"
        continue
    fi
    run ./dma.emu
    is "dma.c with $options prints the same" "$status $out" "0 $alone"
done
if command -v valgrind >/dev/null; then
    build "$top/tests/e2e/bounce/dma.c"
    run valgrind ./dma.emu
    is "valgrind: prints the same" "$status $out" "0 $alone"
    like "valgrind: no errors" "$err" "ERROR SUMMARY: 0 errors"
else
    skip "valgrind" "not installed"
fi

if command -v qemu-system-arm >/dev/null && "$top/emu/pi-cc" -O2 "$top/tests/e2e/bounce/dma.c" -o dma.bin; then
    "$top/tools/virtual-pi" --link "$dir/pi" >pi.out 2>pi.err &
    pi_pid=$!
    trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
    for _ in $(seq 200); do
        [ ! -e "$dir/pi" ] || break
        read -r -t 0.1 <> <(:) || :
    done
    run "$top/my-install/my-install" --timeout 60 "$dir/pi" dma.bin
    is "the virtual Pi prints the same" "$status $out" "0 $alone"
else
    skip "the virtual Pi" "no qemu-system-arm, or no ARM compiler"
fi
finish
