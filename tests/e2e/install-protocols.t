#!/usr/bin/env python3
"""my-install against boot loaders of protocols A, B and C and their variants in the field: the program
arrives whole, and its output is shown, not a byte of it lost."""
import os
import random
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from pi_line import BAD_CODE_ADDR, BAD_CODE_CKSUM  # noqa: E402
from scripted_pi import *  # noqa: E402,F403 - the script vocabulary

FOLDER = tempfile.TemporaryDirectory()


def program(nbytes, seed=1):
    """A .bin of random bytes and its content."""
    path = f"{FOLDER.name}/{nbytes}-{seed}.bin"
    code = random.Random(seed).randbytes(nbytes)
    with tempfile.NamedTemporaryFile(dir=FOLDER.name, delete=False) as f:
        f.write(code)
    os.rename(f.name, path)  # cases run side by side, and may want the same file
    return path, code


def padded(code):
    return code + bytes(-len(code) % 4)


def boots(checks, name, script, nbytes=1000, expected=None, before=(), pi=None):
    """The run ends well and the loader got the code; returns how it ended."""
    path, code = program(nbytes)
    ended = install(script, [path], before, pi)
    checks.equal((ended.status, ended.out), (0, HELLO), name)
    if ended.status != 0:
        checks.equal((ended.err, ended.pi.error), ("", None), f"{name}: what was said")
    got = getattr(ended.pi, "code", None)
    checks.equal(got == (code if expected is None else expected(code)), True, f"{name}: the code arrived")
    return ended


def fails(checks, situation, script, nbytes=1000, before=()):
    ended = install(script, [program(nbytes)[0]], before)
    checks.row("my-install", situation, ended)
    checks.equal(ended.out, b"", f"{situation}: nothing on stdout")
    return ended


def plain_a(c):
    ended = boots(c, "protocol A", program_a(), 5003)
    c.equal(ended.pi.addr, 0x8000, "the load address is 0x8000")
    c.equal(ended.err, "", "protocol A: nothing on stderr")


def sizes(c):
    for nbytes in (1, 2, 3, 4, 255, 256, 257, 4097, 100001):
        boots(c, f"protocol A, {nbytes} bytes", program_a(), nbytes)


def address(c):
    ended = boots(c, "--addr 0x10000", program_a(), before=["--addr", "0x10000"])
    c.equal(ended.pi.addr, 0x10000, "--addr in hexadecimal is sent")
    ended = boots(c, "--addr 65536", program_a(), before=["--addr=65536"])
    c.equal(ended.pi.addr, 0x10000, "--addr in decimal is sent")


def strings(c):
    ended = boots(c, "protocol A with strings", program_a(strings=True, before=word(PRINT_STRING, 5) + b"early"))
    for text in ("early", "about to ask for the code", "got it all"):
        c.holds(ended.err, f"the Pi says: {text}\n", f"the string '{text}' is shown")


def harmless_string(c):
    ended = boots(c, "a string with an escape", program_a(before=word(PRINT_STRING, 4) + b"a\x1b[b"))
    c.holds(ended.err, "the Pi says: a [b\n", "an escape in a string is shown harmless")


def empty_string(c):
    boots(c, "a string of no bytes", program_a(before=word(PRINT_STRING, 0)))


def long_string(c):
    ended = boots(c, "a string of 1024 bytes", program_a(before=word(PRINT_STRING, 1024) + b"x" * 1024))
    c.holds(ended.err, "x" * 1024 + "\n", "a string of 1024 bytes is shown whole")


def lying_string(c):
    def script(pi):
        greet(pi)
        take_info(pi)
        pi.send_word(PRINT_STRING, 1025)
        pi.send(b"x" * 1025)
        pi.take(1)
    fails(c, "a string longer than the protocol allows", script)


def old_output(c):
    ended = boots(c, "old output before the greeting", program_a(before=b"old words\nDONE!!!\n"))
    c.holds(ended.err, "the Pi says: old words\n", "old output is shown on stderr")


