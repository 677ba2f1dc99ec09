#!/usr/bin/env python3
"""-exec: which word is the program, what is booted, what the command finds, and how it ends; and a line
that my-install is itself handed."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from scripted_pi import *  # noqa: E402,F403

FOLDER = tempfile.mkdtemp()


def write(name, content, mode=0o644):
    path = f"{FOLDER}/{name}"
    with open(path, "wb") as f:
        f.write(content)
    os.chmod(path, mode)
    return path


BIN = write("prog.bin", b"the program")
OTHER = write("other.bin", b"another")
NOTE = word(7, 16, 1) + b"pi-emu\0\0" + word(1, 1, 0, 0)
# Prints its arguments, then what the environment and the descriptors are; and has our note.
SHOW = write("show", b"""#!/bin/sh
printf '%s\\n' "$*"
""", 0o755)


def emu_file(name, bits=64, in_section=False):
    """The smallest ELF file of either class that carries our note, in a segment or only in a section."""
    size, entry = (64, 56) if bits == 64 else (52, 32)
    if in_section:
        entry = 64 if bits == 64 else 40
    offset = size + entry
    counts = (0, 0, 0, entry, 1, 0) if in_section else (entry, 1, 0, 0, 0, 0)
    table = (0, size) if in_section else (size, 0)
    header = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9) + struct.pack(
        "<HHI3Q" if bits == 64 else "<HHI3I", 2, 62, 1, 0, *table)
    header += struct.pack("<IH", 0, size) + struct.pack("<6H", *counts)[:10]
    header = header.ljust(size, b"\0")
    if in_section:
        fields = (0, 7, 0, 0, offset, len(NOTE), 0, 0, 4, 0)
        entry_bytes = struct.pack("<IIQQQQIIQQ" if bits == 64 else "<10I", *fields)
    elif bits == 64:
        entry_bytes = struct.pack("<IIQQQQQQ", 4, 4, offset, 0, 0, len(NOTE), len(NOTE), 4)
    else:
        entry_bytes = struct.pack("<8I", 4, offset, 0, 0, len(NOTE), len(NOTE), 4, 4)
    return write(name, header + entry_bytes + NOTE, 0o755)


EMU = emu_file("blink.emu")


def loop():
    with open(os.path.join(ROOT, "pi-side/device-loop.bin"), "rb") as f:
        return f.read()


def boots(c, name, args, code, words, cwd=FOLDER, env=None):
    """The Pi gets code; the command's words, as SHOW prints them, are `words`."""
    def script(pi):
        pi.code = boot_a(pi)
    pi = Pi(script)
    ended = finish(start([INSTALL, "-silent", pi.path, *args], cwd=cwd, env=env or environment()), pi)
    c.equal((ended.status, ended.err), (0, ""), f"{name}: status")
    c.equal(pi.code == code, True, f"{name}: what was booted")
    c.equal(ended.out.decode().rstrip("\n"), words, f"{name}: the command's words")


def orders(c):
    program, other = b"the program", b"another"
    boots(c, "2020: program first", [BIN, "-exec", SHOW, "a", "b"], program, "a b")
    boots(c, "2023: program first, two dashes", [BIN, "--exec", SHOW, "a"], program, "a")
    boots(c, "2019: program last", ["-exec", SHOW, "a", BIN], program, "a")
    boots(c, "--exec, program last", ["--exec", SHOW, BIN], program, "")
    boots(c, "the last of two programs is it", ["-exec", SHOW, OTHER, "x", BIN, "y"], program, f"{OTHER} x y")
    boots(c, "a program before leaves the words alone", [OTHER, "-exec", SHOW, "a", BIN], other, f"a {BIN}")
    boots(c, "options of the command are its own", [BIN, "-exec", SHOW, "--baud", "--help", "-exec"], program,
          "--baud --help -exec")
    boots(c, "a command found through PATH", [BIN, "-exec", "show", "a"], program, "a",
          env=environment(PATH=f"{FOLDER}:{os.environ['PATH']}"))


