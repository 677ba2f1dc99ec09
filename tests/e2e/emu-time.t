#!/usr/bin/env bash
# The clocks of a run without a Pi: --time=counted, where a program takes time by itself, and --speed, which paces
# virtual time for who watches. What repeats: emu-repeat.t.
. "$(dirname "$0")/../tap.sh"
emu_cc=$top/emu/emu-cc
parts=$top/tests/e2e/interrupts
cd "$dir" || exit 1

build() # NAME OPTIONS...: NAME.emu of NAME.c
{
    run "$emu_cc" -g -Wall "${@:2}" "$1.c" -o "$1.emu"
    is "$1 ${*:2}: it compiles" "$status $err" "0 "
}

# ---- counted blocks, whoever compiles and checks ---------------------------------------------------------

cp "$parts"/{timer.c,program.c,part.inc} .
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
for options in "-O0" "-O1" "-O3" "--cc=clang -O0" "--cc=clang -O3" "-O1 -fsanitize=address,undefined" \
    "--cc=clang -O1 -fsanitize=address,undefined" "--level=printk -O2" "-O2"; do
    for name in timer program; do
        # shellcheck disable=SC2086 # words
        build $name --counted $options
        run ./$name.emu --time=counted --timeout 100
        is "$name, $options" "$status $out$err" "0 ${!name}"
    done
done
run ./timer.emu
is "counted and run without" "$status $out$err" "0 $timer"
for name in timer program; do
    run valgrind ./$name.emu --time=counted
    is "$name under valgrind" "$status $out" "0 ${!name}"
    like "$name: no error" "$err" "ERROR SUMMARY: 0 errors"
done
if echo 'int main(void) { return 0; }' >m32.c && gcc -m32 m32.c -o m32 2>/dev/null; then
    build timer --counted -m32 -O2
    run ./timer.emu --time=counted --timeout 100
    is "timer, -m32" "$status $out$err" "0 $timer"
else
    skip "-m32" "no 32-bit C library"
fi

# ---- time by blocks ----------------------------------------------------------------------------------------

cat >computes.c <<'EOF'
#include "rpi.h"
static volatile unsigned n;
void notmain(void)
{
    unsigned start = timer_get_usec();
    for (unsigned i = 0; i < 100000; i++)
        n++;
    unsigned us = timer_get_usec() - start;
    printk("%d us, or ns a turn: %d\n", us, us / 100);
}
EOF
build computes --counted -O1
run ./computes.emu
like "computing takes no virtual time" "$status $out" "^0 0 us"
run ./computes.emu --time=counted
like "counted, a turn of one block takes 10 ns" "$status $out" "^0 10[0-9][0-9] us, or ns a turn: 10"
run "$top/emu/emu" --quiet --time=counted computes.c
like "emu PROG.c compiles it for --time=counted" "$status $out" "^0 [12]0[0-9][0-9] us"
run "$top/emu/emu" --quiet computes.c
like "and the other way again" "$status $out" "^0 0 us"

cat >watchdog.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    printk("bites\n");
    PUT32(0x20100024, 0x5a000000 | 1 << 16);
    PUT32(0x2010001c, 0x5a000020);
    while (1)
        ;
}
EOF
for cc in gcc clang; do
    build watchdog --counted -O1 --cc=$cc
    run ./watchdog.emu --time=counted --timeout 100
    is "the watchdog ends an endless loop, $cc" "$status $out" "0 bites"
done

cat >late.c <<'EOF'
#include "rpi.h"
int twice(int x);
void notmain(void) { printk("%d\n", twice(21)); }
EOF
echo 'int twice(int x); int twice(int x) { return 2 * x; }' >twice.c
"$emu_cc" -c twice.c -o twice.o
run "$emu_cc" --counted late.c twice.o -o late.emu
is "an object that does not count is named" "$status $err" \
    "0 emu-cc: twice.o: was compiled without --counted: with --time=counted its code takes no time"
run ./late.emu --time=counted
is "and works" "$status $out" $'0 42\nDONE!!!'
"$emu_cc" --counted -c twice.c -o twice.o
run "$emu_cc" --counted late.c twice.o -o late.emu
is "one that does is not" "$status $err" "0 "
run "$emu_cc" late.c twice.o -o late.emu
run ./late.emu
is "and works in a program that does not" "$status $out" $'0 42\nDONE!!!'

# ---- --speed -------------------------------------------------------------------------------------------------

cat >half.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    unsigned start = timer_get_usec();
    delay_ms(100);
    delay_us(100000);
    while (timer_get_usec() - start < 500000)
        ;
    printk("half a second\n");
}
EOF
build half -O1
cat >wall.py <<'EOF'
# wall.py COMMAND...: its output, wall and processor time in ms.
import resource
import subprocess
import sys
import time
start = time.monotonic()
ended = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(ended.stdout.decode().splitlines()[0])
print(int(wall * 1000), int((used.ru_utime + used.ru_stime) * 1000))
EOF
paced() # MS OPTIONS...: the run takes so long or longer
{
    run python3 wall.py ./half.emu --timeout 100 "${@:2}"
    is "half a second, ${*:2}" "$status ${out%%$'\n'*}" "0 half a second"
    read -r wall cpu <<<"${out##*$'\n'}"
    is "${*:2}: it takes $1 ms (and took $wall)" "$((wall >= $1))" 1
}
paced 490 --speed=1
paced 245 --speed=2
paced 490 --speed=1 --trace=all
paced 4900 --speed 0.1
is "most of it asleep (not $cpu of $wall ms)" "$((cpu * 2 < wall))" 1
build half -O1 --counted
paced 490 --speed=1 --time=counted

# What is printed is there before the wait; a signal ends it at once.
cat >long.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    printk("now");
    WAIT;
}
EOF
cat >interrupt.py <<'EOF'
# interrupt.py COMMAND...: Ctrl-C when the program has said `now`.
import os
import signal
import subprocess
import sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
said = b""
while said != b"now":
    piece = os.read(child.stdout.fileno(), 16)
    if not piece:
        break
    said += piece
child.send_signal(signal.SIGINT)
print(said.decode(), child.wait(60))
EOF
for wait in 'delay_us(1000000000)' 'delay_ms(1000000)' 'while (timer_get_usec() < 1000000000)'; do
    build long -O1 "-DWAIT=$wait"
    for options in --speed=1 --speed=0.01 --time=host; do
        [[ "$wait $options" != while*host ]] || continue # prints when the buffer is full
        run timeout 100 python3 interrupt.py ./long.emu $options
        is "Ctrl-C in $wait, $options" "$status $out" "0 now -2"
    done
done
build long -O1 "-DWAIT=delay_us(1000000000)"
run timeout 100 ./long.emu --speed=1 --timeout 0.3
row emu "a limit in a wait of --speed"

# ---- what is wrong -------------------------------------------------------------------------------------------

bad() # SITUATION OPTIONS...
{
    run ./long.emu "${@:2}"
    row emu "$1"
}
bad "--time=counted of a program not compiled for it" --time=counted
bad "--time=virtual with a Pi" --time=virtual --pi=/dev/null
bad "--time=counted with a Pi" --time=counted --pi=/dev/null
bad "--speed that is no number" --speed fast
bad "--speed of nothing" --speed=0
bad "--speed that is too slow" --speed=1e-9
bad "--speed that is too fast" --speed=1e9
bad "--speed without a value" --speed
bad "--speed with a Pi" --speed=2 --pi=/dev/null
bad "--speed with --time=host" --speed=0.5 --time=host
finish
