#!/bin/bash
# docs/devices.md is what `make docs` writes; tools/devices-doc tells registers apart, and says what is
# wrong with the page.
set -u
. "$(dirname "$0")/../tap.sh"
cd "$top" || exit 1

if make -s out/tools/registers >"$dir/make" 2>&1; then
    is "docs/devices.md is current (make docs)" "$(tools/devices-doc --current docs/devices.md)" ""
else
    is "the list of registers builds" "$(<"$dir/make")" ""
fi
list=$(out/tools/registers)
tab=$'\t'
like "the models' registers are known" "$list" "register${tab}0x34${tab}LEV0${tab}0xffffffff${tab}0x00000000${tab}modelled${tab}96"
states=$(grep -c "^register${tab}.*${tab}\(modelled\|stubbed\|missing\)${tab}[0-9]*$" <<<"$list")
is "every register has a state" "$states" "$(grep -c ^register <<<"$list")"

# ---- a page of a chip with one block
mkdir "$dir/dev"
cat >"$dir/dev/toy.h" <<'END'
enum { DEV_TOY_BASE = 0x20200000 };
END
cat >"$dir/dev/toy.c" <<'END'
/* A toy.
 *
 * Not modelled: the smoke,
 * and the noise.
 *
 * Registers: none. */
END
cat >"$dir/registers" <<'END'
#!/bin/sh
printf 'block\tTOY\t0x20200000\tThe toy book\n'
printf 'register\t0x00\tA\t0x1\t0x1\tmodelled\t7\n'
printf 'register\t0x04\tB\t0x1\t0x0\tstubbed\t8\n'
printf 'register\t0x08\tC\t0x0\t0x1\tmissing\t9\n'
END
chmod +x "$dir/registers"
doc()
{
    tools/devices-doc --registers "$dir/registers" --models "$dir/dev" "$@" 2>&1
}
page=$(doc)
has()
{
    like "a page has: $1" "$page" "${1//[|]/\\|}"
}
has '| TOY | 0x20200000 | 1 | 1 | 1 |'
has 'Not modelled: the smoke, and the noise\.'
has '| 0x00 | A | read, write | modelled | 7 |'
has '| 0x04 | B | read | stubbed | 8 |'
has '| 0x08 | C | write | missing | 9 |'

echo "no tables" >"$dir/page.md"
like "a page without markers is refused" "$(doc --update "$dir/page.md")" "page.md: the marker lines are missing"
sed -n '/^<!-- .*registers/p' docs/devices.md >"$dir/page.md"
like "a page out of date shows how" "$(doc --current "$dir/page.md")" '\+\| 0x08 \| C \| write \| missing \| 9 \|'
doc --update "$dir/page.md"
is "a page brought up to date is current" "$(doc --current "$dir/page.md"; echo $?)" 0
like "a page that is not there" "$(doc --current "$dir/none.md")" "none.md: No such file"
like "registers that cannot be listed" "$(doc --registers "$dir/none")" "none: .*make docs builds it"
finish
