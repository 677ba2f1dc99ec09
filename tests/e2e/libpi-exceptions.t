#!/usr/bin/env bash
# What libpi has for the Pi alone: exceptions with all registers and switches between them, on QEMU's
# raspi0; breakpoints, whose registers QEMU lacks, by the instructions that they are made of.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
source=$top/tests/e2e/libpi/full-except.c
command -v arm-none-eabi-gcc >/dev/null || { skip "exceptions" "arm-none-eabi-gcc is missing"; finish; }

on_qemu() # PROGRAM.bin
{
    command -v qemu-system-arm >/dev/null || { echo "qemu-system-arm is missing"; return; }
    timeout 60 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio \
        -no-reboot -device loader,file="$1",addr=0x8000,cpu-num=0 </dev/null | tr -d '\r'
}

said='set: 1 1
abort in supervisor mode: 1, its own stack 1
prefetch aborts: 1
task 0 ends: 0
task 1 ends: 1
back: mode SUPER MODE, turns 5 5, aborts 3, undefined 2
interrupts in system mode: 10, the last one masked them: 1
call from supervisor mode: 55'
for build in "2019 -O1" "2020 -O2" "2023 -O0" "2025 -O1" "2026 -O2"; do
    year=${build% *}
    end=$'\nDONE!!!'
    [ "$year" -gt 2020 ] || end=
    run "$top/emu/pi-cc" -Wall "-DLIBPI_YEAR=$year" "${build#* }" "$source" -o program.bin
    is "$build: it compiles" "$status$err" 0
    is "$build: exceptions" "$(on_qemu program.bin)" "$said$end"
done

nobody() # WHAT CODE
{
    printf '#include "rpi.h"\n#include "full-except.h"\n#include "vector-base.h"\nvoid notmain(void) { %s; }\n' \
        "$2" >nobody.c
    run "$top/emu/pi-cc" -Wall nobody.c -o nobody.bin
    is "$1: it compiles" "$status$err" 0
    like "$1: said" "$(on_qemu nobody.bin)" "PANIC:.*$1"
}
nobody 'full_except: nobody handles this data abort: pc=0x[0-9a-f]+, cpsr=0x' \
    'full_except_install(0); *(volatile int *)0xE0000000 = 1'
nobody 'full_except: nobody handles this system call: pc=' \
    'full_except_install(0); __asm__ volatile("swi 1" ::: "lr")'
nobody 'full_except_install: other vectors are installed at 0x100000' \
    'vector_base_set((void *)0x100000); full_except_install(0)'

# ARM1176 TRM 13.3: DSCR is c0,c1,0; value and control of breakpoint N are c0,cN,4 and c0,cN,5.
code=$(arm-none-eabi-objdump -d --no-show-raw-insn "$top/out/pi/2026/libpi/src/breakpoint.c.o")
for function in "mismatch_set 1 4194789" "match_set 0 487"; do
    # shellcheck disable=SC2086 # three words
    set -- $function
    body=$(sed -n "/<brkpt_$1>:/,/^\$/p" <<<"$code")
    like "brkpt_$1: off, address, on" "$(tr -s '\t\n ' ' ' <<<"$body")" \
        "mcr 14, 0, r[0-9]+, cr0, cr$2, .5..*mcr 14, 0, r[0-9]+, cr0, cr$2, .4..*mcr 14, 0, r[0-9]+, cr0, cr$2, .5."
    like "brkpt_$1: which it is" "$body" "; 0x$(printf %x "$3")|#$3|\.word.*$(printf %x "$3")"
done
like "the monitor mode's bit" "$code" 'orr.*#32768'
finish
