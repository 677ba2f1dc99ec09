#!/usr/bin/env python3
"""The real device loop in QEMU: handshake, accesses of every width, the rules that keep the line
alive, damage on the line, and every way back to the boot loader."""
from pi_line import (BAD, DROPPED, GET, NO_SESSION, OK, PUT, REBOOTS, REFUSED, REPLY, SOH, VERSION,
                     Client, Damage, Installer, Tap, Timeout, VirtualPi, frame, needs, read_program,
                     struct, word, zlib)

needs("qemu-system-arm", "arm-none-eabi-gcc")

LOOP = read_program("pi-side/device-loop.bin")
TIMER, FSEL0, FSEL1, FSEL2 = 0x20003004, 0x20200000, 0x20200004, 0x20200008
SET0, CLR0, LEV0 = 0x2020001C, 0x20200028, 0x20200034
IRQ_ENABLE1, NOBODY = 0x2000B210, 0x20F00000
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


def handshake():
    client = Client(LINE)
    TAP.check(client.get(TIMER), (NO_SESSION, 0), "a request before the handshake: no session")
    TAP.check(client.hello(1, VERSION + 8), VERSION, "another version is told ours")
    client.seq = 0
    TAP.check(client.get(TIMER), (NO_SESSION, 0), "  and gets no session")
    TAP.check(client.hello(0xCAFE), VERSION, "our version is welcome")
    TAP.check(client.put(FSEL2, 8), OK, "the first request is performed")
    TAP.check(client.hello(0xCAFE), VERSION, "the same greeting again is welcome")
    client.seq = 1
    TAP.check(client.get(FSEL2), (OK, 8), "  and the session goes on")
    TAP.check(client.request(GET, struct.pack("<BI", 4, FSEL2), seq=77), (BAD, 0),
              "a request out of turn is not performed")
    client.hello(0xBEEF)
    TAP.check(client.get(FSEL2), (OK, 8), "a new nonce starts again at 0")


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
    request = frame(PUT, client.seq, struct.pack("<BII", 4, IRQ_ENABLE1, 1 << 29))
    client.put(IRQ_ENABLE1, 1 << 29)
    LINE.send(request)
    TAP.check(client.take_frame(20)[0], REPLY, "a repeated request is answered")
    TAP.check(client.get(IRQ_ENABLE1)[0], OK, "  and the loop goes on with an interrupt enabled")
    for addr, width in ((0x8000, 4), (0x1FFFFFFC, 4), (0x21000000, 4), (FSEL2 + 2, 4),
                        (FSEL2 + 1, 2)):
        TAP.check(client.get(addr, width), (REFUSED, 0), f"get{8 * width} of {addr:#x} is refused")
        TAP.check(client.put(addr, 0, width), REFUSED, f"put{8 * width} of {addr:#x} is refused")
    TAP.check(client.get(NOBODY), (REFUSED, 0), "an address where no device is: get is refused")
    TAP.check(client.put(NOBODY, 1), REFUSED, "  put is refused")
    TAP.check(client.get(FSEL2), (OK, 8), "  and the loop goes on")


def the_line_stays():
    client = Client(LINE)
    client.hello(3)
    for addr, value in ((MU_CNTL, 0), (MU_BAUD, 1), (0x2021504C, 0x80), (0x20215044, 3),
                        (0x20215048, 6)):
        TAP.check(client.put(addr, value), DROPPED, f"mini-UART {addr:#x}: the write is dropped")
    TAP.check(client.get(MU_CNTL), (OK, 3), "  and changed nothing")
    TAP.check(client.put(AUX_ENABLES, 0), DROPPED, "the mini-UART cannot be switched off")
    TAP.check(client.put(AUX_ENABLES, 0, 1), DROPPED, "  nor by a byte")
    TAP.check(client.put(AUX_ENABLES, 0xFF, 1), OK, "  other enables can be set")
    client.put(AUX_ENABLES, 1)
    for width, value, left in ((4, 0, 0x12000), (2, 0, 0x12000), (1, 0x3F, 0x1203F),
                               (4, 0x3FFFFFFF, 0x3FFD2FFF)):
        TAP.check(client.put(FSEL1, value, width), DROPPED,
                  f"put{8 * width} of {value:#x} to GPFSEL1 leaves the line its pins")
        TAP.check(client.get(FSEL1), (OK, left), "  and gives the others theirs")
    TAP.check(client.put(FSEL1 + 1, 0xFF, 1), DROPPED, "put8 of the middle of GPFSEL1")
    TAP.check(client.get(FSEL1), (OK, 0x12F00), "  likewise")
    TAP.check(client.put(FSEL1, 0x12000), OK, "a write that leaves them is an ordinary one")
    for addr in (0x20007004, 0x2000B8A0, 0x20101008, 0x20102000, 0x20100020):
        TAP.check(client.put(addr, 0x5A000000), REFUSED, f"a write to {addr:#x} is refused")
    TAP.check(client.put(MU_IO, ord("H")), OK, "console output is taken")
    client.put(MU_IO, ord("i"), 1)
    TAP.check(client.text, b"Hi", "  and comes back as text")
    TAP.check(client.get(MU_IO), (OK, 0), "reading the data register takes nothing from the line")
    TAP.check(client.get(MU_LSR)[0], OK, "reading its status works")


def damage():
    """One request; each byte of it dropped, changed, doubled. 17 bytes."""
    client = Client(LINE)
    client.hello(4)
    client.put(FSEL2, 0)
    results = []
    for kind in ("drop", "flip", "double"):
        for at in range(0, 17, 3):
            client.damage = Damage(kind, at)
            results.append(client.put(FSEL2, 8 + at))
            results.append(client.get(FSEL2) == (OK, 8 + at))
    TAP.check(set(results), {OK, True}, "whatever byte is damaged, the request is performed")
    client.damage = lambda data: data
    LINE.send(b"\xa5\x40" + frame(PUT, client.seq, struct.pack("<BII", 4, FSEL2, 0o1234)))
    TAP.check(client.take_frame(20)[0], REPLY, "a request behind a false start is found by silence")
    client.seq = (client.seq + 1) & 255
    TAP.check(client.get(FSEL2), (OK, 0o1234), "  and was performed")


def ways_back():
    client = Client(LINE)
    client.hello(5)
    TAP.check(client.reboot(), REBOOTS, "reboot is answered")
    TAP.check(greeted(), True, "  and the boot loader greets")
    boot_loop()
    client = Client(LINE)
    client.hello(6)
    TAP.check(client.put(0x20100024, 0x5A000001), OK, "the watchdog's time can be set")
    TAP.check(client.put(0x2010001C, 0x5A000020), REBOOTS, "a reset by register is answered")
    TAP.check(greeted(), True, "  and the boot loader greets")
    code = b"12345678"
    for what, burst in (("SOH", word(SOH)), ("SOH, size and crc", word(SOH, 8, zlib.crc32(code)))):
        boot_loop()
        client = Client(LINE)
        client.hello(7)
        client.put(FSEL2, SOH)
        TAP.check(client.get(FSEL2), (OK, SOH & 0x3FFFFFFF), "SOH as a value is a value")
        TAP.check(seek(burst), True, f"an installer that says {what} gets the boot loader")


TAP.check(len(LOOP) < 8192, True, f"the loop is smaller than 8 KB: {len(LOOP)} bytes")
TAP.check(boot_loop(), 0, "the boot loader loads it")
handshake()
accesses()
the_line_stays()
damage()
ways_back()
TAP.done()
