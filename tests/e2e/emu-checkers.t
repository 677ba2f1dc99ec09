#!/usr/bin/env bash
# The tools that work on recompiled programs: gdb, valgrind, AddressSanitizer, UndefinedBehaviorSanitizer,
# coverage; and that five lab-style programs run under each.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
emu_cc=$top/emu/emu-cc
unset DEBUGINFOD_URLS

cat >mask.c <<'EOF'
#include "rpi.h"
static unsigned char message[64] __attribute__((aligned(16)));
void notmain(void)
{
    unsigned p = (unsigned)(unsigned long)message | 0x40000000;
    unsigned char *back = (void *)(unsigned long)(p & 0x3fffffff);
    back[5] = 9;
    printk("same %d, %d\n", back == message, message[5]);
}
EOF
cat >own.c <<'EOF'
#include "rpi.h"
void gpio_write(unsigned pin, unsigned v) { rpi_putchar('0' + v); rpi_putchar('0' + pin % 10); }
int printk(const char *fmt, ...) { for (; *fmt; fmt++) rpi_putchar(*fmt); return 0; }
void notmain(void) { gpio_write(21, 1); printk(" own\n"); }
EOF
cat >wrap.c <<'EOF'
#include "rpi.h"
static int seen;
void __real_PUT32(unsigned addr, unsigned v);
void __wrap_PUT32(unsigned addr, unsigned v) { seen += addr == 0x2020001c; __real_PUT32(addr, v); }
void notmain(void) { gpio_set_output(20); gpio_set_on(20); gpio_set_on(20); printk("wrapped %d\n", seen); }
EOF
cat >threads.c <<'EOF'
#include "rpi.h"
#include "rpi-thread.h"
static void worker(void *arg)
{
    for (int i = 0; i < 3; i++) {
        printk("thread %d: %d\n", *(int *)arg, i);
        rpi_yield();
    }
}
void notmain(void)
{
    int id[] = {1, 2, 3};
    kmalloc_init_set_start((void *)0x100000, 1 << 20);
    for (int i = 0; i < 3; i++)
        rpi_fork(worker, &id[i]);
    rpi_thread_start();
}
EOF
cat >start.c <<'EOF'
#include "rpi.h"
#include "memmap.h"
int first, second[3];
void _cstart(void);
void _cstart(void)
{
    for (uint32_t *p = (void *)__bss_start__; p < (uint32_t *)__bss_end__; p++)
        *p = 0;
    uart_init();
    printk("own start\n");
    notmain();
    clean_reboot();
}
void notmain(void) { printk("bss %d\n", first + second[2]); }
EOF
declare -A prints
prints[mask]="same 1, 9"
prints[own]="11 own"
prints[start]=$'own start\nbss 0'
prints[wrap]="wrapped 2"
prints[threads]=$'thread 1: 0\nthread 2: 0\nthread 3: 0\nthread 1: 1\nthread 2: 1\nthread 3: 1\nthread 1: 2\nthread 2: 2\nthread 3: 2'

for prog in mask own start wrap threads; do
    options=
    [ $prog != wrap ] || options=-Wl,--wrap=PUT32
    expect=${prints[$prog]}
    # shellcheck disable=SC2086 # none or one word
    "$emu_cc" -g -O1 $options $prog.c -o $prog.emu
    run ./$prog.emu
    is "$prog runs natively" "$status $out" "0 $expect"$'\nDONE!!!'
    run valgrind --error-exitcode=9 ./$prog.emu
    is "$prog runs under plain valgrind" "$status $out" "0 $expect"$'\nDONE!!!'
    like "$prog: valgrind finds no error" "$err" "ERROR SUMMARY: 0 errors"
    run gdb -nx -batch -ex run ./$prog.emu
    like "$prog runs under gdb" "$out" "$expect"$'\nDONE!!!\n\\[Inferior 1 .* exited normally'
    for cc in gcc clang; do
        # shellcheck disable=SC2086 # none or one word
        CC=$cc "$emu_cc" -g -O1 -fsanitize=address,undefined $options $prog.c -o $prog-$cc.emu
        run ./$prog-$cc.emu
        is "$prog runs with $cc's sanitizers" "$status $out$err" "0 $expect"$'\nDONE!!!'
    done
done

# ---- what each of them catches -----------------------------------------------------------------------

cat >overflow.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    kmalloc_init_set_start((void *)0x100000, 1 << 20);
    volatile int *a = kmalloc(10 * sizeof *a), *b = kmalloc(sizeof *b);
    b[0] = 1;
    a[10] = 2;
    printk("end\n");
}
EOF
"$emu_cc" -g -O1 overflow.c -o overflow.emu
run valgrind ./overflow.emu
like "valgrind: a write past a kmalloc block, at its line" "$err" \
    "Invalid write of size 4.*at 0x[0-9A-F]*: (rpi_)?notmain \(overflow.c:7\).*0 bytes after a block of size 40"
