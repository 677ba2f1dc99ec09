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
row emu "PROG.c does not compile"

head -c 100 /dev/urandom >prog.bin
run "$emu" prog.bin
row emu "a .bin without a twin says how to make it"
cp hello.c prog.c
"$emu_cc" prog.c -o prog.emu
run "$emu" prog.bin
row emu "a .emu that names no .bin is no twin"
"$emu_cc" --twin=prog.bin prog.c -o prog.emu
run "$emu" prog.bin
is "the twin runs" "$status $out" $'0 hello\nDONE!!!'
touch -d '+1 hour' prog.bin
run "$emu" prog.bin
is "whatever the time stamps say" "$status" 0
printf x >>prog.bin
run "$emu" prog.bin
row emu "a .bin that changed is not its twin's"
run "$emu" --engine=arm prog.bin
row emu "--engine=arm is not built yet"
run "$emu" --trace=insn prog.bin
row emu "--trace=insn, which needs the arm engine"
run "$emu" --pty prog.bin
row emu "--pty, which needs the arm engine"

run "$emu"
row emu "no program"
run "$emu" --help
like "--help" "$status $out" "^0 usage: emu \[options\] PROG.emu"
run "$emu" nope.emu
row emu "a missing program"
run "$emu" nope.bin
row emu "a missing .bin"
: >empty.bin
run "$emu" empty.bin
row emu "an empty .bin"
cp hello.emu elf.bin
run "$emu" elf.bin
row emu "an ELF file by mistake"
cp /bin/true other.emu
run "$emu" other.emu
row emu "a program of another kind"
run "$emu" hello.txt
row emu "a word that is no program"
run "$emu" --pi /dev/pts/3 hello.c
row emu "--pi and its TTY as two words"
run ./hello.emu --pi /dev/pts/3
row emu "--pi and its TTY as two words"
mkdir dir.c
run "$emu" dir.c
row emu "PROG.c is a folder"
run "$emu" hello.emu more
row emu "two words"

# ---- options of every .emu -----------------------------------------------------------------------------

run ./hello.emu --help
like ".emu --help" "$status $out" "^0 usage: hello.emu \[options\]"
run ./hello.emu --version
like ".emu --version" "$status $out" "^0 hello.emu, harness 1 \(wire version"
run ./hello.emu word
row emu "a word behind a .emu"
for bad in --nope --trace=everything --time=later --timeout=never --timeout=-1 --output-limit=x --baud=fast; do
    run ./hello.emu "$bad"
    like "$bad" "$status $err" "^2 emu: "
done
run ./hello.emu --time=pi
row emu "--time=pi without a Pi"
run ./hello.emu --engine=arm
row emu "a .emu has no arm engine"
run ./hello.emu --time=host
is "--time=host" "$status $out" $'0 hello\nDONE!!!'

# ---- ends ------------------------------------------------------------------------------------------------

compile panic <<'EOF'
void notmain(void) { panic("it is %d\n", 7); }
EOF
run ./panic.emu
row emu "a panic"
like "panic ends with 1" "$status $out" "^1 .*PANIC.*it is 7"
compile assertion <<'EOF'
void notmain(void) { int one = 1; assert(one == 2); }
EOF
run ./assertion.emu
row emu "a failed assertion"
is "a failed assertion ends with 1" "$status" 1
like "and prints the expression" "$out" "one == 2"
compile pin <<'EOF'
void notmain(void) { gpio_set_output(200); }
EOF
run ./pin.emu
row emu "gpio_panic"
compile reboot <<'EOF'
void notmain(void) { printk("going\n"); rpi_reboot(); }
EOF
run ./reboot.emu
row emu "a plain reboot"
like "a plain reboot ends with 0" "$status $out" "^0 going"
compile after-done <<'EOF'
void notmain(void) { printk("DONE!!!\n"); printk("PANIC: too late\n"); }
EOF
run ./after-done.emu
row emu "DONE!!!"
is "DONE!!! ends the run" "$status $out" "0 DONE!!!"

# ---- faults ------------------------------------------------------------------------------------------------

