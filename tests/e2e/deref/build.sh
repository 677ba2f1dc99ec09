# For tests: builds the programs of this folder. tests/tap.sh was read before.
# shellcheck shell=bash disable=SC2154

# build_forms PROG.emu GCC 'CLANG WORDS' OPTIONS...: forms.c by both compilers at each level, in one program.
# What it is to print is in $forms_text. clang's DWARF 5 is too new for some valgrinds.
build_forms()
{
    local cc level name words objects=() prototypes='' calls=''
    forms_text=
    for cc in "$2" "$3"; do
        for level in O0 O1 O2 O3 Os; do
            read -ra words <<<"$cc"
            name=${words[0]##*-}_$level
            "$top/emu/emu-cc" --cc="${words[0]}" "${words[@]:1}" "${@:4}" -gdwarf-4 -$level -DNAME="$name" -c "$top/tests/e2e/deref/forms.c" \
                -o "$name.o" || return
            objects+=("$name.o")
            forms_text+="$name: 0 wrong"$'\n'
            prototypes+="void $name(void);"$'\n'
            calls+="    $name();"$'\n'
        done
    done
    printf '%s\nvoid notmain(void)\n{\n%s}\n' "$prototypes" "$calls" >forms-main.c
    "$top/emu/emu-cc" --cc="$2" "${@:4}" -g forms-main.c "${objects[@]}" -o "$1" || return
    forms_text+='DONE!!!'
}

# check_instructions WHAT COMMAND...: runs instructions.c; the trace has the reads and writes it counts.
check_instructions()
{
    run "${@:2}" --trace
    like "$1: each instruction does to devices what it does to memory" "$status $out" \
        '^0 [0-9]+ instructions, 0 wrong, [0-9]+ reads, [0-9]+ writes.DONE!!!$'
    is "$1: in as many accesses" "$(grep -c 'GET.*(0x200030' <<<"$err") reads, $(grep -c 'PUT.*(0x200030' <<<"$err") writes" \
        "$(sed -n 's/.*wrong, //p' <<<"$out")"
}
