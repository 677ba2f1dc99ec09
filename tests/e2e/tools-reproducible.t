#!/bin/bash
# tools/reproducible over small trees: one whose products are the same from two folders, and ones whose
# products remember the folder, the home, or are there only once.
set -u
. "$(dirname "$0")/../tap.sh"

tree=$dir/tree
git init -q "$tree"
mkdir "$tree/my-install"

makefile() # stdin: the recipe of `make`
{
    { echo 'all:' && sed 's/^/\t/'; } >"$tree/Makefile"
    git -C "$tree" add Makefile
}

reproducible()
{
    run "$top/tools/reproducible" --root "$tree" "$@"
}

makefile <<'END'
echo same >a.bin; mkdir -p my-install out; echo same >my-install/my-install; echo same >out/lib.a
echo $(CURDIR) >out/not-a-product
END
reproducible
is "the same bytes: exit 0" "$status" 0
is "the same bytes: counted" "$out" "3 products are the same bytes from two folders"

makefile <<'END'
mkdir -p my-install; echo $(CURDIR) >my-install/my-install; echo same >b.emu
END
reproducible
is "a product that names its folder: exit 1" "$status" 1
is "a product that names its folder: named, and it alone" "$out" "my-install/my-install differs"
reproducible --keep
kept=$(sed -n 's/.* are in \(.*\) and .*/\1/p' <<<"$err")
is "--keep: the builds stay" "$(cat "$kept/b.emu")" same
rm -rf "$(dirname "${kept:?}")"

makefile <<'END'
echo $$HOME $$TZ >a.bin
END
reproducible
is "a product that depends on the environment" "$out" "a.bin differs"

makefile <<'END'
case $(CURDIR) in */within) ;; *) touch once.bin ;; esac; touch a.bin
END
reproducible
is "a product of one build only" "$out" "only one build makes once.bin"

echo uncommitted >"$tree/words"
git -C "$tree" add words
echo changed >"$tree/words"
echo unknown >"$tree/unknown.bin"
makefile <<'END'
cp words a.bin; test ! -e unknown.bin
END
reproducible
is "builds what is in the folder now, and nothing git does not know" "$status$out" \
    "01 products are the same bytes from two folders"

makefile <<<'echo the reason; false'
reproducible
is "a build that fails: exit 1" "$status" 1
like "a build that fails: why" "$err" 'the build in a fresh copy fails:.*the reason'

makefile <<<true
reproducible
is "nothing built: exit 1" "$status" 1
like "nothing built: said" "$err" 'made nothing to compare'

reproducible --help
like "--help" "$out" '^usage: tools/reproducible'
reproducible --often
is "unknown word: exit 2" "$status" 2
like "unknown word: named" "$err" 'unknown word: --often'
run "$top/tools/reproducible" -j
like "-j alone" "$err" '-j needs a word'
run "$top/tools/reproducible" --root "$dir"
is "not a git tree: exit 2" "$status" 2
like "not a git tree: said" "$err" 'no git working tree'

finish
