#!/usr/bin/env python3
"""Lines behind TCP ports: plain bytes and RFC 2217, through Debian's ser2net to virtual Pis and to a pty
whose settings show the baud, and against scripted port servers that refuse, keep silent or go away.
Several Pis at once, each with its programs."""
import atexit
import ctypes
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from pi_line import VirtualPi, needs  # noqa: E402
from scripted_pi import (HELLO, INSTALL, ECHO, LIMIT_S, ROOT, Pi, SocketPi, finish, greet,  # noqa: E402
                         program_a, run, start)

os.environ["PATH"] += ":/usr/sbin"
needs("ser2net", "qemu-system-arm", "arm-none-eabi-gcc")
subprocess.run(["make", "-s", "--no-print-directory", "-C", ROOT, "all"], check=True, stdout=subprocess.DEVNULL)
FOLDER = tempfile.TemporaryDirectory()
PROGRAMS = os.path.join(ROOT, "test-binaries")
HELLO_BIN = f"{PROGRAMS}/hello.bin"
BAUD, GONE, NO_RFC2217 = -7, -2, -10  # enum line_error

# ---- the library itself --------------------------------------------------------------------------------


def library():
    out = f"{FOLDER.name}/line.so"
    sources = [os.path.join(ROOT, "libunix", f) for f in os.listdir(os.path.join(ROOT, "libunix"))
               if f.startswith("line") and f.endswith(".c")]
    subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-I", ROOT, "-shared", "-fPIC", "-o", out] + sources,
                   check=True)
    return ctypes.CDLL(out)


LINE = library()


class Line:
    """struct line, and the functions of libunix/line.h on it."""

    def __init__(self, name, baud=115200):
        self.it = ctypes.create_string_buffer(1 << 16)
        self.opened = LINE.line_open(self.it, name.encode(), baud)

    def set_baud(self, baud):
        return LINE.line_set_baud(self.it, baud)

    def write(self, data):
        return LINE.line_write(self.it, data, len(data), LIMIT_S * 1000)

    def read(self, n):
        """n bytes, or an error."""
        data = ctypes.create_string_buffer(n)
        rc = LINE.line_read_all(self.it, data, n, LIMIT_S * 1000)
        return data.raw if rc == 0 else rc

    def close(self):
        LINE.line_close(self.it)


# ---- ser2net -------------------------------------------------------------------------------------------

def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def is_listening(port):
    with open("/proc/net/tcp", encoding="ascii") as f:
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in f.readlines()[1:])


class Ser2net:
    """One ser2net for several devices: ports are by name, each (accepter, device, baud)."""

    def __init__(self, **ports):
        self.address = {}
        text = "%YAML 1.1\n---\n"
        for name, (accepter, device, baud) in ports.items():
            port = free_port()
            self.address[name] = f"127.0.0.1:{port}"
            text += (f"connection: &{name}\n    accepter: {accepter},127.0.0.1,{port}\n"
                     f"    connector: serialdev,{device},{baud}n81,local\n")
        config = f"{FOLDER.name}/{free_port()}.yaml"
        with open(config, "w", encoding="ascii") as f:
            f.write(text)
        self.process = subprocess.Popen(["ser2net", "-n", "-d", "-c", config, "-P", config + ".pid"],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.stop)
        end = time.monotonic() + LIMIT_S
        for address in self.address.values():
            while not is_listening(int(address.split(":")[1])):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("ser2net does not listen")
                time.sleep(0.01)

    def raw(self, name):
        return f"tcp:{self.address[name]}"

    def rfc2217(self, name):
        return f"rfc2217:{self.address[name]}"

    def stop(self):
        self.process.kill()
        self.process.wait()


RFC2217 = "telnet(rfc2217),tcp"


def two_pis(c):
    """One Pi behind a port of plain bytes, one behind RFC 2217; alone, then both at once."""
    pis = VirtualPi(), VirtualPi()
    net = Ser2net(raw=("tcp", pis[0].path, 115200), telnet=(RFC2217, pis[1].path, 115200))
    try:
        for name in (net.raw("raw"), net.rfc2217("telnet"), net.raw("raw").replace(":", "://", 1),
                     net.rfc2217("telnet").replace(":", "://", 1)):
            kind = name.split("127")[0]
            for what, args in (("my-install", [HELLO_BIN]), ("-exec echo", ["-exec", ECHO, HELLO_BIN]),
                               ("-exec hello.emu", ["-exec", f"{PROGRAMS}/hello.emu"]),
                               ("-exec emu hello.bin", ["-exec", f"{ROOT}/emu/emu", HELLO_BIN])):
                ended = run([INSTALL, name, *args])
                c.equal((ended.status, ended.out), (0, HELLO), f"{kind} hello, {what}")
            ended = run([f"{PROGRAMS}/hello.emu", f"--pi={name}", "--quiet"])
            c.equal((ended.status, ended.out, ended.err), (0, HELLO, ""), f"{kind} hello.emu --pi=NAME")
        ended = run([INSTALL, "--device", net.rfc2217("telnet"), "--baud", "921600", HELLO_BIN])
        c.equal((ended.status, ended.out), (0, HELLO), "--device and --baud with an RFC 2217 port")
        at_once(c, (net.raw("raw"), net.rfc2217("telnet")), "through ser2net")
    finally:
        net.stop()
    at_once(c, [pi.path for pi in pis], "on their ttys")
    for pi in pis:
        pi.stop()


