#!/usr/bin/env bash
# emu-cc: options, renaming, libraries of the program's own, and what it says when a program cannot be
# recompiled.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
emu_cc=$top/emu/emu-cc

cat >hello.c <<'EOF'
#include "rpi.h"
void notmain(void) { printk("hello\n"); }
EOF

run "$emu_cc" hello.c -o hello.emu
is "a program compiles without a word" "$status $out$err" "0 "
run ./hello.emu
is "and runs" "$status $out" $'0 hello\nDONE!!!'

run "$emu_cc" --help
like "--help prints the usage" "$status $out" "^0 usage: emu-cc"
run "$emu_cc"
row emu-cc "no arguments: usage on stderr"
run "$emu_cc" hello.c
row emu-cc "no -o"
run "$emu_cc" nope.c -o x.emu
row emu-cc "a missing source"
run "$emu_cc" --level=tube hello.c -o x.emu
row emu-cc "an unknown level"
run "$emu_cc" -DLIBPI_YEAR=26 hello.c -o x.emu
row emu-cc "a year that is none"
run "$emu_cc" --cc=no-such-cc hello.c -o x.emu
row emu-cc "a missing compiler"
mkdir dir.c
run "$emu_cc" dir.c -o x.emu
row emu-cc "a folder as source"
echo x >prog.bin
run "$emu_cc" prog.bin -o x.emu
row emu-cc "a Pi binary as source"
run "$emu_cc" --twin=dir.c hello.c -o x.emu
row emu-cc "a twin that is a folder"
for name in malloc puts; do
    echo "int $name(int); void notmain(void) { $name(1); }" >libc.c
    run "$emu_cc" -w libc.c -o x.emu
    row emu-cc "$name"
done
run "$emu_cc" --twin=no.bin hello.c -o x.emu
row emu-cc "a missing twin"
run "$emu_cc" hello.c -o no/such/folder/x.emu
row emu-cc "an output that cannot be written"
run "$emu_cc" hello.c -o /dev/full
row emu-cc "a full disk"
run "$emu_cc" -pg hello.c -o x.emu
row emu-cc "-pg says what to use instead"

echo 'void notmain(void) { syntax error }' >bad.c
run "$emu_cc" bad.c -o bad.emu
row emu-cc "a compiler error is the compiler's, status 1"
[ ! -e bad.emu ]
is "and leaves no output" $? 0

# What ARM compilers alone know is left out, so that a lab's own flags work.
run "$emu_cc" -O2 -Wall -nostdlib -nostartfiles -ffreestanding -march=armv6 -mcpu=arm1176jzf-s -mtune=arm1176jzf-s \
    -mno-unaligned-access -marm -T memmap -Wl,-T,memmap -std=gnu99 -g hello.c -o flags.emu -lgcc
row emu-cc "the course's compiler flags are accepted"
is "and the program runs" "$(./flags.emu)" $'hello\nDONE!!!'

run "$emu_cc" -c hello.c
is "-c makes an object" "$status $(ls hello.o)" "0 hello.o"
cat >two.c <<'EOF'
int two(void);
int two(void) { return 2; }
EOF
cat >uses-two.c <<'EOF'
#include "rpi.h"
int two(void);
void notmain(void) { printk("%d\n", two()); }
EOF
"$emu_cc" -c two.c -o two.o && ar rc libtwo.a two.o
run "$emu_cc" uses-two.c two.o -o uses-two.emu
is "objects link" "$status $(./uses-two.emu)" $'0 2\nDONE!!!'
run "$emu_cc" uses-two.c libtwo.a -o uses-two.emu
is "archives link" "$status $(./uses-two.emu)" $'0 2\nDONE!!!'
run "$emu_cc" -E -DXYZZY=two uses-two.c
like "-E preprocesses" "$status $out" "^0 .*void notmain"

# ---- what cannot be recompiled ---------------------------------------------------------------------

