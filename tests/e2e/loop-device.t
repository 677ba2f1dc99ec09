#!/usr/bin/env python3
"""The real device loop in QEMU: handshake, accesses of every width, the rules that keep the line alive, delays, polls,
interrupts, damage on the line, and every way back to the boot loader."""
from pi_line import SOH, Damage, Installer, Tap, Timeout, VirtualPi, needs, read_program, struct, time, word, zlib
from pi_wire import (BAD, BYTES, CHANGED, CONTROL, DOWN, EVENT, KEEP, LIMIT, NAK, NO_SESSION, OK, PROBE, REBOOT,
                     REFUSED, SHORT, SPEED, STATS, U8, VERSION, WINDOW, Client, Silence, delay_op, get_op, make_control,
                     make_long, put_op, read_value, register)

needs("qemu-system-arm", "arm-none-eabi-gcc")

LOOP = read_program("pi-side/device-loop.bin")
TIMER, COMPARE1, TIMER_CS = 0x20003004, 0x20003010, 0x20003000
FSEL0, FSEL1, FSEL2 = 0x20200000, 0x20200004, 0x20200008
SET0, CLR0, LEV0 = 0x2020001C, 0x20200028, 0x20200034
IRQ_ENABLE1, IRQ_DISABLE1, NOBODY = 0x2000B210, 0x2000B21C, 0x20F00000
AUX_ENABLES, MU_IO, MU_LSR, MU_CNTL, MU_BAUD = (0x20215004, 0x20215040, 0x20215054, 0x20215060,
                                                0x20215068)
TAP = Tap()
LINE = VirtualPi().line()


def boot_loop():
    got = Installer(LINE).boot(LOOP)
    if got != 0:
        TAP.check(got, 0, "the loop boots")
    return got


def greeted():
    try:
        Installer(LINE).greeting()
        return True
    except Timeout:
        return False


def seek(burst):
    """As an installer does, says its word and repeats it until a boot loader greets."""
    for _ in range(20):
        try:
            LINE.send(burst)
            Installer(LINE).greeting(1)
            return True
        except Timeout:
            pass
    return False


def answer(client, data):
    """What one piece of the line gets for an answer: (class, kind or number, code)."""
    LINE.send(data)
    try:
        return client.receive(5)[:3]
    except Silence:
        return None


def handshake():
    client = Client(LINE)
    early = make_long(5, DOWN, 1, get_op(TIMER))
    first = None
    while not first:  # the loop may not have begun to listen
        first = answer(client, early)
    TAP.check(first, (CONTROL, NO_SESSION, 0), "a frame before the handshake: no session")
    TAP.check(client.hello(1, VERSION + 8)[0], VERSION, "another version is told ours")
    TAP.check(answer(client, early), (CONTROL, NO_SESSION, 0), "  and gets no session")
    TAP.check(client.hello(0xCAFE), (VERSION, 0x400000, 1 << 20), "our version is welcome, to a buffer of 1 MB")
    TAP.check(client.put(FSEL2, 8), OK, "the first frame is performed")
    TAP.check(client.hello(0xCAFE)[0], VERSION, "the same greeting again is welcome")
    TAP.check(client.get(FSEL2), (OK, 8), "  and the session goes on")
    TAP.check(answer(client, make_long(0xCAFE, DOWN, 5, get_op(FSEL2))), (SHORT, 2, NAK), "a frame out of turn is not performed")
    client.hello(0xBEEF)
    TAP.check(client.get(FSEL2), (OK, 8), "a new nonce starts again at 1")
    for n in range(2, 2 + WINDOW):
        LINE.send(make_long(0xBEEF, DOWN, n, put_op(FSEL2, n)))
    got = [client.receive(5)[1] for _ in range(WINDOW)]
    TAP.check(got, list(range(2, 2 + WINDOW)), "a whole window is answered in order")
    client.seq = 1 + WINDOW
    TAP.check(client.get(FSEL2), (OK, 1 + WINDOW), "  and was performed")


