#!/usr/bin/env bash
# --vcd: GTKWave's converter opens the waveform, sigrok's decoder reads the program's bytes out of it, and
# nothing that happens to the file happens to the run.
# shellcheck disable=SC2016
set -u
. "$(dirname "$0")/../tap.sh"
here=$top/tests/e2e
cd "$dir" || exit 1

build() # SOURCE NAME [OPTIONS...]
{
    "$top/emu/emu-cc" -g -O1 "${@:3}" "$1" -o "$2.emu" || echo "# $1 does not compile"
}

# What sigrok's UART decoder reads on a wire; -l 1, since it warns of each text.
decoded() # FILE WIRE [OPTIONS]: in hexadecimal
{
    sigrok-cli -l 1 -I vcd:downsample=20 -i "$1" -P "uart:rx=$2${3:+:$3}" -B uart=rx | od -An -v -tx1 | tr -d ' \n'
}

hex() # TEXT
{
    printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
}

# The moments of a file, a signal a line: TIME NAME VALUE.
moments() # FILE
{
    awk '$1 == "$var" { name[$4] = $5 }
        /^#/ { time = substr($0, 2) }
        /^s/ { print time, name[$2], substr($1, 2) }
        /^[01x]/ { print time, name[substr($0, 2)], substr($0, 1, 1) }' "$1"
}

# ---- a UART's wire, and a pin's -----------------------------------------------------------------------

build "$here/vcd/uarts.c" uarts
every=$(for i in {0..255}; do printf %02x "$i"; done)
run ./uarts.emu --vcd run.vcd --wire 14-16 <<<'typed.'
is "a run that is drawn" "$status $err" "0 "
# The last newline ends the run, and no watcher sees how it is sent.
is "the mini-UART's wire: every byte, then what was typed" \
    "$(decoded run.vcd UART1_TXD)" "$every$(hex typed)$(hex 'DONE!!!')"
is "what it received" "$(decoded run.vcd UART1_RXD)" "$(hex typed.)"
is "the PL011's wire, with its own baud and parity" \
    "$(decoded run.vcd UART0_TXD baudrate=230400:parity=odd)" "$(hex 'quick brown fox')"
is "its bytes as texts" "$(moments run.vcd | awk '$2 == "UART0_sent" && $3 != "idle" { printf "%s ", $3 }')" \
    "q u i c k 0x20 b r o w n 0x20 f o x "
# A jumper to a pin that follows the model's own edges.
moments run.vcd | awk '$2 == "GPIO14_pin8" { print $1, $3 }' >wire
moments run.vcd | awk '$2 == "GPIO16_pin36" { print $1, $3 }' >model
is "the wire is the model's, to the nanosecond" \
    "$(diff <(head -n "$(wc -l <model)" wire) model | head -n 5)" ""
is "and has more than 1000 edges" "$(($(wc -l <model) > 1000))" 1
is "a pin, high for a delay" "$(moments run.vcd | awk '$2 == "GPIO21_pin40" && $3 ~ /[01]/ { t[$3] = $1 }
    END { print (t[0] - t[1] > 500000 && t[0] - t[1] < 501000) }')" 1
is "phases in their order" \
    "$(moments run.vcd | awk '$2 == "phase" { print $3 }' | uniq | tr '\n' ' ')" "run delay run end "

for baud in 9600 115200; do
    build "$here/parts/serial.c" "serial$baud" -DBAUD=$baud
    run "./serial$baud.emu" --part uart:20,21,$baud --vcd bang.vcd <<<'hello q'
    is "a bit-banged UART at $baud: what it says" \
        "$(decoded bang.vcd GPIO20_pin38 baudrate=$baud)" "$(hex "${out%DONE*}")"
    is "and hears" "$(decoded bang.vcd GPIO21_pin40 baudrate=$baud)" "$(hex 'hello q')"
done

# ---- GTKWave -----------------------------------------------------------------------------------------

run vcd2fst run.vcd run.fst
is "vcd2fst opens it" "$status" 0
fst2vcd run.fst | sed -E 's/^(s[^ ]*)\\/\1/' >again.vcd # it writes " ? and their like with a backslash
is "and finds every change in it" \
    "$(diff <(moments run.vcd | sort) <(moments again.vcd | sort) | head -n 5)" ""

# ---- interrupts ----------------------------------------------------------------------------------------

build "$here/parts/loopback.c" loopback
run ./loopback.emu --wire 20-21 --vcd irq.vcd
is "a handler runs for each edge of the pin" \
    "$(moments irq.vcd | awk '$3 == 1 && $2 == "irq_handler"' | wc -l)" 20
moments irq.vcd | awk '$1 && $2 ~ /^GPIO20|IRQ_GPIO0|irq_handler/ { print $2 "=" $3 }' | head -n 5 >first
is "edge, pending, handler, served, back" "$(tr '\n' ' ' <first)" \
    "GPIO20_pin38=1 irq_handler=1 IRQ_GPIO0=1 IRQ_GPIO0=0 irq_handler=0 "

# ---- the run is as it would be without -----------------------------------------------------------------