cat >inline.c <<'EOF'
#include "rpi.h"
static unsigned __attribute__((noinline)) my_mode(void)
{
    unsigned v;
    asm volatile("mrs %0, cpsr" : "=r"(v));
    return v;
}
void notmain(void) { printk("%x\n", my_mode()); }
EOF
for cc in gcc clang; do
    CC=$cc run "$emu_cc" inline.c -o inline.emu
    like "ARM instructions in C ($cc): the function is named" "$status $err" \
        "^1 .*emu-cc: inline.c: function my_mode contains ARM assembly .*mrs"
    like "and the way out ($cc)" "$err" "use the arm engine \(emu --engine=arm PROG.bin\), or until it is built a Pi"
done
cat >fast.S <<'EOF'
.globl fast_copy
fast_copy:
    ldmia r1!, {r3-r6}
    bx lr
EOF
cat >calls.c <<'EOF'
#include "rpi.h"
void fast_copy(void *a, void *b);
void notmain(void) { fast_copy(0, 0); }
EOF
run "$emu_cc" calls.c fast.S -o calls.emu
row emu-cc "an ARM assembly file: its functions are named"
run "$emu_cc" calls.c -o calls.emu
row emu-cc "a function nobody defines is named"
if command -v arm-none-eabi-gcc >/dev/null; then
    arm-none-eabi-gcc -c fast.S -o fast.o
    run "$emu_cc" calls.c fast.o -o calls.emu
    row emu-cc "an ARM object: its functions are named"
fi
echo 'not an object' >junk.o
run "$emu_cc" hello.c junk.o -o x.emu
row emu-cc "a damaged object"
echo 'int f(void); int f(void) { return 1; }' >nomain.c
run "$emu_cc" nomain.c -o x.emu
row emu-cc "no notmain"
cat >stdio.c <<'EOF'
void *fopen(const char *, const char *);
void notmain(void) { fopen("x", "r"); }
EOF
run "$emu_cc" stdio.c -o x.emu
row emu-cc "the laptop's C library is not the Pi's"
run "$emu_cc" -m32 -fsanitize=address hello.c -o x.emu
row emu-cc "-m32 with AddressSanitizer is refused with the reason"

# ---- the program's own versions of libpi's functions -------------------------------------------------

cat >own.c <<'EOF'
#include "rpi.h"
void gpio_write(unsigned pin, unsigned val) { putk("my gpio_write\n"); }
int printk(const char *fmt, ...) { putk("my printk: "); putk(fmt); return 0; }
void notmain(void) { gpio_write(20, 1); printk("text\n"); }
EOF
run "$emu_cc" own.c -o own.emu
is "a program's own gpio_write and printk win" "$status $(./own.emu)" $'0 my gpio_write\nmy printk: text\nDONE!!!'
cat >wrap.c <<'EOF'
#include "rpi.h"
static unsigned puts_seen;
void __real_PUT32(unsigned addr, unsigned v);
void __wrap_PUT32(unsigned addr, unsigned v) { puts_seen++; __real_PUT32(addr, v); }
void notmain(void)
{
    unsigned before = puts_seen;
    gpio_set_output(20);
    gpio_set_on(20);
    before = puts_seen - before;
    printk("PUT32 wrapped %d times\n", before);
}
EOF
for how in -Wl,--wrap=PUT32 -Wl,--wrap,PUT32 "-Xlinker --wrap=PUT32"; do
    # shellcheck disable=SC2086 # two words
    run "$emu_cc" $how wrap.c -o wrap.emu
    is "$how" "$status $(./wrap.emu)" $'0 PUT32 wrapped 2 times\nDONE!!!'
done
run "$emu_cc" -I"$top/libpi/src" hello.c "$top/libpi/src/gpio.c" -o hello.emu
is "a program brings a libpi source of its own" "$status $(./hello.emu)" $'0 hello\nDONE!!!'

cat >bus-address.c <<'EOF'
#include "rpi.h"
static unsigned buf[8];
void notmain(void)
{
    unsigned bus = ((unsigned)(unsigned long)buf | 0x40000000);
    unsigned *back = (void *)(unsigned long)(bus & 0x3fffffff);
    back[3] = 17;
    printk("%d %d\n", buf[3], back == buf);
}
EOF
for how in "" --cc=clang -m32; do
    # shellcheck disable=SC2086 # none or one word
    run "$emu_cc" $how bus-address.c -o bus.emu
    is "a pointer survives a bus-address mask $how" "$status $(./bus.emu)" $'0 17 1\nDONE!!!'
