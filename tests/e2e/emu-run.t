#!/usr/bin/env bash
# emu and .emu programs with no Pi: finding the program, ends and their statuses, faults, limits, signals.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
emu=$top/emu/emu
emu_cc=$top/emu/emu-cc

compile() # NAME: from standard input
{
    { echo '#include "rpi.h"'; cat; } >"$1.c"
    "$emu_cc" -g -O1 "$1.c" -o "$1.emu" || echo "# $1.c does not compile"
}

# ---- which program ---------------------------------------------------------------------------------

compile hello <<'EOF'
void notmain(void) { printk("hello\n"); }
EOF
run "$emu" hello.emu
is "emu PROG.emu" "$status $out" $'0 hello\nDONE!!!'
is "says which engine runs" "$err" "emu: native engine: hello.emu"
run "$emu" --quiet hello.emu
is "--quiet does not" "$err" ""
run "$emu" hello.c
is "emu PROG.c compiles and runs" "$status $out" $'0 hello\nDONE!!!'
cp hello.c edited.c
"$emu" --quiet edited.c >/dev/null
sed -i 's/hello/edited/' edited.c
run "$emu" --quiet edited.c
is "a source that changed is compiled again" "$status $out" $'0 edited\nDONE!!!'
echo 'void notmain(void) { nonsense }' >bad.c
run "$emu" bad.c
like "a compiler error ends with 1" "$status $err" "^1 bad.c:"

head -c 100 /dev/urandom >prog.bin
run "$emu" prog.bin
is "a .bin without a twin says how to make it" "$status $err" \
    "2 emu: prog.bin: no recompiled twin prog.emu, and the arm engine, which runs unmodified binaries, is not built yet; make the twin: emu-cc --twin=prog.bin FILES.c -o prog.emu"
cp hello.c prog.c
"$emu_cc" prog.c -o prog.emu
run "$emu" prog.bin
like "a .emu that names no .bin is no twin" "$status $err" "^2 emu: prog.bin: prog.emu was not made from this file \(it names no .bin\)"
"$emu_cc" --twin=prog.bin prog.c -o prog.emu
run "$emu" prog.bin
is "the twin runs" "$status $out" $'0 hello\nDONE!!!'
touch -d '+1 hour' prog.bin
run "$emu" prog.bin
is "whatever the time stamps say" "$status" 0
printf x >>prog.bin
run "$emu" prog.bin
like "a .bin that changed is not its twin's" "$status $err" "^2 .*\(it belongs to another .bin\); make it again: emu-cc --twin=prog.bin prog.c -o prog.emu"
run "$emu" --engine=arm prog.bin
like "--engine=arm is not built yet" "$status $err" "^2 emu: prog.bin: the arm engine, .* is not built yet"
run "$emu" --trace=insn prog.bin
like "nor --trace=insn, which needs it" "$status $err" "^2 emu: prog.bin: the arm engine"
run "$emu" --pty prog.bin
like "nor --pty" "$status $err" "^2 emu: prog.bin: the arm engine"

run "$emu"
is "no program" "$status $err" "2 emu: no program given (see emu --help)"
run "$emu" --help
like "--help" "$status $out" "^0 usage: emu \[options\] PROG.emu"
run "$emu" nope.emu
is "a missing program" "$status $err" "2 emu: nope.emu: No such file or directory"
run "$emu" nope.bin
like "a missing .bin" "$status $err" "^2 emu: nope.bin: no such file"
: >empty.bin
run "$emu" empty.bin
like "an empty .bin" "$status $err" "^2 emu: empty.bin: .*empty"
cp hello.emu elf.bin
run "$emu" elf.bin
like "an ELF file by mistake" "$status $err" "^2 emu: elf.bin: a program for the laptop, not a Pi binary"
cp /bin/true other.emu
run "$emu" other.emu
is "a program of another kind" "$status $err" "2 emu: other.emu: not a program made by emu-cc"
run "$emu" hello.txt
is "a word that is no program" "$status $err" "2 emu: hello.txt: a file .emu, .c or .bin is meant"
run "$emu" hello.emu more
like "two words" "$status $err" "^2 emu: more: one program is meant"

# ---- options of every .emu -----------------------------------------------------------------------------

run ./hello.emu --help
like ".emu --help" "$status $out" "^0 usage: hello.emu \[options\]"
run ./hello.emu --version
like ".emu --version" "$status $out" "^0 hello.emu, harness 1 \(wire version"
run ./hello.emu word
like "a word" "$status $err" "^2 emu: word: this program takes options only"
for bad in --nope --trace=everything --time=later --timeout=never --timeout=-1 --output-limit=x --baud=fast; do
    run ./hello.emu "$bad"
    like "$bad" "$status $err" "^2 emu: "
