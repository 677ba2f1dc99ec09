#!/usr/bin/env bash
# Same program, same options, same access log and output, byte for byte: whatever interrupts, threads, chance,
# cards and channels a program uses, whether it is paced or not, and spinning ones with their blocks counted.
. "$(dirname "$0")/../tap.sh"
e2e=$top/tests/e2e
cd "$dir" || exit 1

build() # SOURCE NAME [OPTIONS...]
{
    run "$top/emu/emu-cc" -g "${@:3}" "$1" -o "$2.emu"
    is "$2 compiles" "$status $err" "0 "
}

input=/dev/null
card=
log() # FILE PROGRAM OPTIONS...: log and output in their order, and the status
{
    [ -z "$card" ] || cp "$card" card.used
    "${@:2}" --trace=all --timeout 100 <"$input" >"$1" 2>&1
    echo "status $?" >>"$1"
}

# same WHAT LINES PROGRAM OPTIONS...: five runs, in environments of five sizes. The log, of at least so many
# lines, stays in the file first.
same()
{
    local i padding='' differs=
    log first "${@:3}"
    for i in 2 3 4 5; do
        padding+=$(printf '%01000d' "$i")
        PADDING=$padding log again "${@:3}"
        cmp -s first again || differs+="run $i: "$(diff first again | head -n 10)$'\n'
    done
    is "$1: five runs are the same" "$differs" ""
    is "$1: and end well" "$(tail -n 1 first)" "status 0"
    is "$1: and did something" "$(($(wc -l <first) >= $2))" 1
}

# paced WHAT SPEED PROGRAM OPTIONS...: what is printed is seen sooner; the log and the output are those of virtual time.
paced()
{
    "${@:3}" --trace=all --timeout 100 >out 2>log
    "${@:3}" --trace=all --timeout 100 --speed="$2" >out.paced 2>log.paced
    is "$1, paced: the same log" "$(diff log log.paced | head -n 10)" ""
    is "$1, paced: the same output" "$(diff out out.paced | head -n 10)" ""
}

# ---- what programs use ------------------------------------------------------------------------------------

build "$top/test-binaries/threads.c" threads -O1
same "threads" 1000 ./threads.emu
paced "threads" 5 ./threads.emu

cat >ticks.c <<'EOF2'
#include "part.inc"
static void tick(unsigned pc)
{
    once(pc);
    printk("%d ", at);
    in_us(C1, 700 + count % 7);
}
void notmain(void)
{
    set_up();
    start_timer(tick, 700);
    delay_ms(20);
    while (count < 50)
        GET32(CLO);
    delay_cycles(10000);
    stop_timer();
    printk("end\n");
}
EOF2
build ticks.c ticks -O1 -I"$e2e/interrupts"
same "interrupts" 500 ./ticks.emu
paced "interrupts" 2 ./ticks.emu

cat >chance.c <<'EOF2'
#include "rpi.h"
enum { CTRL = 0x20104000, STATUS = CTRL + 4, DATA = CTRL + 8 };
void notmain(void)
{
    PUT32(STATUS, 0x40000);
    PUT32(CTRL, 1);
    for (int i = 0; i < 40; i++) {
        while (!(GET32(STATUS) >> 24))
            ;
        printk("%x\n", GET32(DATA));
    }
}
EOF2
build chance.c chance -O1
same "the random number generator" 100 ./chance.emu

build "$e2e/parts/inputs.c" inputs -O1
printf '%s\n' '0 21=low 22=low' '100us 21=high' '+50.5us 22=high' '1ms 21=z 22=z' '2ms 23=high' >pins.txt
same "inputs from a script" 1000 ./inputs.emu --input pins.txt
same "a button that bounces" 1000 ./inputs.emu --part button:21,1ms,hold=3ms,bounce=1ms,to=high --input pins.txt
build "$e2e/parts/ping-pong.c" ping-pong -O1
same "radios that lose what they send" 1000 ./ping-pong.emu --part nrf24:ce=6,csn=8,irq=22,loss=20 \
    --part nrf24:ce=5,csn=7,irq=23,loss=20

