#!/usr/bin/env python3
"""Each name of libpi that course programs call, in each of its years: it is found in the header that
those programs include, has the year's type, links and does what it should, recompiled; it compiles and
links for the Pi. What needs ARM instructions does not link here, and emu-cc names it.

tests/e2e/libpi/api.tsv is the list. A row is a name with one signature:

  name, kind    function or macro
  header        that declares it; - where the program declares it itself
  years         of programs that call it so
  verdict       works: its statement runs with the others of its header
                ends N: its statement ends a run of its own with status N, with the keys k, 1 and newline
                        waiting at the mini-UART, or at the software UART on pins 20 and 21
                jumps: links, and is reported when it leaves the program
                arm: does not link, and emu-cc says so
  signature     a function's prototype, compared with its type exactly; a macro's arguments
  run           the statement; ok(x) complains when x is false
  prints        what the run prints, >TEXT on pin 20
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from pi_line import ROOT  # noqa: E402

FOLDER = os.path.join(ROOT, "tests/e2e/libpi")
COLUMNS = ("name", "kind", "header", "years", "verdict", "signature", "run", "prints")
YEARS = (2019, 2020, 2023, 2025, 2026)
TYPED = "k1\n"
# Before each of these headers, as their users do.
BEFORE = {"Q.h": "#define E struct elem\n", "queue-ext-T.h": ""}
# A program of its own: it brings handlers that others' rows expect not to be there.
APART = ("uart-int.h",)
# A program in which nothing is wrong prints this.
END = "rows wrong: 0"

temporary = tempfile.TemporaryDirectory()


def read_table():
    rows = []
    with open(os.path.join(FOLDER, "api.tsv"), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#"):
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) != len(COLUMNS):
                raise ValueError(f"api.tsv:{number}: {len(fields)} columns, not {len(COLUMNS)}")
            row = dict(zip(COLUMNS, fields))
            row["years"] = [int(y) for y in row["years"].split(",")]
            row["prints"] = row["prints"].replace("\\n", "\n")
            rows.append(row)
    return rows


TABLE = read_table()


def base(header):
    return os.path.basename(header)


def pointer(row):
    """`int f(unsigned a)` as a pointer of exactly this type that is set to f."""
    if row["kind"] != "function":
        return ""
    name = row["name"]
    kind = re.sub(rf"\b{name}\b", f"(*const pointer_{name})", row["signature"], count=1)
    return f"extern {kind};\n{kind} = {name};\n"


def source(header, rows):
    """A file that includes this header first, and a function run_NAME for each row."""
    text = "struct elem {\n    struct elem *next;\n};\n" + BEFORE.get(base(header), "")
    if header == "-":
        text += '#include "rpi.h"\n#include "rpi-interrupts.h"\n' + "".join(f"{r['signature']};\n" for r in rows)
    else:
        text += f'#include "{header}"\n'
    text += "".join(pointer(r) for r in rows)
    text += '#include "api.inc"\n'
    for r in rows:
        text += f"void run_{r['name']}(void);\nvoid run_{r['name']}(void)\n{{\n    {r['run']};\n}}\n"
    return text


def main_source(year, shared, alone):
    get = "uart_getc" if year <= 2020 else "uart_get8"
    text = '#include "rpi.h"\nunsigned api_wrong;\n'
    text += "".join(f"void run_{r['name']}(void);\n" for r in shared + alone)
    text += f"void notmain(void)\n{{\n    uart_init();\n    switch ({get}()) {{\n"
    for i, r in enumerate(alone):
        text += f"    case {ord('0') + i}:\n        run_{r['name']}();\n        return;\n"
    text += "    }\n"
    for r in shared:
        text += f"    run_{r['name']}();\n"
    return text + '    printk("rows wrong: %d\\n", api_wrong);\n}\n'


class Program:
    """The rows of one year that can be in one program."""

    def __init__(self, year, title, rows):
        self.folder = os.path.join(temporary.name, f"{year}-{title}")
        os.mkdir(self.folder)
        self.year, self.title, self.rows = year, title, rows
        self.shared = [r for r in rows if r["verdict"] in ("works", "arm")]
        self.alone = [r for r in rows if r["verdict"] not in ("works", "arm")]
        self.files = []
        headers = {}
        for r in rows:
            headers.setdefault(r["header"], []).append(r)
        for i, header in enumerate(sorted(headers)):
            self.write(f"{i}-{base(header).split('.')[0]}.c", source(header, headers[header]))
        self.write("main.c", main_source(year, self.shared, self.alone))

    def write(self, name, text):
        self.files.append(name)
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def build(self, tool, output):
        return subprocess.run(
            [os.path.join(ROOT, "emu", tool), f"-DLIBPI_YEAR={self.year}", "-O1", "-Wall",
             "-Wno-misleading-indentation", "-Werror", f"-I{FOLDER}", *self.files, "-o", output],
            cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)

    def run(self, selector):
        """Status, text and what appeared on pin 20."""
        with open(os.path.join(self.folder, "typed"), "w", encoding="utf-8") as f:
            f.write(TYPED)
        said = os.path.join(self.folder, "said")
        r = subprocess.run(
            ["./program.emu", "--quiet", "--timeout", "60", "--sd", "card.img",
             "--part", "uart:20,21,115200,from=typed,to=said"],
            cwd=self.folder, input=(selector + TYPED).encode(), capture_output=True, timeout=120,
            check=False)
        with open(said, "rb") as f:
            on_pin = f.read()
        return r.returncode, r.stdout.decode(errors="replace"), on_pin.decode(errors="replace"), \
            r.stderr.decode(errors="replace")

    def card(self):
        with open(os.path.join(self.folder, "card.img"), "wb") as f:
            f.truncate(1 << 20)
            f.seek(512)
            f.write(b"sector one")


def shared_rows(checks, program):
    status, text, on_pin, said = program.run("a")
    where = f"{program.year} {program.title}"
    wrong = [l for l in text.splitlines() if l.startswith("WRONG")]
    checks.equal((wrong, status, said), ([], 0, ""), f"{where}: {len(program.shared)} rows run")
    checks.holds(text, END, f"{where}: to the end")
    for r in program.shared:
        wanted = r["prints"]
        if wanted:
            checks.holds(on_pin if wanted[0] == ">" else text, wanted.lstrip(">"),
                         f"{where}: {r['name']} prints")


def ending_row(checks, program, i):
    r = program.alone[i]
    status, text, _, said = program.run(chr(ord("0") + i))
    name = f"{program.year} {r['name']}"
    if r["verdict"] == "jumps":
        checks.equal(status, 1, f"{name}: status")
        checks.holds(said, f"emu: {r['name']} needs ARM instructions", f"{name}: it is named")
        checks.holds(said, "arm engine", f"{name}: and what to use")
        return
    checks.equal((status, "WRONG" in text), (int(r["verdict"].split()[1]), False), f"{name}: status")
    checks.holds(text, r["prints"], f"{name}: text")


def working(checks, program):
    built = program.build("emu-cc", "program.emu")
    where = f"{program.year} {program.title}"
    checks.equal(built.stderr, "", f"{where}: {len(program.rows)} rows compile and link, recompiled")
    if built.returncode == 0:
        program.card()
        if program.shared:
            shared_rows(checks, program)
        for i in range(len(program.alone)):
            ending_row(checks, program, i)
    built = program.build("pi-cc", "program.bin")
    checks.equal((built.returncode, built.stderr), (0, ""),
                 f"{where}: {len(program.rows)} rows compile and link for the Pi")


def needs_arm(checks, program):
    built = program.build("emu-cc", "program.emu")
    where = f"{program.year} {program.title}"
    checks.equal(built.returncode, 1, f"{where}: {len(program.rows)} rows do not link, recompiled")
    lines = [l for l in built.stderr.splitlines() if l.startswith("emu-cc: ")]
    for r in program.rows:
        # What a macro makes has the name that the program gives it.
        name = "tcm_status_get" if r["name"] == "cp_asm_get" else r["name"]
        named = [l for l in lines if l.startswith(f"emu-cc: {name}: ")]
        checks.equal(len(named), 1, f"{where}: {name}: it is named")
        said = "ARM" if r["kind"] == "macro" else f"{name}: needs ARM instructions: use the arm engine"
        checks.holds(" ".join(named), said, f"{where}: {name}: why")
        checks.holds(" ".join(named), "use the arm engine (emu --engine=arm PROG.bin)",
                     f"{where}: {name}: and what to use")
    built = program.build("pi-cc", "program.bin")
    checks.equal((built.returncode, built.stderr), (0, ""),
                 f"{where}: {len(program.rows)} rows compile and link for the Pi")


def documented(checks):
    """docs/libpi.md names all of them, the ones that need ARM instructions with a star, and counts them."""
    with open(os.path.join(ROOT, "docs/libpi.md"), encoding="utf-8") as f:
        text = f.read()
    arm_names = {r["name"] for r in TABLE if r["verdict"] == "arm"}
    jumps = {r["name"] for r in TABLE if r["verdict"] == "jumps"}
    names = {r["name"] for r in TABLE}
    checks.equal(sorted(n for n in names if f"`{n}`" not in text), [], "docs/libpi.md: every name")
    starred = {n for n in names if f"`{n}`\\*" in text}
    checks.equal(sorted(starred), sorted(arm_names), "docs/libpi.md: those that need ARM instructions")
    for count in (f"Of the {len(names)} names", f"- {len(names - arm_names - jumps)} need no ARM",
                  f"- {len(arm_names)} need ARM"):
        checks.holds(text, count, "docs/libpi.md: how many")


def case(function, *arguments):
    def run(checks):
        function(checks, *arguments)
    run.__name__ = f"{function.__name__} {arguments[0].year} {arguments[0].title}"
    return run


def of_year(year, wanted):
    return [r for r in TABLE if year in r["years"] and wanted(r)]


cases = [documented]
for y in YEARS:
    arm = of_year(y, lambda r: r["verdict"] == "arm")
    works = of_year(y, lambda r: r["verdict"] != "arm" and base(r["header"]) not in APART)
    cases.append(case(working, Program(y, "rows", works)))
    for apart in APART:
        own = of_year(y, lambda r, a=apart: base(r["header"]) == a)
        if own:
            cases.append(case(working, Program(y, apart, own)))
    if arm:
        cases.append(case(needs_arm, Program(y, "ARM", arm)))
run_cases(cases, 2)
