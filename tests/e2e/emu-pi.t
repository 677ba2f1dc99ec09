#!/usr/bin/env bash
# Recompiled programs whose devices are on a Pi: the virtual Pi, reached through its boot loader.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
programs=$top/test-binaries
unset DEBUGINFOD_URLS

# The virtual Pi: $pi is its tty; QEMU records every device access in $dir/accesses.
start_pi()
{
    "$top/tools/virtual-pi" --link "$dir/pi" --trace-file "$dir/accesses" --trace-writes >"$dir/pi.out" 2>"$dir/pi.err" &
    pi_pid=$!
    for _ in $(seq 200); do
        [ ! -e "$dir/pi" ] || break
        read -r -t 0.1 <> <(:) || :
    done
    pi=$dir/pi
}
trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
start_pi
[ -e "$pi" ] || { echo "Bail out! no virtual Pi: $(cat "$dir/pi.err")"; exit 1; }
install="$top/my-install/my-install --timeout 60 $pi"

# ---- the same program on the Pi, forwarded, and on models -------------------------------------------------

for name in hello blink button timer threads printk-all-formats kmalloc panic; do
    prog=$programs/$name
    run "$prog.emu"
    models="$status $out"
    run $install "$prog.bin"
    is "$name: the virtual Pi and models print the same" "$status $out" "$models"
    run $install -exec "$prog.emu"
    is "$name: forwarded prints the same" "$status $out" "$models"
done
run bash -c "echo typed text | $programs/uart-echo.emu"
models="$status $out"
run bash -c "echo typed text | $install $programs/uart-echo.bin"
is "uart-echo: the virtual Pi and models print the same" "$status $out" "$models"
run bash -c "echo typed text | $install -exec $programs/uart-echo.emu"
is "uart-echo: forwarded prints the same" "$status $out" "$models"

# The line is not opened as a standard descriptor that is closed.
run "$programs/hello.emu"
models="$status $out"
run "$programs/hello.emu" --pi="$pi" <&-
is "stdin is closed" "$status $out" "$models"
run bash -c "exec $programs/hello.emu --pi=$pi 2>&-"
is "stderr is closed" "$status $out" "$models"
run bash -c "exec $programs/hello.emu --pi=$pi >&-"
is "stdout is closed: status" "$status" 2
like "stdout is closed: message" "$err" "cannot write the program's output: Bad file descriptor"
run "$programs/null-pointer.emu"
like "null-pointer: a guest fault on the laptop" "$status $err" "^1 emu: guest fault: null pointer dereference"
run $install -exec "$programs/null-pointer.emu"
like "and forwarded" "$status $err" "^1 .*emu: guest fault: null pointer dereference"
run $install -exec "$programs/hang.emu" --timeout 0.5
like "hang: --timeout ends a forwarded program" "$status $err" "^4 .*time limit of 0.5 s"

run $install "$programs/hello.bin"
alone="$status $out"
run $install -exec "$top/echo/echo" "$programs/hello.bin"
is "-exec echo prints the identical bytes" "$status $out" "$alone"
run $install -exec "$top/emu/emu" "$programs/blink.bin"
is "-exec emu PROG.bin runs the twin" "$status $out" $'0 blinked 10 times\nDONE!!!'

# ---- the device accesses are the Pi's -----------------------------------------------------------------------

toggles() # what QEMU saw written to GPIO SET0 (1c) and CLR0 (28), from the last look on
{
    sed -n "$((seen + 1)),\$p" "$dir/accesses" | sed -n 's/.*addr 0x20200\(01c\|028\) value 0x100000 .*/\1/p' | tr '\n' ' '
}
seen=$(wc -l <"$dir/accesses")
run $install -exec "$programs/blink.emu"
want=$(for _ in 1 2 3 4 5 6 7 8 9 10; do printf '01c 028 '; done)
is "QEMU's own record shows the pin toggling" "$(toggles)" "$want"
run "$programs/blink.emu" --trace
models=$err
run "$programs/blink.emu" --pi="$pi" --trace
first_value() # the register's value before the program: a Pi keeps the last run's
{
    sed 's/GET32(0x20200008) = .*/GET32/'
}
is "--pi boots the loop itself; the trace is the models' but for the register's first value" \
    "$(first_value <<<"$err")" "$(first_value <<<"$models")"
like "the trace begins as the course's does" "$err" $'^TRACE:0: calling pi code\nTRACE:1: GET32\\(0x20200008\\) = '

# ---- interrupts, and what the line was spared ----------------------------------------------------------------

