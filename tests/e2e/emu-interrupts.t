#!/usr/bin/env bash
# Interrupts of the device models in recompiled programs: natively, with every compiler and checker, under
# gdb, and the same text as on QEMU's raspi0.
. "$(dirname "$0")/../tap.sh"
emu_cc=$top/emu/emu-cc
parts=$top/tests/e2e/interrupts
cd "$dir" || exit 1
unset DEBUGINFOD_URLS

timer='about to install interrupt handlers
delay: 1, on time 1, in all 1, mode 0xd2 then 0x53
spin: wrong 0
masked: 0, pending 0x2; then 1, pending 0x0
fast: 1, mode 0xd1, the other 1
DONE!!!'
program='about to install interrupt handlers
nested: 5, 5 deep
pins: rose 6 fell 5
profile: 9 of 10 busy
threads: 200 200 200, switched 1
spinners: 1 1 1, switched 1
pointers: 1
DONE!!!'
waits='about to install interrupt handlers
barriers: 1
often: 20
yields: 1
DONE!!!'
without_pointers=${program/$'pointers: 1\n'/}

build() # NAME OPTIONS...: NAME.emu of that part
{
    run "$emu_cc" -g -Wall "${@:2}" "$parts/$1.c" -o "$1.emu"
    is "$1 ${*:2}: it compiles" "$status $err" "0 "
}

# ---- compilers ----
for cc in gcc clang; do
    for level in -O0 -O1 -O2 -O3; do
        build timer --cc=$cc $level
        run ./timer.emu
        is "timer, $cc $level" "$status $out$err" "0 $timer"
        build program --cc=$cc $level
        run ./program.emu
        is "program, $cc $level" "$status $out$err" "0 $program"
    done
done
if echo 'int main(void) { return 0; }' >m32.c && gcc -m32 m32.c -o m32 2>/dev/null; then
    build timer -m32 -O2
    run ./timer.emu
    is "timer, -m32" "$status $out$err" "0 $timer"
    build program -m32 -O2 -DNO_POINTERS
    run ./program.emu
    is "program, -m32" "$status $out$err" "0 $without_pointers"
else
    skip "-m32" "no 32-bit C library"
fi
build waits -O1
run ./waits.emu --timeout 60
is "waits: for a variable, with calls that let no time pass" "$status $out$err" "0 $waits"
build waits --counted
run ./waits.emu --timeout 60 --time=counted
is "waits, counted" "$status $out$err" "0 $waits"
build waits -O1
run ./waits.emu --timeout 60 --time=host
is "waits, on the laptop's clock" "$status $out$err" "0 $waits"
for level in uart printk; do
    build program --level=$level -O2
    run ./program.emu
    is "program, --level=$level" "$status $out$err" "0 $program"
done

# ---- checkers ----
for cc in gcc clang; do
    build timer --cc=$cc -O1 -fsanitize=address,undefined
    run ./timer.emu
    is "timer, $cc with sanitizers" "$status $out$err" "0 $timer"
    build program --cc=$cc -O1 -fsanitize=address,undefined
    run ./program.emu
    is "program, $cc with sanitizers" "$status $out$err" "0 $program"
done
build timer -O2
build program -O2
for name in timer program; do
    run valgrind "./$name.emu"
    is "$name under valgrind" "$status $out" "0 ${!name}"
    like "$name: no error" "$err" "ERROR SUMMARY: 0 errors"
    unlike "$name: no warning" "$err" "[Ww]arning"
done

# ---- gdb ----
run gdb -nx -batch -ex 'break once' -ex run -ex bt -ex continue -ex bt -ex delete -ex continue ./timer.emu
like "gdb: a backtrace from a delay leads to what was interrupted" "$out" \
    "#0 +once.*interrupt_vector.*delay_us.*during_a_delay.*notmain"
like "gdb: and from a loop without a call" "$out" "#0 +once.*interrupt_vector.*while_spinning.*notmain"
like "gdb: the program goes on to its end" "$out" "${timer#*$'\n'*$'\n'}"
cat >fault.c <<'EOF2'
#include "part.inc"
static void wrong(unsigned pc) { once(pc); *(volatile int *)0x50000000 = 1; }
static void waits(void) { while (!count) ; }
void notmain(void)
{
    set_up();
    start_timer(wrong, 10);
    waits();
}
EOF2
run "$emu_cc" -g -O0 -I"$parts" fault.c -o fault.emu
run ./fault.emu
is "a fault in a handler" "$status" 1
like "its backtrace leads on as well" "$err" "#0 wrong at .*#1 interrupt_vector at .*#2 waits at .*#3 notmain at"

# ---- years ----
for year in 2019 2020 2021 2022 2023 2024 2025 2026; do
    case $year in
        2019) us=49670 ;;
        202[01]) us=33030 ;;
        202[234]) us=2060 ;;
        *) us=2070 ;;
    esac
    said=
    [ "$year" -lt 2025 ] || said=$'about to install interrupt handlers\nsetting up timer interrupts\n'
    build years -O2 -DLIBPI_YEAR="$year"
    run ./years.emu
    is "the ARM timer in $year" "$status $out$err" \
        "0 ${said}20 interrupts, every $us us, loops 1"$'\n'"20 without a call, every $us us"$'\nDONE!!!'
done

