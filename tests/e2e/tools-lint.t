#!/bin/bash
# tools/lint and tools/depends: a small clean tree passes every check, and each check finds its bad
# sample, names the file, and is the only one to.
set -u
. "$(dirname "$0")/../tap.sh"

tree=$dir/tree

put() # FILE: stdin becomes the file, known to git
{
    mkdir -p "$(dirname "$tree/$1")"
    cat >"$tree/$1"
    git -C "$tree" add -f "$1"
}

drop()
{
    git -C "$tree" rm -q -f "$@"
}

lint() # CHECK
{
    run "$top/tools/lint" --root "$tree" --only "$1"
}

# What a check needs that this machine may lack; `make test` runs without the linters.
lacks()
{
    case $1 in
    format) set -- clang-format ;;
    tidy) set -- clang-tidy ;;
    cppcheck) set -- cppcheck ;;
    shell) set -- shellcheck ;;
    headers) set -- arm-none-eabi-gcc ;;
    *) return 1 ;;
    esac
    ! command -v "$1" >/dev/null
}

# finds CHECK WHAT REGEX: the check fails and says REGEX.
finds()
{
    if lacks "$1"; then
        skip "$1: $2" "the tool is not installed"
        return
    fi
    lint "$1"
    is "$1: $2: exit 1" "$status" 1
    like "$1: $2" "$out" "not ok 1 - $1"$'\n.*'"$3"
}

passes() # CHECK WHAT
{
    if lacks "$1"; then
        skip "$1: $2" "the tool is not installed"
        return
    fi
    lint "$1"
    is "$1: $2" "$out" $'1..1\nok 1 - '"$1"
}

