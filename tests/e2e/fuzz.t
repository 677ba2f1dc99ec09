#!/bin/bash
# tests/fuzz/run: what the fuzzers found before, again; a moment of each, so that none rots; messages.
. "$(dirname "$0")/../tap.sh"

run "$top/tests/fuzz/run" nonesuch
is 'an unknown fuzzer' "$status: $err" '2: tests/fuzz/run: nonesuch: no such fuzzer'
mkdir "$dir/bin"
for tool in dirname basename; do
    ln -s "$(command -v "$tool")" "$dir/bin/$tool"
done
run env PATH="$dir/bin" /bin/sh "$top/tests/fuzz/run"
is 'no clang' "$status: $err" \
    '2: tests/fuzz/run: clang: not installed (sudo apt install clang, or sudo dnf install clang compiler-rt)'
run env PATH="$dir/bin" /bin/sh "$top/tests/fuzz/run" -r
is 'no gcc' "$status: $err" '2: tests/fuzz/run: gcc: not installed'
run "$top/tests/fuzz/run" --help
like '--help explains' "$out" 'usage: tests/fuzz/run'

for file in "$top"/tests/fuzz/*.c; do
    name=$(basename "$file" .c)
    run "$top/tests/fuzz/run" -r "$name"
    is "$name: the corpus finds nothing" "$status: $out" \
        "0: $name: nothing found in $(wc -l <"$top/tests/fuzz/corpus/$name.hex") inputs"
    if command -v clang clang-14 >/dev/null; then
        run "$top/tests/fuzz/run" -t 1 "$name"
        like "$name finds nothing in a second" "$status: $out" "^0: $name: nothing found"
    else
        skip "$name finds nothing in a second" 'clang is not installed'
    fi
done

# A promise that is broken, and a fuzzer that has no corpus, in a tree of their own.
mkdir -p "$dir/tree/tests/fuzz/corpus"
cp -R "$top/tests/fuzz/run" "$top/tests/fuzz/replay" "$dir/tree/tests/fuzz"
for folder in wire libunix pi-side; do
    mkdir "$dir/tree/$folder"
    echo "int ${folder/-/_}_is_empty;" >"$dir/tree/$folder/empty.c"
done
cat >"$dir/tree/tests/fuzz/bad.c" <<'END'
/* Links: more.c */
#include <stdint.h>
#include <stdlib.h>
int more(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (nbytes == 3 && data[0] == 'b' && more())
        abort();
    return 0;
}
END
echo 'int more(void) { return 1; }' >"$dir/tree/more.c"
run "$dir/tree/tests/fuzz/run" -r bad
is 'a fuzzer without a corpus' "$status: $out" '1: bad: no corpus (tests/fuzz/run -m bad makes one)'
echo 676f6f64 >"$dir/tree/tests/fuzz/corpus/bad.hex"
run "$dir/tree/tests/fuzz/run" -r bad
is 'an input that is fine' "$status: $out" '0: bad: nothing found in 1 inputs'
echo 626164 >>"$dir/tree/tests/fuzz/corpus/bad.hex"
run "$dir/tree/tests/fuzz/run" -r bad
is 'an input that breaks a promise' "$status: $out" '1: bad: found: tests/fuzz/corpus/bad.hex:2'
echo 62616 >"$dir/tree/tests/fuzz/corpus/bad.hex"
run "$dir/tree/tests/fuzz/run" -r bad
is 'a corpus that is no hexadecimal' "$status: $out" '1: bad: found: tests/fuzz/corpus/bad.hex:1'
finish
