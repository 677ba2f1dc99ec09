"""A program in a terminal of its own (tmux), its screen as cells, and as a picture."""
import html
import os
import re
import shlex
import subprocess
import time

LIMIT_S = 60
BACKGROUND, FOREGROUND = "#101418", "#d8dee4"
COLOURS = ["#5c6773", "#f07178", "#7fd962", "#ffb454", "#59c2ff", "#d2a6ff", "#95e6cb", "#d8dee4"]
PLAIN = {"colour": None, "bold": False, "faint": False, "underline": False, "reverse": False}
SWITCHES = {1: "bold", 2: "faint", 4: "underline", 7: "reverse"}
WIDTH, HEIGHT, FONT = 8.4, 18, 14


class Terminal:
    def __init__(self, columns, rows, command):
        self.name = f"emu-{os.getpid()}"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), shlex.join(command))

    def _tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.name, *words], stdout=subprocess.PIPE, text=True, check=True).stdout

    def keys(self, *names):
        for name in names:
            self._tmux("send-keys", name)

    def wait(self, text):
        """Whether the screen shows it, within LIMIT_S."""
        end = time.monotonic() + LIMIT_S
        while not (seen := text in self._tmux("capture-pane", "-p")) and time.monotonic() < end:
            time.sleep(0.02)
        return seen

    def cells(self):
        """Lines of (character, attributes)."""
        return cells(self._tmux("capture-pane", "-p", "-e"))

    def end(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], check=False)


def _attributes(now, codes):
    """What an SGR sequence makes of them (ECMA-48, 8.3.117)."""
    now = dict(now)
    for code in codes:
        if code == 0:
            now = dict(PLAIN)
        elif code in SWITCHES:
            now[SWITCHES[code]] = True
        elif 30 <= code <= 37:
            now["colour"] = code - 30
        elif code == 39:
            now["colour"] = None
    return now


def cells(text):
    lines, now = [], dict(PLAIN)
    for line in text.splitlines():
        row = []
        for codes, char in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
            if char:
                row.append((char, now))
            else:
                now = _attributes(now, [int(code or 0) for code in codes.split(";")])
        lines.append(row)
    return lines


def _text(x, y, chars, a):
    colour = FOREGROUND if a["colour"] is None else COLOURS[a["colour"]]
    out = ""
    if a["reverse"]:
        out = f'<rect x="{x:.1f}" y="{y}" width="{len(chars) * WIDTH:.1f}" height="{HEIGHT}" fill="{colour}"/>'
        colour = BACKGROUND
    style = "".join((' font-weight="bold"' if a["bold"] else "", ' opacity="0.6"' if a["faint"] else "",
                     ' text-decoration="underline"' if a["underline"] else ""))
    for word in re.finditer(r"\S+", chars):  # each in its column, whatever the font
        out += (f'<text x="{x + word.start() * WIDTH:.1f}" y="{y + FONT}" textLength="{len(word[0]) * WIDTH:.1f}" '
                f'fill="{colour}"{style}>{html.escape(word[0])}</text>')
    return out


def svg(lines, columns=80):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * WIDTH + 16:.0f}" height="{len(lines) * HEIGHT + 16}" '
           f'font-family="monospace" font-size="{FONT}">',
           f'<rect width="100%" height="100%" rx="6" fill="{BACKGROUND}"/>', '<g transform="translate(8 8)">']
    for y, row in enumerate(lines):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run][1] == row[x][1]:
                run += 1
            chars = "".join(char for char, _ in row[x:run])
            out.append(_text(x * WIDTH, y * HEIGHT, chars, row[x][1]))
            x = run
    return "\n".join(line for line in out if line) + "\n</g></svg>\n"