done

# ---- levels ----------------------------------------------------------------------------------------------

cat >levels.c <<'EOF'
#include "rpi.h"
void notmain(void) { uart_init(); printk("n=%d\n", 5); uart_put8('x'); uart_put8('\n'); }
EOF
for level in device uart printk; do
    run "$emu_cc" --level=$level levels.c -o level.emu
    run ./level.emu --trace=all
    is "--level=$level prints the same" "$out" $'n=5\nx\nDONE!!!'
    case $level in
        device) like "which drives the UART for each byte" "$err" 'PUT32\(0x20215040\) = 0x6e' ;;
        uart) unlike "which touches no UART register" "$err" 0x202150 ;;
        printk)
            unlike "whose printk touches no UART register" "$err" 'PUT32\(0x20215040\) = 0x6e'
            like "while its uart_put8 does" "$err" 'PUT32\(0x20215040\) = 0x78'
            ;;
    esac
done

# ---- the years ----------------------------------------------------------------------------------------

for year in 2019 2020 2023 2025 2026; do
    cat >year.c <<'EOF'
#include "rpi.h"
void notmain(void) { uart_init(); printk("%d\n", LIBPI_YEAR); clean_reboot(); }
EOF
    run "$emu_cc" -DLIBPI_YEAR=$year year.c -o year.emu
    like "LIBPI_YEAR=$year compiles" "$status $err" "^0"
    like "and runs" "$(./year.emu)" "^$year"
done

# ---- a tree that belongs to somebody else ------------------------------------------------------------------

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    mkdir "$dir/guest" && cp hello.c "$dir/guest" && chmod 711 "$dir" && chown -R 65534 "$dir/guest"
    # A copy of the tree, because this one may lie where the other user may not look.
    "$emu_cc" hello.c -o hello.emu
    mkdir "$dir/tree" && (cd "$top" && cp -a Makefile emu libpi libunix wire my-install echo pi-side out "$dir/tree")
    chmod -R a+rX "$dir/tree"
    as_guest()
    {
        run setpriv --reuid=65534 --regid=65534 --clear-groups env -C "$dir/guest" HOME="$dir/guest" "$@"
    }
    as_guest "$dir/tree/emu/emu-cc" hello.c -o hello.emu
    is "another user's tree: emu-cc builds libpi in a folder of its own" "$status $("$dir/guest/hello.emu")" $'0 hello\nDONE!!!'
    as_guest env -u HOME -u XDG_CACHE_HOME "$dir/tree/emu/emu-cc" hello.c -o hello.emu
    row emu-cc "nowhere to build libpi"
    as_guest "$dir/tree/emu/emu" --quiet hello.c
    is "and emu PROG.c keeps its programs there" "$status $out" $'0 hello\nDONE!!!'
fi

# ---- nothing of the compiler's leaks in -----------------------------------------------------------------

cp hello.c "$dir/again.c"
"$emu_cc" --if-changed again.c -o again.emu && stamp=$(stat -c %Y%i again.emu)
"$emu_cc" --if-changed again.c -o again.emu
is "--if-changed leaves an unchanged program alone" "$(stat -c %Y%i again.emu)" "$stamp"
sed -i 's/hello/changed/' again.c
"$emu_cc" --if-changed again.c -o again.emu
is "and makes a changed one again" "$(./again.emu)" $'changed\nDONE!!!'
mkdir -p "$dir/a b" && cp hello.c "$dir/a b/it's.c"
run "$emu_cc" -DMSG='"a b"' -I"$dir/a b" "$dir/a b/it's.c" -o "$dir/a b/it's.emu"
is "spaces and quotes in names" "$status $("$dir/a b/it's.emu")" $'0 hello\nDONE!!!'

finish
