#!/usr/bin/env bash
# --record and --replay: what programs of every kind printed and did comes again without their devices, and
# the replay's own log is the same, byte for byte; a program that does something else is stopped where it does.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
emu_cc=$top/emu/emu-cc

# same WHAT PROGRAM OPTIONS...: recorded with these options and ./input, replayed without
same()
{
    local what=$1 program=$2 status1 out1
    touch input
    run timeout 60 "$program" --quiet --record run.log "${@:3}" <input
    status1=$status out1=$out
    run timeout 60 "$program" --quiet --replay run.log --record again.log </dev/null
    is "$what: its replay prints the same and ends alike" "$status $out" "$status1 $out1"
    if cmp -s run.log again.log; then
        is "$what: the log of its replay is the same" yes yes
    else
        is "$what: the log of its replay is the same" "$(cmp run.log again.log 2>&1)" ""
    fi
    rm -f input
}

# ---- programs of every kind ----------------------------------------------------------------------------

for program in hello blink button threads timer printk-all-formats kmalloc panic null-pointer; do
    same "$program" "$top/test-binaries/$program.emu"
done
echo "typed text" >input
same uart-echo "$top/test-binaries/uart-echo.emu" --timeout 2
for part in timer program waits; do
    "$emu_cc" -O1 -Wall "$top/tests/e2e/interrupts/$part.c" -o $part.emu
    same "interrupts, $part" ./$part.emu
    "$emu_cc" -O2 -m32 -DNO_POINTERS "$top/tests/e2e/interrupts/$part.c" -o $part-32.emu
    same "interrupts, $part, -m32" ./$part-32.emu
    "$emu_cc" -O1 --level=printk "$top/tests/e2e/interrupts/$part.c" -o $part-printk.emu
    same "interrupts, $part, --level=printk" ./$part-printk.emu
done

# A loop that touches no device: where it was interrupted, exactly if its blocks are counted. A program that
# makes its next access sooner than the recorded one has the interrupt in front of that access.
counts=$top/tests/e2e/interrupts/count.c
"$emu_cc" -O1 --counted "$counts" -o counted.emu
same "interrupts in a loop, counted" ./counted.emu --time=counted
"$emu_cc" -O1 -DQUIET "$counts" -o quiet.emu
same "interrupts in a loop" ./quiet.emu
"$emu_cc" -O1 -m32 -DQUIET "$counts" -o quiet-32.emu
same "interrupts in a loop, -m32" ./quiet-32.emu
"$emu_cc" -O1 -DQUIET -DSPIN=3 "$counts" -o short.emu
./quiet.emu --quiet --record run.log >said
run timeout 60 ./short.emu --quiet --replay run.log
is "interrupts in a loop, which is over sooner: the same accesses" "$status $out" "0 $(cat said)"
"$emu_cc" -O1 "$counts" -o loop.emu
"$emu_cc" -O1 -DSPIN=3 "$counts" -o short.emu
./loop.emu --quiet --record run.log >/dev/null
run timeout 60 ./short.emu --quiet --replay run.log
is "a program that notices where it was interrupted: status" "$status" 1
like "and is told how that is exact" "$err" "emu: interrupts came while the program computed: only if its blocks are counted do they come at the same instruction again"
rm -f said

for source in buses/pwm-dma buses/uart-dma buses/bsc-eeprom firmware/tags firmware/clocks firmware/pl011 \
    firmware/serial-interrupt firmware/watchdog; do
    name=${source##*/}
    "$emu_cc" -O1 "$top/tests/e2e/$source.c" -o "$name.emu" 2>/dev/null
    part=()
    printf 'pi.' >input
    [ "$name" = bsc-eeprom ] && part=(--part eeprom)
    same "$name" "./$name.emu" "${part[@]}"
done
truncate -s 64M card.img
same "an SD card" "$top/test-binaries/sd-list.emu" --sd card.img
cat >type.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    uart_init();
    for (int i = 0; i < 3; i++)
        printk("got %c\n", uart_get8());
}
EOF
for level in device uart printk; do
    "$emu_cc" --level=$level type.c -o type.emu
    echo abc >input
    same "typed at level $level" ./type.emu
    is "and it is what was typed" "$out" $'got a\ngot b\ngot c\nDONE!!!'
done
cat >cycles.c <<'EOF'
#include "rpi.h"
#include "cycle-count.h"
void notmain(void)
{
    uint32_t seen = 0;
    for (int i = 0; i < 50; i++) {
        uint32_t start = cycle_cnt_read();
        gpio_set_on(20);
        while (cycle_cnt_read() - start < 700u * i)
            ;
        seen = seen * 31 + cycle_cnt_read() + timer_get_usec();
    }
    printk("%x\n", seen);
}
EOF
"$emu_cc" cycles.c -o cycles.emu
same "the cycle counter" ./cycles.emu
same "the cycle counter, in real time" ./cycles.emu --time=host
cat >spin.c <<'EOF'
#include "rpi.h"
void notmain(void) { printk("spins\n"); for (;;) asm volatile(""); }
EOF
"$emu_cc" spin.c -o spin.emu
same "a program that a limit ends" ./spin.emu --timeout 0.3
is "with the same status" "$status" 4

# ---- a real Pi ---------------------------------------------------------------------------------------------

if command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null; then
    "$top/tools/virtual-pi" --link "$dir/pi" >pi.out 2>pi.err &
    virtual_pi=$!
    for _ in $(seq 3000); do
        [ -e "$dir/pi" ] && break
        read -r -t 0.01 <> <(:)
    done
    for program in hello timer threads button; do
        same "$program on a Pi" "$top/test-binaries/$program.emu" --pi="$dir/pi"
    done
    kill "$virtual_pi"
    wait "$virtual_pi" 2>/dev/null
