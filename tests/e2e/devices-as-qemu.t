#!/usr/bin/env bash
# What QEMU's raspi0 models, our models do alike: one program, run by both, prints the same.
# QEMU counts instructions for its clock, so that a loaded machine changes nothing.
. "$(dirname "$0")/../tap.sh"
program=$top/tests/e2e/devices-as-qemu
cd "$dir" || exit 1

run "$top/emu/emu-cc" -O2 -Wall "$program.c" -o devices.emu
is "it is recompiled" "$status $err" "0 "
run ./devices.emu
is "it runs with the models" "$status $err" "0 "
models=$out
is "and prints every check" "$(wc -l <<<"$models")" 86

if ! command -v qemu-system-arm >/dev/null || ! command -v arm-none-eabi-gcc >/dev/null; then
    skip "QEMU prints the same" "qemu-system-arm or arm-none-eabi-gcc is missing"
    finish
fi
run "$top/emu/pi-cc" -O2 -Wall "$program.c" -o devices.bin
is "it is compiled for the Pi" "$status $err" "0 "
run timeout 60 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio -icount shift=1,sleep=off \
    -no-reboot -device loader,file=devices.bin,addr=0x8000,cpu-num=0 </dev/null
is "QEMU ends with the program's reboot" "$status" 0
is "QEMU prints the same" "$(tr -d '\r' <<<"$out")" "$models"
finish