def cut_word(c):
    for n in (1, 2, 3):
        ended = boots(c, f"{n} bytes of a cut greeting first", program_a(before=word(GET_PROG_INFO)[-n:]))
        c.equal(ended.err, "", f"{n} bytes of a cut greeting are not shown")


def noise(c):
    ended = boots(c, "noise before the greeting", program_a(before=bytes(range(128, 256))))
    c.equal(ended.err, "", "noise is not shown")


def duplicates(c):
    g = word(GET_PROG_INFO)
    boots(c, "queued greetings after our answer", program_a(queued=[g, g * 3, g]))
    boots(c, "queued greetings, split", program_a(queued=[g + g[:1], g[1:3], g[3:] + g[:2], g[2:]]))


def lost_answer(c):
    def script(pi):
        greet(pi)
        take_info(pi)  # and loses it
        pi.happened("lost")
        pi.code = boot_a(pi)
        pi.send(HELLO)
    boots(c, "an answer that the loader lost is repeated", script)


def restart(c):
    def script(pi):
        greet(pi)
        _, _, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.take(300)
        pi.send_word(GET_PROG_INFO)  # it has started over
        while pi.has_data(0.3):
            os.read(pi.master, 4096)
        pi.code = boot_a(pi)
        pi.send(HELLO)
    boots(c, "a loader that restarts in the middle gets everything again", script, 100000)


def words_2020(c):
    """Reads whole words; its crc is over nbytes."""
    def script(pi):
        greet(pi)
        _, nbytes, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.expect(PUT_CODE)
        pi.code = take_words(pi, nbytes)
        pi.send_word(BOOT_SUCCESS if zlib.crc32(pi.code[:nbytes]) == crc else BOOT_ERROR)
        pi.send(HELLO)
    boots(c, "a loader that reads words, size no multiple of 4", script, 1001, padded)
    boots(c, "a loader that reads words, size a multiple of 4", script, 1000)


def rounds_2020(c):
    """Rounds nbytes up itself, and wants the crc of that."""
    def script(pi):
        while True:
            greet(pi)
            _, nbytes, crc = take_info(pi)
            pi.send_word(GET_CODE, crc)
            pi.expect(PUT_CODE)
            pi.code = take_words(pi, nbytes)
            if zlib.crc32(pi.code) == crc:
                break
            pi.send_word(BOOT_ERROR)
        pi.send_word(BOOT_SUCCESS)
        pi.send(HELLO)
    boots(c, "a loader that rounds the size up gets the rounded program", script, 1002, padded)


def rounded_crc(c):
    _, code = program(1003)
    boots(c, "a loader that echoes the rounded program's crc", program_a(echo_crc=zlib.crc32(padded(code))),
          1003)


def wrong_crc(c):
    fails(c, "the loader echoes another checksum", program_a(echo_crc=0x1234))


def refuses(*words, after_code=False):
    def script(pi):
        greet(pi)
        _, nbytes, crc = take_info(pi)
        if after_code:
            pi.send_word(GET_CODE, crc)
            pi.expect(PUT_CODE)
            pi.take(nbytes)
        pi.send(b"".join(words))
        pi.take(1)
    return script


def reported_errors(c):
    fails(c, "the loader reports BOOT_ERROR", refuses(word(BOOT_ERROR)))
    fails(c, "the loader reports BOOT_ERROR and BAD_CODE_ADDR", refuses(word(BOOT_ERROR, BAD_CODE_ADDR)))
    fails(c, "the loader reports BAD_CODE_CKSUM", refuses(word(BAD_CODE_CKSUM), after_code=True))
    text = b"will collide"
    ended = fails(c, "the loader says why, then BOOT_ERROR",
                  refuses(word(PRINT_STRING, len(text)) + text, word(BOOT_ERROR)))
    c.holds(ended.err, "the Pi says: will collide\n", "the reason is shown")
    ended = fails(c, "the loader reports BOOT_ERROR, then says why",
                  refuses(word(BOOT_ERROR), word(PRINT_STRING, len(text)) + text))
    c.holds(ended.err, "the Pi says: will collide\n", "the reason behind the error is shown")


