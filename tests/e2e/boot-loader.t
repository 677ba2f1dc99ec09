#!/usr/bin/env python3
"""The real boot loader in QEMU: what a program finds when it starts, what is refused, and what
happens to a transfer that is damaged anywhere. tests/unit/boot-protocol.c tries every byte."""
import struct

from pi_line import (BAD_CODE_ADDR, BAD_CODE_CKSUM, BOOT_ERROR, BOOT_SUCCESS, GET_CODE, PUT_CODE,
                     PUT_PROG_INFO, Damage, Installer, Tap, Timeout, VirtualPi, assemble, needs,
                     read_program, word, zlib)

needs("qemu-system-arm", "arm-none-eabi-gcc")

# Says where it runs, its stack, its mode, and a byte of what lies behind it; then resets the machine.
# It sets up nothing: the UART is as the boot loader left it.
REPORT = assemble("""
    adr r4, .
    mov r5, sp
    mrs r6, cpsr
    ldr r7, =0x20215040
    ldr r8, =0x51525354 @ the marker a test waits for
    mov r0, r8
    bl say
    mov r0, r4
    bl say
    mov r0, r5
    bl say
    mov r0, r6
    bl say
1:  ldr r1, [r7, #0x14]
    tst r1, #0x40
    beq 1b
    ldr r0, =0x20100000
    ldr r1, =0x5A000001
    str r1, [r0, #0x24]
    ldr r1, =0x5A000020
    str r1, [r0, #0x1C]
    b .
say:
    mov r2, #4
2:  ldr r1, [r7, #0x14]
    tst r1, #0x20
    beq 2b
    and r1, r0, #0xFF
    str r1, [r7]
    lsr r0, r0, #8
    subs r2, r2, #1
    bne 2b
    bx lr
""")
MARKER = word(0x51525354)
TAP = Tap()
LINE = VirtualPi().line()


def report():
    LINE.take_until(MARKER)
    return struct.unpack("<3I", LINE.take(12))


def boot_and_report(code, addr=0x8000):
    """0 and where it ran, or the error."""
    got = Installer(LINE).boot(code, addr)
    return (0, report()[0]) if got == 0 else got


def reason_of(addr, nbytes):
    """What the loader answers to a program it is only told of, and the text it gives."""
    installer = Installer(LINE)
    installer.greeting()
    installer.send(word(PUT_PROG_INFO, addr, nbytes, 0))
    return installer.answer(), LINE.take_word(), "".join(installer.strings)


def start_of_a_program():
    TAP.check(Installer(LINE).boot(REPORT), 0, "a program boots")
    start, sp, cpsr = report()
    TAP.check(start, 0x8000, "it starts at its load address")
    TAP.check(sp, 0x08000000, "its stack begins at 0x08000000")
    TAP.check(cpsr & 0x1F, 0x13, "it runs in supervisor mode")
    TAP.check(cpsr & 0xC0, 0xC0, "interrupts are masked")
    try:
        Installer(LINE).greeting()
        again = True
    except Timeout:
        again = False
    TAP.check(again, True, "its reset brings the greeting back")


def sizes_and_places():
    for extra in (1, 2, 3, 5001):
        TAP.check(boot_and_report(REPORT + b"\x33" * extra), (0, 0x8000),
                  f"a program of {len(REPORT) + extra} bytes runs")
    for addr in (0x10000, 0x1FF000, 0x300000, 0x08000000, 0x4000):
        TAP.check(boot_and_report(REPORT, addr), (0, addr), f"a program runs at {addr:#x}")


def refusals():
    for addr, nbytes, reason in (
            (0x8000, 0, "no code"),
            (0x8000, 0x200000, "would overwrite the boot loader"),
            (0x200100, 4, "would overwrite the boot loader"),
            (0x07FFFFF0, 16, "would overwrite the boot loader"),
            (0x8000, 0xFFFFFFFF, "does not fit in memory"),
            (0x20200000, 4, "does not fit in memory"),
            (0x8002, 4, "the address is no multiple of 4")):
        op, detail, text = reason_of(addr, nbytes)
        TAP.check((op, detail), (BOOT_ERROR, BAD_CODE_ADDR), f"{nbytes} bytes at {addr:#x}: refused")
        TAP.check(text, f"boot loader: refused 0x{nbytes:08x} bytes at 0x{addr:08x}: {reason}\n",
                  "  with the reason")
    TAP.check(boot_and_report(REPORT), (0, 0x8000), "the next installer boots")


