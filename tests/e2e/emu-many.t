#!/usr/bin/env bash
# emu --seeds: which seeds make a program do something else, each run by itself. emu --optimise: a volatile
# that is missing. TAP, JUnit XML, ranges in pieces, what remains when it is interrupted.
. "$(dirname "$0")/../tap.sh"
emu=$top/emu/emu
export TMPDIR=$dir/tmp
mkdir "$TMPDIR"
cd "$dir" || exit 1

left() # WHAT: no file, no process
{
    is "$1: no file is left" "$(ls -A "$TMPDIR")" ""
    is "$1: no process is left" "$(pgrep -f "^./[a-z]*.emu --output-limit.*$dir|^$dir/.*--output-limit")" ""
}

build() # NAME: from standard input
{
    { printf '#include "rpi.h"\n' && cat; } >"$1.c"
    run "$top/emu/emu-cc" -g -O1 -Wall "$1.c" -o "$1.emu"
    is "$1 compiles" "$status $err" "0 "
}

# ---- alike ----
run "$emu" --seeds 1..40 "$top/test-binaries/hello.emu"
is "hello: all alike" "$status $err" "0 "
like "hello: it says so" "$out" 'hello.emu, seeds 1 to 40: all alike \(status 0, '
for program in threads timer blink kmalloc; do
    run "$emu" --seeds 1..12 -j 2 "$top/test-binaries/$program.emu"
    is "$program: all alike" "$status $(grep -c 'all alike' <<<"$out")" "0 1"
done
build waits <<'EOF2'
void notmain(void)
{
    unsigned start = timer_get_usec();
    gpio_set_output(20);
    while (timer_get_usec() - start < 100)
        ;
    gpio_set_on(20);
    printk("waited\n");
}
EOF2
run "$emu" --seeds 1..40 waits.emu
is "how often it looks, and at what time, is not compared" "$status $(grep -c 'all alike' <<<"$out")" "0 1"
run "$emu" --seeds 1..10 --exact waits.emu
is "with --exact it is" "$status" 1

# ---- different ----
build uninit <<'EOF2'
void notmain(void)
{
    volatile unsigned *p = (void *)0x4000000;
    gpio_set_output(20);
    if (*p % 4 == 0)
        gpio_set_on(20);
    else
        gpio_set_off(20);
    if (*p % 16 == 0)
        printk("an unusual text\n");
    if (*p % 16 == 1)
        *(volatile unsigned *)4 = 0;
    printk("done\n");
}
EOF2
run "$emu" --seeds 1..60 uninit.emu
is "memory nobody wrote: some differ" "$status" 1
like "how many is said" "$out" 'seeds 1 to 60: [0-9]+ of 60 differ \(the others: status 0'
like "the first access, both sides with their places" "$out" \
    '< seed [0-9]+, access [0-9]+: PUT32\(0x20200028\) = 0x100000 # GPIO.CLR0  .*in .*> seed [0-9]+, access [0-9]+: PUT32\(0x2020001c\) = 0x100000 # GPIO.SET0'
like "another text" "$out" $'print something else, line 1\n< seed [0-9]+: done\n> seed [0-9]+: an unusual text'
like "a crash disturbs no other" "$out" ': status 1'
again=$(sed -n 's/^again: //p' <<<"$out" | head -n 1)
like "how to repeat it" "$again" '^emu --fill=random:[0-9]+ uninit.emu$'
seed=${again##*random:}
"$emu" --fill=random:"${seed% *}" --trace uninit.emu >again.out 2>&1
like "which does it" "$(<again.out)" '0x2020001c'
first=$out
run "$emu" --seeds 1..60 -j 3 uninit.emu
is "the report does not depend on the processes" "$out" "$first"
left "after differences"

# ---- for graders ----
run "$emu" --seeds 1..60 --tap --junit=all.xml uninit.emu
is "--tap: the plan" "$status $(sed -n 2p <<<"$out")" "1 1..60"
is "--tap: a line a seed" "$(grep -Ec '^(not )?ok [0-9]+ - uninit.emu, seed [0-9]+$' <<<"$out")" 60
like "--tap: what differs, and how to repeat it" "$out" $'\n# again: emu --fill=random:'
failed=$(grep -c '^not ok' <<<"$out")
printf '%s\n' "$out" >all.tap
is "prove reads it" "$(prove -e cat all.tap 2>&1 | grep -c "Failed $failed/60 subtests")" 1
is "--junit: XML of the same" "$(python3 - all.xml <<'EOF2'
import sys, xml.etree.ElementTree as tree
s = tree.parse(sys.argv[1]).getroot().find("testsuite")
print(s.get("tests"), s.get("failures"), len(s.findall("testcase")), len(s.findall("testcase/failure")))
EOF2
)" "60 $failed 60 $failed"
for range in 1..20 21..40 41..60; do
    "$emu" --seeds $range --reference=3 --tap uninit.emu
