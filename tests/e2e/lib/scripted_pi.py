"""A Pi that follows a script, on a pty or a socket: boot loaders of protocols A, B and C with every
variant and fault the tests need, and the program that runs afterwards. Python standard library only."""
import contextlib
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
import tty
import zlib

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from pi_line import (  # noqa: E402
    BOOT_ERROR, BOOT_SUCCESS, GET_CODE, GET_PROG_INFO, LIMIT_S, PRINT_STRING, PUT_CODE,
    PUT_PROG_INFO, ROOT, SOH, word)

INSTALL = os.path.join(ROOT, "my-install/my-install")
ECHO = os.path.join(ROOT, "echo/echo")
ACK, NAK, EOT = 5, 6, 7
GREETING_S = 0.05  # shorter than a real loader's 0.3 s: the tests need not wait
HELLO = b"hello from the pi\nDONE!!!\n"


class Gone(Exception):
    """The laptop's side closed, or the script waited longer than anything may take."""


class Pi:
    """Runs script(pi) in a thread. The line's laptop end is `path`, a pty that was raw before."""

    def __init__(self, script):
        self.master, self.slave = pty.openpty()
        self.path = os.ttyname(self.slave)
        tty.setraw(self.slave)
        # A flag without effect that whoever opens the line clears: so the Pi sees it.
        self.set_mode(0, termios.IXANY)
        self.begin(script)

    def begin(self, script):
        self.wake_r, self.wake_w = os.pipe()
        self.error = None
        self.events = {}
        self.closing = False
        self.received = b""
        self.thread = threading.Thread(target=self.run, args=(script,), daemon=True)
        self.thread.start()

    def run(self, script):
        try:
            script(self)
        except (Gone, OSError) as e:
            self.error = e

    # what a script does

    def wait_open(self):
        """Until the laptop has opened the line, and dropped what came before."""
        if self.slave < 0:
            return
        end = time.monotonic() + LIMIT_S
        while termios.tcgetattr(self.slave)[0] & termios.IXANY:
            if self.closing or time.monotonic() > end:
                raise Gone("nobody opened the line")
            time.sleep(0.001)

    def send(self, data):
        while data:
            data = data[os.write(self.master, data):]

    def send_word(self, *values):
        self.send(word(*values))

    def send_string(self, text):
        self.send(word(PRINT_STRING, len(text)) + text)

    def has_data(self, limit_s):
        ready = select.select([self.master, self.wake_r], [], [], limit_s)[0]
        if self.wake_r in ready and self.master not in ready:
            raise Gone("the test is over")
        return bool(ready)

    def take(self, n, limit_s=3 * LIMIT_S):
        end = time.monotonic() + limit_s
        data = b""
        while len(data) < n:
            if not self.has_data(max(0, end - time.monotonic())):
                raise Gone(f"wanted {n} bytes, have {data!r}")
            data += os.read(self.master, n - len(data))
        self.received += data
        return data

    def take_word(self):
        return struct.unpack("<I", self.take(4))[0]

    def expect(self, *values):
        for value in values:
            got = self.take_word()
            if got != value:
                raise Gone(f"expected {value:#x}, got {got:#x}")

    def vanish(self):
        os.close(self.master)
        self.master = -1

    def happened(self, name):
        self.event(name).set()

    # what a test does

    def set_mode(self, field, flags):
        """Sets flags in a field of the line's settings, which are then those from before."""
        mode = termios.tcgetattr(self.slave)
        mode[field] |= flags
        termios.tcsetattr(self.slave, termios.TCSANOW, mode)
        self.before = termios.tcgetattr(self.slave)

    def event(self, name):
        event = self.events.setdefault(name, threading.Event())
        if self.closing:
            event.set()
        return event

    def wait_for(self, name):
        if not self.event(name).wait(LIMIT_S):
            raise Gone(f"the Pi never came to: {name}")

    def restored(self):
        """Does the line have the settings from before?"""
        return termios.tcgetattr(self.slave) == self.before

    def close(self):
        """Ends the script, if it still waits for something."""
        self.closing = True
        for event in list(self.events.values()):
            event.set()
        os.write(self.wake_w, b"x")
        self.thread.join(LIMIT_S)
        for fd in (self.master, self.slave, self.wake_r, self.wake_w):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.master = self.slave = -1


class SocketPi(Pi):
    """The same on one end of a TCP connection (path is tcp:HOST:PORT) or of a socket pair (peer)."""

    def __init__(self, script, family=socket.AF_INET):
        if family == socket.AF_UNIX:
            mine, self.peer = socket.socketpair()
            self.master = mine.detach()
            first = script
        else:
            server = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0),
                                          family=family)
            host = "[::1]" if family == socket.AF_INET6 else "127.0.0.1"
            self.path = f"tcp:{host}:{server.getsockname()[1]}"

            def first(pi):
                server.settimeout(LIMIT_S)
                pi.master = server.accept()[0].detach()
                server.close()
                script(pi)
        self.slave = -1
        self.begin(first)


