# tests/tap.sh - TAP for shell tests: `. "$(dirname "$0")/../tap.sh"`, then checks, then `finish`.
# A check that fails says what, expected, got. $dir is a fresh folder, removed at the end.
# shellcheck shell=bash disable=SC2034 # the variables are for the test that reads this file

# A descriptor this shell was given by chance must not be taken for a line to a Pi.
exec 21>&- 12>&-

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$(mktemp -d)
export XDG_STATE_HOME=$dir/state # what programs remember is no business of the user's
trap 'rm -rf "$dir"' EXIT
checks=0 failures=0

_report() # ok|"not ok" WHAT [LINES...]: each line of the rest becomes a diagnostic
{
    checks=$((checks + 1))
    echo "$1 $checks - $2"
    [ "$1" = ok ] && return
    failures=$((failures + 1))
    printf '%s\n' "${@:3}" | sed 's/^/#   /'
}

# is WHAT GOT EXPECTED: the same text.
is()
{
    if [ "$2" = "$3" ]; then
        _report ok "$1"
    else
        _report "not ok" "$1" "expected:" "$3" "got:" "$2"
    fi
}

# like WHAT GOT REGEX: GOT has a match of an extended regular expression (in bash's sense: any line).
like()
{
    if [[ $2 =~ $3 ]]; then
        _report ok "$1"
    else
        _report "not ok" "$1" "expected a match of:" "$3" "got:" "$2"
    fi
}

# unlike WHAT GOT REGEX: it has none.
unlike()
{
    if [[ $2 =~ $3 ]]; then
        _report "not ok" "$1" "expected no match of:" "$3" "got:" "$2"
    else
        _report ok "$1"
    fi
}

# run COMMAND...: fills $out (stdout), $err (stderr) and $status; never fails itself.
out='' err='' status=0
run()
{
    status=0
    "$@" >"$dir/.out" 2>"$dir/.err" || status=$?
    out=$(<"$dir/.out")
    err=$(<"$dir/.err")
}

# row PROGRAM SITUATION: $status and $err are what tests/exit-status.tsv says of it.
row()
{
    local program situation want message rest
    while IFS=$'\037' read -r program situation want message rest; do
        [ "$program/$situation" = "$1/$2" ] || continue
        is "$1: $2: status" "$status" "$want"
        if [[ $err == *"$message"* ]]; then
            _report ok "$1: $2: message"
        else
            _report "not ok" "$1: $2: message" "expected on stderr:" "$message" "got:" "$err"
        fi
        return
    done < <(tr '\t' '\037' <"$top/tests/exit-status.tsv") # a tab would swallow an empty field
    _report "not ok" "$1: $2: no such row in tests/exit-status.tsv"
}

skip() # WHAT WHY
{
    checks=$((checks + 1))
    echo "ok $checks - $1 # SKIP $2"
}

finish()
{
    echo "1..$checks"
    exit $((failures > 0))
}
