#!/usr/bin/env python3
"""tools/virtual-pi: its promises to a user and to other tests, and every message it gives."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import termios

from pi_line import (LIMIT_S, ROOT, Installer, Line, Tap, Timeout, VirtualPi, assemble, needs,
                     select, time)

needs("qemu-system-arm", "arm-none-eabi-gcc")

TOOL = os.path.join(ROOT, "tools/virtual-pi")
TAP = Tap()
DIR = tempfile.mkdtemp()

# Says P and waits to be asked again.
PROGRAM = assemble("""
    ldr r7, =0x20215040
    ldr r0, =0x20215004
    mov r1, #1
    str r1, [r0]
1:  mov r1, #'P'
    str r1, [r7]
2:  ldr r1, [r7, #0x14]
    tst r1, #1
    beq 2b
    ldr r1, [r7]
    b 1b
""")


def file(name, data):
    path = os.path.join(DIR, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def run(*args, env=None, tool=TOOL):
    done = subprocess.run([sys.executable, tool, *args], capture_output=True, text=True, env=env,
                          timeout=LIMIT_S, check=False)
    return done.returncode, done.stderr.strip(), done.stdout


def qemu_of(pi):
    """QEMU's process: its id, and a descriptor that tells when it has ended."""
    with open(f"/proc/{pi.process.pid}/task/{pi.process.pid}/children", encoding="ascii") as f:
        pid = int(f.read().split()[0])
    return pid, os.pidfd_open(pid)


def ended(pidfd):
    return bool(select.select([pidfd], [], [], LIMIT_S)[0])


def greets(path):
    line = Line(path)
    try:
        Installer(line).greeting()
        return True
    except Timeout:
        return False
    finally:
        line.close()


def starts():
    link = os.path.join(DIR, "pi")
    os.symlink("/nowhere", link)
    pi = VirtualPi("--link", link)
    TAP.check(pi.path.startswith("/dev/"), True, "the first line is the path of the pty")
    TAP.check(os.readlink(link), pi.path, "--link replaces a stale link")
    fd = os.open(pi.path, os.O_RDWR | os.O_NOCTTY)
    iflag, oflag, _, lflag = termios.tcgetattr(fd)[:4]
    os.close(fd)
    TAP.check((lflag & (termios.ECHO | termios.ICANON | termios.ISIG), oflag & termios.OPOST,
               iflag & (termios.ICRNL | termios.IXON)), (0, 0, 0), "nobody has to make it raw")
    for again in ("", " again"):
        TAP.check(greets(link), True, f"the boot loader greets{again}")
    return pi, link


def local_modes(path):
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        return termios.tcgetattr(fd)[3] & (termios.ECHO | termios.ICANON)
    finally:
        os.close(fd)


def forgives(path):
    """A user that was killed could not put the line back."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    modes = termios.tcgetattr(fd)
    modes[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(fd, termios.TCSANOW, modes)
    TAP.check(local_modes(path) != 0, True, "a user may set other modes")
    os.close(fd)
    end = time.monotonic() + LIMIT_S
    while local_modes(path) and time.monotonic() < end:
        pass
    TAP.check(local_modes(path), 0, "  which are gone when the last user has left")


def ends(pi, link):
    for name, number in (("TERM", signal.SIGTERM), ("INT", signal.SIGINT), ("HUP", signal.SIGHUP)):
        pi = pi or VirtualPi()
        qemu = qemu_of(pi)[1]
        pi.process.send_signal(number)
        TAP.check(pi.process.wait(LIMIT_S), 128 + number, f"{name} ends it")
        TAP.check(ended(qemu), True, "  and QEMU")
        pi = None
    TAP.check(os.path.lexists(link), False, "  and the link is gone")
    pi = VirtualPi()
    qemu = qemu_of(pi)[1]
    pi.process.kill()
    pi.process.wait(LIMIT_S)
    TAP.check(ended(qemu), True, "killed outright, it takes QEMU along")
    pi = VirtualPi()
    os.kill(qemu_of(pi)[0], signal.SIGKILL)
    TAP.check(pi.process.wait(LIMIT_S), 3, "QEMU's death ends it")
    TAP.check(pi.process.stderr.read(), "virtual-pi: qemu-system-arm ended with status -9\n",
              "  with a message")


def programs():
    trace = os.path.join(DIR, "trace")
    pi = VirtualPi("--program", file("p.bin", PROGRAM), "--trace-file", trace, "--", "-name", "x")
    line = pi.line()
    line.send(b"?")
    TAP.check(line.take(1), b"P", "--program runs another program")
    with open(f"/proc/{qemu_of(pi)[0]}/cmdline", encoding="ascii") as f:
        TAP.check("-name\0x\0" in f.read(), True, "options behind -- are QEMU's")
    pi.stop()
    with open(trace, encoding="ascii") as f:
        record = f.read()
    TAP.check("memory_region_ops_write cpu 0" in record and "addr 0x20215040 value 0x50" in record,
              True, "--trace-file records writes")
    TAP.check("memory_region_ops_read cpu 0" in record, True, "  and reads")
    pi = VirtualPi("--program", file("p.bin", PROGRAM), "--trace-file", trace, "--trace-writes")
    line = pi.line()
    line.send(b"?")
    TAP.check(line.take(1), b"P", "--trace-writes: the same program")
    pi.stop()
    with open(trace, encoding="ascii") as f:
        record = f.read()
    TAP.check(("addr 0x20215040 value 0x50" in record, "memory_region_ops_read" in record),
              (True, False), "--trace-writes leaves out reads")
    comma = VirtualPi("--program", file("with,comma.bin", PROGRAM))
    line = comma.line()
    line.send(b"?")
    TAP.check(line.take(1), b"P", "a comma in a file's name does no harm")


def mistakes():
    missing = os.path.join(DIR, "missing.bin")
    TAP.check(run("--program", missing)[:2],
              (2, f"virtual-pi: {missing}: no such file or directory (--program takes a raw Pi binary)"),
              "a missing program")
    TAP.check(run("--program", DIR)[:2],
              (2, f"virtual-pi: {DIR}: is a directory (--program takes a raw Pi binary)"), "a directory")
    empty = file("empty.bin", b"")
    TAP.check(run("--program", empty)[:2], (2, f"virtual-pi: {empty}: empty"), "an empty program")
    elf = file("elf.bin", b"\x7fELF" + bytes(100))
    TAP.check(run("--program", elf)[:2],
              (2, f"virtual-pi: {elf}: an ELF file; give the .bin made from it (objcopy -O binary)"),
              "an ELF file")
    large = os.path.join(DIR, "large.bin")
    with open(large, "wb") as f:
        f.write(b"x")
        f.truncate(0x08000000)
    TAP.check(run("--program", large)[:2],
              (2, f"virtual-pi: {large}: too large: 134217728 bytes, at most 134184960"), "too large")
    TAP.check(run("--link", empty)[:2],
              (2, f"virtual-pi: {empty}: exists and is no symbolic link"), "--link over a file")
    nowhere = os.path.join(DIR, "no/pi")
    TAP.check(run("--link", nowhere)[:2], (2, f"virtual-pi: {nowhere}: no such file or directory"),
              "--link in no folder")
    TAP.check(run("--frobnicate")[0], 2, "an unknown option")
    TAP.check(run("--", "-frobnicate")[0], 3, "an option QEMU does not know")
    TAP.check(run("--", "-frobnicate")[1].splitlines()[-1],
              "virtual-pi: qemu-system-arm ended before the Pi started, with status 1", "  message")
    TAP.check(run(env={"PATH": DIR})[:2],
              (2, "virtual-pi: qemu-system-arm: not installed (Debian, Ubuntu: sudo apt install "
                  "qemu-system-arm; Fedora: sudo dnf install qemu-system-arm)"), "no QEMU")
    elsewhere = os.path.join(DIR, "tools/virtual-pi")
    os.mkdir(os.path.dirname(elsewhere))
    shutil.copy(TOOL, elsewhere)
    loader = os.path.join(os.path.realpath(DIR), "pi-side/bootloader.bin")
    TAP.check(run(tool=elsewhere)[:2],
              (2, f"virtual-pi: {loader}: no such file or directory (build it: make pi)"),
              "no boot loader")
    TAP.check("first line" in run("--help")[2], True, "--help explains")


pi_and_link = starts()
forgives(pi_and_link[1])
ends(*pi_and_link)
programs()
mistakes()
shutil.rmtree(DIR)
TAP.done()
