#!/bin/bash
# tests/fuzz/run: a moment of each fuzzer, so that none rots, and its messages.
. "$(dirname "$0")/../tap.sh"

run "$top/tests/fuzz/run" nonesuch
is 'an unknown fuzzer' "$status: $err" '2: tests/fuzz/run: nonesuch: no such fuzzer'
mkdir "$dir/bin"
ln -s "$(command -v dirname)" "$dir/bin/dirname"
run env PATH="$dir/bin" /bin/sh "$top/tests/fuzz/run"
is 'no clang' "$status: $err" \
    '2: tests/fuzz/run: clang: not installed (sudo apt install clang, or sudo dnf install clang compiler-rt)'
run "$top/tests/fuzz/run" --help
like '--help explains' "$out" 'usage: tests/fuzz/run'
for file in "$top"/tests/fuzz/*.c; do
    name=$(basename "$file" .c)
    if command -v clang clang-14 >/dev/null; then
        run "$top/tests/fuzz/run" -t 1 "$name"
        like "$name finds nothing in a second" "$status: $out" "^0: $name: nothing found"
    else
        skip "$name finds nothing in a second" 'clang is not installed'
    fi
done
finish
