#!/bin/bash
# tools/setup on machines made of a PATH and a root folder: what it finds missing, what it would run,
# whom it asks. The package managers are stand-ins that note how they were called.
set -u
. "$(dirname "$0")/../tap.sh"

bin=$dir/bin sys=$dir/root log=$dir/log
gcc_files=$dir/gcc-files
clang_lib=$sys/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.asan-x86_64.a
unset CI

# A command that exists and does nothing.
have()
{
    local name
    for name; do
        printf '#!/bin/bash\n' >"$bin/$name"
        chmod +x "$bin/$name"
    done
}

script() # NAME BODY
{
    printf '#!/bin/bash\n%s\n' "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

# A machine with a gcc 12 that has crt1.o, libgcc.a and libasan.so when $gcc_files holds them.
machine() # UID ARCH MANAGER
{
    local tool
    rm -rf "$bin" "$sys" "$log" "$gcc_files"
    mkdir -p "$bin" "$sys/usr/include" "$gcc_files"
    : >"$log"
    for tool in bash env sed awk head cat touch mkdir; do
        ln -s "$(command -v $tool)" "$bin/$tool"
    done
    have make ld find
    script gcc "case \$* in -dumpversion) echo 12 ;; *-print-file-name=*)
        a=\$*; f=\${a##*=}; [ -e $gcc_files/\$f ] && f=$gcc_files/\$f; echo \$f ;; esac"
    script id "echo $1"
    script uname "echo $2"
    script sudo "echo sudo \"\$@\" >>$log; \"\$@\""
    [ "$3" = none ] || script "$3" "echo $3 \"\$@\" >>$log"
    touch "$sys/usr/include/stdio.h"
    mkdir -p "$sys/var/lib/apt/lists" && touch "$sys/var/lib/apt/lists/a_Packages.lz4"
}

# Everything tools/setup looks for, for these purposes (a regular expression).
provide()
{
    local what
    while read -r what; do
        case $what in
        @newlib)
            mkdir -p "$sys/usr/lib/arm-none-eabi/include"
            touch "$sys/usr/lib/arm-none-eabi/include/string.h"
            ;;
        @clang_runtime)
            mkdir -p "${clang_lib%/*}" "$sys/usr/lib/llvm-14/bin"
            touch "$clang_lib"
            script clang 'echo 14.0.6'
            mv "$bin/clang" "$sys/usr/lib/llvm-14/bin/clang"
            ln -s "$sys/usr/lib/llvm-14/bin/clang" "$bin/clang"
            ;;
        @ser2net_daemon) have ser2net ;;
        @mkfs_vfat) have mkfs.vfat ;;
        @gcc_sanitizers) touch "$gcc_files/libasan.so" ;;
        @ncursesw) mkdir -p "$sys/usr/lib" && touch "$sys/usr/lib/libncursesw.so.6" ;;
        @m32) touch "$gcc_files/crt1.o" "$gcc_files/libgcc.a" ;;
        @qemu_aarch64) have qemu-aarch64 ;;
        @aarch64_cross)
            touch "$sys/cross-crt1.o"
            script aarch64-linux-gnu-gcc "[ -e $sys/cross-crt1.o ] && echo $sys/cross-crt1.o"
            ;;
        '<'*)
            what=$sys/usr/include/${what#<}
            mkdir -p "${what%/*}"
            touch "${what%>}"
            ;;
        *) [ -e "$bin/$what" ] || have "$what" ;;
        esac
    done < <(sed -nE "/^table='/,/^'/s/^($1) +m[a-z]+ +([^ ]+) .*/\2/p" "$top/tools/setup")
}

setup()
{
    PATH=$bin run "$top/tools/setup" --root "$sys" "$@"
}

# stdin is a terminal on which the answer is typed, and "n" to any further question; stdout and stderr
# come back through it.
setup_on_terminal() # ANSWER ARGS...
{
    run timeout 60 python3 -c 'import os, pty, sys
os.environ["PATH"] = sys.argv[1]
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:])))' \
        "$bin" "$top/tools/setup" --root "$sys" "${@:2}" <<<"$1"$'\nn\nn'
    out=${out//$'\r'/}
}

# ---- nothing missing
machine 1000 x86_64 apt-get
provide 'run|test|lint'
for purpose in run test bench lint all; do
    setup $purpose
    is "$purpose: nothing missing: silent" "$out$err$status" 0
