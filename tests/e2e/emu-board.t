#!/usr/bin/env bash
# emu --board in a terminal, as a person sees it: tmux is the terminal, its cells are what is checked.
# shellcheck disable=SC2016 # $? and the like are for the shell inside the terminal
. "$(dirname "$0")/../tap.sh"
emu_cc=$top/emu/emu-cc
cd "$dir" || exit 1
export TMUX_TMPDIR=$dir LC_ALL=C.UTF-8
unset TMUX NO_COLOR
trap 'tm kill-server 2>/dev/null; rm -rf "$dir"' EXIT

cat >panel.c <<'END'
#include "rpi.h"
static volatile unsigned n;
void notmain(void)
{
    gpio_set_output(21);
    gpio_set_input(20);
    gpio_set_function(18, GPIO_FUNC_ALT5);
    printk("panel\n");
    for (;;) {
        gpio_write(21, gpio_read(20));
        if (uart_has_data()) {
            int c = uart_get8();
            printk("got <%c>\n", c);
            if (c == 'x')
                return;
            if (c == 'f')
                *(volatile unsigned *)0 = 1;
            if (c == 'c')
                for (;;)
                    n++;
        }
        delay_ms(1);
    }
}
END
run "$emu_cc" -g -O1 panel.c -o panel.emu
is "the panel compiles" "$status $err" "0 "
[ "$status" = 0 ] || finish

# Each terminal is a server of its own: one that ends takes a while to let go of its socket.
terminals=0
tm() { tmux -L "board$terminals" -f /dev/null "$@"; }

terminal() # COLSxROWS [VAR=VALUE...]: a fresh one, with a shell in it
{
    tm kill-server 2>/dev/null
    terminals=$((terminals + 1))
    tm new-session -d -x "${1%x*}" -y "${1#*x}" env "${@:2}" PS1='$ ' bash --norc --noprofile
    tm set-option -g status off
    tm resize-window -x "${1%x*}" -y "${1#*x}"
    sees "a terminal: $*" '^\$'
}

keys() { tm send-keys "$@"; }

seen() { tm capture-pane -p "$@"; }

# sees WHAT REGEX [-e]: within 30 s or so the terminal shows a match, or the test ends; -e: with the codes of colours.
sees()
{
    local i text
    for ((i = 0; i < 600; i++)); do
        text=$(seen "${@:3}")
        [[ $text =~ $2 ]] && break
        read -rt 0.05 <> <(:)
    done
    like "$1" "$text" "$2"
    [[ $text =~ $2 ]] || finish # what follows starts from here
}

start() # OPTIONS: the panel in the terminal
{
    keys "clear; ./panel.emu $*" Enter
}

ends() # WHAT STATUS: the shell is back, and was told this
{
    sees "$1: the shell is back" $'(^|\n)\\$ *$'
    keys 'echo status=$?' Enter
    sees "$1: status" "status=$2"
}

# ---- what is there ----------------------------------------------------------------------------------------

terminal 80x24
start --board
sees "the title: program, state, time and speed" '^ panel.emu: runs +[0-9.]+ s x1 '
sees "the program's text" $'\| UART.*\n[^\n]*\| panel'
screen=$(seen)
is "24 rows" "$(wc -l <<<"$screen")" 24
is "no wider than 80" "$(awk 'length > 80' <<<"$screen")" ""
like "the header begins as it lies on the table" "$screen" $'\n +3V3 +1  2 +5V +\|.*\n> +in  GPIO2 1 +3  4 +5V'
like "and ends so" "$screen" $'\n +in GPIO26 0 +37  38 0 +GPIO20 in +\|.*\n +GND +39  40 0 +GPIO21 out +\|'
like "an ALT function has its name on this pin" "$screen" 'GPIO18 PWM0'
like "what nobody knows" "$screen" '8  \?  GPIO14 TXD1'
like "the keys" "$screen" 'arrows pin, space h l r drive, p pause, s step, \+ - speed, Tab type, q quit'
like "the last access, with its register" "$screen" '[0-9]+: (GET|PUT)32|delaying'

# ---- inputs ------------------------------------------------------------------------------------------------

keys Right
for _ in {1..25}; do keys Down; done
sees "arrows select a pin" 'GPIO21 out +<'
keys h
sees "an output is not driven" 'GPIO21 is no input'
keys Up
sees "the pin above" 'GPIO20 in +<'
keys h
sees "h: the input is high, driven from here, and the program follows" $'38 1< GPIO20 in +<.*\n.*40 1  GPIO21 out'
keys l
sees "l" $'38 0< GPIO20 in +<.*\n.*40 0  GPIO21 out'
keys Space
sees "space toggles" $'38 1< GPIO20 in +<.*\n.*40 1  GPIO21 out'
keys r
sees "r: its pull again" $'38 0  GPIO20 in +<.*\n.*40 0  GPIO21 out'

# ---- the UART ----------------------------------------------------------------------------------------------

keys Tab q r
sees "typed text is the program's" $'got <q>.*\n.*got <r>'
sees "and shown" '> qr_'
keys Tab
sees "Tab again: keys are keys" 'arrows pin, '

# ---- pause, step, speed ------------------------------------------------------------------------------------

# The number of the last access, when it has not changed for a while.
at_rest()
{
    local now then='' same=0 i
    for ((i = 0; i < 600 && same < 5; i++)); do
        now=$(seen | sed -n 's/^ \([0-9]*\): .*/\1/p')
        if [ "$now" = "$then" ]; then same=$((same + 1)); else same=0; fi
        then=$now
        read -rt 0.05 <> <(:)
    done
    echo "$now"
}

