#!/usr/bin/env bash
# Device accesses through pointers, in every form compilers make of them.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
emu_cc=$top/emu/emu-cc
unset DEBUGINFOD_URLS

cat >forms.c <<'EOF'
#include "rpi.h"
struct gpio { volatile unsigned fsel[6], r0, set[2], r1, clr[2], r2, lev[2]; };
#define GPIO ((struct gpio *)0x20200000)
#define WORD(off) (*(volatile unsigned *)(0x20200000 + (off)))
#define HALF(off) (*(volatile unsigned short *)(0x20200000 + (off)))
#define BYTE(off) (*(volatile unsigned char *)(0x20200000 + (off)))
void notmain(void)
{
    struct gpio *g = GPIO;
    unsigned sum = 0;

    g->fsel[0] = 0x12;
    g->fsel[0] |= 8;
    g->fsel[0] &= ~2u;
    g->fsel[0] ^= 0x101;
    g->fsel[0]++;
    g->fsel[0] += 5;
    g->fsel[0] <<= 2;
    g->fsel[0] = ~g->fsel[0];
    g->fsel[0] = -g->fsel[0];
    g->fsel[0] -= 3;
    printk("%x\n", g->fsel[0]);
    for (int i = 0; i < 6; i++)
        g->fsel[i] = i * 3;
    for (int i = 0; i < 6; i++)
        sum = sum * 7 + g->fsel[i];
    printk("%x\n", sum);
    if (g->fsel[1] == 3)
        printk("equal\n");
    if (g->fsel[1] & 1)
        printk("bit\n");
    if ((int)g->fsel[2] > 5)
        printk("greater\n");
    g->fsel[3] = 0xf1;
    printk("%x %x %d %d\n", BYTE(12), HALF(16), (signed char)BYTE(12), (short)HALF(8));
    WORD(12) = 7;
    printk("%x\n", WORD(12));
    g->fsel[2] = 1;
    g->set[0] = 1 << 20;
    printk("%d\n", g->lev[0] >> 20 & 1);
    g->clr[0] = 1 << 20;
    printk("%d\n", g->lev[0] >> 20 & 1);
    printk("%d\n", *(volatile unsigned *)0x20003004 <= *(volatile unsigned *)0x20003004);
}
EOF
want=$'0x47a\n0x2649\nequal\nbit\ngreater\n0xf1 0xc -15 6\n0x7\n1\n0\n1\nDONE!!!'
for cc in gcc clang; do
    for level in -O0 -O1 -O2 -O3 -Os; do
        CC=$cc "$emu_cc" -g $level forms.c -o forms.emu
        run ./forms.emu
        is "$cc $level" "$status $out$err" "0 $want"
    done
done
"$emu_cc" -g -O2 forms.c -o forms.emu
run valgrind ./forms.emu
is "under valgrind" "$status $out" "0 $want"
like "without an error" "$err" "ERROR SUMMARY: 0 errors"
unlike "or a warning" "$err" "WARNING"
run gdb -nx -batch -ex 'handle SIGSEGV nostop noprint pass' -ex run ./forms.emu
like "under gdb" "$out" "$want"
"$emu_cc" -g -O1 -fsanitize=address,undefined forms.c -o san.emu
run ./san.emu
is "with sanitizers" "$status $out$err" "0 $want"

cat >wide.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    volatile unsigned long long *two = (void *)0x20200000;
    *two = 0x1100000022ull;
    printk("%llx\n", *two);
}
EOF
"$emu_cc" -O1 wide.c -o wide.emu
run ./wide.emu --trace
is "8 bytes are two accesses, the lower first" "$(grep -o 'PUT32.*\|GET32.*' <<<"$err")" \
    $'PUT32(0x20200000) = 0x22\nPUT32(0x20200004) = 0x11\nGET32(0x20200000) = 0x22\nGET32(0x20200004) = 0x11'
run ./forms.emu --trace
like "they are traced as PUT32 and GET32" "$err" $'PUT32\\(0x20200000\\) = 0x12\n'

cat >test.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    asm volatile("testb $1, 0x20200004\n\ttestw $1, 0x20200004\n\ttestl $1, 0x20200004\n\t"
                 "testl %%eax, 0x20200004\n\tcmpl $1, 0x20200004\n\tbtl $1, 0x20200004" ::: "cc");
}
EOF
"$emu_cc" test.c -o test.emu
run ./test.emu --trace
is "TEST, CMP and BT read and do not write" "$(grep -c GET <<<"$err") $(grep -c PUT <<<"$err")" "6 0"

cat >stray.c <<'EOF'
#include "rpi.h"
void notmain(void) { printk("%x\n", *(volatile unsigned *)0x20300040); }
EOF
"$emu_cc" -g stray.c -o stray.emu
run ./stray.emu
like "a register no model knows is reported at its line" "$err" "stray.c:2 in notmain: read of EMMC\+0x40"
cat >push.c <<'EOF'
#include "rpi.h"
void notmain(void) { asm volatile("push 0x20200000\n\tpop %%rax" ::: "rax"); printk("x\n"); }
EOF
"$emu_cc" -g push.c -o push.emu
run ./push.emu
like "an instruction that cannot be performed is a fault that says so" "$status $err" \
    "^1 emu: guest fault: read of the device register GPIO.FSEL0 \(0x20200000\) through a pointer: by an instruction of a kind.*#0 notmain at .*push.c:2"
if ! ldconfig -p | grep -q 'libcapstone.*i386\|libcapstone.*(libc6)$'; then
    "$emu_cc" -m32 -g -O1 forms.c -o forms32.emu
    run ./forms32.emu
    like "-m32 without the 32-bit decoder says what to do" "$status $err" \
        "^1 emu: guest fault: write to the device register .*not installed for 32-bit programs: leave out -m32"
fi

finish
