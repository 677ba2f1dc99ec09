"""docs/wire.md in Python, for tests that play one end of the line to the device loop: frames, operations,
answers, and a client. Made from the document, not from the code it tests. Standard library only."""
import struct
import time

VERSION = 2
DOWN, UP = b"\xd0", b"\xe0"
START = 0xFFFFFF
SHORT, LONG, CONTROL = "short", "long", "control"
HELLO, WELCOME, REBOOT, NO_SESSION, SPEED, PROBE, KEEP, EVENT, STATS = range(1, 10)
ACK, SAME, U8, U16, U32, LOW, BIT, NAK = range(8)
CHANGED, LIMIT = 8, 9
REFUSED, BYTES, BAD = 0x10, 0x11, 0x12
VALUE_BYTES = {SAME: 0, U8: 1, U16: 2, U32: 4, LOW: 1, BIT: 1}
ANSWER_BYTES = {**VALUE_BYTES, ACK: 0, NAK: 0, LIMIT: 4, **{8 | c: n for c, n in VALUE_BYTES.items() if c > 1}}
WINDOW = 7
MAX_BODY = 240
OK = 0


def crc24(crc, data):
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xD3B6BA if crc & 1 else 0)
    return crc


def check(nonce, direction, seq, data):
    """nonce None: a greeting."""
    crc = START if nonce is None else crc24(START, struct.pack("<I", nonce) + direction)
    return struct.pack("<I", crc24(crc24(crc, struct.pack("<I", seq)), data))[:3]


def make_short(nonce, direction, seq, low, value=b""):
    data = bytes([0x80 | (seq & 7) << 4 | low]) + value
    return data + check(nonce, direction, seq, data)


def make_long(nonce, direction, seq, body):
    data = bytes([seq & 63, len(body)]) + body
    return data + check(nonce, direction, seq, data)


def make_control(nonce, direction, kind, body=b""):
    if kind in (HELLO, WELCOME, NO_SESSION):
        nonce = None
    data = bytes([0x5A, kind, len(body)]) + body
    return data + check(nonce, direction, 0, data)


def size(direction, data):
    """Bytes of the frame that begins so; 0: not known yet; -1: none does."""
    if not data:
        return 0
    if data[0] & 0x80:
        return 4 + (ANSWER_BYTES.get(data[0] & 15, 0) if direction == UP else 0)
    head = 3 if data[0] == 0x5A else 2
    if data[0] & 0x40 and head == 2:
        return -1
    if len(data) < head:
        return 0
    return head + data[head - 1] + 3 if data[head - 1] <= MAX_BODY else -1


def take(nonce, direction, data, expected):
    """(class, seq or kind, low, body) of one whole frame, or None: its check does not hold. expected: the lowest
    sequence number it may have."""
    body, kind = data[:-3], data[0]
    if kind == 0x5A:
        if check(None if data[1] in (HELLO, WELCOME, NO_SESSION) else nonce, direction, 0, body) != data[-3:]:
            return None
        return CONTROL, data[1], 0, body[3:]
    turn, bits = (8, kind >> 4 & 7) if kind & 0x80 else (64, kind)
    seq = expected + (bits - expected) % turn
    if nonce is None or check(nonce, direction, seq & 0xFFFFFFFF, body) != data[-3:]:
        return None
    return (SHORT, seq, kind & 15, body[1:]) if kind & 0x80 else (LONG, seq, 0, body[2:])


def read_value(code, data, before):
    """The value an answer means."""
    number = int.from_bytes(data, "little")
    return {SAME: before, LOW: before & ~0xFF | number, BIT: before ^ 1 << number % 32}.get(code, number)


def items(body):
    """The items of a long answer: (code, bytes)."""
    while body:
        code = body[0]
        n = VALUE_BYTES.get(code, 1)
        if code == BYTES:
            n = 1 + body[1]
        yield code, body[1:1 + n]
        body = body[1 + n:]


class Dictionary:
    """The Pi's memory: decodes the operations of a body into (kind, address, width, value) tuples; kinds are PUT,
    GET, POLL, DELAY, ARM, DISARM, STORE, LOAD; value is bytes for STORE and a length for LOAD."""

    def __init__(self):
        self.slots = {}  # slot: [address, width, last written, last read]
        self.pairs = {}
        self.next_pair = 0
        self.last_put = None

    def define(self, slot, address, width):
        self.slots[slot] = [address, width, 0, 0]
        self.pairs = {n: p for n, p in self.pairs.items() if p[0] != slot}
        if self.last_put == slot:
            self.last_put = None

    def put(self, slot, value, new):
        self.slots[slot][2] = value
        self.last_put = slot
        if new:
            self.pairs[self.next_pair] = (slot, value)
            self.next_pair = (self.next_pair + 1) % 64
        return "PUT", slot, value

    def one(self, first, body):
        """An operation whose first byte is off the body already: (kind, slot or address, value), rest."""
        def number(n):
            nonlocal body
            value, body = int.from_bytes(body[:n], "little"), body[n:]
            return value

        high, slot = first & 0xF0, first & 15
        if first < 0x40:
            return self.put(*self.pairs[first], False), body
        if high in (0x40, 0xA0):
            return ("GET" if high == 0x40 else "POLL", slot, 0), body
        if high in (0x50, 0x60, 0x70):
            return self.put(slot, number({0x50: 1, 0x60: 2, 0x70: 4}[high]), True), body
        if high in (0x80, 0x90):
            field = number(1)
            value = ((field >> 5) + 1) << (field & 31)
            return self.put(slot, (value ^ (self.slots[slot][2] if high == 0x90 else 0)) & 0xFFFFFFFF, True), body
        if 0xC0 <= first <= 0xC2:
            return ("DELAY", None, number(1 << first - 0xC0)), body
        if first == 0xC3:
            return ("AGAIN", self.last_put, number(1)), body
        if first in (0xC4, 0xC5):
            return ("ARM", None, number(1)) if first == 0xC4 else ("DISARM", None, 0), body
        if first in (0xC6, 0xC7):
            offset, n = number(3), number(1)
            if first == 0xC7:
                return ("LOAD", offset, n), body
            return ("STORE", offset, body[:n]), body[n:]
        raise ValueError(f"no operation: {first:#x}")

    def decode(self, body):
        while body:
            first, body = body[0], body[1:]
            while first >= 0xD0:
                width = body[0] if first >= 0xE0 else 4
                body = body[1:] if first >= 0xE0 else body
                self.define(first & 15, 0x20000000 + int.from_bytes(body[:3], "little"), width)
                first, body = body[3], body[4:]
            (kind, where, value), body = self.one(first, body)
            times = 1
            if kind == "AGAIN":
                kind, times, value = "PUT", value, self.slots[where][2]
            for _ in range(times):
                if kind in ("PUT", "GET", "POLL"):
                    yield kind, self.slots[where][0], self.slots[where][1], value, where
                else:
                    yield kind, where, 0, value, None


