#!/usr/bin/env bash
# A machine with gcc, make and binutils alone: hello and blink build and run; what needs more says so.
. "$(dirname "$0")/../tap.sh"

# A PATH with these and the commands of every Debian (coreutils, sed, awk, grep, find, util-linux).
mkdir "$dir/bin"
for tool in gcc make as ld ar nm objcopy readelf addr2line objdump strip sh bash awk sed grep find flock \
    basename cat chmod cksum cp cut date dirname env expr head id ln ls mkdir mktemp mv printf ps pwd readlink rm rmdir \
    sort tail tee test touch tr true uname uniq wc; do
    path=$(PATH=/usr/bin:/bin type -P $tool) && ln -s "$path" "$dir/bin/$tool"
done
git -C "$top" ls-files -z | (cd "$top" && xargs -0 cp -P --parents -t "$dir" 2>/dev/null)
cd "$dir" || exit 1

PATH=$dir/bin run make -s
is "make builds without a word" "$status $out$err" "0 "
PATH=$dir/bin run test-binaries/hello.emu
is "hello runs" "$status $out" $'0 hello from the pi\nDONE!!!'
PATH=$dir/bin run test-binaries/blink.emu --trace
like "blink runs" "$status $out" $'^0 blinked 10 times\nDONE!!!'
like "and its accesses are shown" "$err" $'TRACE:3: PUT32\\(0x2020001c\\) = 0x100000'
PATH=$dir/bin run tools/demo
like "the demonstration says what it leaves out" "$status $out" "^0 .*With QEMU, python3 and the ARM compiler installed \(tools/setup run\)"
PATH=$dir/bin run make -q all
is "a second make has nothing to do" "$status" 0

PATH=$dir/bin run test-binaries/hello.emu --pi=/dev/null
row emu "no device loop inside"
PATH=$dir/bin run my-install/my-install /dev/null -exec test-binaries/hello.emu
row my-install "no device loop inside"
echo 'void notmain(void) { *(volatile int *)0 = 1; }' >null.c
PATH=$dir/bin run emu/emu-cc -g null.c -o null.emu
PATH=$dir/bin run ./null.emu
like "a fault is located with binutils" "$status $err" "^1 .*null pointer.*#0 notmain at .*null.c:1"
# Headers are found by their place, not by PATH: the server is left out as it is where its header is missing.
PATH=$dir/bin gcc -c emu/web-image.S -o web-image.S.o && ar r out/host/harness.a web-image.S.o
PATH=$dir/bin run emu/emu-cc test-binaries/hello.c -o hello.emu
PATH=$dir/bin run ./hello.emu --web --timeout 60
row emu "--web of a program built without its library"
rm "$dir/bin/addr2line"
PATH=$dir/bin run ./null.emu
like "and without, the address is given and what to install" "$status $err" \
    "^1 .*null pointer.*#0 pc 0x[0-9a-f]*.*install binutils: addr2line names function, file and line"

finish