def loops(c):
    code = loop()
    boots(c, "a word of the command is an .emu", ["-exec", SHOW, "--args", EMU, "x"], code, f"--args {EMU} x")
    boots(c, "an .emu and a program behind", ["-exec", SHOW, EMU, BIN, "x"], code, f"{EMU} x {BIN}")
    boots(c, "an .emu and a program before", [BIN, "-exec", SHOW, EMU, "x"], code, f"{EMU} x {BIN}")
    boots(c, "a program before that is the last word already", [BIN, "-exec", SHOW, EMU, BIN], code,
          f"{EMU} {BIN}")
    boots(c, "--loop with any command", ["--loop", "-exec", SHOW, "x"], code, "x")
    boots(c, "--loop with a program", ["--loop", BIN, "-exec", SHOW, "x"], code, f"x {BIN}")
    boots(c, "a relative .emu", ["-exec", SHOW, "blink.emu"], code, "blink.emu")
    # A word that PATH does not have, of a program that runs and has our note.
    with open(f"{FOLDER}/note", "wb") as f:
        f.write(NOTE)
    subprocess.run(["objcopy", "--add-section", f".note.pi-emu={FOLDER}/note", "/bin/echo", f"{FOLDER}/here.emu"],
                   check=True)
    boots(c, "an .emu of this folder without a slash", ["-exec", "here.emu", "a", BIN], code, f"a {BIN}")
    for bits in (32, 64):
        for in_section in (False, True):
            path = emu_file(f"{bits}-{in_section}.emu", bits, in_section)
            boots(c, f"a note of {bits} bits, {'section' if in_section else 'segment'}", ["-exec", SHOW, path],
                  code, path)


def damaged_notes(c):
    """A file cut anywhere, or with an offset into nowhere, has no note and does no harm."""
    with open(EMU, "rb") as f:
        whole = f.read()
    for n in (0, 3, 16, 63, 64, 100, 120, 130, len(whole) - 1):
        path = write(f"cut-{n}.emu", whole[:n])
        boots(c, f"an .emu cut to {n} bytes", [BIN, "-exec", SHOW, path], b"the program", path)
    for at, what in ((32, "table"), (72, "note"), (96, "size"), (120, "name"), (124, "content")):
        damaged = bytearray(whole)
        damaged[at:at + 4] = b"\xff\xff\xff\x7f"
        path = write(f"damaged-{at}.emu", bytes(damaged))
        boots(c, f"an .emu with a damaged {what}", [BIN, "-exec", SHOW, path], b"the program", path)


def loop_alone(c):
    def script(pi):
        pi.code = boot_a(pi)
    ended = install(script, [], ["--loop"])
    c.equal((ended.status, ended.out, ended.pi.code == loop()), (0, b"", True), "--loop by itself boots it")


DESCRIPTORS = r"""
import fcntl, os, sys
for fd in (21, 12):
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    print(fd, os.isatty(fd), bool(flags & os.O_NONBLOCK), flags & os.O_ACCMODE == os.O_RDWR)
print(os.environ["MY_INSTALL_FD"], os.path.samestat(os.fstat(21), os.fstat(12)))
os.write(12, b"ping")
print(os.read(21, 4).decode())
"""


def descriptors(c):
    def script(pi):
        boot_a(pi)
        pi.take(4)
        pi.send(b"pong")
    ended = install(script, [BIN, "-exec", sys.executable, "-c", DESCRIPTORS])
    c.equal(ended.out.decode().splitlines(), ["21 True False True", "12 True False True", "21 True", "pong"],
            "the line is on 21 and 12, blocking, raw, and MY_INSTALL_FD says so")


def early_output(c):
    """What the program printed before the command started is still in the line."""
    def script(pi):
        boot_a(pi)
        pi.send(b"early words")
    code = "import os; print(os.read(21, 5).decode(), end='')"
    ended = install(script, [BIN, "-exec", sys.executable, "-c", code])
    c.equal(ended.out, b"early", "the command finds the program's first output")


def statuses(c):
    for status in (0, 1, 7):
        ended = install(boot_a, [BIN, "-exec", "sh", "-c", f"exit {status}"])
        c.equal(ended.status, status, f"the command's status {status} is the run's")
    ended = install(boot_a, [BIN, "--timeout", "100", "-exec", "sh", "-c", "exit 7"])
    c.equal(ended.status, 7, "under a time limit too")
    ended = install(boot_a, [BIN, "--timeout", "100", "-exec", "sh", "-c", "kill -TERM $$"])
    c.equal(ended.status, 128 + signal.SIGTERM, "under a time limit a signal is 128 + its number")


def time_limits(c):
    pi = Pi(boot_a)
    ended = finish(start([INSTALL, "--timeout", "1", pi.path, BIN, "-exec", "sleep", "1000"]), pi)
    c.row("my-install", "time limit, command running", ended)
    pi = Pi(boot_a)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: signal.pause()"
    process = start([INSTALL, "--timeout", "1", pi.path, BIN, "-exec", sys.executable, "-c", stubborn])
    c.row("my-install", "time limit, command ignores SIGTERM", finish(process, pi))


def signal_to_child(c):
    """SIGTERM to my-install under a time limit ends the command, not only its keeper."""
    def script(pi):
        boot_a(pi)
        pi.take(2)
        pi.happened("child runs")
    pi = Pi(script)
    process = start([INSTALL, "--timeout", "100", pi.path, BIN, "-exec", "sh", "-c",
                     "trap 'exit 9' TERM; printf hi >/dev/fd/21; while :; do sleep 0.01; done"])
    pi.wait_for("child runs")
    process.send_signal(signal.SIGTERM)
    c.equal(finish(process, pi).status, 9, "SIGTERM reaches the command under a time limit")


