#!/usr/bin/env bash
# --check: each rule has a program that breaks it and one that nearly does; ours break none; suppressions.
. "$(dirname "$0")/../tap.sh"
sources=$top/tests/e2e/check
export DEBUGINFOD_URLS=
cd "$dir" || exit 1

build() # NAME SOURCE OPTIONS...
{
    "$top/emu/emu-cc" -g -O1 "${@:3}" "$2" -o "$1.emu" 2>cc.err || echo "# $1: $(<cc.err)"
}

# place SOURCE MARK: "SOURCE:LINE" of the line with this comment.
place()
{
    echo "$1:$(grep -n "/\* $2" "$sources/$1" | cut -d: -f1)"
}

# ---- each rule: what breaks it, and what does not ----------------------------------------------------------

# breaks NAME RULE TEXT [MARK]: NAME's finding, with its page, at the line marked so; nothing near it.
breaks()
{
    local name=$1 rule=$2 text=$3 at
    at=$(place "$name.c" "${4:-here}")
    build "$name" "$sources/$name.c"
    build near "$sources/$name.c" -DNEAR
    run "./$name.emu"
    local plain=$out
    run "./$name.emu" --check
    is "$name: one finding, and the program goes on" \
        "$status $(grep -c '^emu: check: ' <<<"$err") $out" "0 1 $plain"
    like "$name: rule, register, page" "$err" "emu: check: $rule: $text"
    like "$name: its line" "$err" "emu:   #[0-9]+ [a-z_]+ at [^ ]*$at"
    local found=$err
    run "./$name.emu" --check --trace
    is "$name: the same when every access takes the long way" \
        "$(grep -v '^TRACE' <<<"$err")" "$found"
    run "./$name.emu" --check --strict
    is "$name: --strict ends it" "$status ${err##*$'\n'}" \
        "1 emu: --strict: the run ends at the first finding"
    run ./near.emu --check --strict
    is "$name: nothing near it" "$status $err" "0 "
}

manual='\(BCM2835 ARM Peripherals p\.'
breaks no-barrier no-barrier \
    "write of 0x100000 to GPIO.CLR0 \(0x20200028\): no dev_barrier since SYSTIMER was read $manual 7\)"
breaks uart-not-set-up uart-not-set-up \
    "read of AUX.MU_LSR \(0x20215054\): the mini-UART is off in AUX.ENABLES \(uart_init\) $manual 9\)"
breaks pin-direction pin-direction \
    "write of 0x100000 to GPIO.SET0 \(0x2020001c\): the function of pin 20 was not set before .* $manual 95\)"
breaks pin-read pin-direction \
    "read of GPIO.LEV0 \(0x20200034\): the function of no pin from 0 to 31 was set before .* $manual 92\)"
breaks reserved-bits reserved-bits \
    "write of 0x40000001 to GPIO.FSEL2 \(0x20200008\): bits 0x40000000 are reserved: write 0 there $manual 93\)"
breaks write-only write-only "read of GPIO.SET0 \(0x2020001c\): it can only be written, .* $manual 95\)"
breaks read-only read-only "write of 0x0 to SYSTIMER.CLO \(0x20003004\): it can only be read $manual 173\)"
breaks fifo-overrun fifo-overrun \
    "write of 0x39 to AUX.MU_IO \(0x20215040\): its FIFO has room for 8, and AUX.MU_LSR .* $manual 11\)"
breaks no-handler no-handler \
    "write of 0x1 to IRQ.ENABLE_BASIC \(0x2000b218\): interrupts are let through, and there is no handler .* 116\)"
breaks w1c-rmw w1c-rmw "write of 0x300000 to GPIO.EDS0 \(0x20200040\): .* this clears bits 0x200000, too $manual 96\)"
breaks unmodelled unmodelled "read of GPIO\+0x18 \(0x20200018\): not modelled, reads as 0"

build interrupt "$sources/interrupt.c"
run ./interrupt.emu --check
like "handler: begins with a barrier" "$err" \
    "no-barrier: read of IRQ.PENDING1 .*: no dev_barrier since the interrupt handler began .*$(place interrupt.c 'begins here')"
like "handler: ends with one" "$err" \
    "no-barrier: write of 0x2 to SYSTIMER.CS .*: no dev_barrier before the end of the interrupt handler .*
emu:   #0 interrupt_vector at [^ ]*$(place interrupt.c 'ends here')"
is "handler: a sum at the end" "$status ${err##*$'\n'}" "0 emu: check: 2 findings: no-barrier 2"
build near "$sources/interrupt.c" -DNEAR
run ./near.emu --check
is "handler: nothing near it" "$status $err" "0 "

# ---- once a place -------------------------------------------------------------------------------------------

cat >places.c <<'END'
#include "rpi.h"
static void on(void) { gpio_set_on(20); }
void notmain(void)
{
    for (int i = 0; i < 1000; i++)
        on();
    on();
}
END
build places places.c
run ./places.emu --check
is "a place is the callers, too: both once" \
    "$(grep -c 'check: pin-direction' <<<"$err") $(grep -o 'notmain at places.c:[67]' <<<"$err")" \
    $'2 notmain at places.c:6\nnotmain at places.c:7'
run ./places.emu
is "without --check nothing is said" "$status $err" "0 "

