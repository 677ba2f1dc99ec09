#!/usr/bin/env bash
# pi-cc: options, outputs, messages and exit statuses (tests/exit-status.tsv has them).
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
pi_cc=$top/emu/pi-cc

row() # SITUATION: the last run ended as the table says
{
    local want
    want=$(awk -F '\t' -v s="$1" '$1 == "pi-cc" && $2 == s { print $3 "\t" $4 }' "$top/tests/exit-status.tsv")
    is "$1: status" "$status" "${want%%$'\t'*}"
    if [[ -n $want && $err == *"${want#*$'\t'}"* ]]; then
        is "$1: message" ok ok
    else
        is "$1: message" "$err" "${want#*$'\t'}"
    fi
}

cat >hello.c <<'END'
#include "rpi.h"
#ifndef WHO
#define WHO "pi"
#endif
void notmain(void) { printk("hello %s\n", WHO); }
END
cat >other.c <<'END'
void other(void);
void other(void) {}
END
cat >wrong.c <<'END'
void notmain(void) { return 1 +; }
END
cat >unlinked.c <<'END'
void nowhere(void);
void notmain(void) { nowhere(); }
END

boot() # FILE.bin: its text
{
    timeout 60 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio -no-reboot \
        -device loader,file="$1",addr=0x8000,cpu-num=0 </dev/null
}

# ---- outputs ---------------------------------------------------------------------------------------

run "$pi_cc" hello.c -o hello.bin
is "says nothing when all is well" "$status$out$err" 0
is "the program runs" "$(boot hello.bin)" $'hello pi\nDONE!!!'
like "prog.elf stands beside it, with symbols" "$(arm-none-eabi-nm hello.elf)" ' T notmain'
is "it starts at 0x8000" "$(arm-none-eabi-readelf -h hello.elf | awk '/Entry/ { print $4 }')" 0x8000
like "debug information by default" "$(arm-none-eabi-readelf -S hello.elf)" '\.debug_info'

run "$pi_cc" hello.c other.c -ohello2.bin
is "several files, -oNAME" "$status$(test -s hello2.bin && test -s hello2.elf && echo ok)" 0ok
run "$pi_cc" -o only.elf hello.c
is "a name in .elf gives the ELF file alone" "$status$(test -s only.elf && test ! -e only.bin && echo ok)" 0ok
run "$pi_cc" hello.c
is "without -o: a.bin" "$status$(cmp a.bin hello.bin && echo same)" 0same
run "$pi_cc" hello.c -o plain
is "any other name is the binary" "$status$(cmp plain hello.bin && test -s plain.elf && echo same)" 0same
run "$pi_cc" -DWHO='"a b\"c"' hello.c -o quoted.bin
is "arguments keep their spaces and quotes" "$(boot quoted.bin)" $'hello a b"c\nDONE!!!'
run "$pi_cc" -D WHO='"two words"' -I . -O2 -Wall -Wextra -Werror hello.c -o words.bin
is "-D and its word" "$status$err $(boot words.bin)" $'0 hello two words\nDONE!!!'

run "$pi_cc" -march=armv6 -mtune=arm1176jzf-s -Wall -Werror hello.c -o armv6.bin
is "the course's -march is no conflict, also with -Werror" "$status$err $(boot armv6.bin)" $'0 hello pi\nDONE!!!'

run "$pi_cc" -c hello.c -o hello.o
is "-c" "$status$(arm-none-eabi-nm hello.o | grep -c notmain)" 01
run "$pi_cc" -c other.c
is "-c without -o" "$status$(test -s other.o && echo ok)" 0ok
arm-none-eabi-ar rc libother.a other.o
run "$pi_cc" hello.o libother.a -o linked.bin
is ".o and .a" "$status$(cmp linked.bin hello.bin && echo same)" 0same
run "$pi_cc" -E hello.c
like "-E" "$status $out" '^0 .*void notmain'
run "$pi_cc" -S -O2 hello.c -o -
like "-S" "$status $out" '^0 .*notmain:'
run "$pi_cc" -Wl,-Map=hello.map hello.c -o mapped.bin
like "-Wl" "$status $(<hello.map)" '^0 .*Memory Configuration'
run "$pi_cc" -Wl,--defsym=STACK=0x100 -T "$top/libpi/memmap" hello.c -o script.bin
is "-T SCRIPT takes the place of libpi/memmap" "$status$(cmp script.bin hello.bin && echo same)" 0same

mkdir -p links/deep
ln -s "$pi_cc" links/deep/pi-cc
ln -s deep/pi-cc links/pi-cc
run links/pi-cc hello.c -o link.bin
is "called through symbolic links" "$status$(cmp link.bin hello.bin && echo same)" 0same
run env MAKEFLAGS='-n -j7' OUT=/nowhere YEAR=1999 "$pi_cc" hello.c -o env.bin
is "the variables of a make that calls it do no harm" "$status$(cmp env.bin hello.bin && echo same)" 0same

mkdir results
run "$pi_cc" -fstack-usage hello.c -o results/hello.bin
is "what options leave stays beside the program" "$status$(cd results && echo ./*)" \
    '0./hello.bin ./hello.elf ./hello.elf-hello.su'
