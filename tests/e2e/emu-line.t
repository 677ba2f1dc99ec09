#!/usr/bin/env python3
"""A recompiled program and the line to its Pi: every way in which the Pi or the line lets it down."""
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import find_row  # noqa: E402
from scripted_loop import GREETING, ScriptedLoop, forget  # noqa: E402
from pi_line import LIMIT_S, ROOT, Tap, struct  # noqa: E402
from pi_wire import ACK, CONTROL, KEEP, NAK, PROBE, SPEED, UP, WELCOME, make_control, make_long, make_short  # noqa: E402

SOURCE = """
#include "rpi.h"
void notmain(void)
{
    printk("start\\n");
    for (unsigned i = 0; i < 20; i++) {
        PUT32(0x20200000, i);
        if (GET32(0x20200000) != i)
            panic("read back another value\\n");
    }
    printk("end\\n");
}
"""
tap = Tap()
folder = tempfile.mkdtemp()
program = os.path.join(folder, "prog.emu")
with open(os.path.join(folder, "prog.c"), "w", encoding="ascii") as f:
    f.write(SOURCE)
subprocess.run([os.path.join(ROOT, "emu/emu-cc"), "-g", "-DLIBPI_YEAR=2020",
                os.path.join(folder, "prog.c"), "-o", program], check=True)
GOOD = "start\nend\n"


def run(fd, *options, env=None):
    """Hands fd down as my-install does; returns status, stdout, stderr, seconds."""
    began = time.monotonic()
    done = subprocess.run([program, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False, pass_fds=[fd],
                          env={**os.environ, "MY_INSTALL_FD": str(fd), **(env or {})})
    return done.returncode, done.stdout, done.stderr, time.monotonic() - began


def case(name, loop, status, output, *options):
    got = run(loop.slave, *options)
    tap.check((got[0], got[1]), (status, output), f"{name}: status and output")
    loop.stop()
    os.close(loop.slave)


# ---- what must not matter ------------------------------------------------------------------------------

def performed(loop):
    return [p for p in loop.performed if p[1] == 0x20200000]


loop = ScriptedLoop()
case("a good loop", loop, 0, GOOD)
PUTS = [("PUT", 0x20200000, i) for i in range(20)]
tap.check(performed(loop), [PUTS[0], ("GET", 0x20200000, 0), *PUTS[1:]],
          "each write once, in order; what only writes change is read once")
tap.check(loop.rebooted, True, "the Pi is sent back to its boot loader")
loop = ScriptedLoop()
case("a good loop, --no-shadow", loop, 0, GOOD, "--no-shadow")
WANT = [x for put in PUTS for x in (put, ("GET", *put[1:]))]
tap.check(performed(loop), WANT, "each access once, in order")


def every_third_lost(l, frame):
    l.usual(frame)
    return b"" if l.requests % 3 == 0 else None


def answers_twice(l, frame):
    return 2 * l.usual(frame)


def noise_around(l, frame):
    if l.requests % 2:
        return b"\x5a\x05\x05junk" + l.usual(frame) + b"\x41\xff\x00"
    return None


def damaged_first(l, frame):
    answer = l.usual(frame)
    if l.requests % 2:
        answer = answer[:3] + bytes([answer[3] ^ 1]) + answer[4:]
    return answer


def stale_words(l, frame):
    if l.requests % 3 == 0:
        return make_short(l.nonce ^ 1, UP, l.executed, ACK)
    if l.requests % 3 == 1:
        return make_control(None, UP, WELCOME, struct.pack("<HIII", 2, 0x12345678, 0, 0)) + l.usual(frame)
    return None


def naks_first(l, frame):
    if frame[0] != CONTROL and l.requests % 2:
        return make_short(l.nonce, UP, l.executed, NAK)
    return None


for behave in (every_third_lost, answers_twice, noise_around, damaged_first, stale_words, naks_first):
    loop = ScriptedLoop(behave)
    case(behave.__name__, loop, 0, GOOD, "--no-shadow")
    tap.check(performed(loop), WANT, f"{behave.__name__}: each access once, in order")

# ---- what ends the run -----------------------------------------------------------------------------------

def check_row(situation, status, err):
    row = find_row("emu", situation)
    tap.check(str(status), row["status"], f"{situation}: status")
    tap.check(row["message"] if row["message"] in err else err, row["message"], f"{situation}: message")


def failing(situation, behave, output, **how):
    loop = ScriptedLoop(behave, **how)
    got = run(loop.slave, "--no-shadow")
    check_row(situation, got[0], got[2])
    tap.check(got[1], output, f"{situation}: output")
    loop.stop()
    os.close(loop.slave)


def in_the_middle(what):
    return lambda l, frame: what if l.data > 5 else None


failing("a silent loop", lambda *_: b"", "")
failing("garbage from the line", lambda *_: b"\xff\x00\xf7garbage", "")
failing("a loop of another version", None, "", version=7)
failing("a Pi that rebooted in the middle", in_the_middle(GREETING), "start\n")
failing("a loop that forgot the session", lambda l, frame: forget(l, frame) if l.data > 5 else None, "start\n")
failing("a loop that hangs", in_the_middle(b""), "start\n")
failing("a line that vanishes", in_the_middle("close"), "start\n")
failing("a loop that answers something else",
        lambda l, f: make_long(l.nonce, UP, f[1], b"\x12\x00") if f[0] != CONTROL and l.data > 5 else None, "start\n")


def refuses(l, frame):
    before = len(performed(l))
    answer = l.usual(frame)
    first = not before and performed(l)
    return make_long(l.nonce, UP, frame[1], b"\x10\x00\x01") if first else answer


got = run((loop := ScriptedLoop(refuses)).slave, "--no-shadow")
tap.check("could not perform a write of 0x0 at 0x20200000" in got[2], True, "a refused write is remarked on: " + got[2][:80])

# ---- the run is ended from here: what was given to the line is performed, and the Pi is let go ---------------

ENDED = """
#include "rpi.h"
void notmain(void)
{
    PUT32(0x20200000, 1);
    printk("start\\n");
    PUT32(0x20200000, 2);
    for (unsigned i = 0;; i++) {
        %s;
    }
}
"""


def ended(name, body):
    path = os.path.join(folder, "ended")
    with open(path + ".c", "w", encoding="ascii") as src:
        src.write(ENDED % body)
    subprocess.run([os.path.join(ROOT, "emu/emu-cc"), "-g", path + ".c", "-o", path + ".emu"], check=True)
    for how in ("--timeout", "Ctrl-C"):
        loop = ScriptedLoop()
        child = subprocess.Popen([path + ".emu", *(["--timeout", "0.3"] if how == "--timeout" else [])],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 pass_fds=[loop.slave], env={**os.environ, "MY_INSTALL_FD": str(loop.slave)})
        first = child.stdout.readline()
        if how == "Ctrl-C":
            end = time.monotonic() + LIMIT_S
            while len(performed(loop)) < 2 and time.monotonic() < end:
                select.select([], [], [], 0.01)
            child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=LIMIT_S)
        tap.check((first, child.returncode), ("start\n", 4 if how == "--timeout" else -signal.SIGINT),
                  f"{how} in {name}: status; {err[:80]!r}")
        tap.check(performed(loop)[:2], [("PUT", 0x20200000, 1), ("PUT", 0x20200000, 2)], "  what was written is written")
        tap.check(loop.rebooted, True, "  the Pi is sent back to its boot loader")
        loop.stop()
        os.close(loop.slave)