done
is "nothing missing: no package manager is run" "$(cat "$log")" ""

# ---- run, with gcc, make and binutils alone
machine 1000 x86_64 apt-get
setup run </dev/null
is "run without the ARM side: goes on" "$status" 0
like "run: names what is optional" "$err" 'can do without: arm-none-eabi-gcc newlib qemu-system-arm'
like "run: the exact command" "$err" \
    'sudo apt-get install -y --no-install-recommends gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm'
is "run without a terminal: asks nobody, runs nothing" "$(cat "$log")" ""
setup --check run
is "--check: optional things do not fail it" "$status" 0

# ---- a header missing
machine 1000 x86_64 apt-get
provide run
rm "$sys/usr/include/stdio.h"
setup run </dev/null
is "run without the C library's headers: exit 1" "$status" 1
like "run: says what is missing" "$err" 'missing for run: <stdio.h>'
like "run: names its package" "$err" 'sudo apt-get install -y --no-install-recommends libc6-dev'

# ---- package lists
rm -r "$sys/var/lib/apt/lists"
setup run </dev/null
like "no package lists: the command fetches them first" "$err" \
    'sudo apt-get update && sudo apt-get install'

# ---- what test needs
machine 1000 x86_64 apt-get
provide 'run|test'
rm "$gcc_files/crt1.o" "$clang_lib"
setup --print test
is "--print: packages of the installed compilers' versions" "$out" \
    $'libclang-rt-14-dev\ngcc-12-multilib'
is "--print: exit 0" "$status" 0
setup --check test
is "--check: exit 1" "$status" 1
like "--check: what is missing" "$err" 'missing for test: clang_runtime m32'
is "--check: installs nothing" "$(cat "$log")" ""

machine 1000 x86_64 apt-get
provide 'run|test'
rm "$bin/qemu-aarch64" "$sys/cross-crt1.o"
setup --print test
is "the aarch64 compiler's C library is missed, and QEMU for its programs" "$out" \
    $'gcc-aarch64-linux-gnu\nlibc6-dev-arm64-cross\nqemu-user'
script uname "echo aarch64"
setup --check test
is "on aarch64 itself neither is" "$out$err$status" 0

machine 1000 x86_64 apt-get
provide 'run|test'
rm "$bin/ser2net"
setup --print test
is "ser2net is missed" "$out" ser2net
mkdir -p "$sys/usr/sbin" && touch "$sys/usr/sbin/ser2net" && chmod +x "$sys/usr/sbin/ser2net"
setup test
is "ser2net in /usr/sbin, which is not in PATH: found" "$out$err$status" 0

machine 1000 aarch64 apt-get
provide 'run|test'
rm "$gcc_files/crt1.o"
setup test
is "aarch64: -m32 is not missed" "$out$err$status" 0

machine 1000 x86_64 apt-get
setup --print all
unlike "gcc-multilib is never asked for" $'\n'"$out"$'\n' $'\ngcc-multilib\n'
like "all: with the linters" "$out" 'clang-tidy'
is "no package is named twice" "$(sort <<<"$out" | uniq -d)" ""
setup test </dev/null
is "test: the ARM side is needed" "$status" 1
like "test: named as needed" "$err" 'missing for test: .*arm-none-eabi-gcc'

# ---- a compiler that is not there yet: its version comes from the package lists
machine 1000 x86_64 apt-get
provide 'run|test'
rm -r "$bin/clang" "$sys/usr/lib/llvm-14"
script apt-cache 'echo clang; echo "  Depends: clang-16"'
setup --print test
is "clang from the lists: the same version's runtime" "$out" $'clang\nlibclang-rt-16-dev'

# ---- root
machine 0 x86_64 apt-get
script apt-get "echo apt-get \"\$@\" >>$log
if [ \$1 = install ]; then touch $sys/usr/include/zlib.h; fi"
provide 'run|test'
rm "$sys/usr/include/zlib.h"
CI=true setup test </dev/null
is "root: installs without asking" "$(cat "$log")" \
    "apt-get install -y --no-install-recommends zlib1g-dev"
is "root: exit 0 once it is there" "$status" 0
like "root: says what it runs" "$err" 'running apt-get install -y'

machine 0 x86_64 apt-get
rm -r "$sys/var/lib/apt/lists"
setup run </dev/null
is "root without package lists: fetches them first" "$(head -n 1 "$log")" "apt-get update"

