#!/usr/bin/env python3
"""The console of a running program, in my-install and in echo behind -exec: the same bytes, the same
status, however the program ends and however its output is cut into pieces."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from scripted_pi import *  # noqa: E402,F403

FOLDER = tempfile.TemporaryDirectory()
BIN = f"{FOLDER.name}/prog.bin"
with open(BIN, "wb") as binary:
    binary.write(bytes(range(100)))
GREETING = word(GET_PROG_INFO)
BOTH = (("my-install", [BIN]), ("echo", ["-exec", ECHO, BIN]))


def both(c, name, script, out, status=0, row=False, **more):
    """The script's Pi gives this stdout and status in either program."""
    for program, args in BOTH:
        ended = install(script, args, **more)
        c.equal(ended.out, out, f"{program}: {name}: stdout")
        if row:
            c.row(program, name, ended)
        else:
            c.equal((ended.status, ended.err), (status, ""), f"{program}: {name}: status, nothing on stderr")


def prints(*pieces, pause=0):
    def script(pi):
        boot_a(pi)
        for piece in pieces:
            pi.send(piece)
            if pause:
                pi.has_data(pause)
        pi.wait_for("the end")
    return script


def ends(c):
    both(c, "DONE!!!", prints(HELLO + b"not shown\n"), HELLO)
    both(c, "DONE!!! byte by byte", prints(*(bytes([b]) for b in HELLO), pause=0.01), HELLO)
    both(c, "DONE!!! with a carriage return", prints(b"DONE!!!\r\n"), b"DONE!!!\r\n")
    both(c, "almost DONE!!!", prints(b"DONE!!\nDONE!!! not\nDDONE!!!\n"), b"DONE!!\nDONE!!! not\nDDONE!!!\n")


def reboots(c):
    both(c, "a reboot", prints(b"bye\n", GREETING), b"bye\n")
    both(c, "a reboot, greeting byte by byte", prints(b"bye\n", *(bytes([b]) for b in GREETING), pause=0.01),
         b"bye\n")
    both(c, "a reboot without a line end", prints(b"bye" + GREETING + b"later"), b"bye")
    both(c, "a reboot into protocol C", prints(b"bye\n", word(ACK), word(ACK), pause=0.1), b"bye\n")


def quotes(c):
    """What begins like a greeting and is none is shown, and soon."""
    text = b'say "hello" and ""\n""\n'
    both(c, "quotation marks", prints(text + b"DONE!!!\n"), text + b"DONE!!!\n")

    def script(pi):
        boot_a(pi)
        pi.send(b'prompt "')
        pi.wait_for("the prompt is shown")
        pi.send(b'"\nDONE!!!\n')
    pi = Pi(script)
    process = start([INSTALL, pi.path, BIN])
    got = b""
    while not got.endswith(b'"'):
        got += os.read(process.stdout.fileno(), 100)
    c.equal(got, b'prompt "', "a quotation mark at the end is shown without waiting for more")
    pi.happened("the prompt is shown")
    c.equal(finish(process, pi).out, b'"\nDONE!!!\n', "and the rest follows")


def failures(c):
    for text in (
            b"PANIC:2-x.c:notmain:12:no good\n",             # every year's panic
            b"PANIC:x.c:notmain:12:p != 0\n",                # assert of 2019 and 2020
            b"ERROR:a/b.c:fn:7: FALSE(<x < 3>): too big\n",  # demand of 2020
            b"x.c:fn:7:ERROR: Assertion `a == b` failed.\n",
            b"x.c:fn:7:DEBUG:ERROR: Assertion `a == b` failed.\n",
            b"x.c:fn:7:ERROR: Demand `x` failed: no x\n",
            b"x.c:fn:7:DEBUG:ERROR: Demand `x` failed:no x\n",
            b"TRACE:ERROR:should not reach\n",
            b"half a linePANIC:x.c:fn:1:at once\n"):
        both(c, "a panic, then DONE!!!", prints(text + b"DONE!!!\n"), text + b"DONE!!!\n", row=True)
        both(c, "a panic, then a reboot", prints(text + GREETING), text, row=True)


def no_failures(c):
    text = (b"No PANIC: not at the disco\nERROR: 404\nAssertion `x` is a word\nx.c:fn:n:PANIC\nTRACE: ERROR\n"
            b"DONE!!!\nPANIC:x.c:fn:1:too late\n")
    both(c, "words that are no failure", prints(text), text[:text.index(b"PANIC:x.c")])


def harmless(c):
    sent = bytes(b for b in range(256) if b != ACK) + b"\x1b[2J\x1b]0;title\x07\nDONE!!!\n"
    shown = bytes(b if 32 <= b < 127 or b in b"\n\t\r" else 32 for b in sent)
    both(c, "every byte", prints(sent), shown)


def large(c):
    text = b"".join(b"line %d of many\n" % i for i in range(20000)) + b"DONE!!!\n"
    both(c, "300 KB of output", prints(text), text)


def gone(c):
    def script(pi):
        boot_a(pi)
        pi.send(b'half a "')
        pi.happened("printed")
        pi.wait_for("go on")
        pi.vanish()
    for program, args in BOTH:
        pi = Pi(script)
        process = start([INSTALL, pi.path, *args])
        got = b""
        while not got.endswith(b'"'):
            got += os.read(process.stdout.fileno(), 100)
        pi.happened("go on")
        ended = finish(process, pi)
        c.row(program, "the line vanishes", ended)
        c.equal(got + ended.out, b'half a "', f"{program}: the line vanishes: what came was shown")