done >pieces.txt
run "$emu" --seeds 1..60 --reference=3 --tap uninit.emu
is "pieces of a range, joined, are the whole" "$(grep -o '^.*ok.*seed.*' pieces.txt | sed 's/ok [0-9]*/ok/')" \
    "$(grep -o '^.*ok.*seed.*' <<<"$out" | sed 's/ok [0-9]*/ok/')"
run parallel -j 2 --quote "$emu" --seeds {} waits.emu ::: 1..10 11..20 21..30
is "under GNU parallel" "$status $(grep -c 'all alike' <<<"$out")" "0 3"

# ---- hangs, interruption ----
build hangs <<'EOF2'
void notmain(void)
{
    volatile unsigned *p = (void *)0x4000000;
    while (*p % 2)
        ;
    printk("done\n");
}
EOF2
run "$emu" --seeds 1..6 --timeout 1 hangs.emu
like "what hangs is ended alone" "$status $out" '^1 .*no end in 1 s'
left "after hangs"
build forever <<'EOF2'
void notmain(void)
{
    for (;;)
        ;
}
EOF2
run "$emu" --seeds 1..2 --timeout 0.2 forever.emu
like "no run ends: that is said" "$status $err" '^0 emu: --seeds: no run came to its end in 0.2 s'
run "$emu" --optimise --timeout 0.2 forever.c
like "no build ends: that is said, too" "$status $err" '^0 .*emu: --optimise: no build came to its end in 0.2 s: what they did is not compared'
python3 - "$emu" "$dir/forever.emu" >killed <<'EOF2'
import os, signal, subprocess, sys, time
def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(x) for x in f.read().split()]
for sig in signal.SIGINT, signal.SIGTERM, signal.SIGKILL:
    p = subprocess.Popen([sys.argv[1], "--seeds", "1..50", "-j", "3", "--timeout", "100", sys.argv[2]])
    limit = time.monotonic() + 100
    while len(children(p.pid)) < 3 and time.monotonic() < limit:
        os.sched_yield()
    runs = children(p.pid)
    p.send_signal(sig)
    p.wait()
    while any(os.path.exists(f"/proc/{r}") for r in runs) and time.monotonic() < limit:
        os.sched_yield()
    print(len(runs), p.returncode == -sig, [r for r in runs if os.path.exists(f"/proc/{r}")])
EOF2
is "Ctrl-C, TERM and kill -9 end all" "$(<killed)" $'3 True []\n3 True []\n3 True []'
left "after interruption"

# ---- input ----
printf 'abc\n' >typed
run "$emu" --seeds 1..4 "$top/test-binaries/uart-echo.emu" <typed
one=$("$top/test-binaries/uart-echo.emu" <typed 2>/dev/null | head -n 3)
like "input from a file is each run's" "$status $out${one:+ read}" '^0 .*all alike.* read'

# ---- --optimise ----
cat >lacks.c <<'EOF2'
#include "rpi.h"
void notmain(void)
{
    unsigned *level = (void *)0x20200034, n = 0;
    for (int i = 0; i < 5; i++)
        n += *level >> 20 & 1;
    printk("%d\n", n);
}
EOF2
sed 's/unsigned \*level/volatile unsigned *level/; s/, n = 0;/; unsigned n = 0;/' lacks.c >has.c
run "$emu" --optimise lacks.c
is "a missing volatile is found" "$status" 1
like "with the build, and the first access" "$out" \
    'gcc -O0 and gcc -O2 differ: .*< gcc -O0, access [0-9]+: GET32\(0x20200034\).*lacks.c:6 in notmain'