machine 0 x86_64 apt-get
script apt-get "echo apt-get \"\$@\" >>$log
[ -e $dir/fresh ] && touch $sys/usr/include/zlib.h
[ \$1 = install ] || touch $dir/fresh
[ -e $dir/fresh ]"
provide 'run|test'
rm "$sys/usr/include/zlib.h"
setup test </dev/null
is "stale lists: fetched, then tried once more" "$(cut -d' ' -f2 "$log" | tr '\n' ' ')" \
    "install update install "
is "stale lists: exit 0" "$status" 0

machine 0 x86_64 apt-get
script apt-get "echo apt-get \"\$@\" >>$log; echo E: no network >&2; exit 100"
setup run </dev/null
is "root offline, only optional things missing: goes on" "$status" 0
like "root offline: passes on why" "$err" 'E: no network'
setup test </dev/null
is "root offline, needed things missing: exit 1" "$status" 1
like "root offline: says what is still missing" "$err" 'still missing for test: .*valgrind'

# ---- the second round: multilib's name is known once gcc is there
machine 0 x86_64 apt-get
provide 'run|test'
mv "$bin/gcc" "$dir/gcc"
rm "$gcc_files/crt1.o"
script apt-get "echo apt-get \"\$@\" >>$log
case \$* in *multilib*) touch $gcc_files/crt1.o ;; *) mv $dir/gcc $bin/gcc ;; esac"
ln -s "$(command -v mv)" "$bin/mv"
setup test </dev/null
like "gcc first" "$(head -n 1 "$log")" ' gcc( |$)'
like "then the -m32 library of its version" "$(tail -n 1 "$log")" ' gcc-12-multilib$'
is "both rounds: exit 0" "$status" 0

# ---- a terminal, with sudo
machine 1000 x86_64 apt-get
provide 'run|test'
rm "$bin/socat"
setup_on_terminal n test
like "terminal: shows the command" "$out" 'sudo apt-get install -y --no-install-recommends socat'
like "terminal: asks" "$out" 'run this command now\? \[y/N\]'
is "terminal: no means no" "$(cat "$log")" ""
is "terminal: exit 1 after no" "$status" 1
script apt-get "echo apt-get \"\$@\" >>$log; cp $bin/tmux $bin/socat"
ln -s "$(command -v cp)" "$bin/cp"
setup_on_terminal y test
is "terminal: yes runs exactly what was shown" "$(head -n 1 "$log")" \
    "sudo apt-get install -y --no-install-recommends socat"
is "terminal: exit 0 after yes" "$status" 0
rm "$bin/socat"
: >"$log"
CI=true setup_on_terminal y test
is "CI set: does not ask" "$(cat "$log")" ""
rm "$bin/sudo"
setup_on_terminal y test
unlike "no sudo: does not ask" "$out" 'y/N'
is "no sudo: exit 1" "$status" 1
like "no sudo: the command is root's" "$out" $'to install it, as root:\n    apt-get install'

# ---- dnf
machine 1000 x86_64 dnf
setup run </dev/null
like "dnf: its names" "$err" \
    'sudo dnf install -y arm-none-eabi-gcc-cs arm-none-eabi-newlib qemu-system-arm-core'
machine 0 x86_64 dnf
script dnf "echo dnf \"\$@\" >>$log; exit 1"
setup lint </dev/null
is "dnf: one call" "$(cat "$log")" \
    "dnf install -y git-core python3 clang-tools-extra cppcheck ShellCheck"
like "dnf fails: says where RHEL keeps them" "$err" 'EPEL'

# ---- neither
machine 0 x86_64 none
setup lint </dev/null
is "no package manager: exit 1" "$status" 1
like "no package manager: the commands that are needed" "$err" \
    'missing for lint: git python3 clang-format clang-tidy cppcheck shellcheck'
like "no package manager: what to do" "$err" "install these with this system's own package manager"

# ---- usage
setup --help
like "--help: on stdout" "$out" '^usage: tools/setup'
is "--help: exit 0" "$status" 0
setup mars
is "unknown word: exit 2" "$status" 2
like "unknown word: named" "$err" 'unknown word: mars'
PATH=$bin run "$top/tools/setup" --root
is "--root without a folder: exit 2" "$status" 2
like "--root without a folder: said" "$err" '\-\-root needs a folder'

finish
