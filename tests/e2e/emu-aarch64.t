#!/usr/bin/env bash
# Programs for aarch64 laptops, made by both compilers and run by QEMU: the same text as here.
. "$(dirname "$0")/../tap.sh"
. "$top/tests/e2e/deref/build.sh"
unset DEBUGINFOD_URLS CC
gcc=aarch64-linux-gnu-gcc
clang='clang --target=aarch64-linux-gnu'
cd "$dir" || exit 1

if [ "$(uname -m)" = aarch64 ]; then
    echo '1..0 # SKIP this is one: all other tests are about it'
    exit 0
elif ! [ -e "$($gcc -print-file-name=crt1.o)" ]; then
    echo '1..0 # SKIP no C library for aarch64 (Fedora has none)'
    exit 0
fi

build() # PROG.emu COMPILER FILES AND OPTIONS...
{
    local words
    read -ra words <<<"$2"
    "$top/emu/emu-cc" --cc="${words[0]}" "${words[@]:1}" -g "${@:3}" -o "$1"
}

# shellcheck disable=SC2317 # run calls it
on_aarch64() # PROG.emu OPTIONS...
{
    qemu-aarch64 -L /usr/aarch64-linux-gnu "./$1" "${@:2}"
}

# ---- the programs of test-binaries, against what they print here
here() # COMMAND...: from the root of the tree, so that the file names are the same
{
    (cd "$top" && "$@")
}
without_registers() # of a fault's report
{
    sed -E '/^emu:  ? ? ?[a-z][a-z0-9]+ 0x/d' <<<"$1"
}
for source in "$top"/test-binaries/*.c; do
    name=$(basename "$source" .c)
    options=()
    case $name in
    hang) options=(--timeout 0.5) ;;
    sd-list) options=(--sd sd.img) && truncate -s 64K sd.img ;;
    esac
    here build "$dir/$name.emu" $gcc -O2 -ffile-prefix-map="$top=." "$source"
    here build "$dir/$name-here.emu" gcc -O2 -ffile-prefix-map="$top=." "$source"
    run "./$name-here.emu" "${options[@]}" <<<'some input'
    want="$status $out"$'\n'"$(without_registers "${err//$name-here/$name}")"
    run on_aarch64 "$name.emu" "${options[@]}" <<<'some input'
    is "$name" "$status $out"$'\n'"$(without_registers "$err")" "$want"
done
for level in uart printk; do
    build level.emu $gcc --level=$level -O2 "$top/test-binaries/printk-all-formats.c"
    run on_aarch64 level.emu
    is "--level=$level" "$out" "$(./printk-all-formats-here.emu)"
done
for level in -O0 -O3; do
    for name in hello threads printk-all-formats; do
        build clang.emu "$clang" $level "$top/test-binaries/$name.c"
        run on_aarch64 clang.emu
        is "$name, clang $level" "$status $out$err" "0 $("./$name-here.emu")"
    done
done

# ---- device pointers
build_forms forms.emu $gcc "$clang"
run on_aarch64 forms.emu
is "all forms of loads and stores" "$status $out$err" "0 $forms_text"
build instructions.emu $gcc -O1 "$top/tests/e2e/deref/instructions.c"
check_instructions "aarch64" on_aarch64 instructions.emu

# ---- interrupts, as tests/e2e/emu-interrupts.t has them
for part in timer program; do
    build here.emu gcc -O2 "$top/tests/e2e/interrupts/$part.c"
    want=$(./here.emu)
    for cc in $gcc "$clang"; do
        for level in -O0 -O2; do
            build $part.emu "$cc" $level "$top/tests/e2e/interrupts/$part.c"
            run on_aarch64 $part.emu
            is "interrupts, $part, ${cc%% *} $level" "$status $out$err" "0 $want"
        done
    done
done

# ---- faults
cat >faults.c <<'END'
#include "rpi.h"
static volatile unsigned *p;
static int deep(volatile int *n)
{
    volatile int more[100];
    more[0] = *n;
    return deep(more) + more[0];
}
static void spin(void *arg)
{
    volatile char big[16384];
    (void)arg;
    big[0] = 1;
    put32((void *)0x20200000, big[0]);
}
void notmain(void)
{
    unsigned char which = uart_get8();

    if (which == 'r') {
        p = (void *)4;
        printk("%d\n", *p);
    } else if (which == 'w') {
        p = (void *)0x30000000;
        *p = 1;
    } else if (which == 'c') {
        *(volatile int *)(unsigned long)notmain = 1;
    } else if (which == 'j') {
        ((void (*)(void))0x40)();
    } else if (which == 's') {
        int n = 1;
        deep(&n);
    } else if (which == 'i') {
        __builtin_trap();
    } else if (which == 'a') {
        __sync_fetch_and_or((unsigned *)0x20200000, 1);
    } else if (which == 'u') {
        printk("%x\n", *(volatile unsigned *)0x20300040);
    } else if (which == 'l') {
        for (;;)
            ;
    } else {
        spin(0);
    }
    printk("on\n");
}
END
fault() # KEY REGEX
{
    run on_aarch64 faults.emu --timeout 20 <<<"$1"
    like "${cc%% *}: fault $1" "$status $err" "$2"
}
for cc in $gcc "$clang"; do
    level=-O1 # at which clang gives some instructions no line
    [ "$cc" = $gcc ] || level=-O0
    build faults.emu "$cc" $level faults.c
    fault r '^1 emu: guest fault: null pointer dereference: read of address 0x4.emu:   #0 notmain at faults.c:22.emu:    x0 0x[^#]* pc 0x[0-9a-f]+$'
    fault w '^1 emu: guest fault: wild pointer: write to address 0x30000000, .*emu:   #0 notmain at faults.c:25.emu:    x0 0x[^#]* pc 0x[0-9a-f]+$'
    fault c "^1 emu: guest fault: write to address 0x[0-9a-f]*, the program's own code or constants.*#0 notmain at faults.c:27"
    fault j '^1 emu: guest fault: .*0x40.*#0 notmain at faults.c:29'
    fault s '^1 emu: guest fault: stack overflow: more than 8 MB below 0x8000000.*#0 deep at faults.c:'
    fault i '^1 emu: guest fault: illegal instruction .*#0 notmain at faults.c:34'
    fault a '^1 emu: guest fault: access to the device register GPIO.FSEL0 .*by an instruction of a kind.*#0 notmain at faults.c:36'
    fault u '^0 emu: faults.c:38 in notmain: read of EMMC\+0x40'
done
run on_aarch64 faults.emu --timeout 0.5 <<<l
like "the time limit" "$status $err" '^4 emu: time limit of 0.5 s reached.emu:   #0 notmain at faults.c:40'

# ---- what is said without a decoder: a library of its name that is none, for both kinds of process
mkdir broken
for n in 3 4 5 6; do : >broken/libcapstone.so.$n; done
cat >pointer.c <<'END'
#include "rpi.h"
void notmain(void) { *(volatile unsigned *)0x20200000 = 1; }
END
build pointer.emu $gcc pointer.c
run qemu-aarch64 -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH="$dir/broken" ./pointer.emu
like "no decoder" "$status $err" \
    '^1 emu: guest fault: .* the device register GPIO.FSEL0 .*the decoder it takes is not installed: tools/setup run installs'

# ---- what emu-cc says
run build m32.emu $gcc -m32 pointer.c
like "-m32" "$status $err" '^2 emu-cc: -m32: this machine has no 32-bit compiler$'
run build other.emu 'clang --target=mips-linux-gnu' pointer.c
like "a machine nobody knows" "$status $err" '^2 emu-cc: mips: the native engine knows x86-64 and aarch64 machines$'
run build other.emu 'gcc --target=aarch64-linux-gnu' pointer.c
like "a compiler that does not know the machine" "$status $err" \
    '^2 emu-cc: gcc --target=aarch64-linux-gnu: this compiler makes no programs for that machine$'
finish