def register(address, width=4, slot=0):
    """The definition of a slot, in front of the operation that uses it."""
    offset = struct.pack("<I", address - 0x20000000 & 0xFFFFFF)[:3]
    return bytes([0xD0 | slot]) + offset if width == 4 else bytes([0xE0 | slot, width]) + offset


def get_op(address, width=4):
    return register(address, width) + b"\x40"


def put_op(address, value, width=4):
    return register(address, width) + struct.pack("<BI", 0x70, value)


def delay_op(us):
    return struct.pack("<BI", 0xC2, us)


class Silence(Exception):
    """Nothing came that was waited for."""


class Client:
    """The laptop's end over a pi_line.Line: one frame at a time, repeated until it is answered. Registers are
    defined anew for each access, so that values are relative to 0. `damage` changes what is sent."""

    REPEAT_S = 0.2
    LIMIT_S = 20

    def __init__(self, line, damage=lambda data: data):
        self.line = line
        self.damage = damage
        self.nonce = None
        self.seq = self.answered = 0  # of the last frame sent, of the last answer
        self.controls = []  # control frames that nobody waited for

    def receive(self, limit_s):
        """The next frame that checks."""
        end = time.monotonic() + limit_s
        while True:
            n = size(UP, self.line.received)
            if n > 0 and len(self.line.received) >= n:
                data, self.line.received = self.line.received[:n], self.line.received[n:]
                frame = take(self.nonce, UP, data, self.answered)
                if frame:
                    self.answered = self.answered if frame[0] == CONTROL else frame[1]
                    return frame
                n = -1
            if n < 0:  # wait for silence
                self.line.received = b""
                while self.line.fill(0.02):
                    self.line.received = b""
            elif not self.line.fill(end - time.monotonic()):
                raise Silence("no frame")

    def exchange(self, request, wanted):
        """Sends request until wanted(frame) gives something."""
        for _ in range(int(self.LIMIT_S / self.REPEAT_S)):
            self.line.send(self.damage(request))
            try:
                while True:
                    frame = self.receive(self.REPEAT_S)
                    got = wanted(frame)
                    if got is not None:
                        return got
                    if frame[0] == CONTROL:
                        self.controls.append(frame[1:])
                    elif frame[0] == SHORT and frame[2] == NAK:
                        break
            except Silence:
                pass
        raise Silence("no answer")

    def control(self, kind, body=b"", answer=None):
        """The body of the answer, which is of the same kind unless another is named."""
        return self.exchange(make_control(self.nonce, DOWN, kind, body),
                             lambda f: f[3] if f[:2] == (CONTROL, answer or kind) else None)

    def hello(self, nonce, version=VERSION):
        """A new session; the version the loop answers with, its buffer's address and size."""
        def wanted(frame):
            if frame[:2] != (CONTROL, WELCOME):
                return None
            got = struct.unpack("<HIII", frame[3])
            return (got[0], *got[2:]) if got[1] == nonce else None

        got = self.exchange(make_control(None, DOWN, HELLO, struct.pack("<HI", version, nonce)), wanted)
        if nonce != self.nonce:
            self.nonce, self.seq, self.answered = nonce, 0, 0
        return got

    def frame(self, body):
        """Sends one frame of operations; the items of its answer: (code, bytes)."""
        self.seq += 1

        def wanted(frame):
            if frame[0] == CONTROL or frame[1] != self.seq or frame[2] == NAK:
                return None
            if frame[0] == LONG:
                return list(items(frame[3]))
            return [(frame[2], frame[3])] if frame[2] != ACK else []

        return self.exchange(make_long(self.nonce, DOWN, self.seq, body), wanted)

    def get(self, address, width=4):
        """(OK or REFUSED, value)"""
        got = self.frame(get_op(address, width))
        return (REFUSED if got[0][0] == REFUSED else OK), read_value(*got[-1], 0)

    def put(self, address, value, width=4):
        got = self.frame(put_op(address, value, width))
        return got[0][0] if got else OK

    def further(self, limit_s=LIMIT_S):
        """A further answer of the last frame's poll: (code, bytes)."""
        end = time.monotonic() + limit_s
        while True:
            frame = self.receive(end - time.monotonic())
            if frame[0] == SHORT and frame[1] == self.seq and frame[2] > NAK:
                return frame[2], frame[3]
            if frame[0] == CONTROL:
                self.controls.append(frame[1:])