like "and nothing else" "$err" "ERROR SUMMARY: 1 errors from 1 contexts"
like "and which kmalloc it was" "$err" "by 0x[0-9A-F]*: (rpi_)?notmain \(overflow.c:5\)"
for cc in gcc clang; do
    CC=$cc "$emu_cc" -g -O1 -fsanitize=address,undefined overflow.c -o overflow-$cc.emu
    run ./overflow-$cc.emu
    like "$cc's AddressSanitizer: the same, at its line" "$status $err" \
        "^1 .*ERROR: AddressSanitizer: .*WRITE of size 4.*in (rpi_)?notmain .*overflow.c:7"
done
cat >strlen.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    char line[64];
    kmalloc_init_set_start((void *)0x100000, 1 << 20);
    for (unsigned n = 1; n < 40; n++) {
        char *s = kmalloc(n + 1);
        memset(s, 'a', n);
        s[n] = 0;
        strcpy(line + n % 8, s);
        if (strlen(s) != n || strlen(line + n % 8) != n)
            panic("%d\n", n);
    }
    char *open = kmalloc(8);
    memset(open, 'a', 8);
    printk("length %d\n", strlen(open) > 7);
}
EOF
"$emu_cc" -g -O1 strlen.c -o strlen.emu
run valgrind ./strlen.emu
like "valgrind: a string that never ends, at its line, and none that does" "$out $err" \
    "length 1.*(Invalid read|Conditional jump).*notmain \(strlen.c:16\).*ERROR SUMMARY: 1 errors from 1 contexts"
for cc in gcc clang; do
    CC=$cc "$emu_cc" -g -O1 -fsanitize=address strlen.c -o strlen-$cc.emu
    run ./strlen-$cc.emu
    like "$cc's AddressSanitizer: the same" "$status $err" \
        "^1 .*ERROR: AddressSanitizer: .*READ of size 1.*in (rpi_)?strlen .*string.c"
done
cat >uninitialised.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    volatile int values[4];
    values[0] = 1;
    if (values[2] == 77)
        printk("seventy-seven\n");
    printk("end\n");
}
EOF
"$emu_cc" -g -O1 uninitialised.c -o uninitialised.emu
run valgrind ./uninitialised.emu
like "valgrind: an uninitialised read, at its line" "$err" \
    "Conditional jump or move depends on uninitialised value.*at 0x[0-9A-F]*: (rpi_)?notmain \(uninitialised.c:6\)"
like "and nothing else" "$err" "ERROR SUMMARY: 1 errors from 1 contexts"
cat >shift.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    volatile int by = 40;
    printk("%d\n", 1 << by);
    volatile int at = 5;
    static int table[4];
    printk("%d\n", table[at]);
}
EOF
for cc in gcc clang; do
    CC=$cc "$emu_cc" -g -O1 -fsanitize=undefined shift.c -o shift-$cc.emu 2>/dev/null
    run ./shift-$cc.emu
    like "$cc's UndefinedBehaviorSanitizer: a shift too far, at its line" "$err" "shift.c:5:.*runtime error: shift exponent 40"
    like "and an index out of bounds" "$err" "shift.c:8:.*runtime error: index 5 out of bounds"
done
cat >after-free.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    kmalloc_init_set_start(0x100000);
    for (int i = 0; i < 3; i++) {
        volatile char *p = kmalloc(100);
        p[99] = 1;
        kfree_all();
        if (i == 2)
            p[1] = 2;
    }
}
EOF
"$emu_cc" -g -O1 -DLIBPI_YEAR=2020 after-free.c -o after-free.emu
run valgrind ./after-free.emu
like "valgrind: use after kfree_all, at its line" "$err" "Invalid write of size 1.*notmain \(after-free.c:10\)"
like "and not before" "$err" "ERROR SUMMARY: 1 errors from 1 contexts"

# ---- gdb -----------------------------------------------------------------------------------------------

cat >debugged.c <<'EOF'
#include "rpi.h"
static int __attribute__((noinline)) triple(int x)
{
    return 3 * x;
}
void notmain(void)
{
    int n = triple(14);
    printk("%d\n", n);
    gpio_set_on(20);
}
EOF
"$emu_cc" -g -O0 debugged.c -o debugged.emu
run gdb -nx -batch -ex 'break notmain' -ex run -ex 'break triple' -ex continue -ex backtrace -ex finish ./debugged.emu
like "gdb: break notmain" "$out" "Breakpoint 1, notmain \(\) at debugged.c:8"
like "gdb: backtrace with file and line" "$out" "#0  triple \(x=14\) at debugged.c:4.*#1  .* in notmain \(\) at debugged.c:8"
like "gdb: finish" "$out" "Value returned is .* = 42"
run gdb -nx -batch -ex 'break native_call if call == CALL_WRITE32 && a == 0x2020001c' -ex run -ex backtrace ./debugged.emu
like "gdb: backtrace from inside the harness reaches the program" "$out" "native_call .*notmain \(\) at debugged.c:10"

