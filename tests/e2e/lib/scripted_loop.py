"""A device loop on a pty that misbehaves as told, for programs whose devices are on a Pi."""
import os
import select
import struct
import sys
import threading
import tty

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from pi_line import (GET, HELLO, NO_SESSION, OK, PUT, REBOOT, REPLY, VERSION, WELCOME,  # noqa: E402
                     GET_PROG_INFO, frame, word, zlib)


class ScriptedLoop:
    """`slave` is the program's end. Registers are a dictionary: a read gives what was written last.

    behave(loop, kind, seq, payload) is asked first for each request and returns the bytes to send,
    None to be served as usual, or the word "close" to vanish.
    """

    def __init__(self, behave=None, version=VERSION):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.behave = behave or (lambda loop, kind, seq, payload: None)
        self.version = version
        self.registers = {}
        self.performed = []  # (kind, address, value) in order
        self.requests = 0
        self.rebooted = False
        self.next_seq = 0
        self.last_reply = b""
        self.received = b""
        self.wake, self.stop_end = os.pipe()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def stop(self):
        os.write(self.stop_end, b"x")
        self.thread.join()

    def serve(self):
        while True:
            ready = select.select([self.master, self.wake], [], [])[0]
            if self.wake in ready:
                break
            try:
                self.received += os.read(self.master, 4096)
            except OSError:
                break
            while (one := self.take()) is not None:
                if not self.answer(*one):
                    os.close(self.master)
                    return
        os.close(self.master)

    def take(self):
        while True:
            at = self.received.find(b"\xa5")
            self.received = self.received[at:] if at >= 0 else b""
            data = self.received
            if len(data) < 2 or len(data) < data[1] + 8:
                return None
            body = data[1:data[1] + 4]
            if word(zlib.crc32(body)) == data[data[1] + 4:data[1] + 8]:
                self.received = data[data[1] + 8:]
                return body[1], body[2], body[3:]
            self.received = data[1:]

    def answer(self, kind, seq, payload):
        self.requests += 1
        said = self.behave(self, kind, seq, payload)
        if said == "close":
            return False
        os.write(self.master, self.usual(kind, seq, payload) if said is None else said)
        return True

    def usual(self, kind, seq, payload):
        if kind == HELLO:
            self.next_seq = 0
            return frame(WELCOME, 0, struct.pack("<H", self.version) + payload[2:])
        if seq != self.next_seq:
            return self.last_reply
        self.next_seq = (seq + 1) & 255
        self.last_reply = frame(REPLY, seq, struct.pack("<BI", *self.perform(kind, payload)))
        return self.last_reply

    def perform(self, kind, payload):
        if kind == REBOOT:
            self.rebooted = True
            return OK, 0
        if kind == GET:
            _width, addr = struct.unpack("<BI", payload)
            value = self.registers.get(addr, 0)
        else:
            _width, addr, value = struct.unpack("<BII", payload)
            self.registers[addr] = value
        self.performed.append((kind, addr, value))
        return OK, value if kind == GET else 0


def forget(_loop, kind, seq, _payload):
    """A loop that was restarted and knows no session."""
    if kind in (GET, PUT):
        return frame(REPLY, seq, struct.pack("<BI", NO_SESSION, 0))
    return None


GREETING = word(GET_PROG_INFO)