parts=$top/tests/e2e/interrupts
run "$top/emu/pi-cc" -O2 "$parts/line.c" -o line.bin
is "interrupts: compiles for the Pi" "$status $err" "0 "
run "$top/emu/emu-cc" -g -O2 "$parts/line.c" -o line.emu
is "interrupts: compiles for the laptop" "$status $err" "0 "
run ./line.emu
models="$status $out"
like "interrupts: on models" "$models" "masked: 0, pending 0x2; then 1, pending 0x0"
run $install line.bin
is "interrupts: the virtual Pi and models print the same" "$status $out" "$models"
run $install -exec ./line.emu
is "interrupts: forwarded prints the same" "$status $out" "$models"
run valgrind -q ./line.emu --pi="$pi"
is "interrupts: forwarded under valgrind" "$status $out" "$models"

cat >typed.c <<'EOF'
#include "rpi.h"
#include "rpi-interrupts.h"
#include "rpi-inline-asm.h"
static volatile unsigned n;
static volatile char line[64];
void interrupt_vector(unsigned pc);
void interrupt_vector(unsigned pc)
{
    (void)pc;
    dev_barrier();
    unsigned aux = GET32(0x2000B204) & 1 << 29;
    dev_barrier();
    if (aux)
        while ((GET32(0x20215054) & 1) && n < sizeof line - 1)
            line[n++] = (char)GET32(0x20215040);
    dev_barrier();
}
void notmain(void)
{
    interrupt_init();
    PUT32(0x20215044, 1);
    dev_barrier();
    PUT32(0x2000B210, 1 << 29);
    dev_barrier();
    enable_interrupts();
    while (n < 4)
        ;
    disable_interrupts();
    printk("typed <%c%c%c>\n", line[0], line[1], line[2]);
}
EOF
run "$top/emu/emu-cc" -g typed.c -o typed.emu
run bash -c "echo abc | ./typed.emu --pi='$pi'"
like "the mini-UART's interrupt comes from this side" "$status $out" "^0 .*typed <abc>"

run "$programs/blink.emu" --pi="$pi" --stats
like "--stats counts" "$status $err" "^0 emu: the line:.*writes by the program +22.*delays executed on the Pi +20"
run "$programs/blink.emu" --pi="$pi" --stats --no-delay --no-speed
like "--no-delay, --no-speed: none were" "$err" "delays executed on the Pi +0.*baud +115200"

# ---- under gdb and valgrind ---------------------------------------------------------------------------------

run $install -exec gdb -nx -batch -ex 'break notmain' -ex run -ex backtrace -ex finish -ex continue --args "$programs/blink.emu"
like "my-install -exec gdb --args" "$out" "Breakpoint 1, notmain \(\) at .*blink.c.*#0  notmain \(\) at .*blink.c:"
like "and the program goes on to its end" "$out" "blinked 10 times"
run $install -exec gdb -nx -batch -ex run -ex run --args "$programs/blink.emu"
is "gdb's second run boots the loop again" "$(grep -c 'blinked 10 times' <<<"$out")" 2
run gdb -nx -batch -ex 'break gpio_set_on' -ex run -ex backtrace -ex 'delete 1' -ex finish -ex continue --args "$programs/blink.emu" --pi="$pi"
like "gdb --args PROG --pi=TTY" "$out" "#0  gpio_set_on \(pin=20\) at .*gpio.c.*#1  0x[0-9a-f]* in notmain \(\) at .*blink.c:"
like "finish returns to the program" "$out" "Run till exit|notmain \(\) at .*blink.c:"
like "and it goes on to its end" "$out" "blinked 10 times.*exited normally"
run valgrind "$programs/blink.emu" --pi="$pi"
like "valgrind with a Pi: 0 errors" "$status $out $err" "^0 blinked 10 times.*ERROR SUMMARY: 0 errors"

# ---- when something goes wrong ----------------------------------------------------------------------------------

kill $pi_pid
wait $pi_pid 2>/dev/null
run "$programs/hello.emu" --pi="$pi"
like "no such device" "$status $err" "^3 emu: "
start_pi
mkfifo out
"$programs/hang.emu" --pi="$pi" >out &
prog=$!
exec 9<out
read -r -t 30 _ <&9
kill -INT $prog
wait $prog
is "Ctrl-C in a forwarded program" $? 130
run $install "$programs/hello.bin"
is "and the Pi is ready for the next" "$status $out" $'0 hello from the pi\nDONE!!!'

cat >poll.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    gpio_set_input(21);
    printk("polling\n");
    while (!(GET32(0x20200034) & (1 << 21)))
        ;
}
EOF
"$top/emu/emu-cc" -g poll.c -o poll.emu
./poll.emu --pi="$pi" >out 2>poll.err &
prog=$!
exec 9<out
read -r -t 30 _ <&9
kill -KILL "$(pgrep -P $pi_pid qemu-system-arm || echo $pi_pid)"
wait $prog
status=$?
like "a Pi that vanishes in the middle ends the run with 3" "$status $(cat poll.err)" "^3 emu: .*(line is gone|stopped answering)"
like "and the last operation is named" "$(cat poll.err)" "the last operation was read 0x20200034"

finish