run "$top/emu/emu" --quiet --gdb debugged.emu <<<$'break notmain\nrun'
like "emu --gdb: a breakpoint in the program" "$out" "Breakpoint 1, notmain \(\) at debugged.c:8"
run "$top/emu/emu" --quiet --valgrind uninitialised.c
like "emu --valgrind PROG.c" "$err" "depends on uninitialised value.*notmain \(uninitialised.c:6\)"
run ./debugged.emu --valgrind
like "PROG.emu --valgrind" "$status $out $err" "^0 42.*ERROR SUMMARY: 0 errors"
is "started once" "$(grep -c 'Memcheck, a memory' <<<"$err")" 1
PATH=/nowhere run ./debugged.emu --valgrind
row emu "--valgrind where there is none"
PATH=/nowhere run ./debugged.emu --gdb
row emu "--gdb where there is none"

cat >covered.c <<'EOF'
#include "rpi.h"
void notmain(void) { printk("covered\n"); }
EOF
run "$emu_cc" --coverage -O0 covered.c -o covered.emu
run ./covered.emu
is "--coverage runs" "$status $out" $'0 covered\nDONE!!!'
is "and counts lines" "$(find . -name '*.gcda' | wc -l)" 1

# Line by line, however the run ends, by both compilers.
cat >counted.c <<'EOF2'
#include "rpi.h"
static int odd(int x)
{
    return x & 1;
}
static int never(int x)
{
    return x + 1;
}
void notmain(void)
{
    int n = 0;
    for (int i = 0; i < 10; i++)
        n += odd(i);
    if (n == 99)
        n = never(n);
    printk("odd %d\n", n);
    END;
}
EOF2
covered_lines() # GCOV...: the counts of lines 4, 8, 14 and 17
{
    "$@" counted.c >/dev/null 2>&1
    sed -n 's/^ *\([0-9#]*\)\*\{0,1\}: *\(4\|8\|14\|17\):.*/\2=\1/p' counted.c.gcov | tr '\n' ' '
}
lines="4=10 8=##### 14=10 17=1 "
for cc in "gcc -m64" "gcc -m32" "clang -m64"; do
    gcov=gcov
    [ "${cc%% *}" = gcc ] || gcov="llvm-cov gcov"
    for end in 'return' 'rpi_reboot()' '*(volatile int*)16=1' 'while(n)delay_us(9)'; do
        rm -f counted.*.gcov counted.gc* counted.c.gcov
        "$emu_cc" --cc="${cc%% *}" "${cc##* }" --coverage -O0 "-DEND=$end" counted.c -o counted.emu
        run ./counted.emu --timeout 0.5
        # shellcheck disable=SC2086 # one or two words
        is "--coverage, $cc, a run that ends by $end" "$(covered_lines $gcov)" "$lines"
    done
    rm -f counted.gcda
    : >counted.out
    ./counted.emu >counted.out 2>&1 &
    pid=$!
    until grep -q odd counted.out; do read -r -t 0.1 <> <(:) || :; done
    kill -TERM $pid
    wait $pid || :
    # shellcheck disable=SC2086
    is "--coverage, $cc, a run that a signal ends" "$(covered_lines $gcov)" "$lines"
done
rm -f counted.gc*
"$emu_cc" --coverage -O0 -DEND=return counted.c -o counted.emu
run ./counted.emu
lcov -q -c -d . -o counted.info 2>lcov.err
is "lcov: the program's own file alone" "$(sed -n 's/^SF:.*\///p' counted.info | sort -u | grep -v '^covered.c$')" counted.c
like "lcov: and its lines" "$(<counted.info)" $'DA:14,10\n'

# ---- size ------------------------------------------------------------------------------------------------

cat >waits.c <<'EOF'
#include "rpi.h"
void notmain(void) { uart_init(); printk("here\n"); uart_get8(); }
EOF
"$emu_cc" waits.c -o waits.emu
mkfifo in out
./waits.emu <in >out &
exec 8>in 9<out
read -r -t 20 _ <&9
peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' /proc/$!/status)
echo >&8
wait $!
[ "${peak:-99999}" -le 16384 ]
is "peak memory of a small program is 16 MB or less ($peak KB)" $? 0

finish
