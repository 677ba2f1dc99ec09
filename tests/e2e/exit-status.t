#!/usr/bin/env python3
"""tests/exit-status.tsv is whole: every row is asked for by the test it names, no two rows say different
things of one situation, and every status is one of the documented ones."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import Tap, table  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {"my-install", "echo", "emu", "emu-cc", "emu-compare", "emu-log", "pi-cc", "virtual-pi", "line-sim"}
tap = Tap()
rows = table()
texts = {}
tap.check(len(rows) > 0, True, "there are rows")
seen = [(r["program"], r["situation"]) for r in rows]
tap.check([s for s in seen if seen.count(s) > 1], [], "no situation twice")
for r in rows:
    name = f"{r['program']}: {r['situation']}"
    status = int(r["status"])
    tap.check(status in range(5) or 128 < status < 160, True, f"{name}: a documented status")
    tap.check(r["program"] in PROGRAMS, True, f"{name}: a program of ours")
    path = os.path.join(HERE, r["test"])
    if path not in texts:
        with open(path, encoding="utf-8") as f:
            texts[path] = f.read() if os.access(path, os.X_OK) else ""
    # A test that builds the name of a situation from stages or error words names the parts.
    parts = [r["situation"]] if r["situation"] in texts[path] else r["situation"].split(", ")
    if parts == [r["situation"]] and r["situation"] not in texts[path]:
        parts = [r["situation"].rsplit(" ", 1)[0], r["situation"].rsplit(" ", 1)[1]]
    tap.check([p for p in parts if p not in texts[path]], [], f"{name}: asked for in {r['test']}")
tap.done()
