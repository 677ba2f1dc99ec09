#!/usr/bin/env python3
"""The server of --web answers its own page on 127.0.0.1 and nobody else, whatever is sent to it; ports that
cannot be had; no library; where the server dies."""
import os
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import ROOT, Tap, find_row  # noqa: E402
from web_run import LIMIT_S, Run, until  # noqa: E402

BLINK = os.path.join(ROOT, "test-binaries/blink.emu")


def compiled(folder):
    path = os.path.join(folder, "control.emu")
    subprocess.run([os.path.join(ROOT, "emu/emu-cc"), "-g", os.path.join(ROOT, "tests/e2e/web/control.c"), "-o", path],
                   check=True)
    return path


def who_is_answered(tap, run):
    here = f"127.0.0.1:{run.port}"
    poll = "/poll?page=1&access=0&text=0"
    cases = [
        ("the page", "GET", "/", None, {"X_Emu_Key": None}, 200),
        ("the page, as localhost", "GET", "/", None, {"Host": f"localhost:{run.port}"}, 200),
        ("its script", "GET", "/page.js", None, {"X_Emu_Key": None}, 200),
        ("names of registers", "GET", "/registers", None, {"Origin": f"http://{here}"}, 200),
        ("names of places", "GET", "/names?pc=20000,20004", None, {"Sec_Fetch_Site": "same-origin"}, 200),
        ("another host: DNS rebinding", "GET", "/", None, {"Host": f"evil.example:{run.port}"}, 403),
        ("another port", "GET", "/", None, {"Host": "127.0.0.1:1"}, 403),
        ("no host", "GET", "/", None, {"Host": None}, 403),
        ("another origin", "GET", poll, None, {"Origin": "http://evil.example"}, 403),
        ("this origin by another scheme", "GET", poll, None, {"Origin": f"https://{here}"}, 403),
        ("no origin", "GET", poll, None, {"Origin": "null"}, 403),
        ("a browser that says cross-site", "GET", poll, None, {"Sec_Fetch_Site": "cross-site"}, 403),
        ("a browser that says same-site", "GET", poll, None, {"Sec_Fetch_Site": "same-site"}, 403),
        ("the board without the key", "GET", poll, None, {"X_Emu_Key": None}, 403),
        ("the board with a wrong key", "GET", poll, None, {"X_Emu_Key": "0" * 32}, 403),
        ("the board with a longer key", "GET", poll, None, {"X_Emu_Key": run.key + "0"}, 403),
        ("a command without the key", "POST", "/command", b"continue", {"X_Emu_Key": None}, 403),
        ("a command from another origin", "POST", "/command", b"continue", {"Origin": "http://localhost:1"}, 403),
        ("a command that is none", "POST", "/command", b"reboot", {}, 400),
        ("a pin that is none", "POST", "/command", b"pin 54 high", {}, 400),
        ("a speed that is none", "POST", "/command", b"speed nan", {}, 400),
        ("no command", "POST", "/command", b"", {}, 400),
        ("a command with a zero byte", "POST", "/command", b"pause\0", {}, 400),
        ("a long command", "POST", "/command", b"type " + b"41" * 600, {}, 413),
        ("too many places", "GET", "/names?pc=" + ",".join(["20000"] * 65), None, {}, 400),
        ("no numbers", "GET", "/poll?page=1&access=-1&text=0", None, {}, 400),
        ("a missing number", "GET", "/poll?page=1&access=0", None, {}, 400),
        ("a file of this machine", "GET", "/../../etc/passwd", None, {}, 404),
        ("a command as GET", "GET", "/command", None, {}, 405),
        ("another method", "DELETE", "/", None, {}, 405),
    ]
    for name, method, path, body, headers, status in cases:
        tap.check(run.ask(method, path, body, **headers)[0], status, f"{name}: {status}")
        if status == 200:
            allowed = [h for h in run.headers if h.lower().startswith("access-control-")]
            tap.check(allowed, [], f"{name}: other origins may not read it")
            tap.check("default-src 'none'; script-src 'self'" in run.headers["Content-Security-Policy"]
                      and "unsafe" not in run.headers["Content-Security-Policy"], True, f"{name}: a strict policy")


def nobody_reads_the_key(tap, run):
    """Command lines are for every user of the machine to read, environments are not."""
    lines = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                lines.append(f.read().decode(errors="replace"))
        except OSError:
            continue
    tap.check([line for line in lines if run.key in line], [], "no command line has the key")
    tap.check(any(line.startswith(f"emu-web\0{run.port}\0") for line in lines), True, "the server's was among them")


def only_here(tap, run):
    with socket.socket() as s:
        s.settimeout(LIMIT_S)
        tap.check(s.connect_ex(("127.0.0.2", run.port)) != 0, True, "another address of this machine is not answered")
    with open("/proc/net/tcp", encoding="ascii") as f:
        listening = [line.split()[1] for line in f if line.split()[3] == "0A"]
    tap.check([a for a in listening if a.endswith(f":{run.port:04X}")], [f"0100007F:{run.port:04X}"],
              "it listens at 127.0.0.1 alone")


def send_raw(port, data):
    """A connection on which as much of data was sent as the server takes."""
    s = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    return s


