#!/bin/bash
# emu-compare and emu-log as a user runs them: traces of programs become logs and texts again, byte for
# byte; where two runs differ is shown; files that are damaged, cut, broken or something else.
set -u
. "$(dirname "$0")/../tap.sh"

cd "$dir" || exit
compare=$top/emu/emu-compare
log=$top/emu/emu-log

# ---- what programs print, and back ----

for name in hello blink; do
    for format in course all; do
        run "$top/test-binaries/$name.emu" --quiet "--trace=$format"
        printf '%s\n' "$err" >"$name.$format"
        printf '%s\n%s\n' "$out" "$err" >"$name.$format.mixed" # as a terminal shows it
        run "$log" import "$name.$format.mixed" -o "$name.$format.log"
        is "$name, $format: imported" "$status: $err" '0: '
        run "$log" show "--format=$format" "$name.$format.log"
        is "$name, $format: the log shows what --trace=$format printed" "$out" "$(<"$name.$format")"
        run "$compare" "$name.$format" "$name.$format.log"
        like "$name, $format: the text and its log are equal" "$status: $out" '^0: equal: [0-9]+ accesses$'
    done
    run "$log" show "$name.all.log"
    is "$name: all of it, shown as the course's" "$out" "$(<"$name.course")"
    run "$compare" --only=all "$name.course" "$name.all.log"
    like "$name: what the course's format does not show is not compared" "$status: $out" '^0: equal'
done
run "$compare" blink.course hello.course
is 'two programs differ' "$status" 1

# ---- a small run, in all forms ----

cat >run.txt <<'END'
emu: native engine: prog.c
TRACE:0: calling pi code
TRACE:1: GET32(0x20200008) = 0x0
hello
TRACE:2: PUT32(0x20200008) = 0x40000
TRACE:3: dev_barrier
TRACE:4: PUT32(0x2020001c) = 0x1
TRACE:5: PUT32(0x20201000) = 0x41
TRACE:6: delaying 3 cycles
TRACE:7: PUT32(0x20200028) = 0x1
END
run "$log" import run.txt -o run.log
is 'imported' "$status: $err" '0: '
run "$log" show --format=2019 run.log
is 'as in 2019' "$out" $'\tTRACE:GET32(0x20200008)=0x0
\tTRACE:PUT32(0x20200008)=0x40000
\tTRACE:PUT32(0x2020001c)=0x1
\tTRACE:PUT32(0x20201000)=0x41
\tTRACE:PUT32(0x20200028)=0x1'
printf '%s\n' "$out" >run.2019
run "$log" show --format=pi run.txt
is 'as on the Pi, from the text itself' "$out" 'TRACE:GET32(0x20200008)=0x0
TRACE:PUT32(0x20200008)=0x40000
TRACE:PUT32(0x2020001c)=0x1
TRACE:PUT32(0x20201000)=0x41
TRACE:PUT32(0x20200028)=0x1'
printf '%s\n' "$out" >run.pi
for other in run.2019 run.pi run.txt; do
    run "$compare" "$other" run.log
    like "$other and the log are equal" "$status: $out" '^0: equal: [57] accesses$'
done
run "$compare" run.pi <(sed 's/0x41/0x42/' run.2019)
like 'one of them from a pipe: line and register' "$status: $out" \
    '1: .*another value.*< run.pi, line 4: PUT32\(0x20201000\) = 0x41 # UART0.DR.*line 4: PUT32\(0x20201000\) = 0x42'
run "$log" show --format=full run.log
like 'in full: time' "$out" '4  0.300 us  PUT32\(0x2020001c\) = 0x1 # GPIO.SET0'
run "$log" info run.log
like 'what is in it' "$out" 'clock        virtual time
end          none: the run was killed, or still goes on
size         [0-9]+ bytes, [0-9.]+ an access
accesses     8
  program    8
barriers     1
delays       1

register                 address           reads       writes
GPIO.FSEL2               0x20200008            1            1
GPIO.SET0                0x2020001c            0            1
GPIO.CLR0                0x20200028            0            1
UART0.DR                 0x20201000            0            1'
run "$log" info run.2019
like 'what is in a text' "$out" 'text         2019
accesses     5'

