#!/bin/bash
# tools/bless over a tree with golden files: it replaces those that changed, says which, and leaves
# everything alone when a script fails or only a check is asked for.
set -u
. "$(dirname "$0")/../tap.sh"

tree=$dir/tree
golden=$tree/tests/golden
mkdir -p "$golden"
printf 'all:\n\techo built >built\n' >"$tree/Makefile"

script() # NAME BODY
{
    printf '#!/bin/sh\n%s\n' "$2" >"$golden/$1.sh"
    chmod +x "$golden/$1.sh"
}

bless()
{
    run "$top/tools/bless" --root "$tree" "$@"
}

bless
is "no golden files: nothing to do" "$status$out" 0

script one 'cat built; echo two'
script other 'cat; pwd'
bless
is "new ones: exit 0" "$status" 0
is "the tree is built first; the script runs from its root" "$(cat "$golden/one.golden")" $'built\ntwo'
is "stdin is empty" "$(cat "$golden/other.golden")" "$tree"
like "says what changed" "$out" 'tests/golden/one.golden: 1 file changed, 2 insertions'

bless
is "nothing changed: silent" "$status$out$err" 0

script one 'echo built; echo three'
bless --check
is "--check: exit 1" "$status" 1
like "--check: shows the difference" "$out" $'-two\n\\+three'
is "--check: changes nothing" "$(tail -n 1 "$golden/one.golden")" two
bless --check other
is "--check of another: exit 0" "$status$out" 0

bless other
is "a name: the others stay" "$(tail -n 1 "$golden/one.golden")" two
bless one
like "a changed one: its diff stat" "$out" \
    'tests/golden/one.golden: 1 file changed, 1 insertion\(\+\), 1 deletion'
is "a changed one: replaced" "$(tail -n 1 "$golden/one.golden")" three

rm "$tree/built"
bless --no-build one
is "--no-build: does not build" "$(ls "$tree")" $'Makefile\ntests'

script one 'echo half; exit 3'
bless
is "a script that fails: exit 1" "$status" 1
like "a script that fails: named" "$err" 'tests/golden/one.sh failed; tests/golden/one.golden is as it was'
is "a script that fails: the file is as it was" "$(tail -n 1 "$golden/one.golden")" three
rm "$golden/one.golden"
script one 'echo new'
bless --check one
is "--check of one that is not there yet: exit 1" "$status" 1

echo lost >"$golden/orphan.golden"
bless
is "a golden file nobody makes: exit 1" "$status" 1
like "a golden file nobody makes: named" "$err" 'orphan.golden: no script tests/golden/orphan.sh makes it'
rm "$golden/orphan.golden"

printf 'all:\n\tfalse\n' >"$tree/Makefile"
bless
is "the build fails: exit 1" "$status" 1
is "the build fails: nothing is made" "$(ls "$golden")" $'one.sh\nother.golden\nother.sh'

bless nothing
is "no such name: exit 2" "$status" 2
like "no such name: said" "$err" 'tests/golden/nothing.sh: no such script'
bless --help
like "--help" "$out" '^usage: tools/bless'
bless --force
is "unknown option: exit 2" "$status" 2
like "unknown option: named" "$err" 'unknown option: --force'
run "$top/tools/bless" --root
like "--root alone" "$err" '--root needs a folder'

finish
