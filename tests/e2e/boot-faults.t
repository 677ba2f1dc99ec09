#!/usr/bin/env python3
"""my-install and the real boot loader in QEMU, with a bad line between them: each run ends, with the
whole program in the Pi's memory and running at its address, or with an error. The hundreds of runs
that show how often are in tests/unit/boot-faults.c."""
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from pi_line import LIMIT_S, ROOT, Tap, VirtualPi, assemble, needs  # noqa: E402

needs("qemu-system-arm", "arm-none-eabi-gcc")
FOLDER = tempfile.mkdtemp()
NBYTES = 6000
MARK_AT = 0x4000
RUN_LIMIT_S = 240  # many times what a run takes: it must end
ALL = ("--drop", "1/1000", "--flip", "1/1000", "--repeat", "1/1000", "--insert", "1/1000")
SETTINGS = (
    ("no faults", ()),
    ("1/1000 dropped", ("--drop", "1/1000")),
    ("1/1000 flipped", ("--flip", "1/1000")),
    ("1/1000 repeated", ("--repeat", "1/1000")),
    ("1/1000 inserted", ("--insert", "1/1000")),
    ("1/1000 each of the four", ALL),
    ("1/1000 each of the four, a slow adapter", (*ALL, "--ftdi", "--latency-ms", "16")),
    ("1 s of silence to the Pi", ("--silence", "to-pi:@3000+1000ms")),
    ("1 s of silence from the Pi", ("--silence", "to-laptop:@60+1000ms")),
    ("1 s of noise to the Pi", ("--noise", "to-pi:@3000+1000ms")),
    ("1 s of noise from the Pi", ("--noise", "to-laptop:@60+1000ms")),
    ("a line cut for good", ("--cut", "to-pi:@3000")),
)


class Monitor:
    """QEMU's machine protocol."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT_S)
        self.socket.connect(path)
        self.file = self.socket.makefile("r")
        self.file.readline()
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            answer = json.loads(self.file.readline())
            if "return" in answer or "error" in answer:
                return answer

    def memory(self, addr, nbytes):
        path = FOLDER + "/memory"
        self.do("pmemsave", val=addr, size=nbytes, filename=path)
        with open(path, "rb") as f:
            return f.read()


def program(seed):
    """Says where it runs, by a word that no other run of it leaves behind; and stays."""
    start = assemble(f"""
        adr r0, .
        ldr r1, ={seed << 24:#x}
        orr r0, r0, r1
        ldr r1, ={MARK_AT:#x}
        str r0, [r1]
        b .
        .ltorg
    """)
    return start + random.Random(seed).randbytes(NBYTES - len(start))


def run(name, faults, seed):
    pi = VirtualPi("--", "-qmp", f"unix:{FOLDER}/qmp{seed},server=on,wait=off")
    monitor = Monitor(f"{FOLDER}/qmp{seed}")
    code = program(seed)
    path = f"{FOLDER}/{seed}.bin"
    with open(path, "wb") as f:
        f.write(code)
    with subprocess.Popen([ROOT + "/tools/line-sim", "--pi", pi.path, "--latency-ms", "1", "--seed", str(seed), *faults],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as line:
        laptop = line.stdout.readline().strip()
        try:
            done = subprocess.run([ROOT + "/my-install/my-install", laptop, path, "-exec", "true"], text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_LIMIT_S, check=False)
            status, said = done.returncode, done.stderr
        except subprocess.TimeoutExpired:
            status, said = None, f"no end within {RUN_LIMIT_S} s"
        line.send_signal(signal.SIGTERM)
        counts = line.communicate()[1]
    print(f"# {name}: status {status}\n# " + counts.strip().replace("\n", "\n# "), flush=True)
    if status == 0:
        mark = int.from_bytes(monitor.memory(MARK_AT, 4), "little")
        TAP.check(hex(mark), hex(0x8000 | seed << 24), f"{name}: it runs at 0x8000")
        TAP.check(monitor.memory(0x8000, NBYTES) == code, True, f"{name}: the whole of it")
    else:
        TAP.check((status, bool(re.search("^my-install: /dev/pts/[0-9]+: .{20,}", said, re.M))), (3, True),
                  f"{name}: an error that is clear: {said.strip()!r}")
    pi.stop()
    return status


TAP = Tap()
try:
    STATUS = {name: run(name, faults, seed + 1) for seed, (name, faults) in enumerate(SETTINGS)}
    TAP.check(STATUS["no faults"], 0, "a good line boots")
    TAP.check(STATUS["a line cut for good"], 3, "a cut line does not")
    print(f"# {len(STATUS)} runs, {list(STATUS.values()).count(0)} booted")
finally:
    shutil.rmtree(FOLDER)
TAP.done()