for prog in "loopback --wire 20-21" "serial9600 --part uart:20,21,9600" uarts; do
    read -r name how <<<"$prog"
    # shellcheck disable=SC2086 # options
    {
        run "./$name.emu" $how --trace=all <<<'abc q.'
        plain="$status $out $err"
        run "./$name.emu" $how --trace=all --vcd one.vcd <<<'abc q.'
        is "$name: the same output and accesses" "$(md5sum <<<"$status $out $err")" "$(md5sum <<<"$plain")"
        run "./$name.emu" $how --vcd two.vcd <<<'abc q.'
    }
    run cmp one.vcd two.vcd
    is "$name: the same waveform twice" "$status $out" "0 "
done
run ./uarts.emu --speed=10 --vcd one.vcd <<<'abc q.'
run cmp one.vcd two.vcd
is "the same at the speed of the clock on the wall" "$status $out" "0 "

# ---- files ---------------------------------------------------------------------------------------------

cp "$top/test-binaries/hello.emu" .
run ./hello.emu
said=$out
run ./hello.emu --vcd
row emu "--vcd without a file"
run ./hello.emu --vcd no/run.vcd
row emu "--vcd in a folder that is none"
run ./hello.emu --vcd .
row emu "--vcd over a folder"
cp "$top/test-binaries/hello.c" .
run ./hello.emu --vcd hello.c
row emu "--vcd over a file of another kind"
run cmp hello.c "$top/test-binaries/hello.c"
is "which is as it was" "$status" 0
mkfifo pipe
run ./hello.emu --vcd pipe
row emu "--vcd to a pipe that nobody reads"
run ./hello.emu --vcd /dev/full
row emu "--vcd on a full disk"
is "its program ran to its end" "$out" "$said"
run bash -c 'ulimit -f 4; ./uarts.emu --vcd small.vcd 2>&1 >/dev/null <<<"typed." | cat >&2; exit "${PIPESTATUS[0]}"'
row emu "--vcd to a file that may not grow"
is "what fits is whole lines" "$(tail -c 1 small.vcd | od -An -tx1) $(($(stat -c %s small.vcd) > 4000))" " 0a 1"
run vcd2fst small.vcd small.fst
is "and can be opened" "$status" 0
run bash -c './hello.emu --vcd /dev/stdout | cat >both'
is "to a pipe" "$(tail -n 1 both | cut -c 1)$(grep -c '^hello' both)" "#1"

# ---- a run that is stopped -------------------------------------------------------------------------------

cat >busy.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    gpio_set_output(21);
    printk("started\n");
    for (;;) { gpio_set_on(21); delay_us(10); gpio_set_off(21); delay_us(10); }
}
EOF
build busy.c busy
for sig in INT TERM KILL KILL KILL; do
    rm -f stopped.vcd started
    ./busy.emu --vcd stopped.vcd >started 2>/dev/null &
    pid=$!
    for _ in $(seq 600); do # until it has written
        [ ! -s stopped.vcd ] || break
        read -r -t 0.1 <> <(:) || :
    done
    { kill -$sig $pid; wait $pid; } 2>/dev/null
    run vcd2fst stopped.vcd stopped.fst
    is "SIG$sig: the waveform can be opened, and ends in a whole line" \
        "$status $(tail -c 1 stopped.vcd | od -An -tx1)" "0  0a"
    is "SIG$sig: and has the pin's pulses" "$(($(moments stopped.vcd | grep -c 'GPIO21_pin40 1') > 10))" 1
done
run ./busy.emu --vcd limit.vcd --timeout 0.3
is "--timeout: the end is drawn" "$status $(tail -n 3 limit.vcd | grep -c '^send')" "4 1"

# ---- with a Pi -------------------------------------------------------------------------------------------

"$top/tools/virtual-pi" --link "$dir/pi" >pi.out 2>pi.err &
pi_pid=$!
trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
    [ ! -e pi ] || break
    read -r -t 0.1 <> <(:) || :
done
run "$top/test-binaries/blink.emu" --pi="$dir/pi" --vcd pi.vcd
is "forwarded: the program's output" "$status $out" $'0 blinked 10 times\nDONE!!!'
is "forwarded: its bytes" "$(decoded pi.vcd UART1_TXD)" "$(hex $'blinked 10 times\nDONE!!!')"
moments pi.vcd | awk '$2 == "GPIO20_pin38" && $3 ~ /[01]/ { print $3, $1 - last; last = $1 }' >pulses
is "forwarded: ten pulses" "$(grep -c '^1' pulses) $(grep -c '^0' pulses)" "10 10"
is "forwarded: each is as long as its delay, though the laptop is ahead of the Pi" \
    "$(awk '$1 == 0 && $2 < 20000000' pulses)" ""
run vcd2fst pi.vcd pi.fst
is "forwarded: vcd2fst opens it" "$status" 0
run bash -c "echo 'typed text' | '$top/test-binaries/uart-echo.emu' --pi='$dir/pi' --vcd pi.vcd"
is "forwarded: what was typed" "$status $(decoded pi.vcd UART1_RXD)" "0 $(hex $'typed text\n')"
build "$here/interrupts/line.c" line
run ./line.emu --vcd models.vcd
# handlers FILE: whether the handler has run more than once, and how it was at the end.
handlers()
{
    moments "$1" | awk '$2 == "irq_handler" { n += $3; last = $3 } END { print (n > 1), last }'
}
is "models: the timer's interrupt is handled, and over at the end" "$(handlers models.vcd)" "1 0"
run ./line.emu --pi="$dir/pi" --vcd pi.vcd
is "forwarded: so it is" "$status $(handlers pi.vcd)" "0 1 0"

finish
