#!/bin/bash
# The string functions that recompiled programs have of their own: right for all compilers.
set -u
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1

want='sizes, alignments and overlaps are right
pins 20 and 21: 0x3
and cleared: 0x0
DONE!!!'
for how in gcc clang 'gcc -fsanitize=address'; do
    read -ra words <<<"$how"
    run "$top/emu/emu-cc" "--cc=${words[0]}" "${words[@]:1}" -O2 -Wno-int-to-pointer-cast "$top/tests/e2e/libpi/moves.c" -o moves.emu
    is "$how: it compiles" "$status" 0
    run ./moves.emu --strict
    is "$how: what it prints" "$out" "$want"
done

# The decoder of direct accesses may be missing for these.
run "$top/emu/emu-cc" -m32 -O2 -Wno-int-to-pointer-cast "$top/tests/e2e/libpi/moves.c" -o moves.emu
is "gcc -m32: it compiles" "$status" 0
run ./moves.emu
is "gcc -m32: what it prints first" "${out%%$'\n'*}" "${want%%$'\n'*}"
finish