def accesses():
    client = Client(LINE)
    client.hello(2)
    client.put(FSEL2, 0)
    TAP.check(client.put(FSEL2, 1 << 3), OK, "GPIO21 becomes an output")
    TAP.check(client.put(SET0, 1 << 21), OK, "it is set")
    TAP.check(client.get(LEV0)[1] >> 21 & 1, 1, "  and reads 1")
    TAP.check(client.put(CLR0, 1 << 21), OK, "it is cleared")
    TAP.check(client.get(LEV0)[1] >> 21 & 1, 0, "  and reads 0")
    client.put(FSEL0, 0x07654321)
    TAP.check(client.get(FSEL0), (OK, 0x07654321), "get of 32 bits")
    TAP.check(client.get(FSEL0, 2), (OK, 0x4321), "get of 16 bits")
    TAP.check(client.get(FSEL0, 1), (OK, 0x21), "get of 8 bits")
    TAP.check(client.put(FSEL0, 0xFFFF0765, 2), OK, "put of 16 bits")
    TAP.check(client.get(FSEL0), (OK, 0x0765), "  stores 16 bits, zeros elsewhere")
    TAP.check(client.put(FSEL0, 0xFFFFFF43, 1), OK, "put of 8 bits")
    TAP.check(client.get(FSEL0), (OK, 0x43), "  stores 8 bits, zeros elsewhere")
    first = client.get(TIMER)[1]
    TAP.check(0 < (client.get(TIMER)[1] - first) % 2**32 < 2**31, True, "the timer advances")
    client.seq -= 1
    TAP.check(client.get(TIMER)[0], OK, "a repeated frame is answered")
    for addr, width in ((FSEL2 + 2, 4), (FSEL2 + 1, 2)):
        TAP.check(client.get(addr, width), (REFUSED, 0), f"get{8 * width} of {addr:#x} is refused")
        TAP.check(client.put(addr, 0, width), REFUSED, f"put{8 * width} of {addr:#x} is refused")
    TAP.check(client.get(NOBODY), (REFUSED, 0), "an address where no device is: get is refused")
    TAP.check(client.put(NOBODY, 1), REFUSED, "  put is refused")
    TAP.check(client.get(FSEL2), (OK, 8), "  and the loop goes on")
    TAP.check(client.frame(get_op(FSEL2) + b"\xc9" + get_op(FSEL2)), [(U8, b"\x08"), (BAD, b"\x01")],
              "what is no operation is said, and the rest left out")
    data = bytes(range(64, 64 + 192))
    client.frame(b"\xc6\x00\x00\x0f\xc0" + data)
    TAP.check(client.frame(b"\xc7\x00\x00\x0f\xc0"), [(BYTES, b"\xc0" + data)], "a block comes back from the buffer")
    TAP.check(client.frame(b"\xc6\xff\xff\x0f\x02ab"), [(REFUSED, b"\x00")], "  but not from behind its end")


def the_line_stays():
    client = Client(LINE)
    client.hello(3)
    for addr, value in ((MU_CNTL, 0), (MU_BAUD, 1), (0x2021504C, 0x80), (0x20215044, 3),
                        (0x20215048, 6)):
        TAP.check(client.put(addr, value), OK, f"mini-UART {addr:#x}: the write is dropped")
    TAP.check(client.get(MU_CNTL), (OK, 3), "  and changed nothing")
    TAP.check(client.put(AUX_ENABLES, 0), OK, "the mini-UART cannot be switched off")
    TAP.check(client.get(AUX_ENABLES), (OK, 1), "  at all")
    client.put(AUX_ENABLES, 0, 1)
    TAP.check(client.get(AUX_ENABLES), (OK, 1), "  nor by a byte")
    for width, value, left in ((4, 0, 0x12000), (2, 0, 0x12000), (1, 0x3F, 0x1203F),
                               (4, 0x3FFFFFFF, 0x3FFD2FFF)):
        client.put(FSEL1, value, width)
        TAP.check(client.get(FSEL1), (OK, left), f"put{8 * width} of {value:#x} to GPFSEL1 leaves the line its pins")
    client.put(FSEL1 + 1, 0xFF, 1)
    TAP.check(client.get(FSEL1), (OK, 0x12F00), "put8 of the middle of GPFSEL1 likewise")
    client.put(FSEL1, 0x12000)
    for addr in (0x20006004, 0x2000B8A0, 0x20101008, 0x20102000, 0x20100020):
        TAP.check(client.put(addr, 0x5A000000), REFUSED, f"a write to {addr:#x} is refused")
    TAP.check(client.put(MU_IO, ord("H")), OK, "console output stays on the laptop")
    TAP.check(client.get(MU_IO), (OK, 0), "reading the data register takes nothing from the line")
    TAP.check(client.get(MU_LSR)[0], OK, "reading its status works")


def times():
    client = Client(LINE)
    client.hello(4)
    got = client.frame(get_op(TIMER) + delay_op(30000) + get_op(TIMER))
    first, second = (read_value(*x, 0) for x in got)
    TAP.check((second - first) % 2**32 >= 30000, True, f"a delay of 30 ms took {(second - first) % 2**32} us of the Pi")
    began = time.monotonic()
    client.frame(register(FSEL2) + b"\xa0")
    code, reads = client.further()
    TAP.check(code, LIMIT, "a poll of what does not change ends")
    TAP.check(time.monotonic() - began >= 0.3, True, "  after 300 ms")
    TAP.check(struct.unpack("<I", reads)[0] > 10, True, f"  and {struct.unpack('<I', reads)[0]} reads")
    before = read_value(*client.frame(register(TIMER) + b"\xa0")[0], 0)
    values = [client.further() for _ in range(4)]
    later = [read_value(code & 7, data, before) for code, data in values]
    TAP.check(all(code & CHANGED for code, _ in values) and later == sorted(later), True,
              "a poll of the timer says four later times")


