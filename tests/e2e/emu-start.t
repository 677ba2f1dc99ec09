#!/usr/bin/env bash
# What a program finds when it starts: --fill=random:SEED, and --initial with a recorded run.
. "$(dirname "$0")/../tap.sh"
emu_cc=$top/emu/emu-cc
cd "$dir" || exit 1

cat >found.c <<'EOF2'
#include "rpi.h"
static unsigned bss[10000];
static unsigned long long sum(unsigned lo, unsigned hi)
{
    unsigned long long s = 0;
    for (unsigned a = lo; a < hi; a += 4096)
        s = s * 31 + *(volatile unsigned *)(unsigned long)a;
    return s;
}
void notmain(void)
{
    volatile unsigned stack[64];
    unsigned odd = 0;
    for (unsigned i = 0; i < 10000; i++)
        odd |= bss[i];
    for (unsigned i = 0; i < 64; i++)
        odd |= ((unsigned char *)kmalloc(1))[0];
    printk("bss and kmalloc: %x\n", odd);
    printk("RAM: %llx %llx %llx %llx\n", sum(0x10000, 0x20000), sum(0x4000000, 0x6000000),
           sum(0x8000000, 0x20000000), (unsigned long long)stack[40]);
    gpio_set_input(20);
    PUT32(0x20200094, 0);
    PUT32(0x20200098, 1 << 20);
    printk("time %x floating %d\n", timer_get_usec(), gpio_read(20));
}
EOF2
run "$emu_cc" -g -O1 found.c -o found.emu
is "found compiles" "$status $err" "0 "
for n in 1 1 2 3 4; do
    run ./found.emu --fill=random:$n
    like "seed $n: it ends well, bss and kmalloc are zero" "$status $out" '^0 bss and kmalloc: 0x0'
    seen+=$out$'\n'
done
is "four seeds give four RAMs, the same seed the same" "$(grep RAM <<<"$seen" | sort -u | wc -l)" 4
is "and four times" "$(grep time <<<"$seen" | cut -d' ' -f2 | sort -u | wc -l)" 4
is "the pin is not always low" "$(grep floating <<<"$seen" | cut -d' ' -f4 | sort -u | tr '\n' ' ')" "0 1 "
run ./found.emu --fill=zero
zero=$out
like "--fill=zero: all is zero" "$out" $'RAM: 0x?0 0x?0 0x?0 .*\ntime 0x[0-9a-f]+ floating 0'
run ./found.emu
is "which is the default" "$out" "$zero"
./found.emu --fill=random:9 --record a.log >/dev/null 2>&1
./found.emu --fill=random:9 --record b.log >/dev/null 2>&1
is "a seed's log is the same, bit for bit" "$(cmp a.log b.log 2>&1)" ""
ulimit -v unlimited
(
    ulimit -f 100
    ./found.emu --fill=random:1 >out 2>err
    echo $? >status
)
status=$(<status) err=$(<err)
row emu "--fill=random and no room"

# ---- interrupts come a little late ----
cat >late.c <<'EOF2'
#include "rpi.h"
#include "rpi-interrupts.h"
static volatile unsigned came, at;
void interrupt_vector(unsigned pc)
{
    (void)pc;
    PUT32(0x20003000, 2);
    came = at;
}
void notmain(void)
{
    interrupt_init();
    PUT32(0x20003010, GET32(0x20003004) + 20);
    PUT32(0x2000b210, 2);
    enable_interrupts();
    for (at = 1; at < 400 && !came; at++)
        GET32(0x20200034);
    PUT32(0x20003010, GET32(0x20003004) + 100);
    delay_us(5000); /* taken in its middle */
    printk("after %d, %d\n", came, timer_get_usec() - GET32(0x20003010) < 6000);
}
EOF2
run "$emu_cc" -g -O1 late.c -o late.emu
is "late compiles" "$status $err" "0 "
seen=
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
    run ./late.emu --fill=random:$n --timeout 20
    seen+=$status\ $out$'\n'
done
is "each comes" "$(grep -c '^after [1-9][0-9]*, 1' <<<"$seen")" 12
is "not always at the same access" "$(($(grep after <<<"$seen" | sort -u | wc -l) > 2))" 1