git init -q "$tree"
cp "$top/.clang-format" "$top/.clang-tidy" "$tree"
put Makefile <<'END'
ARM = arm-none-eabi-
HOST_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -I. -MMD -MP
PI_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -ffreestanding -I. -Ilibpi/include -MMD -MP
END
put emu/emu-cc <<'END'
#!/bin/sh
echo -std=gnu11 -ffreestanding -Ilibpi/include
END
chmod +x "$tree/emu/emu-cc"
git -C "$tree" add emu/emu-cc
put wire/a.h <<'END'
#ifndef WIRE_A_H
#define WIRE_A_H
#include <stdint.h>
uint32_t a(uint32_t x);
#endif
END
put wire/a.c <<'END'
#include "wire/a.h"
uint32_t a(uint32_t x)
{
    return x + 1;
}
END
put libunix/u.c <<'END'
#include "wire/a.h"
uint32_t u(void);
uint32_t u(void)
{
    return a(1);
}
END
put libpi/include/rpi.h <<'END'
#ifndef RPI_H
#define RPI_H
#include <stdint.h>
void put32(uint32_t addr, uint32_t value);
#endif
END
put docs/architecture.md <<'END'
# A
See [the code](../wire/a.h), [elsewhere](https://example.org/x) and [below](#b).
<!-- tools/depends --update: begin -->
<!-- tools/depends --update: end -->
END
run "$top/tools/depends" --root "$tree" --update "$tree/docs/architecture.md"
is "depends --update: exit 0" "$status" 0
like "depends --update: the picture has the one edge" "$(cat "$tree/docs/architecture.md")" \
    'libunix --> wire'

for check in $("$top/tools/lint" --list); do
    passes "$check" "a clean tree"
done

# ---- format
put wire/b.c <<<'int  b( void );'
finds format "a badly laid out file" 'wire/b.c:1:'
drop wire/b.c
echo 'int  b( void );' >"$tree/wire/untracked.c"
passes format "a file git does not know is left alone"
rm "$tree/wire/untracked.c"

# ---- tidy
put wire/b.c <<'END'
int b(int x);
int b(int x)
{
    if (x)
        return 1;
    else
        return 1;
}
END
finds tidy "the same code in both branches" 'wire/b.c:4:.*bugprone-branch-clone'
put wire/b.h <<'END'
#define SAME(x) ((x) ? 1 : 2)
END
put wire/b.c <<'END'
#include "wire/b.h"
int b(int x);
int b(int x)
{
    return SAME(x);
}
END
passes tidy "once mended"
put wire/b.h <<'END'
#define SAME(x) ((x) ? 1 : 1)
END
finds tidy "a file that only changed in a header it includes" 'wire/b.c:5:.*bugprone-branch-clone'
put wire/b.c <<<'int b(int x)'
finds tidy "a file that does not compile" 'wire/b.c:1:'
drop wire/b.c wire/b.h

# ---- cppcheck
put wire/b.c <<'END'
int b(void);
int b(void)
{
    int v[2] = {0, 1};
    return v[2];
}
END
finds cppcheck "an index out of bounds" 'wire/b.c:5:.*arrayIndexOutOfBounds'
drop wire/b.c

# ---- shell
put tools/x <<<$'#!/bin/sh\nrm $1'
chmod +x "$tree/tools/x"
finds shell "an unquoted variable" 'tools/x:2:.*SC2086'
put tools/x <<<$'#!/usr/bin/env bash\nrm $1'
finds shell "a script started through env" 'tools/x:2:.*SC2086'
drop tools/x

# ---- headers
put wire/b.h <<<'uint32_t b(void);'
finds headers "a header without what it uses" 'wire/b.h does not compile alone \(the laptop\)'
drop wire/b.h
put libpi/include/b.h <<'END'
#if LIBPI_YEAR == 2019
uint32_t b(void);
#endif
END
finds headers "a header broken in one year" \
    'libpi/include/b.h does not compile alone \(the laptop, 2019\)'
unlike "headers: that year alone" "$out" ', 20(2.)\)'
put libpi/include/b.h <<<'_Static_assert(sizeof(long) == 8, "long");'
finds headers "a header broken on the Pi alone" \
    'libpi/include/b.h does not compile alone \(the Pi, 2026\)'
unlike "headers: not on the laptop" "$out" 'the laptop, '
put libpi/include/b.h <<'END'
#ifndef E
#error "define E"
#endif
/* lint-before: #define E struct e\nstruct e { int next; }; */
static inline int next(E *e)
{
    return e->next;
}
END
passes headers "a header that says what stands before it"
drop libpi/include/b.h

# ---- depends
forbidden() # FROM TO: a file there includes the other folder's header
{
    put "$1/from.c" <<<"#include \"$2/to.h\""
    put "$2/to.h" </dev/null
    finds depends "$1 includes $2" "$1/from.c:1: includes \"$2/to.h\": $1 may include"
    drop "$1/from.c" "$2/to.h"
}
allowed()
{
    put "$1/from.c" <<<"#include \"$2/to.h\""
    put "$2/to.h" </dev/null
    passes depends "$1 may include $2"
    drop "$1/from.c" "$2/to.h"
}
for folder in wire libpi pi-side libunix my-install echo emu/core emu/dev; do
    forbidden $folder emu/remote
done
forbidden wire libpi
forbidden libpi libunix
forbidden pi-side libunix
forbidden libunix libpi
forbidden echo my-install
forbidden emu/core wire
forbidden emu/dev libunix
forbidden emu/native emu/dev
forbidden emu/observe emu/remote
forbidden emu/native/guest emu/core
allowed pi-side libpi
allowed echo libunix
allowed emu/dev emu/core
allowed emu/remote wire
allowed emu/native/guest libpi
allowed emu emu/dev
allowed tests/unit emu/dev
put wire/from.c <<<'#include <libunix/to.h>'
put libunix/to.h </dev/null
finds depends "angle brackets hide nothing" 'wire/from.c:1: includes "libunix/to.h"'
drop wire/from.c libunix/to.h
put libunix/from.c <<<'#include "rpi.h"'
finds depends "a header found through libpi's path" 'libunix/from.c:1: includes "rpi.h"'
drop libunix/from.c
put wire/from.c <<<'#include "nowhere.h"'
finds depends "a header that is nowhere" 'wire/from.c:1: includes "nowhere.h": no such file'
drop wire/from.c
put newfolder/from.c </dev/null
put newfolder/from.c <<<'#include "wire/a.h"'
finds depends "a folder nobody thought of" 'newfolder/from.c:1: .*not in the table'
drop newfolder/from.c

# ---- picture
put my-install/from.c <<<'#include "wire/a.h"'
finds picture "a dependency that is not in it" '\+    my_install --> wire'
like "picture: what to do" "$out" 'tools/depends --update docs/architecture.md'
drop my-install/from.c
run "$top/tools/depends" --root "$tree" --current "$tree/Makefile"
is "depends: a file without a place for the picture: exit 1" "$status" 1
like "depends: a file without a place for the picture" "$err" 'Makefile: has no lines'

# ---- words
put wire/b.c <<<'int b; // TO''DO later'
finds words "a mark in a comment" 'wire/b.c:1:'
put wire/b.c <<<'/* FIX''ME */'
finds words "another mark" 'wire/b.c:1:'
put wire/b.c <<<'#if 0'
finds words "code switched off" 'wire/b.c:1:#if 0'
put wire/b.c <<<'const char *b = "TO''DO: printed by a program";'
passes words "a program may print it"
put wire/b.h <<<'#define todo(msg) panic("TO''DO:" msg)'
passes words "a macro may print it"
drop wire/b.h
put tools/x.py <<<'x = 1  # TO''DO'
finds words "a mark in a script" 'tools/x.py:1:'
drop tools/x.py
drop wire/b.c
put docs/b.md <<<'X''XX write this'
finds words "a mark in a document" 'docs/b.md:1:'
drop docs/b.md

# ---- files
put wire/b.bin <<<text
finds files "a .bin" 'wire/b.bin: is built'
drop wire/b.bin
printf 'a\0b' | put wire/b.txt
finds files "a binary by another name" 'wire/b.txt: is binary'
drop wire/b.txt
put tools/x <<<'#!/bin/sh'
finds files "a script that cannot be started" 'tools/x: .*not executable'
drop tools/x

# ---- size
seq -f '// %g' 601 | put wire/b.c
finds size "601 lines" 'wire/b.c: 601 lines'
seq -f '// %g' 600 | put wire/b.c
passes size "600 lines"
drop wire/b.c
{ echo '#!/bin/sh' && seq -f '# %g' 600; } | put tools/x
finds size "601 lines of shell" 'tools/x: 601 lines'
drop tools/x

# ---- links
put docs/b.md <<<'[gone](gone.md) and [up](../wire/a.h#l3)'
finds links "a link to nothing" 'docs/b.md:1: no file gone.md'
unlike "links: the other link is fine" "$out" 'a\.h'
drop docs/b.md

# ---- tools that are missing, usage
mkdir "$dir/bin"
for tool in bash git sed dirname; do
    ln -s "$(command -v $tool)" "$dir/bin/$tool"
done
for pair in format:clang-format tidy:clang cppcheck:cppcheck shell:shellcheck depends:python3; do
    PATH=$dir/bin lint "${pair%:*}"
    like "${pair%:*}: its tool is missing" "$out" "not ok 1 - .*${pair#*:} is not installed: tools/setup lint"
done
run "$top/tools/lint" --only moon
is "lint: no such check: exit 2" "$status" 2
like "lint: no such check: named" "$err" 'no check is called moon'
run "$top/tools/lint" --only
like "lint: --only alone" "$err" '\-\-only needs a word'
run "$top/tools/lint" --fast
is "lint: unknown word: exit 2" "$status" 2
like "lint: unknown word: named" "$err" 'unknown word: --fast'
run "$top/tools/lint" --root "$dir/bin"
is "lint: not a git tree: exit 2" "$status" 2
like "lint: not a git tree: said" "$err" 'no git working tree'
run "$top/tools/lint" --help
like "lint --help" "$out" '^usage: tools/lint'
run "$top/tools/depends" --help
like "depends --help" "$out" '^usage: tools/depends'
run "$top/tools/depends" --sideways
is "depends: unknown word: exit 2" "$status" 2
like "depends: unknown word: named" "$err" 'unknown word: --sideways'
run "$top/tools/depends" --update
like "depends: --update alone" "$err" '\-\-update needs a word'

finish