def interrupts():
    client = Client(LINE)
    client.hello(5)
    now = client.get(TIMER)[1]
    client.put(TIMER_CS, 2)
    client.put(IRQ_ENABLE1, 2)
    client.frame(put_op(COMPARE1, (now + 300000) % 2**32) + b"\xc4\x09")
    while not client.controls:
        frame = client.receive(20)
        if frame[0] == CONTROL:
            client.controls.append(frame[1:])
    kind, _, body = client.controls[0]
    number, when, basic, pending1, pending2 = struct.unpack("<B4I", body)
    TAP.check((kind, number), (EVENT, 9), "an interrupt of the system timer is reported")
    TAP.check((when - now) % 2**32 >= 300000, True, f"  {(when - now) % 2**32 - 300000} us after its time")
    TAP.check((basic >> 8 & 1, pending1, pending2), (1, 2, 0), "  with what is pending")
    client.receive(5)
    TAP.check(client.receive(5)[:2], (CONTROL, EVENT), "  and again, until")
    client.frame(b"\xc5" + put_op(IRQ_DISABLE1, 2) + put_op(TIMER_CS, 2))
    TAP.check(client.get(TIMER)[0], OK, "  it is disarmed; the loop itself takes no interrupt")


def speeds():
    client = Client(LINE)
    client.hello(6)
    TAP.check(client.control(SPEED, word(921600)), word(921600), "921600 baud is possible")
    TAP.check(client.control(KEEP), b"", "  and kept")
    TAP.check(client.control(PROBE, bytes(range(200))), bytes(range(200)), "a probe comes back")
    TAP.check(client.control(SPEED, word(12000000)), word(0), "12 million baud is not")
    TAP.check(client.get(MU_BAUD)[0], OK, "the session goes on")
    TAP.check(client.control(SPEED, word(115200)), word(115200), "115200 baud again")
    client.control(KEEP)
    stats = struct.unpack("<4I", client.control(STATS))
    TAP.check(stats[:1] + stats[3:], (1, 0), "the loop counted one access and no damage")


def damage():
    """One frame; each byte of it dropped, changed, doubled. 14 bytes."""
    client = Client(LINE)
    client.hello(7)
    client.put(FSEL2, 0)
    results = []
    for kind in ("drop", "flip", "double"):
        for at in range(0, 14, 2):
            client.damage = Damage(kind, at)
            results.append(client.put(FSEL2, 8 + at))
            results.append(client.get(FSEL2) == (OK, 8 + at))
    TAP.check(set(results), {OK, True}, "whatever byte is damaged, the frame is performed")
    client.damage = lambda data: data
    seen = struct.unpack("<4I", client.control(STATS))[3]
    TAP.check(seen >= 14, True, f"the loop counted {seen} damages")
    TAP.check(answer(client, b"\x5a\x40\x03"), (SHORT, client.seq, NAK), "what is cut short is complained about")


def ways_back():
    client = Client(LINE)
    client.hello(8)
    TAP.check(client.control(REBOOT), b"", "reboot is answered")
    TAP.check(greeted(), True, "  and the boot loader greets")
    boot_loop()
    client = Client(LINE)
    client.hello(9)
    TAP.check(client.put(0x20100024, 0x5A000001), OK, "the watchdog's time can be set")
    LINE.send(make_long(9, DOWN, 2, put_op(0x2010001C, 0x5A000020)))
    TAP.check(client.receive(20)[:2], (CONTROL, REBOOT), "a reset by register is said")
    TAP.check(greeted(), True, "  and the boot loader greets")
    code = b"12345678"
    for what, burst in (("SOH", word(SOH)), ("SOH, size and crc", word(SOH, 8, zlib.crc32(code)))):
        boot_loop()
        client = Client(LINE)
        client.hello(10)
        client.put(FSEL2, SOH)
        TAP.check(client.get(FSEL2), (OK, SOH & 0x3FFFFFFF), "SOH as a value is a value")
        TAP.check(seek(burst), True, f"an installer that says {what} gets the boot loader")


TAP.check(len(LOOP) <= 8192, True, f"the loop is no larger than 8 KB: {len(LOOP)} bytes")
TAP.check(boot_loop(), 0, "the boot loader loads it")
handshake()
accesses()
the_line_stays()
times()
interrupts()
speeds()
damage()
ways_back()
TAP.done()
