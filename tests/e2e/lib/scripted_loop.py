"""A device loop on a pty that misbehaves as told, for programs whose devices are on a Pi."""
import os
import select
import struct
import sys
import threading
import tty

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from pi_line import GET_PROG_INFO, word  # noqa: E402
from pi_wire import (ACK, BYTES, CONTROL, DOWN, HELLO, LIMIT, NAK, NO_SESSION, REBOOT, SAME, SHORT,  # noqa: E402
                     STATS, U32, UP, VERSION, WELCOME, Dictionary, make_control, make_long, make_short, size, take)


class ScriptedLoop:
    """`slave` is the program's end. Registers are a dictionary: a read gives what was written last.

    behave(loop, frame) is asked first for each frame (see pi_wire.take) and returns the bytes to send, None to be
    served as usual, or the word "close" to vanish. loop.requests counts frames, loop.data those with operations.
    """

    def __init__(self, behave=None, version=VERSION):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.behave = behave or (lambda loop, frame: None)
        self.version = version
        self.registers = {}
        self.performed = []  # (kind, address, value) in order
        self.requests = self.data = 0
        self.rebooted = False
        self.nonce = None
        self.executed = 0
        self.dictionary = Dictionary()
        self.answer = b""
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
            while (frame := self.next_frame()) is not None:
                said = self.say(frame)
                if said == "close":
                    os.close(self.master)
                    return
                os.write(self.master, said)
        os.close(self.master)

    def next_frame(self):
        n = size(DOWN, self.received)
        if n <= 0 or len(self.received) < n:
            return None
        data, self.received = self.received[:n], self.received[n:]
        frame = take(self.nonce, DOWN, data, max(0, self.executed - 3))
        assert frame, f"a frame of the program's does not check: {data.hex()}"
        return frame

    def say(self, frame):
        self.requests += 1
        self.data += frame[0] != CONTROL
        if self.nonce is None and frame[:2] != (CONTROL, HELLO):
            return make_control(None, UP, NO_SESSION, struct.pack("<H", self.version))
        said = self.behave(self, frame)
        return self.usual(frame) if said is None else said

    def usual(self, frame):
        kind, seq, _low, body = frame
        if kind == CONTROL:
            return self.control(seq, body)
        if seq > self.executed + 1:
            return make_short(self.nonce, UP, self.executed, NAK)
        if seq == self.executed + 1:
            self.executed = seq
            self.answer = self.execute(frame)
        return self.answer

    def control(self, kind, body):
        if kind == HELLO:
            nonce = struct.unpack("<HI", body)[1]
            if nonce != self.nonce:
                self.nonce, self.executed, self.dictionary = nonce, 0, Dictionary()
            return make_control(None, UP, WELCOME, struct.pack("<HIII", self.version, nonce, 0x400000, 1 << 20))
        if kind == REBOOT:
            self.rebooted = True
        return make_control(self.nonce, UP, kind, bytes(16) if kind == STATS else body)

    def value(self, address, slot):
        """A read: the item that says it."""
        before, now = self.dictionary.slots[slot][3], self.registers.get(address, 0)
        self.dictionary.slots[slot][3] = now
        self.performed.append(("GET", address, now))
        return bytes([SAME]) if now == before else bytes([U32]) + word(now)

    def execute(self, frame):
        items, behind, values = b"", b"", 0
        for kind, where, _width, value, slot in self.dictionary.decode(
                bytes([0x40 | frame[2]]) if frame[0] == SHORT else frame[3]):
            if kind == "PUT":
                self.registers[where] = value
                self.performed.append((kind, where, value))
            elif kind == "LOAD":
                items += bytes([BYTES, value]) + bytes(value)
                values += 2
            elif kind in ("GET", "POLL"):
                items += self.value(where, slot)
                values += 1
            if kind == "POLL":  # nothing changes here by itself: no need to look for half a second
                behind = make_short(self.nonce, UP, self.executed, LIMIT, word(1))
        if values > 1:
            return make_long(self.nonce, UP, self.executed, items) + behind
        return make_short(self.nonce, UP, self.executed, items[0] if items else ACK, items[1:]) + behind


def forget(loop, _frame):
    """A loop that was restarted and knows no session."""
    return make_control(None, UP, NO_SESSION, struct.pack("<H", loop.version))


GREETING = word(GET_PROG_INFO)
