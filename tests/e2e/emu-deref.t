#!/usr/bin/env bash
# Device accesses through pointers, in every form compilers make of them.
. "$(dirname "$0")/../tap.sh"
. "$top/tests/e2e/deref/build.sh"
cd "$dir" || exit 1
emu_cc=$top/emu/emu-cc
unset DEBUGINFOD_URLS CC

# ---- all forms of C, by both compilers at each level
build_forms forms.emu gcc clang
run ./forms.emu
is "gcc and clang" "$status $out$err" "0 $forms_text"
build_forms forms32.emu gcc clang -m32
run ./forms32.emu
is "-m32" "$status $out$err" "0 $forms_text"

# ---- instructions, one by one
for m in -m64 -m32; do
    "$emu_cc" $m -g -O1 "$top/tests/e2e/deref/instructions.c" -o instructions$m.emu
    check_instructions "x86, $m" ./instructions$m.emu
done

# ---- a small one under checkers
cat >small.c <<'END'
#include "rpi.h"
struct gpio { volatile unsigned fsel[6], r0, set[2], r1, clr[2], r2, lev[2]; };
#define GPIO ((struct gpio *)0x20200000)
#define BYTE(off) (*(volatile unsigned char *)(0x20200000 + (off)))
static unsigned sum(unsigned a, unsigned long long b, volatile double *d)
{
    *d = a;
    return a + (unsigned)b + (unsigned)*d;
}
void notmain(void)
{
    struct gpio *g = GPIO;

    g->fsel[0] = 0x12;
    g->fsel[0] |= 8;
    g->fsel[0]++;
    g->fsel[0] <<= 2;
    printk("%x\n", g->fsel[0]);
    for (int i = 2; i < 6; i++)
        g->fsel[i] = i * 0x31;
    printk("%x %d\n", BYTE(16), g->fsel[3] == 0x93 && g->fsel[4] & 4);
    printk("%d\n", sum(g->fsel[2], *(volatile unsigned long long *)0x20200010,
                       (volatile double *)0x20003010));
    g->fsel[2] = 1;
    g->set[0] = 1 << 20;
    printk("%d\n", g->lev[0] >> 20 & 1);
    g->clr[0] = 1 << 20;
    printk("%d\n", g->lev[0] >> 20 & 1);
    printk("%d\n", *(volatile unsigned *)0x20003004 <= *(volatile unsigned *)0x20003004);
}
END
want=$'0x6c\n0xc4 1\n392\n1\n0\n1\nDONE!!!'
"$emu_cc" -g -O2 small.c -o small.emu
run ./small.emu
is "a small program" "$status $out$err" "0 $want"
run valgrind ./small.emu
is "under valgrind" "$status $out" "0 $want"
like "without an error" "$err" "ERROR SUMMARY: 0 errors"
unlike "or a warning" "$err" "WARNING"
run timeout 100 valgrind ./forms.emu
is "all forms under valgrind" "$status $out" "0 ${forms_text}"
like "without an error, either" "$err" "ERROR SUMMARY: 0 errors"
"$emu_cc" -gdwarf-4 -O1 -DON_VALGRIND "$top/tests/e2e/deref/instructions.c" -o valgrind.emu
check_instructions "under valgrind" timeout 100 valgrind ./valgrind.emu
cat >pop.c <<'END'
#include "rpi.h"
void notmain(void) { asm volatile("push $5\n\tpop 0x20003010"); printk("%d\n", get32((void *)0x20003010)); }
END
"$emu_cc" -gdwarf-4 pop.c -o pop.emu
run ./pop.emu
is "pop" "$status $out$err" "0 5"$'\nDONE!!!'
run valgrind ./pop.emu
like "what cannot be done under valgrind says so" "$status $err" \
    "^1 .*guest fault: write to the device register .*which cannot be finished under valgrind.*#0 notmain at .*pop.c:2"
for program in forms.emu forms32.emu; do
    run gdb -nx -batch -ex 'handle SIGSEGV nostop noprint pass' -ex run ./$program
    like "$program under gdb" "$out" "$forms_text"
done
"$emu_cc" -g -O1 -fsanitize=address,undefined small.c -o san.emu
run ./san.emu
is "with sanitizers" "$status $out$err" "0 $want"

# ---- what the bus sees
cat >wide.c <<'END'
#include "rpi.h"
void notmain(void)
{
    volatile unsigned long long *two = (void *)0x20200000;
    *two = 0x1100000022ull;
    printk("%llx\n", *two);
}
END
for m in -m64 -m32; do
    "$emu_cc" $m -O1 wide.c -o wide.emu
    run ./wide.emu --trace
    is "$m: 8 bytes are two accesses, the lower first" "$(grep -o 'PUT32.*\|GET32.*' <<<"$err")" \
        $'PUT32(0x20200000) = 0x22\nPUT32(0x20200004) = 0x11\nGET32(0x20200000) = 0x22\nGET32(0x20200004) = 0x11'
done
run ./small.emu --trace
like "they are traced as PUT32 and GET32" "$err" $'PUT32\\(0x20200000\\) = 0x12\n'

# ---- what is said
cat >stray.c <<'END'
#include "rpi.h"
void notmain(void) { printk("%x\n", *(volatile unsigned *)0x20300040); }
END
"$emu_cc" -g stray.c -o stray.emu
run ./stray.emu
like "a register no model knows is reported at its line" "$err" "stray.c:2 in notmain: read of EMMC\+0x40"
cat >call.c <<'END'
#include "rpi.h"
void notmain(void) { asm volatile("jmp *0x20200000"); }
END
"$emu_cc" -g call.c -o call.emu
run ./call.emu
like "an instruction that cannot be performed is a fault that says so" "$status $err" \
    "^1 emu: guest fault: read of the device register GPIO.FSEL0 \(0x20200000\) through a pointer: by an instruction of a kind.*#0 notmain at .*call.c:2"

# A library of the decoder's name that is none, found first.
mkdir broken
for n in 3 4 5 6; do : >broken/libcapstone.so.$n; done
"$emu_cc" -m32 -g -O2 small.c -o small32.emu
for program in small small32; do
    LD_LIBRARY_PATH=$dir/broken run ./$program.emu
    like "$program without the decoder says what to do" "$status $err" \
        "^1 emu: guest fault: write to the device register .*the decoder it takes is not installed: tools/setup run installs libcapstone"
done

# The decoder of -m32 is a process of its own: it holds nothing open, and ends with the program.
cat >left.c <<'END'
#include "rpi.h"
void notmain(void)
{
    printk("%x\n", *(volatile unsigned *)0x20003000);
    for (;;)
        if (uart_get8() == 'q')
            clean_reboot();
}
END
"$emu_cc" -m32 left.c -o left.emu
mkfifo keys
./left.emu <keys >left.out 2>&1 9>held & 
left=$!
exec 8>keys
until grep -q 0x left.out; do :; done
helper=$(pgrep -P $left)
is "one process" "$(wc -w <<<"$helper") $(tr -d '\0' <"/proc/$helper/cmdline")" "1 emu-decoder"
is "without the program's files" "$(find "/proc/$helper/fd" -lname '*/held')" ""
echo q >&8
exec 8>&-
wait $left
is "the program ended" "$?" 0
for ((i = 0; i < 100000; i++)); do [ -e "/proc/$helper/fd/0" ] || break; done
is "and so did the decoder" "$([ -e "/proc/$helper/fd/0" ] && echo there)" ""

finish