def damage():
    """Behind the header of 16 bytes and PUT_CODE, the code begins at 20."""
    for name, hurt, at, expected in (
            ("byte 6 dropped, in the address", "drop", 6, (BOOT_ERROR,)),
            ("byte 15 dropped, in the crc", "drop", 15, (BOOT_ERROR,)),
            ("byte 9 changed, in the size", "flip", 9, (BOOT_ERROR, BAD_CODE_CKSUM)),
            ("byte 12 changed, in the crc", "flip", 12, "another crc"),
            ("byte 17 dropped, in PUT_CODE", "drop", 17, (BOOT_ERROR,)),
            ("byte 20 dropped, the first of the code", "drop", 20, (BOOT_ERROR, BAD_CODE_CKSUM)),
            ("byte 60 changed, in the code", "flip", 60, (BOOT_ERROR, BAD_CODE_CKSUM)),
            ("the last byte dropped", "drop", 19 + len(REPORT), (BOOT_ERROR, BAD_CODE_CKSUM))):
        TAP.check(Installer(LINE, Damage(hurt, at)).boot(REPORT), expected, name)
        TAP.check(boot_and_report(REPORT), (0, 0x8000), "  and the next installer boots")


def unanswered():
    """A damaged PUT_PROG_INFO is no question: the loader goes on greeting."""
    for at in (0, 3):
        installer = Installer(LINE, Damage("drop", at))
        installer.greeting()
        installer.send(word(PUT_PROG_INFO, 0x8000, len(REPORT), zlib.crc32(REPORT)))
        installer.greeting()
        TAP.check(boot_and_report(REPORT), (0, 0x8000), f"byte {at} dropped: it greets again")


def cut_and_strays():
    for at in (1, 5, 16, 18, 40):
        installer = Installer(LINE)
        installer.greeting()
        everything = word(PUT_PROG_INFO, 0x8000, len(REPORT), zlib.crc32(REPORT), PUT_CODE) + REPORT
        installer.send(everything[:at])
        TAP.check(boot_and_report(REPORT), (0, 0x8000), f"killed after {at} bytes: the next one boots")
    LINE.send(b"\n\x44\x44\x33hello\x44")
    TAP.check(boot_and_report(REPORT), (0, 0x8000), "stray bytes before PUT_PROG_INFO are skipped")


def installers_with_habits():
    """Sends all at once; answers each of several queued greetings."""
    code = REPORT + bytes(900)
    installer = Installer(LINE)
    installer.greeting()
    installer.send(word(PUT_PROG_INFO, 0x8000, len(code), zlib.crc32(code), PUT_CODE) + code)
    got = [installer.answer(), LINE.take_word(), installer.answer()]
    TAP.check(got, [GET_CODE, zlib.crc32(code), BOOT_SUCCESS], "an installer that does not wait boots")
    report()
    installer.greeting()
    installer.send(3 * word(PUT_PROG_INFO, 0x8000, len(code), zlib.crc32(code)))
    got = [installer.answer(), LINE.take_word()]
    installer.send(word(PUT_CODE) + code)
    got.append(installer.answer())
    TAP.check(got, [GET_CODE, zlib.crc32(code), BOOT_SUCCESS],
              "an installer that answers three greetings gets one GET_CODE")
    report()


SIZE = len(read_program("pi-side/bootloader.bin"))
TAP.check(SIZE < 4096, True, f"the boot loader is smaller than 4 KB: {SIZE} bytes")
start_of_a_program()
sizes_and_places()
refusals()
damage()
unanswered()
cut_and_strays()
installers_with_habits()
TAP.done()
