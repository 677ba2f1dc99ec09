"""The laptop's half of the protocols, for tests that drive a (virtual) Pi over its pty: an installer of
boot protocol A, and TAP (pi_wire.py: the device loop). Python standard library only."""
import atexit
import os
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tty
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
STATE = tempfile.TemporaryDirectory()  # what programs remember is no business of the user's
os.environ["XDG_STATE_HOME"] = STATE.name
LIMIT_S = 20  # no wait takes longer, on the slowest machine

GET_PROG_INFO, PUT_PROG_INFO = 0x11112222, 0x33334444
GET_CODE, PUT_CODE = 0x55556666, 0x77778888
BOOT_SUCCESS, BOOT_ERROR, PRINT_STRING = 0x9999AAAA, 0xBBBBCCCC, 0xDDDDEEEE
BAD_CODE_ADDR, BAD_CODE_CKSUM = 0xDEADBEEF, 0xFEEDFACE
SOH = 0x12345678


def word(*values):
    return struct.pack("<%dI" % len(values), *values)


class Tap:
    """Numbers the tests; says what was expected and what came; the exit status is for prove."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, got, expected, name):
        self.count += 1
        if got == expected:
            print(f"ok {self.count} - {name}", flush=True)
            return
        self.failed += 1
        print(f"not ok {self.count} - {name}\n#   expected: {show(expected)}\n#   got:      {show(got)}",
              flush=True)

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def show(value):
    if isinstance(value, int) and not isinstance(value, bool) and value > 9:
        return hex(value)
    return repr(value)


class Timeout(Exception):
    pass


class Line:
    """A raw serial line with a limit on every read."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        termios.tcflush(self.fd, termios.TCIOFLUSH)
        self.received = b""

    def send(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def fill(self, limit_s):
        """Waits for some bytes; False when none came."""
        if not select.select([self.fd], [], [], max(0, limit_s))[0]:
            return False
        try:
            data = os.read(self.fd, 4096)
        except OSError:  # the other side is gone
            data = b""
        self.received += data
        return bool(data)

    def take(self, n, limit_s=LIMIT_S):
        end = time.monotonic() + limit_s
        while len(self.received) < n:
            if not self.fill(end - time.monotonic()):
                raise Timeout(f"wanted {n} bytes, have {self.received!r}")
        data, self.received = self.received[:n], self.received[n:]
        return data

    def take_word(self, limit_s=LIMIT_S):
        return struct.unpack("<I", self.take(4, limit_s))[0]

    def take_until(self, pattern, limit_s=LIMIT_S):
        """Everything up to and including pattern."""
        end = time.monotonic() + limit_s
        while pattern not in self.received:
            if not self.fill(end - time.monotonic()):
                raise Timeout(f"wanted {pattern!r}, have {self.received!r}")
        at = self.received.index(pattern) + len(pattern)
        data, self.received = self.received[:at], self.received[at:]
        return data

    def close(self):
        os.close(self.fd)


class VirtualPi:
    """tools/virtual-pi, ended with the test."""

    def __init__(self, *options):
        self.process = subprocess.Popen([os.path.join(ROOT, "tools/virtual-pi"), *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        atexit.register(self.stop)
        self.path = self.process.stdout.readline().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT_S)

    def line(self):
        return Line(self.path)


class Damage:
    """A line that drops, flips or doubles the byte number `at` of all that is sent over it."""

    def __init__(self, kind, at):
        self.change = {"drop": lambda b: b"", "flip": lambda b: bytes([b[0] ^ 8]),
                       "double": lambda b: b + b}[kind]
        self.at = at

    def __call__(self, data):
        at = self.at
        self.at -= len(data)
        if not 0 <= at < len(data):
            return data
        return data[:at] + self.change(data[at:at + 1]) + data[at + 1:]


class Installer:
    """Boot protocol A as the laptop speaks it. `damage` changes the bytes on their way to the Pi."""

    def __init__(self, line, damage=None):
        self.line = line
        self.damage = damage or (lambda data: data)
        self.strings = []

    def send(self, data):
        self.line.send(self.damage(data))

    def greeting(self, limit_s=LIMIT_S):
        self.line.take_until(word(GET_PROG_INFO), limit_s)

    def answer(self, limit_s=LIMIT_S):
        """The next word that is neither a greeting nor text."""
        end = time.monotonic() + limit_s
        while True:
            op = self.line.take_word(end - time.monotonic())
            if op == PRINT_STRING:
                self.strings.append(self.line.take(self.line.take_word()).decode())
            elif op != GET_PROG_INFO:
                return op

    def boot(self, code, addr=0x8000, limit_s=LIMIT_S):
        """Returns 0 for success, or the words of the error."""
        self.greeting()
        self.send(word(PUT_PROG_INFO, addr, len(code), zlib.crc32(code)))
        op = self.answer(limit_s)
        if op == GET_CODE:
            if self.line.take_word() != zlib.crc32(code):
                return "another crc"
            self.send(word(PUT_CODE) + code)
            op = self.answer(limit_s)
        if op == BOOT_SUCCESS:
            return 0
        if op != BOOT_ERROR:
            return op
        detail = self.line.take_word()
        return (op, detail) if detail in (BAD_CODE_ADDR, BAD_CODE_CKSUM) else (op,)


def needs(*programs):
    """Skips the whole test on a machine without these programs (tools/setup test installs them)."""
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        print(f"1..0 # SKIP not installed: {', '.join(missing)}")
        sys.exit(0)


def read_program(path):
    with open(os.path.join(ROOT, path), "rb") as f:
        return f.read()


def assemble(source):
    """A raw Pi binary from a few lines of assembly, linked for 0x8000."""
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/p.S", "w", encoding="ascii") as f:
            f.write(source)
        subprocess.run(["arm-none-eabi-gcc", "-mcpu=arm1176jzf-s", "-nostdlib", "-Wl,-Ttext=0x8000",
                        "-Wl,-e,0x8000", "-Wl,--build-id=none", d + "/p.S", "-o", d + "/p.elf"],
                       check=True)
        subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", d + "/p.elf", d + "/p.bin"],
                       check=True)
        with open(d + "/p.bin", "rb") as f:
            return f.read()