def error_while_sending(c):
    def script(pi):
        greet(pi)
        _, _, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.take(500)
        pi.send_word(BOOT_ERROR)
        while pi.has_data(1):
            os.read(pi.master, 4096)
    fails(c, "the loader reports an error while the code is sent", script, 1000000)


def unexpected(c):
    def script(pi):
        greet(pi)
        take_info(pi)
        pi.send_word(0x0badf00d)
        pi.take(1)
    fails(c, "the loader answers a word that is no opcode", script)


def silent_before_code(c):
    def script(pi):
        greet(pi)
        take_info(pi)
        pi.take(1)
    fails(c, "the loader falls silent before it asks for the code", script)


def stops_reading(c):
    def script(pi):
        greet(pi)
        _, _, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.expect(PUT_CODE)
        pi.wait_for("the end")
    fails(c, "the loader stops reading the code", script, 200000)


def silent_after_code(c):
    def script(pi):
        greet(pi)
        _, nbytes, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.expect(PUT_CODE)
        pi.take(nbytes)
        pi.take(1)
    fails(c, "the loader falls silent after the code", script)


def greets_for_ever(c):
    def script(pi):
        while True:
            pi.send_word(GET_PROG_INFO)
            if pi.has_data(GREETING_S):
                os.read(pi.master, 4096)
    fails(c, "the loader greets for ever", script)


def plain_b(c):
    for nbytes in (1000, 1001, 1002, 1003):
        boots(c, f"protocol B, {nbytes} bytes, padded to words", program_old(), nbytes, padded)


def shipped_b(c):
    boots(c, "protocol B, size echoed raw, no ACK wanted", program_old(raw=True, wants_ack=False))


def other_persuasions(c):
    boots(c, "protocol B, crc of the size, no ACK wanted", program_old(wants_ack=False, loads=2))
    boots(c, "protocol B, size echoed raw, ACK wanted", program_old(raw=True, loads=2))


def error_b(error, name):
    def case(c):
        fails(c, f"a loader of 2019 reports {name}", program_old(error=error))
    return case


ERRORS_B = [error_b(1, "BAD_CKSUM"), error_b(2, "BAD_START"), error_b(3, "BAD_END"), error_b(4, "TOO_BIG"),
            error_b(6, "NAK")]


def too_big_at_once(c):
    def script(pi):
        take_opening(pi)
        pi.send_word(4)
        pi.take(1)
    fails(c, "a loader of 2019 refuses the size", script)


def cut_opening(c):
    """The Pi was still starting up when our first opening came."""
    def script(pi):
        take_opening(pi)
        pi.send_word(2)
        pi.code = boot_old(pi)
        pi.send(HELLO)
    boots(c, "protocol B, first opening not understood", script)


def plain_c(c):
    boots(c, "protocol C", program_old(acks=1), 1001, padded)
    boots(c, "protocol C, ACKs queued behind our opening", program_old(acks=5))


def slow_a(c):
    """Like a device loop, which restarts the boot loader when it sees protocol B's opening."""
    def script(pi):
        pi.expect(SOH)
        pi.take(8)
        pi.code = boot_a(pi)
        pi.send(HELLO)
    boots(c, "a silent Pi that restarts into protocol A at our opening", script)


def silent(c):
    fails(c, "not one byte from the Pi", lambda pi: pi.wait_for("the end"))


def garbage(c):
    def script(pi):
        rng = random.Random(2)
        while True:
            pi.send(bytes(rng.choice((0x00, 0x80, 0xe0, 0xfe, 0xf8)) for _ in range(16)))
            if pi.has_data(GREETING_S):
                os.read(pi.master, 4096)
    fails(c, "bytes that are garbage", script)