ended("reads", "GET32(0x20003004)")
ended("a wait loop", "GET32(0x20200034)")
ended("a delay", "delay_ms(1000)")
ended("writes", "PUT32(0x20200008, i)")
ended("computing", '__asm__ volatile("")')

# ---- which descriptor is the line ------------------------------------------------------------------------------

with open(os.path.join(folder, "file"), "w", encoding="ascii") as f:
    got = run(f.fileno())
    tap.check((got[0], got[1]), (0, GOOD), "a descriptor that is a file is no line: models answer")
left, right = socket.socketpair()
right.close()
got = run(left.fileno())
check_row("a socket whose peer is gone", got[0], got[2])
for situation, name in (("--pi=TTY that is not there", os.path.join(folder, "none")),
                        ("--pi=TTY that is a file", os.path.join(folder, "file")),
                        ("--pi=tcp: and nobody listens", "tcp:localhost:1")):
    done = subprocess.run([program, "--pi=" + name], capture_output=True, text=True, check=False)
    check_row(situation, done.returncode, done.stderr)

# ---- Ctrl-C before the program runs: the line is put back as it was -------------------------------------------


def settings(fd):
    return [x if i != 6 else x[:] for i, x in enumerate(termios.tcgetattr(fd))]


def interrupted(stage, answer):
    """SIGINT once the program has sent something (to a boot loader that answers or does not)."""
    master, slave = os.openpty()
    before = settings(slave)
    child = subprocess.Popen([program, "--pi=" + os.ttyname(slave)], stderr=subprocess.DEVNULL)
    end = time.monotonic() + LIMIT_S
    while settings(slave) == before and time.monotonic() < end:
        select.select([master], [], [], 0.01)
    if answer:
        os.write(master, answer)
        while not select.select([master], [], [], 0.1)[0] and time.monotonic() < end:
            pass
    child.send_signal(signal.SIGINT)
    tap.check(child.wait(LIMIT_S), -signal.SIGINT, f"Ctrl-C {stage}")
    tap.check(settings(slave), before, f"Ctrl-C {stage}: the line's settings are back")
    os.close(master)
    os.close(slave)


interrupted("while the boot loader is awaited", b"")
interrupted("while the device loop is sent", GREETING)


def interrupted_at(kind, stage):
    """SIGINT when the program's first control frame of this kind has come, which is not answered."""
    came = threading.Event()

    def once(_, frame):
        if frame[:2] != (CONTROL, kind) or came.is_set():
            return None
        came.set()
        return b""

    loop = ScriptedLoop(once)
    child = subprocess.Popen([program], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=[loop.slave],
                             env={**os.environ, "MY_INSTALL_FD": str(loop.slave)})
    tap.check(came.wait(LIMIT_S), True, f"Ctrl-C {stage}: it comes so far")
    child.send_signal(signal.SIGINT)
    tap.check(child.wait(LIMIT_S), -signal.SIGINT, "  status")
    tap.check(child.stderr.read(), b"", "  says nothing")
    tap.check(loop.rebooted, True, "  the Pi is sent back to its boot loader")
    loop.stop()
    os.close(loop.slave)


interrupted_at(SPEED, "when a speed is asked for")
interrupted_at(PROBE, "in the test of a speed")
interrupted_at(KEEP, "when a speed is kept")

shutil.rmtree(folder)
tap.done()