# ---- where two differ ----

sed 's/0x2020001c) = 0x1$/0x2020001c) = 0x2/' run.txt >value.txt
run "$compare" run.log value.txt
is 'a value: both sides, and what was equal before' "$status: $out" '1: run.log and value.txt differ: another value
  run.log, access 1: GET32(0x20200008) = 0x0 # GPIO.FSEL2
  run.log, access 2: PUT32(0x20200008) = 0x40000 # GPIO.FSEL2
  run.log, access 3: dev_barrier
< run.log, access 4: PUT32(0x2020001c) = 0x1 # GPIO.SET0
> value.txt, line 7: PUT32(0x2020001c) = 0x2 # GPIO.SET0'
run "$compare" --context=0 run.log value.txt
is '--context=0' "$(wc -l <<<"$out")" 3
run "$compare" --quiet run.log value.txt
is '--quiet says it by the status alone' "$status: $out$err" '1: '
run "$compare" --quiet run.log run.log
is '--quiet and equal' "$status: $out$err" '0: '
head -9 run.txt >short.txt
run "$compare" run.txt short.txt
like 'one ends' "$status: $out" '1: run.txt and short.txt differ: run.txt does more.*> short.txt ends'
run "$compare" --time run.log run.log
like 'times' "$status: $out" '0: equal: 7'
sed 's/delaying 3/delaying 4/' run.txt >delay.txt
run "$log" import delay.txt -o delay.log
run "$compare" run.log delay.log
like 'a delay' "$status: $out" '1: .*< run.log, access 6: delaying 3 cycles'

sed -n '/0x2020001c/{h;n;p;x};p' run.txt | awk '/^TRACE:/ {sub(/[0-9]+/, n++)} {print}' >swapped.txt
run "$compare" run.log swapped.txt
like 'another order is another run' "$status: $out" '1: .*another register'
run "$compare" --reorder run.log swapped.txt
is 'but for --reorder' "$status: $out" '0: equal: 7 accesses, some of them in another order'
run "$compare" --reorder=bits,writes,reads run.log swapped.txt
like 'and only by the rule for devices' "$status: $out" '^1: '
grep -v 20201000 swapped.txt | awk '/^TRACE:/ {sub(/[0-9]+/, n++)} {print}' >less.txt
run "$compare" --reorder run.log less.txt
is 'what is missing before the next barrier' "$status: $out" \
    '1: run.log and less.txt differ: run.log does more
  run.log, access 2: PUT32(0x20200008) = 0x40000 # GPIO.FSEL2
  run.log, access 3: dev_barrier
  run.log, access 4: PUT32(0x2020001c) = 0x1 # GPIO.SET0
< run.log, access 5: PUT32(0x20201000) = 0x41 # UART0.DR
> less.txt: no more of UART0 up to less.txt, line 8: delaying 3 cycles'
{
    echo 'TRACE:0: PUT32(0x20201000) = 0x41'
    for i in {1..300}; do echo "TRACE:$i: PUT32(0x2020001c) = 0x$((10 ** (i % 8)))"; done
} >far.txt
awk -F': ' 'NR == 1 {first = $2; next} {print "TRACE:" NR - 2 ": " $2} END {print "TRACE:" NR - 1 ": " first}' \
    far.txt >near.txt
run "$compare" --reorder far.txt near.txt
like 'far away' "$status: $out" '0: equal: 301 accesses, some'
run "$compare" --reorder --window=100 far.txt near.txt
like 'too far away' "$status: $out" '1: .*< far.txt, line 1: PUT32\(0x20201000\) = 0x41.*> near.txt: not yet.*more than 100 accesses'

# ---- files that are no good ----

echo '# Notes' >readme.md
: >empty.log
mkdir folder
damage() # FILE OFFSET BYTE: run.log with one byte changed
{
    cp run.log "$1"
    python3 -c 'import os, sys
os.pwrite(os.open(sys.argv[1], os.O_WRONLY), bytes([int(sys.argv[3])]), int(sys.argv[2]))' "$@"
}
damage later.log 8 2
damage flipped.log 50 255
damage real.log 9 1
python3 - real.log <<'END'
import sys, zlib
with open(sys.argv[1], "r+b") as f:
    head = f.read(12)
    f.write(zlib.crc32(head).to_bytes(4, "little"))