# ---- time ----
cat >exact.c <<'EOF2'
#include "part.inc"
static unsigned start;
static void tick(unsigned pc)
{
    once(pc);
    printk("%d ", at - start);
    PUT32(C1, GET32(C1) + 1000);
}
void notmain(void)
{
    set_up();
    start_timer(tick, 1000);
    start = GET32(C1) - 1000;
    delay_ms(10);
    printk("after %d\n", (GET32(CLO) - start) / 100);
    delay_cycles(100000);
    stop_timer();
    printk("end\n");
}
EOF2
run "$emu_cc" -g -O2 -I"$parts" exact.c -o exact.emu
run ./exact.emu
is "interrupts in a delay come at their time, and it is no longer for them" "$out" \
    $'about to install interrupt handlers\n1000 2000 3000 4000 5000 6000 7000 8000 9000 10000 after 100\n11000 12000 13000 14000 15000 16000 17000 18000 19000 20000 end\nDONE!!!'
./exact.emu --trace=all >first 2>&1
./exact.emu --trace=all >second 2>&1
is "a run repeats to the last access" "$(cmp first second 2>&1; wc -l <first)" "$(wc -l <second)"
is "and there were some" "$(($(wc -l <first) > 500))" 1
build years -O2 -DLIBPI_YEAR=2026
run ./years.emu --time=host
like "--time=host: interrupts come in real time" "$out" "20 interrupts, every .*20 without a call, every .*DONE"

# ---- input ----
cat >input.c <<'EOF2'
#include "rpi.h"
#include "rpi-interrupts.h"
#include "uart-int.h"
static volatile unsigned lines;
void interrupt_vector(unsigned pc);
void interrupt_vector(unsigned pc)
{
    (void)pc;
    if (!uart_interrupt_handler())
        panic("whose interrupt is this?\n");
    lines++;
}
static void reply(const char *how)
{
    char text[32];
    unsigned n = 0;
    int c;
    while ((c = uart_getc_int()) != '\n')
        text[n++] = c;
    text[n] = 0;
    printk("%s: %s\n", how, text);
}
void notmain(void)
{
    int_init();
    uart_init_with_interrupts();
    system_enable_interrupts();
    while (!lines)
        ;
    reply("spun");
    while (!uart_has_data_int())
        GET32(0x20003004);
    reply("read a timer");
    while (!uart_has_data_int())
        delay_ms(1);
    reply("delayed");
    clean_reboot();
}
EOF2
run "$emu_cc" -g -O2 -DLIBPI_YEAR=2020 input.c -o input.emu
is "uart-int compiles" "$status $err" "0 "
cat >type.py <<'EOF2'
# Types a line each time the program has answered the one before.
import subprocess
import sys
p = subprocess.Popen(["./input.emu"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for word in (b"one", b"two", b"three"):
    p.stdin.write(word + b"\n")
    p.stdin.flush()
    print(p.stdout.readline().decode().strip())
p.stdin.close()
print(p.stdout.read().decode().strip())
sys.exit(p.wait())
EOF2
run timeout 60 python3 type.py
is "received bytes interrupt a program that spins, reads a timer, delays" "$status $out" \
    $'0 spun: one\nread a timer: two\ndelayed: three\nDONE!!!'

# ---- errors ----
wrong() # SITUATION CODE [OPTIONS]: notmain is CODE
{
    printf '#include "part.inc"\n#include "vector-base.h"\n%s\n' "$2" >wrong.c
    run "$emu_cc" -g -O1 -I"$parts" wrong.c -o wrong.emu
    is "$1: it compiles" "$status $err" "0 "
    run ./wrong.emu "${@:3}"
    row emu "$1"
}
wrong "an interrupt without vectors" \
    'void notmain(void) { start_timer(once, 5); cpsr_int_enable(); delay_us(100); }'
wrong "an interrupt with vectors of the program's own" \
    'static uint32_t table[16] __attribute__((aligned(32)));
     void notmain(void) { int_vec_init(table); start_timer(once, 5); cpsr_int_enable(); delay_us(100); }'
wrong "a handler that lets in what it has not cleared" \
    'static void h(unsigned pc) { (void)pc; cpsr_int_enable(); }
     void notmain(void) { set_up(); start_timer(h, 5); delay_us(100); }'
wrong "an interrupt nobody clears meets --timeout" \
    'static void h(unsigned pc) { (void)pc; count++; }
     void notmain(void) { set_up(); start_timer(h, 5); delay_us(100); }' --timeout=0.2
cat >default.c <<'EOF2'
#include "rpi.h"
#include "rpi-interrupts.h"
void notmain(void)
{
    interrupt_init();
    timer_init(1, 10);
    enable_interrupts();
    delay_ms(1);
}
EOF2
sed -i 's/#include "rpi.h"/&\n#include "timer-interrupt.h"/' default.c
run "$emu_cc" -g -O1 default.c -o default.emu
run ./default.emu
row emu "an interrupt without a handler"
like "libpi's default handler panics" "$out" "PANIC:.*called default handler: unhandled exception <INTERRUPT>"

# ---- QEMU ----
if command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null; then
    run "$top/emu/pi-cc" -O2 -Wall "$parts/timer.c" -o timer.bin
    is "timer compiles for the Pi" "$status $err" "0 "
    run timeout 60 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio \
        -icount shift=1,sleep=off -no-reboot -device loader,file=timer.bin,addr=0x8000,cpu-num=0 </dev/null
    is "QEMU prints the same" "$status $(tr -d '\r' <<<"$out")" "0 $timer"
else
    skip "QEMU prints the same" "qemu-system-arm or arm-none-eabi-gcc is missing"
fi
finish
