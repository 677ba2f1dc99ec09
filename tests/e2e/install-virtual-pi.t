#!/usr/bin/env python3
"""my-install and echo against the virtual Pi: our boot loader and test programs on QEMU's raspi0, over a
pty. What my-install shows is what -exec echo shows, byte for byte."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from pi_line import Tap, VirtualPi, assemble  # noqa: E402
from scripted_pi import *  # noqa: E402,F403

tap = Tap()
for tool in ("qemu-system-arm", "arm-none-eabi-gcc"):
    if not shutil.which(tool):
        print(f"1..0 # SKIP {tool} is not installed")
        sys.exit(0)
subprocess.run(["make", "-s", "--no-print-directory", "-C", ROOT, "pi"], check=True, stdout=subprocess.DEVNULL)
FOLDER = tempfile.TemporaryDirectory()


def path(name, content):
    full = f"{FOLDER.name}/{name}"
    with open(full, "wb") as f:
        f.write(content)
    return full


HELLO_BIN = os.path.join(ROOT, "test-binaries/hello.bin")
EXPECTED = b"hello from the pi\nDONE!!!\n"
UART = """
    ldr r1, =0x20215040
    adr r2, text
next:
    ldrb r0, [r2], #1
    cmp r0, #0
    beq end
    str r0, [r1]
    b next
end:
"""
REBOOT = """
    ldr r0, =0x20100024
    ldr r1, =0x5A000001
    str r1, [r0]
    ldr r0, =0x2010001C
    ldr r1, =0x5A000020
    str r1, [r0]
    b .
"""


def says(text, then):
    return assemble(f"{UART}{then}\n.ltorg\ntext: .asciz {text}\n")


pi = VirtualPi()
runs = 3
for i in range(runs):
    ended = run([INSTALL, pi.path, HELLO_BIN])
    tap.check((ended.status, ended.out), (0, EXPECTED), f"hello, run {i + 1} of {runs}")
ended = run([INSTALL, pi.path, "-exec", ECHO, HELLO_BIN])
tap.check((ended.status, ended.out), (0, EXPECTED), "the same through -exec echo")
ended = run([INSTALL, "--timeout", "60", pi.path, HELLO_BIN, "--exec", ECHO])
tap.check((ended.status, ended.out), (0, EXPECTED), "the same under a time limit")

cases = (("a panic and a reboot", says(r'"PANIC:x.c:notmain:3:no\n"', REBOOT), 1, b"PANIC:x.c:notmain:3:no\n"),
         ("a plain reboot", says(r'"bye\n"', REBOOT), 0, b"bye\n"),
         ("an escape sequence", says(r'"\033[31m\007DONE!!!\n"', "b ."), 0, b" [31m DONE!!!\n"))
for name, code, status, out in cases:
    for args in ([path("case.bin", code)], ["-exec", ECHO, path("case.bin", code)]):
        ended = run([INSTALL, pi.path, *args])
        tap.check((ended.status, ended.out), (status, out), f"{name}, {'echo' if len(args) > 1 else 'my-install'}")
        if out.endswith(b"DONE!!!\n"):
            pi.stop()  # that program never reboots
            pi = VirtualPi()

for addr, why in (("0x200000", "overwrite the boot loader"), ("0x8001", "no multiple of 4")):
    ended = run([INSTALL, "--addr", addr, pi.path, HELLO_BIN])
    tap.check((ended.status, ended.out), (3, b""), f"--addr {addr} is refused")
    tap.check(why in ended.err, True, f"--addr {addr}: the loader's reason is shown")

with open(HELLO_BIN, "rb") as f:
    hello = f.read()
for extra in range(4):
    ended = run([INSTALL, pi.path, path("odd.bin", hello + bytes(extra))])
    tap.check((ended.status, ended.out), (0, EXPECTED), f"{len(hello) + extra} bytes")
ended = run([INSTALL, pi.path, path("large.bin", hello + os.urandom(50000))])
tap.check((ended.status, ended.out), (0, EXPECTED), "50 KB")

# A transfer that was cut leaves the loader waiting; it recovers, and so does the next run.
process = start([INSTALL, "--trace-control", pi.path, path("cut.bin", hello + os.urandom(200000))])
for line in process.stderr:
    if b"PUT_CODE" in line:
        break
process.terminate()
finish(process)
ended = run([INSTALL, pi.path, HELLO_BIN])
tap.check((ended.status, ended.out), (0, EXPECTED), "hello after a run that was ended")

# A Pi whose device loop still runs restarts its boot loader for the next program.
ended = run([INSTALL, "--loop", pi.path])
tap.check((ended.status, ended.out, ended.err), (0, b"", ""), "the device loop is booted")
ended = run([INSTALL, pi.path, HELLO_BIN])
tap.check((ended.status, ended.out), (0, EXPECTED), "hello on a Pi that was left in the device loop")
tap.done()
