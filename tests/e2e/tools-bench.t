#!/bin/bash
# tests/bench/run with benchmarks that print known numbers: its table, and what it does with those that
# fail or cannot run here.
set -u
. "$(dirname "$0")/../tap.sh"

benchmark() # NAME BODY
{
    printf '#!/bin/bash\n%s\n' "$2" >"$dir/$1.bench"
    chmod +x "$dir/$1.bench"
}

header=$'group\tworkload\tsetting\tours\treference\tratio\tlimit\trequired\tunit'
bench()
{
    rm -f "$dir/out.tsv"
    run "$top/tests/bench/run" --dir "$dir" --out "$dir/out.tsv" "$@"
    tsv=$(cat "$dir/out.tsv" 2>/dev/null)
}

bench
is "no benchmarks: the header alone" "$status$tsv" "0$header"

# Each round's number is the next of the list.
benchmark line-a "echo run a >>$dir/log
read -r n rest <<<\"\$(cat $dir/numbers)\"; echo \$rest >$dir/numbers; printf 'put\t115200\twrites/s\tmore\t%s\t2\t9\t1.5\n' \$n"
benchmark models-b "echo run b >>$dir/log; printf 'start\thello\tms\tless\t2\t8\t\t\nsize\thello\tKB\tless\t1234567\t\t\t\n'"
echo 10 2 6 >"$dir/numbers"
bench --rounds 3
is "medians of ours, of the reference, of the ratios; times inverted" "$tsv" "$header"$'
line\tput\t115200\t6\t2\t3\t9\t1.5\twrites/s
models\tstart\thello\t2\t8\t4\t\t\tms
models\tsize\thello\t1235000\t\t\t\t\tKB'
is "the benchmarks take turns" "$(tr '\n' ' ' <"$dir/log")" "run a run b run a run b run a run b "
is "exit 0" "$status" 0
like "the table is printed, too" "$out" "line +put +115200 +6 +2 +3 +9 +1.5 +writes/s"

echo 2 >"$dir/numbers"
bench --rounds 1
is "a required ratio that is missed: exit 1" "$status" 1
is "and named" "$err" "bench: line put 115200: the ratio is below 1.5"

bench --rounds 1 models
is "a group: only that one" "$(cut -f1 <<<"$tsv" | sort -u | tr '\n' ' ')" "group models "

benchmark models-c "echo no such device here >&2; exit 77"
bench --rounds 2 models
is "one that cannot run here: exit 0" "$status" 0
is "one that cannot run here: says why, once" "$err" "no such device here"
like "the others go on" "$tsv" $'start\thello'

benchmark models-c "exit 5"
bench --rounds 2 models
is "one that fails: exit 1" "$status" 1
is "one that fails: named" "$err" "bench: models-c: exit status 5"
like "one that fails: the others are in the table" "$tsv" $'start\thello'
benchmark models-c "echo fast"
bench --rounds 1 models
is "one that prints no fields: exit 1" "$status" 1
like "one that prints no fields: named" "$err" "bench: models-c: not the eight fields \(see --help\): 'fast'"

benchmark models-c "exec tail -f /dev/null"
bench --rounds 1 --limit 0.2 models
is "one that does not end: exit 1" "$status" 1
is "one that does not end: named" "$err" "bench: models-c: no end after 0.2 s"

bench nothing
is "no such group: exit 2" "$status" 2
is "no such group: named" "$err" "bench: nothing: no benchmarks of this group"
bench --rounds 0
is "no rounds: exit 2" "$status" 2
like "no rounds: said" "$err" 'rounds needs a number above 0'
bench --rounds few
is "rounds that are no number: exit 2" "$status" 2
bench --help
like "--help" "$out" '^usage: tests/bench/run'
is "--help: exit 0" "$status" 0

finish