def at_once(c, names, where):
    """Different programs with their devices on different Pis, started together."""
    programs = "threads", "printk-all-formats"
    alone = [run([f"{PROGRAMS}/{p}.emu"]) for p in programs]
    runs = [start([f"{PROGRAMS}/{p}.emu", f"--pi={name}", "--quiet"]) for p, name in zip(programs, names)]
    for program, want, process in zip(programs, alone, runs):
        ended = finish(process)
        c.equal((ended.status, ended.err, ended.out), (0, "", want.out), f"two Pis at once {where}: {program}")


def busy_port(c):
    pi = Pi(lambda pi: pi.wait_for("the end"))
    net = Ser2net(telnet=(RFC2217, pi.path, 115200))
    first = Line(net.rfc2217("telnet"))
    c.equal(first.opened, 0, "a port in use: the first user has it")
    c.row("my-install", "another user has the RFC 2217 port", run([INSTALL, net.rfc2217("telnet"), HELLO_BIN]))
    first.close()
    net.stop()
    pi.happened("the end")
    pi.close()


def same_tty_twice(c):
    """The second of two .emu on one device does not disturb the first."""
    pi = VirtualPi()
    held = Line(pi.path)
    c.equal(held.opened, 0, "a tty: the first user has it")
    ended = run([f"{PROGRAMS}/hello.emu", f"--pi={pi.path}"])
    c.row("emu", "--pi=TTY that another program holds", ended)
    held.close()
    ended = run([f"{PROGRAMS}/hello.emu", f"--pi={pi.path}"])
    c.equal((ended.status, ended.out), (0, HELLO), "and once it is free, the next one runs")
    pi.stop()


# ---- the baud --------------------------------------------------------------------------------------------

def speed(fd):
    """The speed of a tty as a number, standard or not: struct termios2."""
    modes = fcntl.ioctl(fd, 0x802C542A, bytes(44))
    return struct.unpack_from("II", modes, 36)[1]


def baud_through_ser2net(c):
    """ser2net sets the pty's speed as we ask, and data passes before and after."""
    pi = Pi(lambda pi: pi.wait_for("the end"))
    net = Ser2net(telnet=(RFC2217, pi.path, 57600))
    line = Line(net.rfc2217("telnet"))
    c.equal((line.opened, speed(pi.slave)), (0, 115200), "ser2net: opened at 115200")
    every_byte = bytes(range(256)) * 4
    for baud in (921600, 1000000, 9600, 250000, 115200):
        c.equal((line.set_baud(baud), speed(pi.slave)), (0, baud), f"ser2net: {baud} baud")
        c.equal(line.write(every_byte), 0, f"{baud}: written")
        c.equal(pi.take(1024), every_byte, f"{baud}: every byte arrives")
        pi.send(every_byte)
        c.equal(line.read(1024), every_byte, f"{baud}: and comes back")
    line.close()
    net.stop()
    pi.happened("the end")
    pi.close()


def fast_through_ser2net(c):
    """A forwarded program finds the speed of the port; what is remembered is in a folder of the user's."""
    pi = VirtualPi()
    net = Ser2net(telnet=(RFC2217, pi.path, 115200))
    name = net.rfc2217("telnet")
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "XDG_STATE_HOME": home}
        fast = False
        for _ in range(5):  # a busy machine may miss a trial
            ended = finish(start([f"{PROGRAMS}/hello.emu", "--pi=" + name, "--stats"], env=env))
            fast = re.search(r"baud +(\d+)$", ended.err, re.M)
            if ended.status or not fast or int(fast[1]) > 115200:
                break
            os.unlink(os.path.join(home, "pi-emu/lines"))
        c.equal((ended.status, fast and fast[1]), (0, "1000000"), "a port server's line becomes fast")
        with open(os.path.join(home, "pi-emu/lines"), encoding="ascii") as f:
            c.equal(f.read(), f"{name} 1000000\n", "and that is remembered")
        with open(os.path.join(home, "pi-emu/lines"), "w", encoding="ascii") as f:
            f.write(f"{name} 115200\n")
        ended = finish(start([f"{PROGRAMS}/hello.emu", "--pi=" + name, "--stats"], env=env))
        c.holds(ended.err, f"{'baud':36} {115200:12}", "what is remembered is believed")
    net.stop()
    pi.stop()


