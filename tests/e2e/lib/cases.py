"""Test cases that run side by side and report in order, and the table of exit statuses they check."""
import concurrent.futures
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from pi_line import ROOT, Tap  # noqa: E402

TABLE = os.path.join(ROOT, "tests/exit-status.tsv")
COLUMNS = ("program", "situation", "status", "message", "test")


def table():
    """The rows of tests/exit-status.tsv, each a dict; lines beginning with # are comments."""
    rows = []
    with open(TABLE, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                fields = line.rstrip("\n").split("\t")
                if len(fields) != len(COLUMNS):
                    raise ValueError(f"{TABLE}: {len(fields)} columns, not {len(COLUMNS)}: {line!r}")
                rows.append(dict(zip(COLUMNS, fields)))
    return rows


def find_row(program, situation):
    rows = [r for r in table() if (r["program"], r["situation"]) == (program, situation)]
    if len(rows) != 1:
        raise ValueError(f"{TABLE} has {len(rows)} rows for {program}: {situation}")
    return rows[0]


class Checks:
    """What one case found; printed when its turn comes."""

    def __init__(self):
        self.list = []

    def equal(self, got, expected, name):
        self.list.append((got, expected, name))

    def holds(self, text, fragment, name):
        """fragment is in text; a failure shows the text."""
        self.list.append((text if fragment not in text else fragment, fragment, name))

    def row(self, program, situation, ended):
        """Status and message are what the table says for this situation."""
        r = find_row(program, situation)
        name = f"{program}: {situation}"
        self.equal(str(ended.status), r["status"], f"{name}: status")
        if r["message"]:
            self.holds(ended.err, r["message"], f"{name}: message")


def run_cases(cases, workers=8):
    """Runs each case(checks), several at a time: most of them wait for a limit to pass."""
    def one(case):
        checks = Checks()
        try:
            case(checks)
        except Exception as e:  # a broken case is a failed test, not a broken run
            checks.equal(f"{type(e).__name__}: {e}", "no exception", case.__name__)
        return checks.list

    tap = Tap()
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for found in pool.map(one, cases):
            for check in found:
                tap.check(*check)
    tap.done()