def chatter(c):
    def script(pi):
        while True:
            pi.send(b"tick tock\n")
            if pi.has_data(GREETING_S):
                os.read(pi.master, 4096)
    fails(c, "text of a program that still runs", script)


def loopback(c):
    def script(pi):
        while True:
            if pi.has_data(LIMIT_S):
                pi.send(os.read(pi.master, 4096))
    fails(c, "TX is wired to RX", script)


def over_tcp(c):
    boots(c, "tcp:HOST:PORT", None, 50001, pi=SocketPi(program_a()))
    try:
        pi = SocketPi(program_a(), socket.AF_INET6)
    except OSError:
        c.equal(True, True, "tcp:[V6]:PORT # SKIP this machine has no IPv6")
        return
    boots(c, "tcp:[V6]:PORT", None, pi=pi)


def traces(c):
    path, code = program(2)
    expected = [
        f"simple_boot: sending 2 bytes, crc32={zlib.crc32(code):x}", "GET32:11112222 [GET_PROG_INFO]",
        "PUT32:33334444 [PUT_PROG_INFO]", "PUT32:8000 [UNKNOWN]", "PUT32:2 [UNKNOWN]",
        f"PUT32:{zlib.crc32(code):x} [UNKNOWN]", "GET32:55556666 [GET_CODE]",
        f"GET32:{zlib.crc32(code):x} [UNKNOWN]", "PUT32:77778888 [PUT_CODE]",
        f"PUT8:{code[0]:x}", f"PUT8:{code[1]:x}", "GET32:9999aaaa [BOOT_SUCCESS]"]
    for option, lines in (("--trace-all", expected),
                          ("--trace-control", [e for e in expected if "PUT8" not in e]),
                          ("-trace", [e for e in expected if "PUT8" not in e])):
        ended = install(program_a(), [path], [option])
        # How many greetings were queued before our answer is the Pi's doing.
        got = [x for i, x in enumerate(ended.err.splitlines()) if i < 2 or "GET_PROG_INFO" not in x or "PUT" in x]
        c.equal(got, ["TRACE:" + e for e in lines], f"{option}: the trace")
        c.equal(ended.out, HELLO, f"{option}: stdout has the program's output alone")


def program_output_at_once(c):
    """Output right behind the loader's last word, in one piece with it."""
    def script(pi):
        greet(pi)
        _, nbytes, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.expect(PUT_CODE)
        pi.code = pi.take(nbytes)
        pi.send(word(BOOT_SUCCESS) + HELLO)
    boots(c, "output in one piece with BOOT_SUCCESS", script)


def many_strings_while_sending(c):
    def script(pi):
        greet(pi)
        _, nbytes, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.expect(PUT_CODE)
        pi.code = b""
        while len(pi.code) < nbytes:
            pi.code += pi.take(min(5000, nbytes - len(pi.code)))
            pi.send_string(b"more\n")
        pi.send_word(BOOT_SUCCESS)
        pi.send(HELLO)
    ended = boots(c, "strings while the code is sent", script, 100000)
    c.equal(ended.err.count("the Pi says: more\n"), 20, "each string is shown")


run_cases([*ERRORS_B, silent_before_code, stops_reading, silent_after_code, silent, garbage, chatter,
           greets_for_ever, reported_errors, other_persuasions, plain_a, sizes, address, strings,
           harmless_string, empty_string, long_string, lying_string, old_output, cut_word, noise, duplicates,
           lost_answer, restart, words_2020, rounds_2020, rounded_crc, wrong_crc, error_while_sending,
           unexpected, plain_b, shipped_b, too_big_at_once, cut_opening, plain_c, slow_a, loopback, over_tcp,
           traces, program_output_at_once, many_strings_while_sending], workers=16)
