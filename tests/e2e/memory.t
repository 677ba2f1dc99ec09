#!/usr/bin/env bash
# Mistakes with memory: each is reported at its line, by the harness or by the tool that the table names, and
# what nearly is one is not; our own programs make none.
. "$(dirname "$0")/../tap.sh"
sources=$top/tests/e2e/memory
unset DEBUGINFOD_URLS
cd "$dir" || exit 1

# line SOURCE MARK: the numbers of the lines with this comment, as an expression.
line()
{
    echo "($(grep -n "/\* $2 " "$sources/$1.c" | cut -d: -f1 | paste -sd '|'))"
}

# tried TOOL SOURCE OPTIONS...: compiled and run so.
tried()
{
    local flags=() under=() cc=gcc
    case $1 in
        valgrind) under=(valgrind -q --error-exitcode=9) ;;
        asan-*) cc=${1#*-} flags=(-fsanitize=address) ;;
        both-*) cc=${1#*-} flags=("-fsanitize=address,undefined") ;;
        ubsan-*) cc=${1#*-} flags=(-fsanitize=undefined) ;;
    esac
    if ! CC=$cc "$top/emu/emu-cc" -w -g -O0 "${flags[@]}" "${@:3}" "$2" -o prog.emu 2>cc.err; then
        status=cc out='' err=$(<cc.err)
        return
    fi
    run "${under[@]}" ./prog.emu --timeout 120 <<<"a line"
}

while IFS=$'\t' read -r name mistake tools report; do
    [ "${name:0:1}" != "#" ] || continue
    report=${report//HERE/$(line "$name" here)}
    report=${report//MADE/$(line "$name" made)}
    for tool in $tools; do
        # shellcheck disable=SC2086 # one word or two
        if [ "$report" != - ]; then
            tried "$tool" "$sources/$name.c" -D$mistake
            like "$name $mistake, $tool" "$status $err" "$report"
        fi
        # shellcheck disable=SC2086
        tried "$tool" "$sources/$name.c" -D$mistake -DNEAR
        is "$name $mistake, $tool: nothing near it" "$status $err" "0 "
        like "$name $mistake, $tool: to its end" "$out" "end"
    done
done <"$top/tests/e2e/memory.tsv"

# ---- our own programs ----------------------------------------------------------------------------------------

for name in blink button hello kmalloc printk-all-formats sd-list threads timer uart-echo; do
    for tool in valgrind both-gcc both-clang; do
        tried "$tool" "$top/test-binaries/$name.c"
        unlike "$name, $tool: nothing reported" "$status $err" "^9|==[0-9]+==|runtime error|Sanitizer"
    done
done

# ---- without a tool, addresses are the Pi's -----------------------------------------------------------------

cat >where.c <<'END'
#include "rpi.h"
void notmain(void)
{
    kmalloc_init_mb(1);
    printk("%x %x %x\n", kmalloc(1), kmalloc(9), kmalloc(8));
}
END
tried plain where.c
is "without a tool no bytes lie between blocks" "$out" "0x100018 0x100008 0x100000
DONE!!!"
tried valgrind where.c
unlike "with one they do" "$out" "^0x100018"

finish
