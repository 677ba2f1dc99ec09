#!/usr/bin/env python3
"""libpi as the programs of each year see it: small programs built by pi-cc, run by QEMU's raspi0, and the
same programs recompiled, whose text must be the same."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from pi_line import ROOT  # noqa: E402

YEARS = (2019, 2020, 2023, 2025, 2026)
PROGRAMS = os.path.join(ROOT, "tests/e2e/libpi")
LIMIT = 60
folder = tempfile.TemporaryDirectory()
counter = iter(range(10**6))


def call(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=600, check=False,
                          cwd=PROGRAMS, errors="replace")


def build(tool, suffix, name, year, options=()):
    """The program's path, and what the compiler said."""
    out = os.path.join(folder.name, f"{name.split('.')[0]}-{year}-{next(counter)}{suffix}")
    files = [n for n in name.split("+")]
    r = call(os.path.join(ROOT, "emu", tool), "-Wall", "-Wextra", f"-DLIBPI_YEAR={year}", *options,
             *files, "-o", out)
    if r.returncode:
        raise RuntimeError(f"{tool} {name}: status {r.returncode}\n{r.stderr}")
    return out, r.stderr


def on_qemu(name, year, options=()):
    """What the program prints until it resets the Pi."""
    path, said = build("pi-cc", ".bin", name, year, options)
    r = subprocess.run(
        ["qemu-system-arm", "-M", "raspi0", "-display", "none", "-monitor", "none", "-serial", "null",
         "-serial", "stdio", "-no-reboot", "-device", f"loader,file={path},addr=0x8000,cpu-num=0"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False,
        errors="replace")
    return said + r.stdout


def natively(name, year, options=()):
    path, said = build("emu-cc", ".emu", name, year, options)
    r = subprocess.run([path, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                       timeout=LIMIT, check=False, errors="replace")
    return said + r.stdout


# ---- what each year prints ------------------------------------------------------------------------

FORMATS_2019 = """\
d=0 u=0 x=0 p=0 b=0 w=<     0,     0,   c>
d=-5 u=4294967291 x=fffffffb p=fffffffb b=1011 w=<    -5,fffffffb,   c>
d=123456 u=123456 x=1e240 p=1e240 b=0 w=<123456, 1e240,   c>
d=-2147483648 u=2147483648 x=80000000 p=80000000 b=0 w=<-2147483648,80000000,   c>
<c> <string> 100%
snprintk: <a string that i> 16
12345
printk returns 7
putk
"""
FORMATS_2023 = """\
d=0 u=0 x=0x0 X=0 p=0x0 b=0 llx=0x0
d=-5 u=4294967291 x=0xfffffffb X=fffffffb p=0xfffffffb b=1011 llx=0xfffffffb0000
d=123456 u=123456 x=0x1e240 X=1e240 p=0x1e240 b=0 llx=0x1e2400000
d=-2147483648 u=2147483648 x=0x80000000 X=80000000 p=0x80000000 b=0 llx=0x800000000000
<c> <string>
snprintk: <fits:1> 0
12345
printk returns 0
putk
"""


def formats(year):
    return (FORMATS_2019 if year <= 2020 else FORMATS_2023) + "DONE!!!\n"


def bad_conversion(year, conversion):
    """The end of the text when printk is given a conversion it does not know."""
    if year <= 2020:
        said = {"%l": "printk: not handling specifier 'l'", "%f": "float not enabled!!!"}[conversion]
    else:
        said = {"%l": "only handling llx format, have: <>", "%f": "bogus identifier: <f>"}[conversion]
    newlines = "\n" if said.startswith("float") else "\n\n"
    return said + newlines + ("" if year == 2019 else "DONE!!!\n")


def texts(year):
    """{number: expected} of texts.c; LINE stands for a line number."""
    end = "" if year == 2019 else "DONE!!!\n"
    # A return from notmain.
    over = "DONE!!!\n" if year >= 2023 else ""
    where = "texts.c:notmain:LINE:"
    expected = {1: f"PANIC:{where}value=3\n{end}", 6: f"PANIC:{where}implement this function!\n\n{end}"}
    if year <= 2020:
        expected[2] = f"PANIC:{where}1 > 2\n{end}"
        expected[3] = f"ERROR:{where} FALSE(<1 == 2>): one is not two\n{end}"
        expected[4] = f'[seven]ERROR:{where} FALSE(<1 == 2>): "got 7"\n{end}'
        expected[5] = f"{where}value=3\n{over}"
    else:
        error = f"{where}DEBUG:ERROR: "
        expected[2] = f"{error}Assertion `1 > 2` failed.\n{end}"
        expected[3] = f"{error}Demand `1 == 2` failed:one is not two\n{end}"
        expected[4] = f'[seven]{error}Demand `1 == 2` failed:"got 7"\n{end}'
        expected[5] = f"{where}DEBUG:value=3\n{over}"
        expected[7] = f"PANIC:{where}NOTREACHED!\n\n{end}"
        expected[8] = f"PANIC:{where}TODO:later 1\n{end}"
        expected[9] = f"TRACE:notmain:[seven]value=7\n{over}"
        expected[12] = f"TRACE:notmain:bye 1\n{end}"
        expected[13] = f"TRACE:ERROR:bad 1\n{end}"
        expected[14] = f"value=3\nDEBUG:value=3\n{over}"
    if year == 2020:
        expected[11] = f"TRACE:[seven]value=7\n{over}"
    if year == 2026:
        expected[9] = f"[seven]TRACE:notmain:value=7\n{over}"
        expected[10] = f"[seven]TRACE:value=7\n{over}"
    return expected


def heap(year):
    if year <= 2020:
        first = "starts at the end of the program: yes\n" if year == 2019 else ""
        return first + "yes: 8\naligned: yes 64\nempty again: yes\nzeroed again: yes\nDONE!!!\n"
    size = (1 if year == 2025 else 64) << 20
    return (f"heap of {size} bytes\nyes: 8\naligned: yes 64\nfirst free byte: 8\n"
            "PANIC:libpi/src/kmalloc.c:allocate:LINE:kmalloc: out of memory: 2000 bytes wanted, "
            "944 left of 1024; start a larger heap (kmalloc_init_mb, kmalloc_init_set_start)\n\nDONE!!!\n")


THREADS = """\
nothing to run
none runs yet: 1
worker 1 begins
worker 2 begins
worker 3 begins
worker 1 again, its stack is whole: 1
worker 2 again, its stack is whole: 1
worker 3 again, its stack is whole: 1
leaf 1 runs as 4
worker 1 ends
worker 2 ends
worker 3 ends
tid 5
leaf 3 runs as 5
back
DONE!!!
"""


CYCLES = """\
waited: 1, not much longer: 1
a byte in 80 to 100 us: 1
DONE!!!
"""


def names(year):
    return "pins 54\n" + ("word 13\n" if year >= 2024 else "") + "DONE!!!\n"


def gpio(year):
    start = "fsel 1 1 7 0\non 1 1\noff 0 0\n"
    if year == 2019:
        return start + "function 7\nno such pin -1 -1 -1 -1\nDONE!!!\n"
    # QEMU has no edge detection (its register reads 0), but it has the interrupt controller.
    x = "" if year == 2020 else "0x"
    start += f"rising edge wanted of {x}0, irqs {x}20000\nevents 0 0\n"
    if year >= 2025:
        return start + "PANIC:gpio:illegal pin=54\n\nDONE!!!\n"
    return start + "no such pin -1\nDONE!!!\n"


def interrupts(year):
    said = "about to install interrupt handlers\nsetting up timer interrupts\n" if year >= 2025 else ""
    return said + ("enabled: 1\nfive came: 1, inside the program: 1, none while masked: 1\nand on: 1\n"
                   "calls 11 kept 77\nDONE!!!\n")


def override(year):
    loud = {2019: "", 2020: "LOUD\nquiet\n"}.get(year, "LOUD\nquiet\n")
    line = "copied: writes 7, copies 1, wrapped 1\n"
    if year == 2019:
        line = line.upper()
    return line + loud + "DONE!!!\n"


# ---- cases ----------------------------------------------------------------------------------------

def lines_out(text):
    """Line numbers become LINE: they may change without the meaning changing."""
    text = re.sub(r":\d+:", ":LINE:", text)
    return re.sub(r"(pc|PC)=0x[0-9a-f]+", r"\1=PC", text)


def same_text(checks, name, year, expected, options=(), native=True):
    title = f"{year} {name} {' '.join(options)}".strip()
    checks.equal(lines_out(on_qemu(name, year, options)), expected, f"{title}: on QEMU")
    if native:
        checks.equal(lines_out(natively(name, year, options)), expected, f"{title}: recompiled")


def recompiled(checks, name, year, expected):
    checks.equal(natively(name, year), expected, f"{year} {name}: recompiled")


def case(function, *arguments):
    def run(checks):
        function(checks, *arguments)
    run.__name__ = f"{function.__name__} {arguments}"
    return run


def bad(checks, year, conversion):
    option = f'-DBAD_CONVERSION="{conversion}"'
    for where, got in (("on QEMU", on_qemu("formats.c", year, (option,))),
                       ("recompiled", natively("formats.c", year, (option,)))):
        end = lines_out(got).split("before the bad one: ")[-1].split(":LINE:", 1)[-1]
        checks.equal(end, bad_conversion(year, conversion), f"{year} printk of {conversion}: {where}")


def helpers(checks, year):
    got = on_qemu("helpers.c", year)
    checks.equal([l for l in got.splitlines() if "WRONG" in l or "warning" in l], [],
                 f"{year} helpers.c: nothing is wrong on QEMU")
    checks.equal(got.count("\n") > 20 and got.endswith("DONE!!!\n"), True, f"{year} helpers.c: all was checked")
    checks.equal(natively("helpers.c", year), got, f"{year} helpers.c: recompiled")


def overflow(checks, year):
    got = lines_out(on_qemu("threads.c", year, ("-DOVERFLOW",)))
    size = 32768 if year <= 2020 else 8192
    checks.holds(got, f":rpi_stack_check:LINE:thread 1 overflowed its stack of {size} bytes\n",
                 f"{year} threads.c: an overflow is named")


def unhandled(checks, year):
    got = on_qemu("unhandled.c", year)
    pc = re.search(r"PC=(0x)?([0-9a-f]+)$", got, re.M)
    checks.holds(got, "called default handler: unhandled exception <UNDEFINED INSTRUCTION> at PC=",
                 f"{year} unhandled.c: the exception is named")
    checks.equal(pc is not None and 0x8000 <= int(pc.group(2), 16) < 0x10000, True,
                 f"{year} unhandled.c: at an instruction of the program")


def bad_alignment(checks, year):
    got = lines_out(on_qemu("heap.c", year, ("-DBAD_ALIGNMENT",)))
    checks.holds(got, 'failed:"kmalloc_aligned: alignment 24 is not a power of two"\n',
                 f"{year} heap.c: a bad alignment is named")


# What is printed by both, by the laptop alone, by both.
BETWEEN = {
    2021: ("TRACE:x is 12\nheap at 200000\n6076 cycles a bit\n", "8072 us a tick\n", "SUCCESS:end\nDONE!!!\n"),
    2022: ("TRACE:x is 12\nheap at 200000\n6076 cycles a bit\n8 us a bit\n",
           "nothing comes: -1\n504 us a tick\n", "SUCCESS:end\nDONE!!!\n"),
    2024: ("TRACE:notmain:x is 0x12\nlet 1\nheap at 0x100000\n6076 cycles a bit\n8 us a bit\n",
           "504 us a tick\n", "end\nDONE!!!\n"),
}


def between(checks, year):
    first, times, last = BETWEEN[year]
    same_text(checks, "between.c", year, first + last, (f"-DYEAR={year}",))
    checks.equal(natively("between.c", year, (f"-DYEAR={year}", "-DTIMES")), first + times + last,
                 f"{year} between.c: and its times")


def getters(checks):
    path, _ = build("emu-cc", ".emu", "getters.c", 2019)
    r = call(path, "--quiet", "--check")
    checks.equal((r.returncode, r.stderr), (0, ""), "2019 getters.c: --check finds nothing")
    checks.equal(r.stdout.lstrip("."), "1\n", "2019 getters.c: it waited")


cases = []
for y in YEARS:
    cases.append(case(same_text, "formats.c", y, formats(y)))
    cases += [case(bad, y, c) for c in ("%l", "%f")]
    cases += [case(same_text, "texts.c", y, e, (f"-DTEXT={n}",)) for n, e in sorted(texts(y).items())]
    cases.append(case(same_text, "heap.c", y, heap(y)))
    cases.append(case(same_text, "threads.c", y, THREADS))
    cases.append(case(overflow, y))
    cases.append(case(same_text, "gpio.c", y, gpio(y), (), False))
    cases.append(case(same_text, "interrupts.c", y, interrupts(y), (), False))
    cases.append(case(unhandled, y))
    cases.append(case(same_text, "override.c", y, override(y), ("-Wl,--wrap=PUT32",)))
    cases.append(case(helpers, y))
    cases.append(case(same_text, "exit.c", y, "returning\n" + ("DONE!!!\n" if y >= 2023 else "")))
    cases.append(case(same_text, "cstart.c", y, "own start 0\n"))
    cases.append(case(same_text, "names.c", y, names(y)))
    # QEMU's cycle counter stands still.
    cases.append(case(recompiled, "cycles.c", y, CYCLES))
    if y >= 2023:
        cases.append(case(bad_alignment, y))
        cases.append(case(same_text, "vectors.c+vectors.S", y,
                          "42 1\n1\nPANIC:libpi/src/handlers.c:undefined_instruction_vector:LINE:called default "
                          "handler: unhandled exception <UNDEFINED INSTRUCTION> at PC=PC\n\nDONE!!!\n", (), False))
        cases.append(case(same_text, "overlong.c", y,
                          "libpi/src/snprintk.c:vsnprintk:LINE:DEBUG:ERROR: Demand `!b.overflow` failed:"
                          '"vsnprintk: text does not fit into 4 bytes"\nDONE!!!\n'))
cases.append(case(getters))
cases += [case(between, y) for y in BETWEEN]
cases += [case(same_text, "between-threads.c", y, "tid 1, arg 7, saved_sp first 1, stack 8192\nDONE!!!\n")
          for y in (2022, 2024)]
cases.append(case(same_text, "names.c", 2024, names(2024)))
cases += [case(same_text, "small.c", y, "bye\n") for y in (2019, 2020)]
cases += [case(same_text, "redzone.c", y, "redzone checking: first\nchecked 1\nDONE!!!\n") for y in (2025, 2026)]
cases.append(case(same_text, "entry.c+entry.S", 2026,
                  "17\nERROR: pc=PC: entry.S:LINE:<NOT IMPLEMENTED>: reached unimplemented assembly code\n"
                  "DONE!!!\n", (), False))
run_cases(cases, 2)