def ser2net_ends(c):
    """The port server is killed in the middle, and before a change of speed."""
    pi = Pi(lambda pi: pi.wait_for("the end"))
    net = Ser2net(telnet=(RFC2217, pi.path, 115200))
    line = Line(net.rfc2217("telnet"))
    net.stop()
    c.equal((line.opened, line.read(1)), (0, GONE), "ser2net was killed: the line is gone")
    c.equal(line.set_baud(9600), GONE, "and its speed cannot change")
    line.close()
    pi.happened("the end")
    pi.close()


# ---- scripted port servers -------------------------------------------------------------------------------

def hexed(text):
    return bytes.fromhex(text)


WE_ASK = hexed("fffb2c fffb00 fffd00 fffb03 fffd03")
AGREED = hexed("fffd2c fffd00 fffb00 fffd03 fffb03")
FRAMING = hexed("fffa2c0208fff0 fffa2c0301fff0 fffa2c0401fff0 fffa2c0501fff0 fffa2c0a00fff0 fffa2c0b00fff0")
FRAMED = hexed("fffa2c6608fff0 fffa2c6701fff0 fffa2c6801fff0 fffa2c6901fff0 fffa2c6a00fff0 fffa2c6b00fff0")


def asks(baud, answer=0):
    return b"\xff\xfa\x2c" + bytes([1 + answer]) + struct.pack(">I", baud).replace(b"\xff", b"\xff\xff") + b"\xff\xf0"


class Server:
    """A port server with a script: pairs of what must arrive, byte for byte, and what it answers; or a
    function of the socket."""

    def __init__(self, script):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.name = f"rfc2217:127.0.0.1:{self.listener.getsockname()[1]}"
        self.script = script
        self.wrong = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        self.socket = self.listener.accept()[0]
        self.socket.settimeout(LIMIT_S)
        try:
            self.follow()
        except OSError as e:
            self.wrong.append(e)

    def follow(self):
        for step in self.script:
            if callable(step):
                step(self.socket)
                continue
            want, answer = step
            got = b""
            while len(got) < len(want):
                more = self.socket.recv(len(want) - len(got))
                if not more:
                    break
                got += more
            if got != want:
                self.wrong.append((got, want))
            self.socket.sendall(answer)

    def end(self):
        """What arrived otherwise than the script says."""
        self.thread.join(LIMIT_S)
        self.listener.close()
        self.socket.close()
        return self.wrong


OPENING = [(WE_ASK, AGREED), (FRAMING, FRAMED), (asks(0), asks(115200, 100)), (asks(115200), asks(115200, 100))]


def bytes_sent(c):
    """Exactly these bytes, at opening, at a change of speed, with data, at closing."""
    server = Server(OPENING + [(asks(921600), asks(921600, 100)), (b"a\xff\xffb", b"\xff\xffz"),
                               (asks(0xFFFF00), asks(0xFFFF00, 100)), (asks(115200), asks(115200, 100))])
    line = Line(server.name)
    c.equal(line.opened, 0, "a scripted server: opened")
    c.equal(line.set_baud(921600), 0, "a scripted server: 921600")
    c.equal(line.write(b"a\xffb"), 0, "a scripted server: data")
    c.equal(line.read(2), b"\xffz", "a scripted server: data back")
    c.equal(line.set_baud(0xFFFF00), 0, "a scripted server: a speed with bytes 255")
    line.close()
    c.equal(server.end(), [], "a scripted server: exactly the bytes of RFC 2217 were sent")


def within(c, seconds, call, expected, name):
    begin = time.monotonic()
    got = call()
    c.equal(got, expected, name)
    c.equal(time.monotonic() - begin < seconds, True, f"{name}: within {seconds} s")