run "$pi_cc" hello.c -o /dev/null
is "-o /dev/null: nothing beside a device" "$status$err$(test -c /dev/null && ! test -e /dev/null.elf && echo ok)" 0ok
mkfifo pipe
cat pipe >piped.bin &
run "$pi_cc" hello.c -o pipe
wait
is "-o of a pipe" "$status$(cmp piped.bin hello.bin && test -p pipe && ! test -e pipe.elf && echo ok)" 0ok
is "nothing is left in the temporary folder" \
    "$(mkdir temp && TMPDIR=$dir/temp "$pi_cc" hello.c -o a.bin && TMPDIR=$dir/temp "$pi_cc" wrong.c -o a.bin 2>/dev/null; ls temp)" ""

(for i in 1 2 3 4; do "$pi_cc" -DLIBPI_YEAR=2023 hello.c -o par$i.bin & done; wait)
is "side by side" "$(cmp par1.bin par2.bin && cmp par3.bin par4.bin && echo same)" same

# ---- a tree that belongs to somebody else ----------------------------------------------------------

# Permissions do not bind root; nobody they do.
unprivileged=()
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups)
chmod 755 "$dir"
mkdir -m 777 own
mkdir -p theirs/emu
cp -a "$top/Makefile" "$top/libpi" "$top/wire" theirs
cp -a "$pi_cc" theirs/emu
chmod -R a+rX,a-w theirs
others() # ENVIRONMENT...: compiles with the pi-cc of theirs
{
    run "${unprivileged[@]}" env -u XDG_CACHE_HOME -u HOME "$@" theirs/emu/pi-cc hello.c -o own/hello.bin
}
others
row "no folder to build libpi in"
others HOME=/dev/null
row "a home that is no folder"
others HOME="$dir/own"
is "libpi is built in the cache" "$status$err$(cmp own/hello.bin hello.bin && compgen -G "own/.cache/pi-emu/*/pi/2026/libpi.a" | wc -l)" 01
others XDG_CACHE_HOME="$dir/own/elsewhere"
is "XDG_CACHE_HOME names it" "$status$err$(compgen -G "own/elsewhere/pi-emu/*/pi/2026/libpi.a" | wc -l)" 01
chmod -R u+w theirs
run theirs/emu/pi-cc hello.c -o hello3.bin
chmod -R a+rX,a-w theirs
rm own/hello.bin
others
is "a library that is there is used" "$status$err$(cmp own/hello.bin hello.bin && echo same)" 0same
chmod -R u+w theirs

# ---- years -----------------------------------------------------------------------------------------

cat >year.c <<'END'
#include "rpi.h"
void notmain(void) { uart_init(); printk("%d\n", LIBPI_YEAR); clean_reboot(); }
END
for pair in 2019:2019 2021:2020 2022:2020 2024:2023; do
    run "$pi_cc" -DLIBPI_YEAR=${pair%:*} year.c -o year.bin
    is "year ${pair%:*}" "$status $(boot year.bin)" "0 ${pair#*:}"$'\nDONE!!!'
done
run "$pi_cc" -D LIBPI_YEAR=2019 year.c -o year.bin
is "-D and the year in two words" "$status $(boot year.bin)" $'0 2019\nDONE!!!'

# ---- errors ----------------------------------------------------------------------------------------

run "$pi_cc" --help
is "--help: status" "$status$err" 0
like "--help" "$out" '^usage: pi-cc'
cp "$dir/.out" help
run "$pi_cc" -h
is "-h is --help" "$status$(cmp help "$dir/.out" && echo same)" 0same
run "$pi_cc" --print-cflags
like "--print-cflags" "$status $out" '^0 .*-mcpu=arm1176jzf-s'
run "$pi_cc"
row "no program"
run "$pi_cc" hello.c -o
row "-o without a name"
run "$pi_cc" absent.c -o absent.bin
row "a file that is not there"
mkdir folder folder.bin folder-elf.elf
run "$pi_cc" folder -o x.bin
row "a folder as input"
: >secret.c
chmod 0 secret.c
run "${unprivileged[@]}" theirs/emu/pi-cc secret.c -o own/x.bin
row "a file that may not be read"
run "$pi_cc" hello.c -o folder.bin
row "an output that is a folder"
is "no .elf beside it" "$(ls folder.elf 2>/dev/null)" ""
run "$pi_cc" hello.c -o folder-elf.bin
row "a folder where the .elf belongs"
is "no .bin beside it" "$(ls folder-elf.bin 2>/dev/null)" ""
run "$pi_cc" hello.c -o /nope/x.bin
row "an output in no folder"
run "$pi_cc" -c hello.c -o /nope/x.o
row "an output in no folder, -c"
run "$pi_cc" hello.c -o /dev/full
row "a full disk"
is "no /dev/full.elf, and the device is one" "$(ls /dev/full.elf 2>/dev/null; test -c /dev/full && echo ok)" ok
mkdir -m 555 closed
run "${unprivileged[@]}" theirs/emu/pi-cc hello.c -o closed/x.bin
row "an output in a folder that is closed"
is "nothing is left there" "$(ls closed)" ""
run "$pi_cc" -DLIBPI_YEAR=2018 hello.c -o year.bin
row "a year without a libpi"
run "$pi_cc" wrong.c -o wrong.bin
row "the compiler finds an error"
is "no binary is left" "$(ls wrong.bin wrong.elf 2>/dev/null)" ""
run "$pi_cc" -c wrong.c -o wrong.o
row "the compiler finds an error, -c"
run "$pi_cc" unlinked.c -o unlinked.bin
row "the linker finds an error"
run env ARM=no-such- "$pi_cc" hello.c -o missing.bin
row "no compiler for the Pi"
finish