build "$top/test-binaries/uart-echo.c" uart-echo -O1
printf 'so much is typed: %0300d\n' 7 >typed
input=typed
same "typed input" 100 ./uart-echo.emu
input=/dev/null

for name in spi-dma pwm-dma uart-dma; do
    build "$e2e/buses/$name.c" $name -O2
    same "DMA: $name" 50 ./$name.emu
done

if "$e2e/sd/make-card" "$dir/card.img" 64 1 >make-card.log 2>&1; then
    build "$top/test-binaries/sd-list.c" sd-list -O1
    card=card.img
    same "the SD card" 1000 ./sd-list.emu --sd card.used
    card=
else
    skip "the SD card" "make-card: $(tail -n 1 make-card.log)"
fi

# ---- compiled again ---------------------------------------------------------------------------------------

for options in -O0 "-O0 --counted"; do
    for copy in one two; do
        # shellcheck disable=SC2086 # words
        build ticks.c $copy $options -I"$e2e/interrupts"
    done
    time=virtual
    [ "$options" = -O0 ] || time=counted
    log one ./one.emu --time=$time
    log two ./two.emu --time=$time
    is "compiled twice with $options: the same log" "$(diff one two | head -n 10)" ""
done

# ---- programs that wait for a variable: blocks are counted -------------------------------------------------

for cc in gcc clang; do
    for level in -O0 -O2; do
        for name in timer program; do
            build "$e2e/interrupts/$name.c" $name --counted --cc=$cc $level
            same "spinning: $name, $cc $level" 500 ./$name.emu --time=counted
        done
    done
done
paced "spinning" 10 ./program.emu --time=counted

cat >spin.c <<'EOF2'
#include "part.inc"
static unsigned turns[20];
static volatile unsigned turn;
static void note(unsigned pc)
{
    once(pc);
    turns[count - 1] = turn;
    if (count < 20)
        in_us(C1, 100);
}
void notmain(void)
{
    set_up();
    start_timer(note, 100);
    while (count < 20)
        turn++;
    for (unsigned i = 0; i < 20; i++)
        printk("%d ", turns[i]);
    printk("at %d\n", at);
}
EOF2
build spin.c spin -O1 --counted -I"$e2e/interrupts"
same "how far it spun" 100 ./spin.emu --time=counted
run ./spin.emu --time=counted
like "a good while" "$status $out" "^0 .*[1-9][0-9]+ [1-9][0-9]+ at [1-9]"
is "as far without a trace" "$(grep -cx "$(sed -n 2p <<<"$out")" first)" 1

cat >idle.c <<'EOF2'
#include "part.inc"
static void tick(unsigned pc)
{
    once(pc);
    if (count == 100)
        clean_reboot();
    in_us(C1, 1000);
}
void notmain(void)
{
    set_up();
    start_timer(tick, 1000);
    while (1)
        ;
}
EOF2
for cc in gcc clang; do
    build idle.c idle -O1 --counted --cc=$cc -I"$e2e/interrupts"
    same "an endless loop of nothing, $cc" 100 ./idle.emu --time=counted
done

build "$e2e/parts/by-interrupt.c" by-interrupt -O1 --counted
echo -n typed >five
input=five
same "typed to a program that spins" 500 ./by-interrupt.emu --time=counted --part uart:20,21,9600
is "and received" "$(grep -c 'got typed' first)" 1
input=/dev/null
build "$e2e/parts/edges.c" edges -O1 --counted
printf '%s\n' '20ms 21=1' '+1ms 21=0' '+1ms 21=1' '+1ms 21=0' '+1ms 21=1' >edges.txt
same "edges at a program that spins" 50 ./edges.emu --time=counted --input edges.txt
if [ -e card.img ]; then
    build "$e2e/sd/interrupt.c" sd-interrupt -O1 --counted -DLIBPI_YEAR=2023
    same "a sector by interrupts" 100 ./sd-interrupt.emu --time=counted --sd card.img,ro
fi
finish