# ---- protocol A ------------------------------------------------------------------------------------

def greet(pi, before=b""):
    pi.wait_open()
    pi.send(before)
    while True:
        pi.send_word(GET_PROG_INFO)
        if pi.has_data(GREETING_S):
            return


def take_info(pi):
    pi.expect(PUT_PROG_INFO)
    return struct.unpack("<3I", pi.take(12))


def boot_a(pi, before=b"", strings=False, queued=(), echo_crc=None):
    """The whole of protocol A; the code is returned. `queued` are pieces sent after the answer came,
    as greetings that sat in a buffer arrive."""
    greet(pi, before)
    pi.addr, nbytes, crc = take_info(pi)
    pi.happened("answered")
    for piece in queued:
        pi.send(piece)
        time.sleep(GREETING_S)
    if strings:
        pi.send_string(b"about to ask for the code\n")
    pi.send_word(GET_CODE, crc if echo_crc is None else echo_crc)
    pi.expect(PUT_CODE)
    pi.happened("sending")
    code = pi.take(nbytes)
    if strings:
        pi.send_string(b"got it all")
    pi.happened("sent")
    pi.send_word(BOOT_SUCCESS if zlib.crc32(code) == crc else BOOT_ERROR)
    pi.happened("booted")
    return code


def program_a(output=HELLO, **how):
    """Script: boots and keeps what came in pi.code, then prints."""
    def script(pi):
        pi.code = boot_a(pi, **how)
        pi.send(output)
    return script


# ---- protocols B and C -----------------------------------------------------------------------------

def take_opening(pi):
    pi.expect(SOH)
    return struct.unpack("<2I", pi.take(8))


def take_words(pi, nbytes):
    """As the loaders of 2019 read the code: whole words while there is one to come."""
    return pi.take((nbytes + 3) // 4 * 4)


def boot_old(pi, raw=False, wants_ack=True, acks=0, error=None, loads=1):
    """Protocol B, or C with acks > 0: that many ACKs still sit in a buffer when the opening comes. A
    loader that finds no ACK, or no EOT, says so, loses what is on the line and starts over."""
    for _ in range(loads):
        while acks:
            pi.send_word(ACK)
            if pi.has_data(GREETING_S):
                pi.send_word(*[ACK] * acks)
                break
        nbytes, crc = take_opening(pi)
        pi.happened("opened")
        pi.send_word(SOH, nbytes if raw else zlib.crc32(word(nbytes)), crc)
        if error:
            pi.take_word()
            return fail_old(pi, error)
        if wants_ack and pi.take_word() != ACK:
            fail_old(pi, NAK)
            continue
        pi.happened("sending")
        code = take_words(pi, nbytes)
        if pi.take_word() != EOT:
            fail_old(pi, 3)
            continue
        pi.send_word(ACK if zlib.crc32(code[:nbytes]) == crc else 1)
        return code
    return None


def fail_old(pi, error):
    pi.send_word(error)
    while pi.has_data(0.2):
        os.read(pi.master, 4096)


def program_old(output=HELLO, **how):
    def script(pi):
        pi.code = boot_old(pi, **how)
        if pi.code is not None:
            pi.send(output)
    return script


# ---- running the programs --------------------------------------------------------------------------

class Ended:
    def __init__(self, status, out, err, pi):
        self.status, self.out, self.err, self.pi = status, out, err, pi


def environment(**more):
    env = {k: v for k, v in os.environ.items() if k != "MY_INSTALL_FD"}
    env.update(more)
    return env


def start(args, stdin=subprocess.DEVNULL, preexec_fn=None, **more):
    """With the signals of a program that a person starts, whatever nohup or & did to the test."""
    def before():
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        if preexec_fn:
            preexec_fn()
    more.setdefault("env", environment())
    more["preexec_fn"] = before
    return subprocess.Popen(args, stdin=stdin, stdout=more.pop("stdout", subprocess.PIPE),
                            stderr=subprocess.PIPE, **more)


def finish(process, pi=None, stdin=None, limit_s=3 * LIMIT_S):
    """Waits for the process, but not for ever: then it is killed, and the status says so."""
    try:
        out, err = process.communicate(stdin, limit_s)
        status = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        status = "never ended"
    if pi:
        pi.close()
    return Ended(status, out or b"", (err or b"").decode(errors="replace"), pi)


def run(args, **more):
    return finish(start(args, **more))


def install(script, args, before=(), pi=None, **more):
    """my-install BEFORE PATH ARGS against a scripted Pi."""
    pi = pi or Pi(script)
    return finish(start([INSTALL, *before, pi.path, *args], **more), pi)


def on_terminal(args, **more):
    """Starts args with a terminal of their own as stdin and controlling terminal: (process, master)."""
    master, slave = pty.openpty()

    def own_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = start(args, stdin=slave, preexec_fn=own_terminal, **more)
    return process, master, slave