else
    skip "on a Pi" "no QEMU or no ARM compiler"
fi

# ---- differences ----------------------------------------------------------------------------------------------

cat >prog.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    gpio_set_output(20);
    for (int i = 0; i < TIMES; i++) {
        gpio_write(20, i % 2);
        delay_us(DELAY);
    }
    printk("end\n");
}
EOF
"$emu_cc" -g -O1 -DTIMES=10 -DDELAY=5 prog.c -o prog.emu
run ./prog.emu --record run.log
"$emu_cc" -g -O1 -DTIMES=9 -DDELAY=5 prog.c -o prog.emu
run ./prog.emu --replay run.log
row emu "--replay and another program"
like "a difference: both sides" "$err" "at access [0-9]+.*recorded: PUT32\(0x2020001c\) = 0x100000 # GPIO.SET0, at .*now:      dev_barrier.*notmain at prog.c:9"
"$emu_cc" -g -O1 -DTIMES=10 -DDELAY=6 prog.c -o prog.emu
run ./prog.emu --replay run.log
like "another delay is one" "$status $err" "^1 .*recorded: delaying 5 us.*now:      delaying 6 us.*prog.c:7"
sed -i 's/printk("end/if (0) printk("end/' prog.c
"$emu_cc" -g -O1 -DTIMES=10 -DDELAY=5 prog.c -o prog.emu
run ./prog.emu --replay run.log
like "so is another text" "$status $err" "^1 .*recorded: PUT32\(0x20215040\) = 0x65 # AUX.MU_IO"
cat >short.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    gpio_set_output(20);
    rpi_reboot();
}
EOF
"$emu_cc" -g -O1 short.c -o short.emu
sed 's/rpi_reboot/gpio_set_on(20), rpi_reboot/' short.c >long.c
"$emu_cc" -g -O1 long.c -o long.emu
run ./long.emu --record run.log
run ./short.emu --replay run.log
like "a program that does less" "$status $err" "^1 .*recorded: .*GPIO.SET0"
run ./short.emu --record run.log
run ./long.emu --replay run.log
like "a program that does more" "$status $err" "^1 .*now:.*GPIO.SET0.*long.c:5"

# ---- logs and their ends ------------------------------------------------------------------------------------

"$emu_cc" -g -O1 -DTIMES=100000000 -DDELAY=1 prog.c -o forever.emu
./forever.emu --record killed.log &
process=$!
for _ in $(seq 3000); do
    [ "$(stat -c %s killed.log 2>/dev/null || echo 0)" -gt 300000 ] && break
    read -r -t 0.01 <> <(:)
done
kill -9 $process
wait $process 2>/dev/null
run ./forever.emu --replay killed.log
row emu "--replay and the log of a run that was killed"
run ./forever.emu --record ended.log --timeout 0.2
is "a limit ends a recording" "$status" 4
run ./forever.emu --replay ended.log
is "and its replay" "$status" 4
like "which says why" "$err" "the recorded run ended here, with status 4"
(ulimit -f 200; run ./forever.emu --record full.log --timeout 3; echo "$status $err" >full.txt)
like "no room: recording stops, the program goes on" "$(<full.txt)" \
    "^4 .*--record full.log: no room for the log: File too large; recording stops after [0-9]+ accesses, which can be read; the program goes on.*time limit"
run ./forever.emu --replay full.log
like "and what was recorded can be replayed" "$status $err" "^0 .*the log ends without the end of its run, after [0-9]+ accesses"
run ./short.emu --record run.log
head -c 100 run.log >cut.log
run ./short.emu --replay cut.log
row emu "--replay and a log that was cut"
printf '\x02' | dd of=run.log bs=1 seek=8 conv=notrunc 2>/dev/null
run ./short.emu --replay run.log
row emu "--replay and a log of another version"
run ./short.emu --replay short.c
row emu "--replay and no log"
run ./short.emu --replay nothing.log
row emu "--replay and no such file"
run ./short.emu --record short.c
row emu "--record and a file that is no log"
is "which is left alone" "$(head -n 1 short.c)" '#include "rpi.h"'
run ./short.emu --record no/run.log
row emu "--record and no such folder"
run ./short.emu --record
row emu "--record without a name"
run ./short.emu --replay
row emu "--replay without a name"
run ./short.emu --record=ok.log
cp ok.log kept.log
ln -s ok.log same.log
run ./short.emu --replay ok.log --record same.log
row emu "--replay and --record of one file"
run cmp ok.log kept.log
is "which is left as it was" "$status" 0
run ./short.emu --vcd both --record both
row emu "--vcd and --record of one file"
run ./short.emu --vcd /dev/null --record /dev/null
is "but /dev/null takes both" "$status" 0
run ./short.emu --replay ok.log --sd card.img
row emu "--replay and --sd"
run ./short.emu --replay ok.log --wire 20-21
row emu "--replay and --wire"
run ./short.emu --replay ok.log --pi=/dev/ttyNOSUCH
row emu "--replay and a Pi"
run ./short.emu --replay ok.log --time=host
row emu "--replay and --time"
"$top/test-binaries/hello.emu" --quiet --record compressed.log >/dev/null
"$emu_cc" -m32 "$top/test-binaries/hello.c" -o hello-32.emu
run ./hello-32.emu --replay compressed.log
row emu "--replay of a compressed log by an -m32 program"
mkfifo pipe
timeout 60 cat pipe >piped.log &
run ./short.emu --record pipe
wait
run ./short.emu --replay piped.log
is "a log may go through a pipe" "$status $err" "0 "
finish
