#!/usr/bin/env bash
# tools/pictures: it makes what the documents show.
. "$(dirname "$0")/../tap.sh"

run "$top/tools/pictures" --help
like "--help explains" "$status $out" "^0 usage: tools/pictures"
run "$top/tools/pictures" nonesuch
is "an unknown picture" "$status $err" "2 tools/pictures: nonesuch: no such picture (--help lists them)"
mkdir -p "$dir/tree/docs" "$dir/tree/tests/e2e"
cp -R "$top/tools" "$dir/tree/tools"
cp -R "$top/tests/e2e/lib" "$top"/tests/e2e/*.py "$dir/tree/tests/e2e"
cp -R "$top/test-binaries" "$dir/tree/test-binaries"
run "$dir/tree/tools/pictures" web
is "the page" "$status $err" "0 "
is "is a picture" "$(head -c 4 "$dir/tree/docs/pictures/web.png" | tr -d "\\211")" PNG
run "$dir/tree/tools/pictures" board
is "the terminal" "$status $err" "0 "
like "shows the driven pin and what the program printed of it" "$(cat "$dir/tree/docs/pictures/board.svg")" \
    "^<svg .*>back<.*>GPIO21<.*</svg>"
finish