# ---- suppressions -------------------------------------------------------------------------------------------

supp() # LINES...: a block, in a.supp
{
    { echo "{"; printf '   %s\n' "$@"; echo "}"; } >a.supp
}

supp "on purpose" emu:pin-direction 'reg:GPIO.SET?' '...' 'src:places.c:6'
run ./places.emu --check --suppressions a.supp --stats
is "one of two is kept back" \
    "$(grep -c 'check: pin-direction' <<<"$err") $(grep -o 'notmain at places.c:[67]' <<<"$err")" \
    "1 notmain at places.c:7"
like "--stats: used" "$err" "emu: suppression a.supp:1, on purpose: used 1 times"
supp "another" emu:no-barrier
run ./places.emu --check --suppressions=a.supp --stats
like "--stats: not used" "$err" "emu: suppression a.supp:1, another: not used"
like "--stats: what was found" "$err" "emu: check: 2 findings: pin-direction 2"
run "$top/test-binaries/hello.emu" --check --stats
is "--stats: nothing was found" "$err" "emu: check: nothing found"

run ./places.emu --check --gen-suppressions
grep -v '^emu' <<<"$err" >made.supp
is "--gen-suppressions: a block for each" "$(grep -c '^{$' made.supp) $(sed -n 3,4p made.supp)" \
    $'2    emu:pin-direction\n   reg:GPIO.SET0'
run ./places.emu --check --strict --suppressions made.supp
is "they fit what they were made from" "$status $err" "0 "

build unmodelled "$sources/unmodelled.c"
supp "not there, I know" emu:unmodelled
run ./unmodelled.emu --strict --suppressions a.supp
is "without --check: an unmodelled register" "$status $err" "0 "
run ./unmodelled.emu --quiet
is "without --check: --quiet" "$status $err" "0 "

run ./places.emu --check --strict
row emu "--check --strict at the first finding"
run ./places.emu --check --suppressions none.supp
row emu "--suppressions names a file that is not there"
supp "a name" emu:no-barriers
run ./places.emu --check --suppressions a.supp
row emu "--suppressions names a file with a mistake"
run ./places.emu --check --suppressions=
row emu "--suppressions without a file"
files=()
for _ in $(seq 17); do files+=(--suppressions a.supp); done
run ./places.emu --check "${files[@]}"
row emu "more than 16 --suppressions"

# ---- with a Pi ----------------------------------------------------------------------------------------------

"$top/tools/virtual-pi" --link "$dir/pi" >"$dir/pi.out" 2>"$dir/pi.err" &
pi_pid=$!
trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 200); do
    [ ! -e "$dir/pi" ] || break
    read -r -t 0.1 <> <(:) || :
done
for name in no-barrier pin-direction write-only fifo-overrun no-handler; do
    run "./$name.emu" --check
    models=$err
    run "./$name.emu" --check --timeout 60 "--pi=$dir/pi"
    is "$name: on a Pi as on models" "$status $(grep '^emu: check' <<<"$err")" \
        "0 $(grep '^emu: check' <<<"$models")"
done
run "$top/test-binaries/blink.emu" --check --timeout 60 "--pi=$dir/pi"
unlike "blink: nothing on a Pi" "$status $err" "check:"
kill $pi_pid

# ---- our own programs are clean ------------------------------------------------------------------------------

for name in blink button hello kmalloc panic printk-all-formats sd-list threads timer uart-echo; do
    run "$top/test-binaries/$name.emu" --check --timeout 60 </dev/null
    unlike "$name: nothing found" "$err" "check:"
done

# clean SOURCE [OPTIONS...] [-- WORDS...]: compiled with these, run with those.
clean()
{
    local source=$1 options=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    build clean "$top/tests/e2e/$source" "${options[@]}"
    run ./clean.emu --check --timeout 60 "${@:2}" <<<'hello, World 123q.'
    unlike "$source ${options[*]}: nothing found" "$status $err" "^[^0]|check:"
}

for name in spi-dma spi-loopback pwm-dma uart-dma quiet; do
    clean "buses/$name.c"
done
clean buses/bsc-eeprom.c -- --part eeprom
for name in clocks serial-time serial-interrupt tags; do
    clean "firmware/$name.c"
done
interrupts=$top/tests/e2e/interrupts
clean interrupts/timer.c "-I$interrupts"
clean interrupts/program.c "-I$interrupts"
for year in 2019 2021 2023 2026; do
    clean interrupts/years.c "-I$interrupts" "-DLIBPI_YEAR=$year"
done
clean parts/serial.c -DBAUD=9600 -- --part uart:20,21,9600
clean parts/by-interrupt.c -- --part uart:20,21,9600
clean parts/sonar.c -- --part sonar:20,21
clean parts/loopback.c -- --wire 20-21
clean parts/pwm-edges.c -- --wire 18-21
clean parts/pl011.c -- --part uart:tx=14,baud=9600,to=said
for year in 2019 2023 2026; do
    clean libpi/devices.c "-DLIBPI_YEAR=$year" -- --wire 20-21 --wire 19-26 --part nrf24:ce=6,csn=8,irq=22 \
        --part "eeprom:addr=0x50,file=e.bin"
done
clean bounce/dma.c
clean bounce/mailbox.c
clean bounce/refused.c

finish