done
run ./hello.emu --time=pi
is "--time=pi without a Pi" "$status $err" "2 emu: --time=pi: no Pi answers; use --pi, or --time=virtual or host"
run ./hello.emu --engine=arm
like "a .emu has no arm engine" "$status $err" "^2 emu: this program is recompiled"
run ./hello.emu --time=host
is "--time=host" "$status $out" $'0 hello\nDONE!!!'

# ---- ends ------------------------------------------------------------------------------------------------

compile panic <<'EOF'
void notmain(void) { panic("it is %d\n", 7); }
EOF
run ./panic.emu
like "panic ends with 1" "$status $out" "^1 .*PANIC.*it is 7"
compile assertion <<'EOF'
void notmain(void) { int one = 1; assert(one == 2); }
EOF
run ./assertion.emu
is "a failed assertion ends with 1" "$status" 1
like "and prints the expression" "$out" "one == 2"
compile reboot <<'EOF'
void notmain(void) { printk("going\n"); rpi_reboot(); }
EOF
run ./reboot.emu
like "a plain reboot ends with 0" "$status $out" "^0 going"
compile after-done <<'EOF'
void notmain(void) { printk("DONE!!!\n"); printk("PANIC: too late\n"); }
EOF
run ./after-done.emu
is "DONE!!! ends the run" "$status $out" "0 DONE!!!"

# ---- faults ------------------------------------------------------------------------------------------------

fault() # WHAT STATUS-AND-MESSAGE PLACE, program from standard input
{
    compile fault
    run ./fault.emu
    like "$1" "$status $err" "$2"
    like "$1: function, file and line" "$err" "$3"
}
fault "a null pointer" "^1 emu: guest fault: null pointer dereference: write to address 0x0" \
    "#0 poke at .*fault.c:4.*#1 notmain at .*fault.c:8" <<'EOF'
__attribute__((noinline)) void poke(volatile int *p)
{
    *p = 1;
}
void notmain(void)
{
    poke(0);
    printk("alive\n");
}
EOF
is "a program that faulted says no more" "$out" ""
fault "a null pointer to a struct" "^1 emu: guest fault: null pointer dereference: read of address 0x64" \
    "#0 notmain at .*fault.c:3" <<'EOF'
struct s { int a[25], b; };
void notmain(void) { volatile struct s *p = 0; printk("%d\n", p->b); }
EOF
fault "a wild write" "^1 emu: guest fault: wild pointer: write to address 0x40000000, which is no memory of the Pi" \
    "#0 notmain at .*fault.c:2" <<'EOF'
void notmain(void) { *(volatile int *)0x40000000 = 1; }
EOF
fault "a write to a constant" "^1 emu: guest fault: write to address 0x[0-9a-f]*, the program's own code or constants" \
    "#0 notmain" <<'EOF'
void notmain(void) { *(volatile char *)"constant" = 1; }
EOF
fault "low memory" "^1 emu: guest fault: read of address 0x8000, below 0x10000: the laptop cannot map it" \
    "#0 notmain" <<'EOF'
void notmain(void) { printk("%d\n", *(volatile int *)0x8000); }
EOF
fault "a jump to nowhere" "^1 emu: guest fault: jump to 0x1234567" "#0 notmain" <<'EOF'
void notmain(void) { ((void (*)(void))0x1234567)(); printk("x\n"); }
EOF
fault "a call through null" "^1 emu: guest fault: call through a null pointer" "#0 notmain" <<'EOF'
void notmain(void) { void (*volatile f)(void) = 0; f(); printk("x\n"); }
EOF
fault "a stack overflow" "^1 emu: guest fault: stack overflow: more than 8 MB below 0x8000000" "#0 deep at" <<'EOF'
__attribute__((noinline)) int deep(volatile int *p) { volatile int x = *p + 1; return deep(&x) + x; }
void notmain(void) { int x = 0; printk("%d\n", deep(&x)); }
EOF
fault "a thread's stack overflow" "^1 emu: guest fault: stack overflow: a thread used more than the 8192 bytes" \
    "deep at .*fault.c:3" <<'EOF'
#include "rpi-thread.h"
int deep(int n, volatile char *up) { volatile char b[400]; b[0] = *up; if (!n) { printk("bottom\n"); return 0; } return deep(n - 1, b) + b[0]; }
static void fn(void *arg) { volatile char c = 1; deep(25, &c); }
void notmain(void) { kmalloc_init_set_start((void *)0x100000, 1 << 20); rpi_fork(fn, 0); rpi_thread_start(); }
EOF
fault "a division by zero" "^1 emu: guest fault: integer division by zero" "#0 notmain" <<'EOF'
void notmain(void) { volatile int zero = 0; printk("%d\n", 5 / zero); }
EOF
fault "__builtin_trap" "^1 emu: guest fault: illegal instruction" "#0 notmain" <<'EOF'
void notmain(void) { __builtin_trap(); }
EOF
fault "a misaligned device access" "^1 emu: guest fault: 32-bit access to the device address 0x20200002" "#0 notmain" <<'EOF'
void notmain(void) { PUT32(0x20200002, 1); }
EOF
fault "BRANCHTO" "^1 emu: BRANCHTO needs ARM instructions" "#0 notmain" <<'EOF'
void notmain(void) { BRANCHTO(0x8000); }
EOF

