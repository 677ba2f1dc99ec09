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
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import find_row  # noqa: E402
from scripted_loop import GREETING, ScriptedLoop, forget  # noqa: E402
from pi_line import GET, HELLO, LIMIT_S, PUT, REPLY, ROOT, TEXT, Tap, frame  # noqa: E402
import struct  # noqa: E402

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


def case(name, loop, status, output):
    got = run(loop.slave)
    tap.check((got[0], got[1]), (status, output), f"{name}: status and output")
    loop.stop()
    os.close(loop.slave)


# ---- what must not matter ------------------------------------------------------------------------------

loop = ScriptedLoop()
case("a good loop", loop, 0, GOOD)
want = [x for i in range(20) for x in ((PUT, 0x20200000, i), (GET, 0x20200000, i))]
tap.check([p for p in loop.performed if p[1] == 0x20200000], want, "each access once, in order")
tap.check(loop.rebooted, True, "the Pi is sent back to its boot loader")


def every_third_lost(l, kind, seq, payload):
    return b"" if l.requests % 3 == 0 else None


def answers_twice(l, kind, seq, payload):
    return 2 * l.usual(kind, seq, payload)


def noise_around(l, kind, seq, payload):
    return b"\xa5\x05\x05junk" + l.usual(kind, seq, payload) + b"\xa5\xff\x00"


def damaged_first(l, kind, seq, payload):
    answer = l.usual(kind, seq, payload)
    if l.requests % 2:
        answer = answer[:6] + bytes([answer[6] ^ 1]) + answer[7:]
    return answer


def stale_welcomes(l, kind, seq, payload):
    stale = frame(2, 0, struct.pack("<HI", 1, 0x12345678))
    return stale + l.usual(kind, seq, payload) + (frame(REPLY, (seq + 9) & 255, bytes(5)) if kind != HELLO else b"")


for behave in (every_third_lost, answers_twice, noise_around, damaged_first, stale_welcomes):
    loop = ScriptedLoop(behave)
    case(behave.__name__, loop, 0, GOOD)
    tap.check([p for p in loop.performed if p[1] == 0x20200000], want, f"{behave.__name__}: each access once, in order")


def says_something(l, kind, seq, payload):
    if l.requests == 10:
        return frame(TEXT, 0, b"from the Pi\n") + l.usual(kind, seq, payload)
    return None


case("text from the Pi's side", ScriptedLoop(says_something), 0, "start\nfrom the Pi\nend\n")

# ---- what ends the run -----------------------------------------------------------------------------------

def check_row(situation, status, err):
    row = find_row("emu", situation)
    tap.check(str(status), row["status"], f"{situation}: status")
    tap.check(row["message"] if row["message"] in err else err, row["message"], f"{situation}: message")


def failing(situation, behave, output, **how):
    loop = ScriptedLoop(behave, **how)
    got = run(loop.slave)
    check_row(situation, got[0], got[2])
    tap.check(got[1], output, f"{situation}: output")
    loop.stop()
    os.close(loop.slave)


failing("a silent loop", lambda *_: b"", "")
failing("garbage from the line", lambda *_: b"\xff\x00\xf7garbage", "")
failing("a loop of another version", None, "", version=7)
failing("a Pi that rebooted in the middle", lambda l, *a: GREETING if l.requests > 9 else None, "start\n")
failing("a loop that forgot the session", lambda l, *a: forget(l, *a) if l.requests > 9 else None, "start\n")
failing("a loop that hangs", lambda l, *a: b"" if l.requests > 9 else None, "start\n")
failing("a line that vanishes", lambda l, *a: "close" if l.requests > 9 else None, "start\n")
failing("a loop that answers something else",
        lambda l, kind, seq, p: frame(REPLY, seq, struct.pack("<BI", 4, 0)) if kind == GET else None, "start\n")


def refuses(l, kind, seq, payload):
    return frame(REPLY, seq, struct.pack("<BI", 3, 0)) if kind == PUT else None


got = run((loop := ScriptedLoop(refuses)).slave)
tap.check("refused a write of 0x0 at 0x20200000" in got[2], True, "a refused write is remarked on: " + got[2][:80])

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

shutil.rmtree(folder)
tap.done()