keys p
sees "p pauses" '^ panel.emu: paused .* x1 +0/s'
a=$(at_rest)
for _ in 1 2 3; do
    keys s
    sees "s: one access on" "^ panel.emu: paused .*$((a = a + 1)): "
done
is "and no more" "$(at_rest)" "$a"
keys +
sees "+: twice as fast" ' s x2 '
keys - - -
sees "-: half as fast" ' s x0.25 '
keys p
sees "p goes on" '^ panel.emu: runs'

# ---- sizes -------------------------------------------------------------------------------------------------

tm resize-window -x 79 -y 24
sees "a small terminal: says so" $'The board needs 80x24,\nthis is 79x24.'
tm resize-window -x 100 -y 30
sees "a larger one: all is there" $'GPIO21 out.*\n.*Tab type, q quit *$'
tm resize-window -x 80 -y 24

# ---- the end -----------------------------------------------------------------------------------------------

sane() # WHAT: the terminal is as it was: echo on, line by line, cursor, not the alternate screen
{
    keys 'stty -a >stty.txt; echo now=$((40 + 2))' Enter
    sees "$1: the shell does as it is told" 'now=42'
    like "$1: echo" "$(<stty.txt)" ' echo '
    like "$1: lines" "$(<stty.txt)" ' icanon '
    is "$1: cursor, screen" "$(tm display-message -p '#{cursor_flag} #{alternate_on}')" "1 0"
}

keys q
sees "q ends the run; the text comes again" $'panel\ngot <q>\ngot <r>\n\\$'
ends "q is no failure" 0
sane "after q"
start --board
sees "again" '^ panel.emu: runs'
keys C-c
ends "Ctrl-C" 130
sane "after Ctrl-C"
start --board
keys Tab f
sees "a fault: shown while the board is still there" 'ended, exit status 1 '
keys q
sees "and said afterwards" 'null pointer dereference: write to address 0x0'
ends "its status" 1
sane "after a fault"
start --board
keys Tab x
sees "the program ends: the board stays" '^ panel.emu: ended, exit status 0'
keys q
ends "until q" 0
start --board
keys Tab c
sees "a program that only computes" 'got <c>'
keys Tab q
ends "ends with q" 0
start --board --timeout 0.5
ends "a time limit waits for nobody" 4
sane "after a limit"
start --board
sees "to be killed" '^ panel.emu: runs'
kill -KILL "$(tm list-panes -F '#{pane_pid}' | xargs -I{} pgrep -P {} -x panel.emu)"
sees "killed: the display leaves, and the shell may have been faster" $'(^|\n)panel'
keys Enter
ends "killed" 137
sane "after kill -9"
start --board
sees "the display is to be killed" '^ panel.emu: runs'
keys Tab
child=$(pgrep -P "$(tm list-panes -F '#{pane_pid}' | xargs -I{} pgrep -P {} -x panel.emu)")
kill -KILL "$child"
sees "the program goes on without it" $'\nemu: --board: the display was ended by signal 9; `reset` clears the terminal'
keys C-c
ends "until it ends" 130

# ---- paused from the start; no colour ----------------------------------------------------------------------

start --board=paused
sees "paused before the first access" '^ panel.emu: paused +0.000 s'
keys s s s
sees "three steps behind the start" $'\n 4: '
keys q
ends "q while paused" 0
start --board
sees "colours" $'\e\\[32mGPIO3' -e
keys q
ends "q" 0
terminal 80x24 NO_COLOR=1
start --board
sees "NO_COLOR" '^.*GPIO2' -e
unlike "no colour" "$(seen -e)" $'\e\\[3[0-8]m'
keys q
ends "NO_COLOR: q" 0
terminal 80x24 TERM=dumb
start --board
sees "a terminal that cannot" 'emu: --board: TERM=dumb: nothing can be drawn there; try --trace'
ends "its status" 2
terminal 80x24 TERM=nothing-of-the-kind
start --board
sees "an unknown terminal" 'emu: --board: TERM=nothing-of-the-kind: no such kind of terminal is known here'
ends "its status, unknown" 2
terminal 80x24
start --board --trace
sees "two for one terminal" 'emu: --board and --trace: both want the terminal; send the trace to 2>FILE'
ends "two for one: status" 2

# ---- the run is what it is without -------------------------------------------------------------------------

cat >counts.c <<'END'
#include "rpi.h"
void notmain(void)
{
    gpio_set_output(20);
    for (unsigned i = 0; i < 300; i++) {
        gpio_write(20, i & 1);
        delay_us(i);
        if (i % 100 == 0)
            printk("%d at %d us\n", i, timer_get_usec());
    }
}
END
run "$emu_cc" -g -O1 counts.c -o counts.emu
run ./counts.emu --record plain.log
keys "./counts.emu --board --speed=10 --record board.log 2>/dev/null" Enter
sees "counts: the end" 'ended, exit status 0'
keys q
sees "back" $'(^|\n)\\$ *$'
run cmp plain.log board.log
is "the same accesses at the same times with a board" "$status $out$err" "0 "

# ---- messages ----------------------------------------------------------------------------------------------

run ./panel.emu --board </dev/null
row emu "--board without a terminal"
run ./panel.emu --board=quick
row emu "--board that is neither on nor paused"
finish
