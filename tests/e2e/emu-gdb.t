#!/usr/bin/env bash
# The gdb commands that a recompiled program brings along, x86-64 and -m32: registers and pins without
# disturbing a device, the last accesses, break-access, faults; with a core file, with a Pi, with a
# program that is none of ours, and through gdb's machine interface as editors use it.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
emu_cc=$top/emu/emu-cc
unset DEBUGINFOD_URLS

cat >prog.c <<'EOF2'
#include "rpi.h"
static unsigned mask = 8;
struct gpio { volatile unsigned fsel[6]; };
static void direct(void)
{
    struct gpio *g = (void *)0x20200000;
    g->fsel[1] |= 1 << 18;
    g->fsel[2] = 0x9;
}
static void finished(void) { }
void notmain(void)
{
    put32((void *)0x20200008, 1);
    put32((void *)0x20200008, mask);
    gpio_set_output(20);
    gpio_set_on(20);
    direct();
    delay_us(10);
    printk("level %x\n", get32((void *)0x20200034) >> 20 & 1);
    finished();
#ifdef FAULT
    *(volatile int *)16 = 1;
#endif
}
EOF2

printf '#include "rpi.h"\nvoid notmain(void) { rpi_reboot(); }\n' >ends.c

# gdb with the commands of the program, none of the user's settings, and the words as commands.
pi_gdb() # PROG COMMANDS...
{
    local prog=$1 words=()
    shift
    for c; do words+=(-ex "$c"); done
    run gdb -nx -q -batch -iex "add-auto-load-safe-path $dir" "${words[@]}" --args "./$prog" </dev/null
    out=$(sed '/libthread_db/d' <<<"$out")
}

for m in -m64 -m32; do
    "$emu_cc" $m -g -O0 prog.c -o prog.emu
    "$emu_cc" $m -g -O0 -DFAULT prog.c -o fault.emu
    "$emu_cc" $m -g -O0 ends.c -o ends.emu

    # ---- break-access ----
    pi_gdb prog.emu 'break-access GPIO.FSEL2 write if value == mask' 'info breakpoints' run bt continue
    # shellcheck disable=SC2016 # a name of gdb's
    like "$m: break-access is a breakpoint" "$out" 'keep y .* in device_access.*stop only if \(value == mask\) && \$pi_stop\("GPIO.FSEL2", "write"\)'
    like "$m: and says which access, and where" "$out" "Access: write GPIO.FSEL2 0x00000008, notmain at prog.c:14"
    unlike "$m: the one whose value does not fit is none" "$out" "Access: write GPIO.FSEL2 0x00000001"
    like "$m: and stops in the program" "$out" $'\n#0 +[^\n]*notmain \(\) at prog.c:1[45]\n1[45]'
    like "$m: the backtrace ends at notmain" "$out" $'\n1[45][^\n]*\n#0 +[^\n]*notmain \(\) at prog.c:1[45]\n(\[Detach[^\n]*\n)?level 0x1'

    pi_gdb prog.emu 'break-access gpio.fsel2 write' run continue continue continue next bt
    like "$m: the second by put32" "$out" "write GPIO.FSEL2 0x00000008, notmain at prog.c:14"
    like "$m: one of libpi's: where libpi made it" "$out" "write GPIO.FSEL2 0x00000009, select_function at libpi/src/gpio.c:[0-9]+"
    like "$m: and the program's line" "$out" $'#0 +[^\n]*notmain \(\) at prog.c:1[56]\n'
    like "$m: through a pointer" "$out" $'write GPIO.FSEL2 0x00000009, direct at prog.c:8\n#0 +direct \(\) at prog.c:9\n'
    like "$m: next goes on in the program" "$out" $'notmain \(\) at prog.c:18\n18[^\n]*delay_us.*\n#0 +notmain \(\) at prog.c:18'

    pi_gdb prog.emu 'break-access GPIO.LEV0 read' 'break-access GPIO.SET0' run 'delete 2' continue continue
    like "$m: two at a time, and of a block's kind" "$out" "Access: write GPIO.SET0 0x00100000.*Access: read GPIO.LEV0 0x[0-9a-f]{8}, notmain at prog.c:19"
    pi_gdb prog.emu 'break-access GPIO.SET0' 'delete 1' run
    unlike "$m: a deleted one stops nothing" "$out" "Access:"
    like "$m: and the program runs to its end" "$out" $'level 0x1\nDONE!!!\n\[Inferior 1 .* exited normally\]'
    pi_gdb prog.emu 'break notmain' run 'break-access 0x20200008' 'disable 2' 'continue' run 'enable 2' continue bt
    like "$m: disabled, and enabled in the next run" "$out" "DONE!!!.*Breakpoint 1, notmain.*Access: write GPIO.FSEL2 0x00000001, notmain at prog.c:13"
    pi_gdb ends.emu 'break-access PM.RSTC write' run 'continue'
    like "$m: the access that ends the run" "$out" $'Access: write PM.RSTC 0x[0-9a-f]{8}, rpi_reboot at libpi/src/reboot.c:[0-9]+\n.*\n#[0-9]+ +[^\n]*notmain \(\) at ends.c:2\n.*exited normally'

    # ---- stepping ----
    pi_gdb prog.emu 'break prog.c:13' run step step step finish
    like "$m: step steps over put32 and libpi" "$out" $'\n14[^\n]*\n15[^\n]*\n16[^\n]*\n'
    pi_gdb prog.emu 'break delay_us' run bt
    like "$m: the harness's part of the program is no frame" "$out" $'#1 +[^\n]*notmain \(\) at prog.c:18'
    pi_gdb prog.emu 'break native_call if call == CALL_DELAY_US' run bt
    like "$m: the harness is one frame" "$out" $'#0 +\[harness\][^\n]*\n#[0-9] +[^\n]*notmain \(\) at prog.c:18'

    # ---- pi regs, pi pins, pi trace ----
    pi_gdb prog.emu 'break finished' run 'pi regs' 'pi regs gpio' 'pi regs AUX' 'pi pins' 'pi trace last 5' 'pi trace 3 all'
    like "$m: pi regs: blocks" "$out" "GPIO +0x20200000"
    like "$m: pi regs: fields" "$out" "GPIO.FSEL2 +0x00000009 +20:output 21:output"
    like "$m: what is write-only" "$out" "GPIO.SET0 +0x00100000 +pins 20; last written.*GPIO.CLR0 +- +write-only"
    like "$m: named bits" "$out" "AUX.ENABLES +0x00000001 +mini-UART"
    like "$m: what a read would change is left out" "$out" "AUX.MU_IO +- +not read: reading changes it"
    like "$m: pi pins" "$out" "pin +header +function +level +pull.* 14 +8 +ALT5 .* 20 +38 +output +1 +down"
    like "$m: pi trace" "$out" $'us  write GPIO.FSEL1 0x00052000 +direct at prog.c:7\n[^\n]*write GPIO.FSEL2 0x00000009 +direct at prog.c:8\n[^\n]*delay us 10 +notmain at prog.c:18\n[^\n]*read  GPIO.LEV0 0x[0-9a-f]{8} +notmain at prog.c:19'
    like "$m: pi trace all: the console's too" "$out" "write AUX.MU_IO 0x0000000a"

    # A run that was looked at is the run it would have been: the same log, byte for byte.
    run ./prog.emu --record plain.log
    pi_gdb prog.emu 'break put32' 'break finished' 'run --record looked.log' 'pi regs all' 'pi pins' c 'pi regs all' c 'pi regs all' c
    is "$m: looking changes nothing" "$(cmp plain.log looked.log 2>&1)" ""

    # ---- faults ----
    pi_gdb fault.emu run 'print mask' bt
    like "$m: gdb stops at a fault, in the program" "$out" $'#[0-9] +notmain \(\) at prog.c:22\n22[^\n]*volatile int.*= 8\n'
