#!/usr/bin/env python3
"""tools/line-sim as a user meets it: ends of every kind, bytes through them, faults, counts, and every way
it ends. When each byte arrives is the unit tests' business (line-sim, line-sim-faults): they have a
virtual clock. Here nothing is asked of the machine's speed."""
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from pi_line import LIMIT_S, ROOT, Line, VirtualPi  # noqa: E402

TOOL = os.path.join(ROOT, "tools/line-sim")
FOLDER = tempfile.TemporaryDirectory()
TEXT = bytes(range(256)) * 4


class Ended:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


class Sim:
    """A running line-sim; its counts go to a file of its own."""

    def __init__(self, *options, counts=True):
        self.file = tempfile.mktemp(dir=FOLDER.name)
        more = ("--counts", self.file) if counts else ()
        self.process = subprocess.Popen([TOOL, *options, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.laptop = self.process.stdout.readline().strip()
        self.pi = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def end(self, number):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        out, err = self.process.communicate(timeout=LIMIT_S)
        return Ended(self.process.returncode if self.process.returncode >= 0 else None, out, err)

    def ask(self):
        """What SIGUSR1 has it print: {direction: {column: number}}."""
        tables = len(tables_of(self.file))
        self.process.send_signal(signal.SIGUSR1)
        until(lambda: len(tables_of(self.file)) > tables, "a table of counts")
        return tables_of(self.file)[-1]

    def counts_until(self, direction, **wanted):
        """Asks until the counts are these; a failure shows the last ones."""
        last = {}

        def there():
            last.update(self.ask()[direction])
            return all(last[k] == v for k, v in wanted.items())
        until(there, f"{wanted} in {last}")
        return last


def until(condition, what):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"no {what}")
        select.select([], [], [], 0.01)


def tables(text):
    """The whole tables in a text, each {direction: {column: number}}."""
    rows = [line.split("\t") for line in text.split("\n")[:-1]]
    return [{row[0]: dict(zip(rows[i][1:], map(int, row[1:]))) for row in rows[i + 1:i + 3]}
            for i in range(0, len(rows) - 2, 3)]


def tables_of(path):
    with open(path, encoding="ascii") as f:
        return tables(f.read())


def run(*options, **more):
    done = subprocess.run([TOOL, *options], capture_output="stdout" not in more, text=True, timeout=LIMIT_S,
                          check=False, **more)
    return Ended(done.returncode, done.stdout, done.stderr)


def connect(name):
    host, port = name.removeprefix("tcp:").rsplit(":", 1)
    s = socket.create_connection((host, int(port)), LIMIT_S)
    s.settimeout(LIMIT_S)
    return s


def receive(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            break
        data += more
    return data


# ---- bytes ----

def carries(c):
    with Sim("--baud", "1000000") as sim:
        laptop, pi = Line(sim.laptop), Line(sim.pi)
        laptop.send(TEXT)
        c.equal(pi.take(len(TEXT)), TEXT, "every byte reaches the Pi")
        pi.send(TEXT[::-1])
        c.equal(laptop.take(len(TEXT)), TEXT[::-1], "every byte reaches the laptop")
        laptop.send(TEXT)
        pi.send(TEXT)
        c.equal((pi.take(len(TEXT)), laptop.take(len(TEXT))), (TEXT, TEXT), "both at once")


def is_a_terminal(c):
    with Sim() as sim:
        for end in (sim.laptop, sim.pi):
            fd = os.open(end, os.O_RDWR | os.O_NOCTTY)
            iflag, oflag, _, lflag = termios.tcgetattr(fd)[:4]
            c.equal((lflag & (termios.ECHO | termios.ICANON | termios.ISIG), oflag & termios.OPOST,
                     iflag & termios.ICRNL), (0, 0, 0), "an end is a tty in raw mode")
            os.close(fd)


def takes_its_time(c):
    with Sim("--latency-ms", "100") as sim:
        laptop, pi = Line(sim.laptop), Line(sim.pi)
        start = time.monotonic()
        laptop.send(bytes(1152))
        pi.take(1152)
        c.equal(time.monotonic() - start >= 0.1, True, "1152 bytes at 115200 take 100 ms or more")
        start = time.monotonic()
        pi.send(b"x")
        laptop.take(1)
        c.equal(time.monotonic() - start >= 0.1, True, "a byte takes the latency or more to the laptop")


def is_idle(c):
    """Nobody there, somebody there, somebody gone: no processor time is used while nothing moves."""
    def ticks():
        with open(f"/proc/{sim.process.pid}/stat", encoding="ascii") as f:
            return sum(map(int, f.read().split()[13:15]))

    with Sim("--laptop", "listen") as sim:
        for what in ("nobody there", "somebody there", "somebody gone"):
            before = ticks()
            select.select([], [], [], 0.3)  # what it does in this time is the question
            c.equal((ticks() - before) / os.sysconf("SC_CLK_TCK") < 0.1, True, f"idle: {what}")
            if what == "nobody there":
                pi = Line(sim.pi)
                laptop = connect(sim.laptop)
            elif what == "somebody there":
                pi.send(b"x")
                pi.close()
                laptop.close()


def forgets(c):
    """As an adapter does: nothing is kept for somebody who was not there."""
    with Sim("--baud", "1000000") as sim:
        pi = Line(sim.pi)
        pi.send(b"nobody hears this")
        sim.counts_until("to-laptop", arrived=17)
        laptop = Line(sim.laptop)
        pi.send(b"this")
        c.equal(laptop.take(4), b"this", "what comes while nobody has the end open is lost")
        termios.tcflush(laptop.fd, termios.TCIOFLUSH)
        modes = termios.tcgetattr(laptop.fd)
        modes[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(laptop.fd, termios.TCSANOW, modes)
        laptop.send(b"last")
        laptop.close()
        c.equal(pi.take(4), b"last", "what was written before closing arrives")
        pi.send(b"nobody hears this")
        sim.counts_until("to-laptop", arrived=38)
        fd = os.open(sim.laptop, os.O_RDWR | os.O_NOCTTY)
        c.equal(termios.tcgetattr(fd)[3] & (termios.ECHO | termios.ICANON), 0, "the next user finds raw mode")
        os.close(fd)


# ---- other ends ----

def listens(c):
    with Sim("--laptop", "listen", "--pi", "listen:0", "--baud", "1000000") as sim:
        pi = connect(sim.pi)
        pi.sendall(b"?")
        sim.counts_until("to-laptop", arrived=1)  # with nobody there: lost
        laptop = connect(sim.laptop)
        laptop.sendall(TEXT)
        c.equal(receive(pi, len(TEXT)), TEXT, "TCP: every byte reaches the Pi")
        pi.sendall(TEXT)
        c.equal(receive(laptop, len(TEXT)), TEXT, "TCP: every byte reaches the laptop")
        c.equal(connect(sim.laptop).recv(1), b"", "TCP: a second user is turned away")
        laptop.close()

        def served():  # turned away, too, until the end of the first was noticed
            try:
                again = connect(sim.laptop)
                again.sendall(b"again")
                return select.select([again, pi], [], [], LIMIT_S)[0] == [pi]
            except OSError:
                return False
        until(served, "service for the next user")
        c.equal(receive(pi, 5), b"again", "TCP: the next user is served")


def takes_a_device(c):
    master, slave = pty.openpty()
    path = os.ttyname(slave)
    tty.setraw(slave)
    with Sim("--pi", path) as sim:
        c.equal(sim.pi, path, "a device: its name is printed")
        laptop = Line(sim.laptop)
        laptop.send(b"ping")
        got = b""
        while len(got) < 4 and select.select([master], [], [], LIMIT_S)[0]:
            got += os.read(master, 4 - len(got))
        c.equal(got, b"ping", "a device: bytes to it")
        os.write(master, b"pong")
        c.equal(laptop.take(4), b"pong", "a device: and from it")
        os.close(slave)
        os.close(master)
        c.row("line-sim", "a device goes away", sim.wait())


def chains(c):
    """Two simulators in a row, over TCP."""
    with Sim("--laptop", "listen") as far, Sim("--pi", far.laptop) as near:
        laptop, pi = Line(near.laptop), Line(far.pi)
        laptop.send(b"ping")
        c.equal(pi.take(4), b"ping", "a device tcp:HOST:PORT: bytes to it")
        pi.send(b"pong")
        c.equal(laptop.take(4), b"pong", "a device tcp:HOST:PORT: and from it")


def boots_a_program(c):
    if not shutil.which("qemu-system-arm") or not shutil.which("arm-none-eabi-gcc"):
        return
    virtual = VirtualPi()
    with Sim("--pi", virtual.path, "--latency-ms", "1", "--ftdi") as sim:
        done = subprocess.run([os.path.join(ROOT, "my-install/my-install"), "--silent", sim.laptop,
                               os.path.join(ROOT, "test-binaries/hello.bin")], capture_output=True, text=True,
                              timeout=60, check=False)
        c.equal((done.returncode, done.stdout), (0, "hello from the pi\nDONE!!!\n"),
                "my-install boots hello.bin on the virtual Pi behind it")


# ---- faults ----

def through(options, data, n):
    """The n bytes that reach the Pi when the laptop sends data."""
    with Sim("--baud", "1000000", *options) as sim:
        pi = Line(sim.pi)
        laptop = Line(sim.laptop)
        laptop.send(data)
        got = pi.take(n)
        sim.counts_until("to-pi", sent=len(data), arrived=n)
        return got


def damages(c):
    c.equal(through(["--drop", "@2"], b"abcd", 3), b"abd", "--drop")
    c.equal(through(["--repeat", "to-pi:@2"], b"abcd", 5), b"abccd", "--repeat")
    c.equal(through(["--drop=to-laptop:1/1"], b"abcd", 4), b"abcd", "a fault of the other direction")
    flipped = through(["--flip", "@0"], b"abcd", 4)
    c.equal((bin(flipped[0] ^ ord("a")).count("1"), flipped[1:]), (1, b"bcd"), "--flip")
    c.equal(through(["--insert", "@3"], b"abcd", 5)[:3], b"abc", "--insert: before the byte")
    c.equal(through(["--insert", "@3"], b"abcd", 5)[4:], b"d", "  and the byte behind")
    c.equal(len(through(["--noise", "@0+20ms", "--baud", "115200"], b"abcd", 230)), 230,
            "--noise: 20 ms of it at 115200 are 230 bytes")
    c.equal(through(["--drop", "@0", "--drop", "@1", "--repeat", "@3"], b"abcd", 3), b"cdd", "several faults")


def damaged(seed, baud):
    """TEXT as it reaches the Pi over a bad line."""
    with Sim("--flip", "1/10", "--repeat", "1/10", "--drop", "1/10", "--insert", "1/10", "--seed", seed,
             "--baud", baud) as sim:
        pi, laptop = Line(sim.pi), Line(sim.laptop)
        laptop.send(TEXT)
        counted = sim.counts_until("to-pi", sent=len(TEXT))
        n = len(TEXT) - counted["drop"] + counted["repeat"] + counted["insert"]
        sim.counts_until("to-pi", arrived=n)
        return pi.take(n)


def repeats_itself(c):
    first = damaged("5", "1000000")
    c.equal(first != TEXT, True, "1 in 10 of each fault: not what was sent")
    c.equal(damaged("5", "115200"), first, "the same seed, the same faults, whatever the baud")
    c.equal(damaged("6", "1000000") != first, True, "another seed, other faults")


def is_cut(c):
    with Sim("--cut", "to-pi:@4") as sim:
        pi, laptop = Line(sim.pi), Line(sim.laptop)
        laptop.send(b"abcdefgh")
        counts = sim.counts_until("to-pi", sent=8, dead=4)
        c.equal((pi.take(4), counts["arrived"], counts["cut"]), (b"abcd", 4, 1), "--cut: nothing comes any more")
        pi.send(b"answer")
        c.equal(sim.counts_until("to-laptop", sent=6)["dead"], 6, "--cut: nor in the other direction")
    for option in ("--cut", "--silence"):
        with Sim(option, "to-pi:@2+50ms") as sim:
            pi, laptop = Line(sim.pi), Line(sim.laptop)
            laptop.send(b"abc")
            c.equal(pi.take(2), b"ab", f"{option} for a time: what came before")
            while not pi.fill(0.01):
                laptop.send(b"x")
            c.equal(pi.take(1), b"x", f"{option} for a time: it comes back")


def overruns(c):
    with Sim("--fifo", "8", "--baud", "9600") as sim:
        laptop, pi = Line(sim.laptop), Line(sim.pi)
        laptop.send(TEXT[:100])
        counts = sim.counts_until("to-pi", sent=100)
        until(lambda: sum(sim.ask()["to-pi"][k] for k in ("arrived", "overrun")) == 100, "all 100 bytes")
        counts = sim.ask()["to-pi"]
        # The kernel tells of a byte a little after it was given: some more may get in.
        c.equal(counts["arrived"] >= 8 and counts["overrun"] > 0, True, "--fifo: nobody reads: bytes are lost")
        c.equal(pi.take(counts["arrived"]), TEXT[:counts["arrived"]], "--fifo: those that came first are kept")
        laptop.send(b"more")
        c.equal(pi.take(4), b"more", "--fifo: once read, it takes more")


# ---- counts and ends ----

def counts(c):
    with Sim("--drop", "to-pi:@1") as sim:
        laptop, pi = Line(sim.laptop), Line(sim.pi)
        laptop.send(b"abc")
        pi.take(2)
        got = sim.ask()
        columns = ["sent", "arrived", "drop", "flip", "repeat", "insert", "cut", "noise", "silence", "dead",
                   "random", "overrun"]
        c.equal(got, {"to-pi": dict(zip(columns, [3, 2, 1] + [0] * 9)),
                      "to-laptop": dict(zip(columns, [0] * 12))}, "SIGUSR1: the counts so far")
        laptop.send(b"d")
        pi.take(1)
        ended = sim.end(signal.SIGTERM)
        c.equal(tables_of(sim.file)[-1]["to-pi"]["sent"], 4, "at the end: the counts again, behind the others")
        c.equal(len(tables_of(sim.file)), 2, "  in the same file")
        c.equal(ended.err, "", "  and nothing on stderr")
    with Sim(counts=False) as sim:
        sim.process.send_signal(signal.SIGUSR1)
        text = "".join(sim.process.stderr.readline() for _ in range(3))
        c.equal(len(tables(text)), 1, "without --counts: on stderr")
        c.equal(tables(sim.end(signal.SIGTERM).err), tables(text), "  at the end too")


def ends_by_signal(c):
    for number, name in ((signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGHUP"),
                         (signal.SIGQUIT, "SIGQUIT")):
        with Sim() as sim:
            c.row("line-sim", name, sim.end(number))


def wrong_options(c):
    for situation, options in (
            ("no such option", ["--fast"]),
            ("an option without its value", ["--baud"]),
            ("a value for an option that takes none", ["--ftdi=yes"]),
            ("a word", ["/dev/ttyUSB0"]),
            ("a baud rate that is no number", ["--baud", "fast"]),
            ("a baud rate out of range", ["--baud", "49"]),
            ("a latency that is none", ["--latency-ms", "-1"]),
            ("a FIFO of nothing", ["--fifo", "0"]),
            ("a seed that is no number", ["--seed", "x"]),
            ("a fault that never happens", ["--drop", "1/0"]),
            ("a fault for no direction", ["--flip", "up:1/5"]),
            ("a drop that lasts", ["--drop", "@5+1ms"]),
            ("a cut that lasts no time", ["--cut", "@5+0ms"]),
            ("a noise without its time", ["--noise", "@5"]),
            ("a silence without its time", ["--silence", "1/5"]),
            ("33 faults", ["--drop=@1"] * 33),
            ("--fifo and a device", ["--fifo", "8", "--pi", "/dev/pts/0"]),
            ("an end that is nothing", ["--pi", "somewhere"]),
            ("a port that is no number", ["--laptop", "listen:http"]),
            ("a port out of range", ["--laptop", "listen:65536"]),
            ("a device that does not exist", ["--pi", "/dev/ttyNOSUCH9"]),
            ("a device that is no tty", ["--pi", "/dev/null"]),
            ("nobody listens on the TCP port", ["--pi", "tcp:127.0.0.1:1"]),
            ("the file of counts cannot be made", ["--counts", FOLDER.name])):
        c.row("line-sim", situation, run(*options))


def system_says_no(c):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        c.row("line-sim", "the port is taken", run("--laptop", f"listen:{taken.getsockname()[1]}"))
    with open("/dev/full", "wb") as full:
        done = run(stdout=full, stderr=subprocess.PIPE)
    c.row("line-sim", "stdout is a full disk", done)
    with Sim("--counts", "/dev/full", counts=False) as sim:
        c.row("line-sim", "the counts cannot be written", sim.end(signal.SIGTERM))


def explains(c):
    done = run("--help")
    c.equal((done.status, done.err), (0, ""), "--help: status 0")
    c.holds(done.out, "usage: line-sim [options]", "--help explains")
    c.holds(run("--version").out, "line-sim ", "--version")


run_cases([carries, is_a_terminal, takes_its_time, is_idle, forgets, listens, takes_a_device, chains,
           boots_a_program, damages, repeats_itself, is_cut, overruns, counts, ends_by_signal, wrong_options,
           system_says_no, explains], workers=4)