# ---- checkers ----
run "$emu_cc" -g -O0 "$top/test-binaries/threads.c" -o threads.emu
run ./threads.emu
want=$out
run ./threads.emu --fill=random:5
is "threads on stacks full of noise" "$status $out" "0 $want"
if command -v valgrind >/dev/null; then
    cat >uninit.c <<'EOF2'
#include "rpi.h"
void notmain(void)
{
    volatile unsigned *p = (void *)0x6000000;
    if (*p == 12345)
        put32((void *)0x2020001c, 1);
}
EOF2
    "$emu_cc" -g -O0 uninit.c -o uninit.emu
    run valgrind -q ./uninit.emu --fill=random:3
    like "valgrind: what is random is not initialised" "$err" 'uninitialised value.*uninit.c:5'
    run valgrind -q ./threads.emu --fill=random:3
    is "valgrind: a program without mistakes" "$status $out$err" "0 $want"
else
    skip "valgrind" "valgrind is not installed"
fi
run "$emu_cc" -fsanitize=address -g -O1 "$top/test-binaries/threads.c" -o asan.emu
run ./asan.emu --fill=random:3
is "AddressSanitizer: a program without mistakes" "$status $out$err" "0 $want"

# ---- --initial ----
cat >reads.c <<'EOF2'
#include "rpi.h"
void notmain(void)
{
    unsigned t = GET32(0x20003004), p, r = GET32(0x20100020);
    dev_barrier();
    p = GET32(0x20200034);
    printk("fsel %x %x rsts %x time %x pins %x\n", GET32(0x20200000), GET32(0x20200008), r, t, p);
}
EOF2
cat >pi.txt <<'EOF2'
TRACE:0: calling pi code
TRACE:1: GET32(0x20003004) = 0x12345678 # SYSTIMER.CLO
TRACE:2: GET32(0x20100020) = 0x1020 # PM.RSTS
TRACE:3: GET32(0x20200034) = 0x100001fd # GPIO.LEV0
TRACE:4: PUT32(0x20200000) = 0x1 # GPIO.FSEL0
TRACE:5: GET32(0x20200000) = 0x1 # GPIO.FSEL0
TRACE:6: GET32(0x20200008) = 0x24 # GPIO.FSEL2
TRACE:7: PUT32(0x20200008) = 0x0 # GPIO.FSEL2
TRACE:8: GET32(0x20200008) = 0x0 # GPIO.FSEL2
EOF2
run "$top/emu/emu-log" import pi.txt -o pi.log
run "$emu_cc" -g -O1 reads.c -o reads.emu
run ./reads.emu --initial pi.log
is "the first value read before it was written is the initial one" "$out" \
    $'fsel 0x0 0x24 rsts 0x1020 time 0x12345679 pins 0x100041fd\nDONE!!!' # 1 us for libpi's start
is "how many were set is said" "$err" "emu: --initial pi.log: 4 registers start as they were there"
run ./reads.emu --initial pi.log --quiet --fill=random:3
is "with --fill what the log does not say is random" "$status $err ${out% pins*}" \
    "0  fsel 0x0 0x24 rsts 0x1020 time 0x12345679"
./reads.emu --fill=random:11 --record one.log >want 2>&1
run ./reads.emu --initial one.log --quiet
is "a run's own log starts its like" "$out" "$(<want)"
head -c 100 pi.log >cut.log
run ./reads.emu --initial cut.log
row emu "--initial and a damaged log"
run ./reads.emu --initial reads.c
row emu "--initial and no log"
run ./reads.emu --initial nothing.log
row emu "--initial and no such file"
run ./reads.emu --initial
row emu "--initial without a name"
run ./reads.emu --initial one.log --replay one.log
row emu "--initial and --replay"
run ./reads.emu --initial one.log --pi=/dev/ttyNOSUCH
row emu "--initial and a Pi"
run ./reads.emu --fill=ones
row emu "--fill and another word"
run ./reads.emu --fill=random:x
row emu "--fill and no seed"
finish