fault() # SITUATION PLACE, program from standard input
{
    compile fault
    run ./fault.emu
    row emu "$1"
    like "$1: function, file and line" "$err" "$2"
}
fault "a null pointer" "#0 poke at .*fault.c:4.*#1 notmain at .*fault.c:8" <<'EOF'
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
fault "a null pointer to a struct" "#0 notmain at .*fault.c:3" <<'EOF'
struct s { int a[25], b; };
void notmain(void) { volatile struct s *p = 0; printk("%d\n", p->b); }
EOF
fault "a wild write" "#0 notmain at .*fault.c:2" <<'EOF'
void notmain(void) { *(volatile int *)0x40000000 = 1; }
EOF
fault "a write to a constant" "#0 notmain" <<'EOF'
void notmain(void) { *(volatile char *)"constant" = 1; }
EOF
fault "low memory" "#0 notmain" <<'EOF'
void notmain(void) { printk("%d\n", *(volatile int *)0x8000); }
EOF
fault "a jump to nowhere" "#0 notmain" <<'EOF'
void notmain(void) { ((void (*)(void))0x1234567)(); printk("x\n"); }
EOF
fault "a call through null" "#0 notmain" <<'EOF'
void notmain(void) { void (*volatile f)(void) = 0; f(); printk("x\n"); }
EOF
fault "a stack overflow" "#0 deep at" <<'EOF'
__attribute__((noinline)) int deep(volatile int *p) { volatile int x = *p + 1; return deep(&x) + x; }
void notmain(void) { int x = 0; printk("%d\n", deep(&x)); }
EOF
fault "a thread's stack overflow" "deep at .*fault.c:3" <<'EOF'
#include "rpi-thread.h"
int deep(int n, volatile char *up) { volatile char b[400]; b[0] = *up; if (!n) { printk("bottom\n"); return 0; } return deep(n - 1, b) + b[0]; }
static void fn(void *arg) { volatile char c = 1; deep(25, &c); }
void notmain(void) { kmalloc_init_set_start((void *)0x100000, 1 << 20); rpi_fork(fn, 0); rpi_thread_start(); }
EOF
fault "a division by zero" "#0 notmain" <<'EOF'
void notmain(void) { volatile int zero = 0; printk("%d\n", 5 / zero); }
EOF
fault "__builtin_trap" "#0 notmain" <<'EOF'
void notmain(void) { __builtin_trap(); }
EOF
fault "a misaligned device access" "#0 notmain" <<'EOF'
void notmain(void) { PUT32(0x20200002, 1); }
EOF
fault "BRANCHTO" "#0 notmain" <<'EOF'
void notmain(void) { BRANCHTO(0x8000); }
EOF

fault "a frame that would step over the guard" "#0 deep at" <<'EOF'
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
row emu "an endless loop meets --timeout"
like "and says where it was" "$err" "#0 notmain at .*hang.c:[67]"
is "output so far is there" "$out" "spinning"
compile poll <<'EOF'
void notmain(void) { printk("polling\n"); while (!(GET32(0x20200034) & (1 << 21))) ; }
EOF
run ./poll.emu --timeout=0.2
row emu "an endless poll meets --timeout"
compile waiting <<'EOF'
void notmain(void) { printk("waiting\n"); uart_init(); uart_get8(); }
EOF
run ./waiting.emu --timeout=0.2 </dev/null
row emu "a wait for input that never comes meets --timeout"
row emu "standard input is at its end"
compile chatter <<'EOF'
void notmain(void) { while (1) printk("again\n"); }
EOF
run ./chatter.emu --output-limit 60
row emu "--output-limit"
is "--output-limit" "$status $err ${#out}" "4 emu: output limit of 60 bytes reached 59"
run bash -c "./chatter.emu > /dev/full"
row emu "the disk is full"
run bash -c "./chatter.emu | head -n 1; echo \${PIPESTATUS[0]}"
is "a reader that goes away" "$out" $'again\n2'

for sig in INT TERM HUP; do
    for prog in hang poll waiting; do
        mkfifo "$dir/in.$sig.$prog" "$dir/out.$sig.$prog"
        ./$prog.emu <"$dir/in.$sig.$prog" >"$dir/out.$sig.$prog" &
        pid=$!
        exec 8>"$dir/in.$sig.$prog" 9<"$dir/out.$sig.$prog"
        read -r -t 20 _ <&9 # it runs
        { kill -$sig $pid; wait $pid; } 2>/dev/null
        status=$? err=
        case $sig in
            INT) row emu "Ctrl-C" ;;
            TERM) row emu "SIGTERM" ;;
            HUP) row emu "SIGHUP" ;;
        esac
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
void notmain(void) { for (int i = 0; i < 3; i++) printk("%x\n", GET32(0x20215010)); }
EOF
run ./unmodelled.emu
like "a register no model knows reads 0 and is reported" "$status $out $err" \
    "^0 0x0.*DONE!!!.*emu: .*unmodelled.c:2 in notmain: read of AUX\+0x10 \(0x20215010\): not modelled, reads as 0"
is "once" "$(grep -c 'not modelled' <<<"$err")" 1
run ./unmodelled.emu --strict
row emu "--strict at a register no model knows"
is "before it prints" "$out" ""

finish