fault "a frame that would step over the guard" "^1 emu: guest fault: stack overflow" "#0 deep at" <<'EOF'
__attribute__((noinline)) int deep(volatile char *p) { volatile char big[300000]; big[0] = *p; return deep(big) + big[9]; }
void notmain(void) { char c = 0; printk("%d\n", deep(&c)); }
EOF

compile big-heap <<'EOF'
void notmain(void)
{
    kmalloc_init_set_start((void *)0x100000, 64 << 20);
    char *p = kmalloc(63 << 20);
    p[0] = p[(63 << 20) - 1] = 1;
    volatile char *deep = (void *)0x077f8000; /* where the stack's guard lies: it is the program's memory all the same */
    *deep = 5;
    printk("%d %d\n", p[(63 << 20) - 1], *deep);
}
EOF
run ./big-heap.emu
is "a 64 MB heap at 1 MB, and all of RAM, are the program's" "$status $out" $'0 1 5\nDONE!!!'

# ---- limits and signals --------------------------------------------------------------------------------------

compile hang <<'EOF'
void notmain(void)
{
    volatile int x = 0;
    printk("spinning\n");
    while (1)
        x++;
}
EOF
run ./hang.emu --timeout 0.2
like "an endless loop meets --timeout" "$status $err" "^4 emu: time limit of 0.2 s reached"
like "and says where it was" "$err" "#0 notmain at .*hang.c:[67]"
is "output so far is there" "$out" "spinning"
compile poll <<'EOF'
void notmain(void) { printk("polling\n"); while (!(GET32(0x20200034) & (1 << 21))) ; }
EOF
run ./poll.emu --timeout=0.2
like "so does an endless poll" "$status $err" "^4 .*#0 notmain at .*poll.c:2"
compile waiting <<'EOF'
void notmain(void) { printk("waiting\n"); uart_init(); uart_get8(); }
EOF
run ./waiting.emu --timeout=0.2 </dev/null
like "so does a wait for input that never comes" "$status $err" "^4 .*notmain at .*waiting.c:2"
compile chatter <<'EOF'
void notmain(void) { while (1) printk("again\n"); }
EOF
run ./chatter.emu --output-limit 60
is "--output-limit" "$status $err ${#out}" "4 emu: output limit of 60 bytes reached 59"
run bash -c "./chatter.emu > /dev/full"
is "a full disk" "$status $err" "2 emu: cannot write the program's output: No space left on device"
run bash -c "./chatter.emu | head -n 1; echo \${PIPESTATUS[0]}"
is "a reader that goes away" "$out" $'again\n2'

for sig in INT TERM HUP; do
    for prog in hang poll waiting; do
        mkfifo "$dir/in.$sig.$prog" "$dir/out.$sig.$prog"
        ./$prog.emu <"$dir/in.$sig.$prog" >"$dir/out.$sig.$prog" &
        pid=$!
        exec 8>"$dir/in.$sig.$prog" 9<"$dir/out.$sig.$prog"
        read -r -t 20 line <&9 # it runs
        { kill -$sig $pid; wait $pid; } 2>/dev/null
        is "SIG$sig while $line" $? $((128 + $(kill -l $sig)))
        exec 8>&- 9<&-
    done
done

compile echo-line <<'EOF'
void notmain(void) { uart_init(); int c; while ((c = uart_get8()) != '\n') uart_put8(c); uart_put8('\n'); }
EOF
run bash -c "echo typed | ./echo-line.emu"
is "input reaches the program" "$status $out" $'0 typed\nDONE!!!'
compile escape <<'EOF'
void notmain(void) { printk("a\033[2Jb\001c\n"); }
EOF
run ./escape.emu
is "escape sequences are made harmless" "$out" $'a [2Jb c\nDONE!!!'
compile unmodelled <<'EOF'
void notmain(void) { for (int i = 0; i < 3; i++) printk("%x\n", GET32(0x20204000)); }
EOF
run ./unmodelled.emu
like "a register no model knows reads 0 and is reported" "$status $out $err" \
    "^0 0x0.*DONE!!!.*emu: .*unmodelled.c:2 in notmain: read of SPI0.CS \(0x20204000\): not modelled, reads as 0"
is "once" "$(grep -c 'not modelled' <<<"$err")" 1
run ./unmodelled.emu --strict
like "--strict ends the run there" "$status $err" "^1 .*not modelled.*--strict"
is "before it prints" "$out" ""

finish