done

# ---- what the commands refuse ----
pi_gdb prog.emu 'pi regs gpio'
like "before run" "$err" "pi: the program does not run: say \`run\`"
pi_gdb prog.emu 'break main' run 'pi trace'
like "before notmain" "$err" "pi: nothing was kept: the program began without gdb, or has not come to notmain"
pi_gdb prog.emu 'pi regs GPIO.FSEL9'
like "no such register" "$err" "pi: GPIO.FSEL9: GPIO has no such register; it has FSEL0 "
pi_gdb prog.emu 'break-access UARTX'
like "no such block" "$err" "pi: UARTX: no such register; the blocks are .*GPIO"
pi_gdb prog.emu 'break-access 0x20200018'
like "no register at an address" "$err" "pi: 0x20200018: no register is there"
pi_gdb prog.emu 'break-access GPIO.SET0 if nonsense'
like "a condition gdb cannot read" "$err" 'break-access: if nonsense: No symbol "nonsense"'
pi_gdb prog.emu 'break-access'
like "nothing to stop at" "$err" "break-access REGISTER \[read\|write\] \[if CONDITION\]: such as"
pi_gdb prog.emu 'pi pins 54'
like "no such pin" "$err" "pi pins: 54: a pin from 0 to 53 is meant"
pi_gdb prog.emu 'pi trace first'
like "no such word" "$err" "pi trace: first: pi trace \[last\] \[N\] \[all\] is meant"
pi_gdb prog.emu 'pi blocks'
like "no such command" "$err" "pi blocks: no such command:"
pi_gdb prog.emu 'pi help'
like "pi help" "$out" "pi regs gpio .*break-access REG"
init=(-iex "source $top/emu/gdb/init.py")
run gdb -nx -q -batch "${init[@]}" -ex 'pi regs gpio'
like "no program" "$err" "^pi: no program: start gdb as"
run gdb -nx -q -batch "${init[@]}" -ex 'pi pins' /bin/true
like "a program that is none of ours" "$err" "pi: .*true is no program of emu-cc, or was made by an older one"
run gdb -nx -q -batch "${init[@]}" -ex 'break printk' -ex run -ex list "$top/test-binaries/hello.emu"
like "init.py: programs of this tree, and libpi's source" "$out$err" "LIBPI_WEAK int printk"
unlike "without a question of gdb's" "$err" "auto-loading has been declined"