END
sed "s|TRACE:4: .*|TRACE:4: PUT64|" run.txt >broken.txt
size=$(stat -c %s run.log)

run "$compare" run.log && row emu-compare 'one run'
run "$compare" a b c && row emu-compare 'three runs'
run "$compare" --fast a b && row emu-compare 'no such option'
run "$compare" --reorder=devices,bit a b && row emu-compare 'an unknown rule'
run "$compare" --reorder= a b && row emu-compare 'no rule'
run "$compare" --only=console a b && row emu-compare '--only and something else'
run "$compare" --time=-1 a b && row emu-compare 'a time that is no number'
run "$compare" --context=101 a b && row emu-compare 'too much context'
run "$compare" --reorder --window=0 a b && row emu-compare 'a window of nothing'
run "$compare" --window=5 a b && row emu-compare '--window without --reorder'
run "$compare" --time --reorder a b && row emu-compare '--time with --reorder'
run "$compare" --time run.log run.txt && row emu-compare '--time and a text'
run "$compare" --time run.log real.log && row emu-compare '--time and two clocks'
run "$compare" run.log nowhere.log && row emu-compare 'a file that is not there'
run "$compare" folder run.log && row emu-compare 'a folder'
run "$compare" run.log empty.log && row emu-compare 'an empty file'
run "$compare" readme.md run.log && row emu-compare 'a file of something else'
run "$compare" run.log later.log && row emu-compare 'a log of another version'
run "$compare" run.log flipped.log && row emu-compare 'a log with a flipped bit'
run "$compare" --reorder run.log flipped.log
is 'a flipped bit and --reorder' "$status" 2
run "$compare" run.log <(cat run.log) && row emu-compare 'a log from a pipe'
run "$compare" run.log broken.txt && row emu-compare 'a broken line'
run bash -c '"$1" run.log value.txt >/dev/full' bash "$compare" && row emu-compare 'the result cannot be written'
unexpected=
for ((n = 0; n < size; n++)); do # cut anywhere
    head -c "$n" run.log >cut.log
    run "$compare" run.log cut.log
    [ "$status" = 2 ] && [[ $err == *cut.log:* ]] || unexpected+=" $n"
done
is 'cut at any byte: refused, and the file named' "$unexpected" ''
row emu-compare 'a log that is cut'
run "$compare" --help
like '--help' "$status: $out" '^0: usage: emu-compare'

run "$log" && row emu-log 'no command'
run "$log" print run.log && row emu-log 'an unknown command'
run "$log" show && row emu-log 'no run'
run "$log" info run.log run.log && row emu-log 'two runs'
run "$log" show --all run.log && row emu-log 'no such option'
run "$log" show --format=2021 run.log && row emu-log 'an unknown format'
run "$log" show nowhere.log && row emu-log 'a file that is not there'
run "$log" show flipped.log && row emu-log 'showing a log with a flipped bit'
run "$log" info flipped.log && row emu-log 'counting a log with a flipped bit'
like 'what is in a damaged log' "$out" 'end          unknown: the log is damaged'
run bash -c '"$1" show run.log >/dev/full' bash "$log" && row emu-log 'the text cannot be written'
run "$log" import run.txt && row emu-log 'importing to nowhere'
run "$log" import run.txt other.txt -o x.log && row emu-log 'importing two texts'
run "$log" import run.log -o x.log && row emu-log 'importing a log'
run "$log" import run.txt -o readme.md && row emu-log 'importing over something else'
run "$log" import run.txt -o /dev/full && row emu-log 'importing with a full disk'
run "$log" import broken.txt -o broken.log && row emu-log 'importing a broken line'
run "$log" show broken.log
is 'what comes before a broken line is there' "$out" "$(grep -m4 TRACE: run.txt)"
run "$log" --help
like '--help' "$status: $out" '^0: usage: emu-log'
finish
