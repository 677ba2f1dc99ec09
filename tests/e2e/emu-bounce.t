#!/usr/bin/env bash
# Mailbox messages and DMA of recompiled programs whose devices are on a Pi: the same on the virtual
# Pi, which has the program's memory, and forwarded, where it is here.
. "$(dirname "$0")/../tap.sh"
sources=$top/tests/e2e/bounce
cd "$dir" || exit 1
unset DEBUGINFOD_URLS

"$top/tools/virtual-pi" --link "$dir/pi" --trace-file "$dir/accesses" --trace-writes >"$dir/pi.out" 2>"$dir/pi.err" &
pi_pid=$!
trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 200); do
    [ ! -e "$dir/pi" ] || break
    read -r -t 0.1 <> <(:) || :
done
[ -e "$dir/pi" ] || { echo "Bail out! no virtual Pi: $(cat "$dir/pi.err")"; exit 1; }
install="$top/my-install/my-install --timeout 60 $dir/pi"

for name in mailbox dma refused; do
    "$top/emu/pi-cc" -g -O2 -Wall -Wextra "$sources/$name.c" -o "$name.bin" 2>cc.err &&
        "$top/emu/emu-cc" -g -O2 -Wall -Wextra "$sources/$name.c" -o "$name.emu" 2>>cc.err
    is "$name compiles" "$?$(<cc.err)" 0
done

for name in mailbox dma; do
    run $install "$name.bin"
    alone="$status $out"
    like "$name runs on the virtual Pi" "$alone" "^0 .*DONE!!!"
    run $install -exec "./$name.emu"
    is "$name: forwarded prints the same" "$status $out" "$alone"
    is "$name: nothing is remarked" "$err" ""
    run "./$name.emu" --pi="$dir/pi" --no-batch --no-shadow --no-fuse --no-compact
    is "$name: and so without accelerations" "$status $out" "$alone"
done

# What bus masters were told of while programs were forwarded, as QEMU recorded it.
words() # of a register
{
    sed -n "s/.*memory_region_ops_write.* addr 0x$1 value 0x\([0-9a-f]*\) .*/\1/p" accesses
}
handed() # those that name the bounce buffer, whatever the alias
{
    grep -c -E '^(4|c|)0*4[0-9a-f]{5}$'
}
seen=$(wc -l <accesses)
run "./refused.emu" --pi="$dir/pi"
is "a program that asks too much goes on" "$status $out" "0 core clock: 0x80000001 0x0 400000000
to the line's pins: 0x0
for ever: 0x0
to address 0: 0x0
still here
DONE!!!"
like "the clock of the line stays" "$err" "emu: the mailbox message at 0x[0-9a-f]* was sent without its tag 0x00038002: the line's baud rate is made from that clock"
like "channels that nobody carries" "$err" "emu: mailbox channel 0 is not supported: 0x80 was not sent"
like "the pins of the line stay" "$err" "emu: DMA was not started: its control block at 0x[0-9a-f]* names the device address 0x20200004"
like "chains without an end" "$err" "emu: DMA was not started: its chain of control blocks comes back to 0x[0-9a-f]*; the copies on the Pi need an end"
like "memory that is none" "$err" "emu: DMA was not started: its control block at 0x[0-9a-f]* names 0x0, which is neither memory"
sed -i "1,${seen}d" accesses
is "one message was sent, and lay in the bounce buffer" "$(words 2000b8a0 | wc -l) $(words 2000b8a0 | handed)" "1 1"
is "control blocks lie there" "$(words 20007504 | wc -l) $(words 20007504 | handed)" "3 3"
is "none was started" "$(words 20007500)" ""

run $install -exec ./mailbox.emu
like "and the line is as it was" "$status $out" "^0 .*DONE!!!"

if command -v valgrind >/dev/null; then
    run valgrind ./refused.emu --pi="$dir/pi"
    like "valgrind: what a message says need not be initialised" "$status $err" "^0 .*ERROR SUMMARY: 0 errors"
else
    skip "valgrind" "not installed"
fi
finish