# ---- a core file, with what was seen last ----
pi_gdb prog.emu 'break finished' run 'generate-core-file core' kill
run gdb -nx -q -batch -iex "add-auto-load-safe-path $dir" -ex 'pi regs GPIO.FSEL2' -ex 'pi pins 20' -ex 'pi trace 1' -ex 'break-access GPIO' prog.emu core
rm -f core
like "core: registers" "$out" "GPIO.FSEL2 +0x00000009 +20:output 21:output; last written"
like "core: pins" "$out" " 20 +38 +output +1 .*as the program last read or wrote them"
like "core: trace" "$out" "read  GPIO.LEV0 .*notmain at prog.c:19"
like "core: nothing to stop" "$err" "break-access: a core file does not run"

# ---- emu --gdb ----
run "$top/emu/emu" --quiet --gdb prog.emu <<<$'break-access GPIO.SET0\nrun'
like "emu --gdb brings the commands" "$out" "Access: write GPIO.SET0 0x00100000, .*notmain \(\) at prog.c:1[67]"
unlike "and no question" "$err" "auto-loading has been declined"
unlike "nor what it sets up" "$out" "SIGSEGV"
mkdir -p own home/.config/gdb
printf '%s\n' 'echo a .gdbinit is loaded\n' >own/.gdbinit
cd own || exit 1
HOME=$dir/home run ../prog.emu --gdb <<<'pi regs GPIO.FSEL2'
unlike "a .gdbinit that gdb may not load: no warning" "$err$out" "declined|is loaded"
echo "add-auto-load-safe-path $dir/own" >../home/.config/gdb/gdbinit
HOME=$dir/home run ../prog.emu --gdb <<<'pi regs GPIO.FSEL2'
like "one that it may: loaded" "$out" "a .gdbinit is loaded"
cd .. || exit 1
rm -r own home

# ---- the tree's own .gdbinit ----
cd "$top" || exit 1
run gdb -nx -q -batch -x .gdbinit -ex 'pi help' "$dir/prog.emu"
like ".gdbinit of the tree brings the commands" "$status $out" "^0 .*break-access"
cd "$dir" || exit 1

# ---- editors: docs/vscode/launch.json through gdb's machine interface ----
python3 "$top/tests/e2e/gdb/vscode.py" "$top/docs/vscode" "$dir/prog.emu" >mi.out 2>&1
like "VS Code's launch.json: stops at notmain" "$(<mi.out)" "stopped: breakpoint-hit notmain prog.c:13"
like "and at an access" "$(<mi.out)" "stopped: breakpoint-hit notmain prog.c:1[34]"
like "a step stays in the program" "$(<mi.out)" "stopped: end-stepping-range notmain prog.c:1[45]"
like "all its tasks are there" "$(<mi.out)" "tasks: ok"
is "the tree's own are the same kind" "$(python3 "$top/tests/e2e/gdb/vscode.py" "$top/.vscode" "$dir/prog.emu" | grep -c 'stopped: breakpoint-hit\|tasks: ok')" 3

# ---- a Pi answers ----
"$top/tools/virtual-pi" --link "$dir/pi" >pi.out 2>pi.err &
pi_pid=$!
trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
    [ ! -e "$dir/pi" ] || break
    read -r -t 0.1 <> <(:) || :
done
pi_gdb prog.emu 'break-access GPIO.FSEL2 if value == 9' 'break finished' "run --pi=$dir/pi" 'pi regs gpio.fsel2' continue continue 'pi pins 20 21' 'pi regs AUX.MU_BAUD GPIO.REN0' 'pi trace 2' continue
like "a Pi: break-access" "$out" "Access: write GPIO.FSEL2 0x00000009, select_function at .*#0 +[^ ]*( in )?notmain \(\) at prog.c:1[56]"
like "a Pi: what was written last" "$out" "GPIO.FSEL2 +0x00000009 +20:output 21:output; last written"
like "a Pi: pins as they are known" "$out" " 20 +38 +output +1 +\?.* 21 +40 +output .*nobody was asked"
like "a Pi: what is not known" "$out" "GPIO.REN0 +- +never accessed; not asked"
like "a Pi: the trace" "$out" "read  GPIO.LEV0 0x[0-9a-f]{8} +notmain at prog.c:19"
like "a Pi: the program goes on to its end" "$out" "DONE!!!"

finish
