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

bench()
{
    run "$top/tests/bench/run" --dir "$dir" "$@"
}

header=$'benchmark\tmetric\tunit\tmedian\tlowest\thighest\trounds'

bench
is "no benchmarks: the header alone" "$status$out" "0$header"

# Each round's number is the next of the list.
benchmark a "echo run a >>$dir/log
read -r n rest <<<\"\$(cat $dir/numbers)\"; echo \$rest >$dir/numbers; printf 'time\t%s\tms\n' \$n"
benchmark b "echo run b >>$dir/log; printf 'size\t1234567\tKB\nspeed\t0.5\tMB/s\n'"
echo 9 1 5 >"$dir/numbers"
bench --rounds 3
is "median, lowest and highest of the rounds" "$out" "$header"$'
a\ttime\tms\t5\t1\t9\t3
b\tsize\tKB\t1235000\t1235000\t1235000\t3
b\tspeed\tMB/s\t0.5\t0.5\t0.5\t3'
is "the benchmarks take turns" "$(tr '\n' ' ' <"$dir/log")" "run a run b run a run b run a run b "
is "exit 0" "$status" 0

bench --rounds 1 b
unlike "a name: only that one" "$out" $'\na\t'

benchmark c "echo no such device here >&2; exit 77"
bench --rounds 2 b c
is "one that cannot run here: exit 0" "$status" 0
is "one that cannot run here: says why, once" "$err" "no such device here"
like "the others go on" "$out" $'b\tspeed'

benchmark c "exit 5"
bench --rounds 2 b c
is "one that fails: exit 1" "$status" 1
is "one that fails: named" "$err" "bench: c: exit status 5"
like "one that fails: the others are in the table" "$out" $'b\tspeed'
benchmark c "echo fast"
bench --rounds 1 c
is "one that prints no numbers: exit 1" "$status" 1
like "one that prints no numbers: named" "$err" "bench: c: not metric, number, unit: 'fast'"

benchmark c "exec tail -f /dev/null"
bench --rounds 1 --limit 0.2 c
is "one that does not end: exit 1" "$status" 1
is "one that does not end: named" "$err" "bench: c: no end after 0.2 s"

bench nothing
is "no such benchmark: exit 2" "$status" 2
like "no such benchmark: named" "$err" 'no benchmark .*/nothing.bench'
bench --rounds 0
is "no rounds: exit 2" "$status" 2
like "no rounds: said" "$err" 'rounds needs a number above 0'
bench --rounds few
is "rounds that are no number: exit 2" "$status" 2
bench --help
like "--help" "$out" '^usage: tests/bench/run'
is "--help: exit 0" "$status" 0

finish