def takes_input(expected, reply=HELLO):
    def script(pi):
        boot_a(pi)
        pi.send(b"ready\n")
        pi.input = pi.take(len(expected))
        pi.send(reply)
    return script


def gives_input(c):
    text = bytes(range(256)) * 4
    for program, args in BOTH:
        pi = Pi(takes_input(text))
        process = start([INSTALL, pi.path, *args], stdin=subprocess.PIPE)
        ended = finish(process, pi, stdin=text)
        c.equal((ended.status, ended.out), (0, b"ready\n" + HELLO), f"{program}: input, then its end, ends nothing")
        c.equal(getattr(pi, "input", None), text, f"{program}: the input reached the Pi unchanged")


def quiet_program(c):
    """A program that waits for input without a word gets it all the same."""
    def script(pi):
        boot_a(pi)
        pi.input = pi.take(3)
        pi.send(HELLO)
    pi = Pi(script)
    ended = finish(start([INSTALL, pi.path, BIN], stdin=subprocess.PIPE), pi, stdin=b"hi\n")
    c.equal((ended.status, pi.input), (0, b"hi\n"), "a program that prints nothing gets its input")


def input_waits(c):
    """A program throws away what comes before it has set up its UART: input waits for its first words."""
    def script(pi):
        boot_a(pi)
        pi.early = pi.has_data(0.3)
        pi.send(b"ready\n")
        pi.input = pi.take(3)
        pi.send(HELLO)
    pi = Pi(script)
    ended = finish(start([INSTALL, pi.path, BIN], stdin=subprocess.PIPE), pi, stdin=b"hi\n")
    c.equal((ended.status, pi.early, pi.input), (0, False, b"hi\n"), "no input before the program's first words")


def terminal_input(c):
    pi = Pi(takes_input(b"typed\n"))
    process, master, slave = on_terminal([INSTALL, pi.path, BIN])
    before = termios.tcgetattr(slave)
    os.read(process.stdout.fileno(), 6)
    c.equal(termios.tcgetattr(slave), before, "the terminal keeps its settings while the program runs")
    os.write(master, b"tipped\x15typed\r")
    ended = finish(process, pi)
    c.equal((ended.status, getattr(pi, "input", None)), (0, b"typed\n"), "a typed line, edited, reaches the Pi")
    os.close(master)
    os.close(slave)


def in_background(c):
    """Not stopped for reading a terminal whose foreground is another process group."""
    pi = Pi(prints(HELLO))
    script = f"exec 3>&1; set -m; {INSTALL} {pi.path} {BIN} >&3 2>&1 & wait $!"
    process, master, slave = on_terminal(["bash", "-c", script])
    ended = finish(process, pi)
    c.equal((ended.status, ended.out), (0, HELLO), "in the background, with a terminal as input")
    os.close(master)
    os.close(slave)


def closed_at_start(c):
    """A standard descriptor that is closed is not the line's: the Pi gets nothing but the boot."""
    text = b"line after line of output\n" * 4000  # more than one read takes
    for program, args in BOTH:
        for fd, out in ((0, b"first\n" + text + HELLO), (1, b""), (2, b"first\n" + text + HELLO)):
            pi = Pi(prints(b"first\n", text, HELLO, pause=0.01))
            process = start([INSTALL, "--trace-control", pi.path, *args], preexec_fn=lambda fd=fd: os.close(fd))
            got, err = process.communicate(timeout=3 * LIMIT_S)
            c.equal((got or b"", pi.has_data(0)), (out, False),
                    f"{program}: descriptor {fd} closed: the output, and none goes to the Pi")
            pi.close()
            ended = Ended(process.returncode, got, err.decode(errors="replace"), pi)
            if fd == 1:
                c.row(program, "stdout is closed", ended)
            else:
                c.equal(ended.status, 0, f"{program}: descriptor {fd} closed: status")


def output_full(c):
    for program, args in BOTH:
        with open("/dev/full", "wb") as full:
            c.row(program, "stdout is a full disk", install(prints(HELLO), args, stdout=full))


def output_closed(c):
    for program, args in BOTH:
        r, w = os.pipe()
        os.close(r)
        c.row(program, "nobody reads stdout", install(prints(HELLO), args, stdout=w))
        os.close(w)


def output_nonblocking(c):
    """A pipe that its other end made non-blocking, and reads late."""
    text = b"x" * 200000 + b"\nDONE!!!\n"
    pi = Pi(prints(text))
    r, w = os.pipe()
    os.set_blocking(w, False)
    process = start([INSTALL, pi.path, BIN], stdout=w)
    os.close(w)
    pi.wait_for("booted")
    with os.fdopen(r, "rb") as f:
        got = f.read()
    c.equal((finish(process, pi).status, got == text), (0, True), "stdout non-blocking: nothing is lost")


def signals_in_echo(c):
    pi = Pi(prints(b"running\n"))
    process = start([INSTALL, pi.path, "-exec", ECHO, BIN])
    os.read(process.stdout.fileno(), 8)
    process.send_signal(signal.SIGINT)
    c.row("echo", "SIGINT while the program runs", finish(process, pi))


run_cases([large, ends, reboots, quotes, failures, no_failures, harmless, gone, gives_input, quiet_program,
           input_waits, terminal_input, in_background, closed_at_start, output_full, output_closed,
           output_nonblocking, signals_in_echo])