def reusable(c):
    """The same pty again, at once, by an unprivileged user too: nothing stays locked."""
    def script(pi):
        for i in range(3):
            pi.code = boot_a(pi)
            pi.send(HELLO)
            pi.wait_for(f"round {i} is over")
    pi = Pi(script)
    results = []
    for i, args in enumerate(([BIN], [BIN, "-exec", ECHO], [BIN])):
        results.append(run([INSTALL, pi.path, *args]).status)
        pi.happened(f"round {i} is over")
    pi.close()
    c.equal(results, [0, 0, 0], "three runs on one line, one after the other")


def hand_down(fd, number):
    """For a child about to exec: fd as descriptor `number`, also when it is that already."""
    os.dup2(fd, number)
    os.set_inheritable(number, True)


def handed_down(c):
    for number in (21, 12):
        pi = Pi(program_a())

        def put_there(number=number, pi=pi):
            hand_down(pi.slave, number)
        ended = finish(start([INSTALL, BIN], preexec_fn=put_there, close_fds=False), pi)
        c.equal((ended.status, ended.out), (0, HELLO), f"a terminal on descriptor {number} is the line")
    pi = SocketPi(program_a(), socket.AF_UNIX)
    ended = finish(start([INSTALL, BIN], preexec_fn=lambda: hand_down(pi.peer.fileno(), 21), close_fds=False), pi)
    c.equal((ended.status, ended.out), (0, HELLO), "a socket on descriptor 21 is the line")
    pi = SocketPi(program_a(), socket.AF_UNIX)
    ended = finish(start([INSTALL, BIN], pass_fds=[pi.peer.fileno()],
                         env=environment(MY_INSTALL_FD=str(pi.peer.fileno()))), pi)
    c.equal((ended.status, ended.out), (0, HELLO), "MY_INSTALL_FD names the line")


def inherited_modes(c):
    """A line handed down keeps its speed, becomes raw, and is blocking again afterwards."""
    seen = []

    def script(pi):
        pi.wait_for("cooked")
        end = time.monotonic() + LIMIT_S  # what is sent before it is raw, the terminal keeps to itself
        while termios.tcgetattr(pi.slave)[3] & termios.ICANON and time.monotonic() < end:
            time.sleep(0.002)
        seen.append(termios.tcgetattr(pi.slave))
        greet(pi)
        _, nbytes, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.take(4 + nbytes)
        pi.send(word(BOOT_SUCCESS) + HELLO)
    pi = Pi(script)
    pi.set_mode(3, termios.ICANON | termios.ECHO)
    mode = termios.tcgetattr(pi.slave)
    mode[4] = mode[5] = termios.B230400
    termios.tcsetattr(pi.slave, termios.TCSANOW, mode)
    pi.happened("cooked")
    ended = finish(start([INSTALL, BIN], preexec_fn=lambda: hand_down(pi.slave, 21), close_fds=False))
    c.equal((ended.status, ended.out), (0, HELLO), "a cooked terminal on descriptor 21")
    c.equal(seen[0][3] & (termios.ICANON | termios.ECHO), 0, "it is made raw")
    c.equal(seen[0][4], termios.B230400, "it keeps its speed")
    c.equal(os.get_blocking(pi.slave), True, "it is blocking afterwards")
    pi.close()


def named_device_first(c):
    unused = Pi(lambda pi: pi.wait_for("the end"))
    pi = Pi(program_a())
    ended = finish(start([INSTALL, pi.path, BIN], preexec_fn=lambda: hand_down(unused.slave, 21), close_fds=False),
                   pi)
    c.equal((ended.status, ended.out), (0, HELLO), "a device named comes before descriptor 21")
    unused.close()


def file_on_21(c):
    with open(BIN, "r+b") as f:
        pi = Pi(program_a())
        ended = finish(start([INSTALL, pi.path, BIN], preexec_fn=lambda: hand_down(f.fileno(), 21),
                             close_fds=False), pi)
    c.equal(ended.status, 0, "a file that happens to be on descriptor 21 is left alone")


def nested(c):
    """my-install -exec my-install: the inner one boots again over the line it was handed."""
    def script(pi):
        pi.first = boot_a(pi)
        pi.code = boot_a(pi)
        pi.send(HELLO)
    pi = Pi(script)
    ended = finish(start([INSTALL, pi.path, BIN, "-exec", INSTALL, OTHER]), pi)
    c.equal((ended.status, ended.out, pi.first, pi.code), (0, HELLO, b"the program", b"another"),
            "my-install under my-install")


run_cases([time_limits, orders, loops, damaged_notes, loop_alone, descriptors, early_output, statuses,
           signal_to_child, reusable, handed_down, inherited_modes, named_device_first, file_on_21, nested])