def malformed(tap, run):
    host = f"Host: 127.0.0.1:{run.port}\r\n".encode()
    sent = [send_raw(run.port, data) for data in [
        b"", b"\0" * 5000, b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n" + host + b"\r\n",
                 b"GET / HTTP/1.1\r\n" + b"A: " + b"a" * 100000 + b"\r\n\r\n", b"GET /" + b"%" * 20000,
                 b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\n" + host * 100 + b"\r\n",
                 b"POST /command HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\npause",
                 b"POST /command HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\npause",
                 b"POST /command HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
                 b"POST /command HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz",
                 (b"GET / HTTP/1.1\r\n" + host + b"\r\n") * 200, bytes(range(256)) * 100]]
    tap.check(run.ask("GET", "/")[0], 200, "malformed requests: the server goes on")
    for s in sent:
        s.close()
    tap.check(run.ask("GET", "/")[0], 200, "and when they are gone")
    crowd = [socket.create_connection(("127.0.0.1", run.port), timeout=LIMIT_S) for _ in range(40)]
    tap.check(run.ask("GET", "/")[0], 200, "40 connections that say nothing: the server goes on")
    for s in crowd:
        s.close()


def whole_run(tap, program):
    run = Run(program)
    who_is_answered(tap, run)
    nobody_reads_the_key(tap, run)
    only_here(tap, run)
    malformed(tap, run)
    tap.check(run.process.poll(), None, "the program waits for a page")
    state, text, n = run.poll()
    tap.check(('"paused":1' in state, text, n), (True, "", 1), "nothing but the start came before one was open")
    run.ask("POST", "/command", b"pin 21 high")
    text, n = until(lambda: (lambda p: "pin 21 is high" in p[1] and p[1:])(run.poll())) or ("", 0)
    tap.check(n > 100, True, "then the program runs, and accesses are told")
    run.stop(signal.SIGTERM)
    until(lambda: '"ended":1' in run.poll()[0])
    tap.check(run.end()[0], -signal.SIGTERM, "it ends as it does without a page")
    tap.check(run.left(), [], "and no process is left")


def killed(tap, program):
    run = Run(program)
    run.process.kill()
    run.process.wait()
    tap.check(until(lambda: not run.left()), True, "a run that was killed: its server ends")
    run.process.communicate()

    run = Run(BLINK)
    server = [pid for pid in run.left() if int(pid) != run.process.pid]
    tap.check(len(server), 1, "a run has one server")
    os.kill(int(server[0]), signal.SIGKILL)
    status, out, _ = run.end()
    tap.check((status, out), (0, "blinked 10 times\nDONE!!!\n"), "a server that is killed: the program goes on")


def kinds(tap, folder):
    path = os.path.join(folder, "blink-m32.emu")
    subprocess.run([os.path.join(ROOT, "emu/emu-cc"), "-m32", os.path.join(ROOT, "test-binaries/blink.c"), "-o", path],
                   check=True)
    log = os.path.join(folder, "run.log")
    subprocess.run([BLINK, "--record", log], check=True, capture_output=True)
    for name, words in (("-m32", [path, "--web"]), ("emu", [os.path.join(ROOT, "emu/emu"), "--quiet", "--web", BLINK]),
                        ("--replay", [BLINK, "--web", "--replay", log])):
        run = Run(*words)
        state, text, n = until(lambda: (lambda p: '"ended":1' in p[0] and p)(run.poll())) or ("", "", 0)
        tap.check((text, '"accesses":102,' in state, n > 102), ("blinked 10 times\nDONE!!!\n", True, True),
                  f"{name}: the page has all of the run")
        tap.check(run.end()[0], 0, f"{name}: it ends")


def refused(tap, folder):
    def row(situation, words, env=None):
        expected = find_row("emu", situation)
        ended = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                               timeout=LIMIT_S, env={**os.environ, **(env or {})})
        tap.check(str(ended.returncode), expected["status"], f"{situation}: status")
        tap.check(expected["message"] in ended.stderr or ended.stderr, True, f"{situation}: message")
        tap.check(ended.stdout, "", f"{situation}: the program did not begin")

    preload = {}
    for what in ("BIND", "DLOPEN"):
        preload[what] = os.path.join(folder, what + ".so")
        subprocess.run(["gcc", "-shared", "-fPIC", f"-D{what}", os.path.join(ROOT, "tests/e2e/web/refuse.c"), "-o",
                        preload[what]], check=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        row("--web and a port in use", [BLINK, f"--web={taken.getsockname()[1]}"])
    row("--web and a port out of range", [BLINK, "--web=65536"])
    row("--web and port 0", [BLINK, "--web=0"])
    row("--web and no number", [BLINK, "--web=http"])
    row("--web and a port that is root's", [BLINK, "--web=80"], {"LD_PRELOAD": preload["BIND"]})
    row("--web where its library is not installed", [BLINK, "--web"], {"LD_PRELOAD": preload["DLOPEN"]})
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = Run(BLINK, f"--web={port}")
    tap.check(run.port, port, "--web=PORT: that port")
    run.stop()
    run.end()


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(folder)
        whole_run(tap, program)
        killed(tap, program)
        kinds(tap, folder)
        refused(tap, folder)
    tap.done()


main()