run "$emu" --optimise --tap --junit=o.xml has.c
is "with it all builds are alike" "$status $(grep -c '^ok' <<<"$out")$err" \
    "0 $((4 * (1 + $(command -v clang >/dev/null && echo 1 || echo 0))))"
left "after --optimise"
python3 - "$emu" "$dir/forever.c" >killed <<'EOF2'
import os, signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "--optimise", "-j", "8", "--timeout", "400", sys.argv[2]])
limit = time.monotonic() + 400
def runs():
    with open(f"/proc/{p.pid}/task/{p.pid}/children", encoding="ascii") as f:
        return f.read().split()
while len(runs()) < 4 and time.monotonic() < limit:
    time.sleep(0)
left = runs()
p.send_signal(signal.SIGINT)
p.wait()
print(p.returncode == -signal.SIGINT, len(left) >= 4, [r for r in left if os.path.exists(f"/proc/{r}")])
EOF2
is "--optimise, interrupted" "$(<killed)" "True True []"
left "after --optimise was interrupted"
mkdir bin
for tool in bash sh sed awk grep cat cp mv rm mkdir mktemp readlink dirname basename make nm ld objcopy readelf as ar sort tr cksum head tail gcc uname expr find touch cut wc env id test; do
    [ -x "$(command -v "$tool")" ] && ln -sf "$(command -v "$tool")" bin/
done
run env PATH="$dir/bin" "$emu" --optimise has.c
row emu "--optimise and no clang"
run "$emu" --optimise has.c -Wno-such-thing --no-such-option
row emu "--optimise and emu-cc fails"

# ---- misuse ----
run "$emu" --seeds 1..x waits.emu
row emu "--seeds and no number"
run "$emu" --seeds 5..1 waits.emu
row emu "--seeds and an empty range"
run "$emu" --seeds 1..5
row emu "--seeds without a program"
run "$emu" --seeds 1..5 --record a.log waits.emu
row emu "--seeds and --record"
run "$emu" --seeds 1..5 --web waits.emu
row emu "--seeds and --web"
run "$emu" --seeds 1..5 --board=paused waits.emu
row emu "--seeds and --board"
run "$emu" --seeds 1..5 --no-such waits.emu
row emu "--seeds and no such option of a run"
run "$emu" --seeds 1..5 -j many waits.emu
row emu "-j and no number"
run "$emu" --seeds 1..5 -j waits.emu
row emu "-j and a program"
run "$emu" --seeds 1..5 -j 1000000 waits.emu
row emu "-j and too many"
run "$emu" --seeds 1.. waits.emu
row emu "--seeds and a range without an end"
run "$emu" --seeds 1..5 --timeout never waits.emu
row emu "--seeds and --timeout without seconds"
run "$emu" --seeds 1..5 --junit=no/folder.xml waits.emu
row emu "--junit and no such folder"
run env TMPDIR="$dir/nowhere" "$emu" --seeds 1..5 waits.emu
row emu "--seeds and no TMPDIR"
run env TMPDIR="$dir/nowhere" "$emu" --optimise has.c
row emu "--optimise and no TMPDIR"
build prints <<'EOF2'
void notmain(void)
{
    for (unsigned i = 0; i < 100000; i++)
        printk("this is one of the lines that fill the disk\n");
}
EOF2
build records <<'EOF2'
void notmain(void)
{
    for (unsigned i = 0; i < 2000000; i++)
        put32((void *)0x2020001c, i * 2654435761u);
}
EOF2
for what in prints records; do
    (
        ulimit -f 3000
        "$emu" --seeds 1..3 --timeout 100 $what.emu >.out 2>.err
        echo $? >.status
    )
    status=$(<.status) err=$(<.err)
    row emu "--seeds and a full disk, $what"
done
left "after a full disk"
finish