def baud_refused(c):
    """The limits are libunix's (2 s for answers, 3 s to agree) and room for a busy machine."""
    server = Server(OPENING + [(asks(921600), asks(115200, 100)), (asks(115200), asks(115200, 100))])
    line = Line(server.name)
    within(c, 5, lambda: line.set_baud(921600), BAUD, "a speed that the server refuses")
    line.close()
    c.equal(server.end(), [], "it is asked for the old one again")
    server = Server(OPENING + [(asks(921600), b"")])
    line = Line(server.name)
    within(c, 5, lambda: line.set_baud(921600), BAUD, "a server that does not answer")
    within(c, 5, line.close, None, "closing the line to it")
    server.end()
    server = Server([(WE_ASK, b"")])
    within(c, 8, lambda: Line(server.name).opened, NO_RFC2217, "a server that says nothing at all")
    server.end()
    server = Server([(WE_ASK, AGREED), (FRAMING, FRAMED), (asks(0), asks(9600, 100)), (asks(115200), asks(9600, 100))])
    c.row("my-install", "an RFC 2217 port that refuses the baud", run([INSTALL, server.name, HELLO_BIN]))
    server.end()
    server = Server([(WE_ASK, hexed("fffe2c fffe00 fffc00"))])
    c.row("my-install", "a port that refuses RFC 2217", run([INSTALL, server.name, HELLO_BIN]))
    server.end()


def nobody_there(c):
    c.row("my-install", "nobody listens on the RFC 2217 port", run([INSTALL, "rfc2217:127.0.0.1:1", HELLO_BIN]))
    c.row("my-install", "an RFC 2217 address without a port", run([INSTALL, "rfc2217://localhost", HELLO_BIN]))


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def peer_goes(c):
    """Closed and reset, of plain bytes and of RFC 2217: gone at once, and my-install says so."""
    for situation, go in (("the TCP peer closes while booting", lambda s: s.close()),
                          ("the TCP peer resets while booting", reset)):
        server = Server(OPENING + [go])
        line = Line(server.name)
        within(c, 5, lambda: line.read(1), GONE, f"RFC 2217: {situation.removesuffix(' while booting')}")
        line.close()
        server.thread.join(LIMIT_S)

        def answer_then_go(pi):
            greet(pi)
            pi.take(4)
            connection = socket.socket(fileno=pi.master)
            pi.master = -1
            go(connection)
        pi = SocketPi(answer_then_go)
        ended = finish(start([INSTALL, pi.path, HELLO_BIN]), pi)
        c.row("my-install", situation, ended)


def plain_bytes(c):
    """A port of plain bytes is sent nothing that is not data, and its data is not taken for telnet."""
    odd = b"\xff\xfb\x01\xff\xff\xff\xfd\x2c\xff" + HELLO

    def script(pi):
        program_a(odd)(pi)
        pi.happened("served")
    pi = SocketPi(script)
    ended = finish(start([INSTALL, pi.path, HELLO_BIN]))
    pi.wait_for("served")
    with open(HELLO_BIN, "rb") as f:
        c.equal(pi.code, f.read(), "plain bytes: the code arrives as it is")
    c.equal(ended.out.endswith(HELLO) and len(ended.out) == len(odd), True, "plain bytes: nothing is taken out")
    pi.close()


def closed(c):
    """The port's own speed is set again. (ser2net goes on at once to what the tty had before it.)"""
    server = Server([(WE_ASK, AGREED), (FRAMING, FRAMED), (asks(0), asks(57600, 100)), (asks(115200), asks(115200, 100)),
                     (asks(230400), asks(230400, 100)), (asks(57600), asks(57600, 100))])
    line = Line(server.name)
    c.equal((line.opened, line.set_baud(230400)), (0, 0), "another speed at the end")
    line.close()
    c.equal(server.end(), [], "closing puts the port's own speed back")


def interrupted(c):
    """A signal in the middle: the port's speed is put back before the program ends."""
    last = bytearray()

    def interrupt(connection):
        process.send_signal(signal.SIGINT)
        while more := connection.recv(4096):  # more may be on its way; nobody listens to answers any more
            last.extend(more)
    server = Server([(WE_ASK, AGREED), (FRAMING, FRAMED), (asks(0), asks(9600, 100)), (asks(115200), asks(115200, 100)),
                     interrupt])
    process = start([INSTALL, server.name, HELLO_BIN])
    ended = finish(process)
    c.equal((ended.status, server.end()), (130, []), "Ctrl-C: ends at once")
    c.equal(last[-len(asks(9600)):], asks(9600), "Ctrl-C: the speed from before is set again")


if __name__ == "__main__":
    run_cases([two_pis, busy_port, same_tty_twice, baud_through_ser2net, fast_through_ser2net, ser2net_ends, bytes_sent, baud_refused,
               nobody_there, peer_goes, plain_bytes, closed, interrupted], workers=3)
