#!/usr/bin/env python3
"""Over QEMU's raspi0: the same writes in the same order, whatever the line does to be fast. QEMU's own
record of device accesses is the judge, for every test program. (Its record of reads grows by a million
lines a second while the loop looks at its line; reads with effects are in emu-bounce.t, which has few.)"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pi_line import LIMIT_S, ROOT, Tap, VirtualPi  # noqa: E402

SWITCHES = ("--no-batch", "--no-compact", "--no-shadow", "--no-fuse", "--no-delay", "--no-speed")
RUN_LIMIT_S = 6 * LIMIT_S  # a second on an idle machine; a hang is meant
ENDLESS = ("hang", "null-pointer")
# Accesses of the loop itself and of the boot loader: the line's UART, and the reset at the end.
OWN = ((0x20215000, 0x20216000), (0x20100000, 0x20101000))
LINE = re.compile(r"memory_region_ops_write .*addr 0x([0-9a-f]+) value 0x([0-9a-f]+) size (\d)")
UART_PINS = ("20200004", "12000", "4")  # what boot loader and loop do when they start


def record(path, seen):
    """The accesses behind the first `seen` bytes of QEMU's record, and its length now."""
    kept = []
    with open(path, encoding="ascii", errors="replace") as f:
        f.seek(seen)
        text = f.read()
    for m in LINE.finditer(text):
        if not any(lo <= int(m[1], 16) < hi for lo, hi in OWN):
            kept.append(m.groups())
    while kept and kept[0] == UART_PINS:
        kept.pop(0)
    while kept and kept[-1] == UART_PINS:
        kept.pop()
    return kept, seen + len(text)


def masked(accesses):
    """Without what depends on the time: the compare register's value."""
    return [(addr, "" if addr == "20003010" else value, size) for addr, value, size in accesses]


def differs(got, expected):
    """The first difference, short enough to be read; None: there is none."""
    for i in range(max(len(got), len(expected))):
        if got[i:i + 1] != expected[i:i + 1]:
            return f"access {i}: {got[i:i + 1]} instead of {expected[i:i + 1]}"
    return None


def main():
    tap = Tap()
    folder = tempfile.mkdtemp()
    programs = [p for p in sorted(glob.glob(os.path.join(ROOT, "test-binaries/*.emu")))
                if os.path.basename(p)[:-4] not in ENDLESS]
    driver = os.path.join(folder, "line-driver.emu")
    subprocess.run([os.path.join(ROOT, "emu/emu-cc"), "-O2", os.path.join(ROOT, "tests/e2e/line-driver.c"),
                    "-o", driver], check=True)
    trace = os.path.join(folder, "accesses")
    seen = 0
    pi = VirtualPi("--", "-trace", "memory_region_ops_write", "-D", trace)
    for program in [driver, *programs]:
        name = os.path.basename(program)[:-4]
        first = None
        for off in [SWITCHES, (), *((s,) for s in SWITCHES if program == driver)]:
            done = subprocess.run([program, "--pi=" + pi.path, "--quiet", *off], input=b"typed text\n",
                                  capture_output=True, timeout=RUN_LIMIT_S, check=False)
            accesses, seen = record(trace, seen)
            got = (done.returncode, done.stdout, masked(accesses))
            if first is None:
                first = got
                tap.check((bool(done.stdout), done.stderr), (True, b""), f"{name}: runs with nothing fast")
                continue
            what = " ".join(off) or "everything fast"
            tap.check(got[:2], first[:2], f"{name}: {what}: the same status and output")
            tap.check(differs(got[2], first[2]), None, f"{name}: {what}: the same {len(first[2])} writes")
    shutil.rmtree(folder)
    tap.done()


main()
