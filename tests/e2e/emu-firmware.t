#!/usr/bin/env bash
# The firmware behind the mailbox, the PL011, the clocks, the RNG and the watchdog as whole programs
# meet them; what QEMU's raspi0 models prints the same there.
. "$(dirname "$0")/../tap.sh"
sources=$top/tests/e2e/firmware
cd "$dir" || exit 1

build() # NAME OPTIONS...
{
    run "$top/emu/emu-cc" -O2 -Wall -Wextra "${@:2}" "$sources/$1.c" -o "$1.emu"
    is "$1 is recompiled" "$status $err" "0 "
}

build pl011
run timeout 60 ./pl011.emu <<<"pi."
is "the PL011 is the console where the pins are its own" "$status $out $err" "0 on the mini-UART
on the PL011
$(yes 123456789 | head -10)
100 bytes: 8.7 ms
ten came around: 525
<0x70><0x69>
DONE!!! "
build serial-time
run timeout 60 ./serial-time.emu
dots=$(printf '.%.0s' $(seq 49))
is "bytes of the mini-UART take their time" "$status $out" "0 $dots
$dots
270: in time
$dots
$dots
33: in time
$dots
$dots
3254: in time
DONE!!!"
run timeout 60 ./serial-time.emu --time=host
is "and so on the laptop's clock" "$status $(grep -c . <<<"$out")" "0 10"
build serial-interrupt
run timeout 60 ./serial-interrupt.emu
like "the mini-UART interrupts a program that waits without an access" "$status $out" "^0 .*four
after four bytes: yes, iir 0xc2
DONE!!!"
build clocks
run timeout 60 ./clocks.emu
is "a clock runs, stops, and numbers come" "$status $out $err" "0 runs: 0x91 0xc0000
stopped: 0x1
random: about half ones
DONE!!! "
for how in LOOKS COMPUTES; do
    build watchdog "-D$how"
    run timeout 60 ./watchdog.emu
    is "the watchdog ends a program that $how" "$status $out $err" "0 fed "
done

# ---- what QEMU models ----
cp "$top/tests/e2e/bounce/mailbox.c" .
build tags
sources=$dir build mailbox
for name in tags mailbox; do
    run timeout 60 "./$name.emu"
    is "$name runs" "$status $err" "0 "
    printf '%s\n' "$out" >"$name.models"
done
is "tags: every line is there" "$(wc -l <tags.models)" 75
like "an unknown tag is ignored, and the message says so" "$(<mailbox.models)" \
    "no such tag: 0x80000001: 0x0 0x7 0x0"
like "a clock that cannot be set says its rate" "$(<mailbox.models)" \
    "ARM clock, set: 0x80000000: 0x80000008 0x3 0x29b92700"
if ! command -v qemu-system-arm >/dev/null || ! command -v arm-none-eabi-gcc >/dev/null; then
    skip "QEMU prints the same" "qemu-system-arm or arm-none-eabi-gcc is missing"
    finish
fi
for name in tags mailbox; do
    source=$top/tests/e2e/firmware/$name.c
    [ -e "$source" ] || source=$name.c
    run "$top/emu/pi-cc" -O2 -Wall -Wextra "$source" -o "$name.bin"
    is "$name is compiled for the Pi" "$status $err" "0 "
    run timeout 60 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio \
        -no-reboot -device "loader,file=$name.bin,addr=0x8000,cpu-num=0" </dev/null
    is "QEMU ends with the reboot of $name" "$status" 0
    # QEMU has no answer to these two, and says it has.
    is "QEMU prints the same" "$(tr -d '\r' <<<"$out" | grep -v -e '^no such tag' -e '^ARM clock, set')" \
        "$(grep -v -e '^no such tag' -e '^ARM clock, set' "$name.models")"
done
finish
