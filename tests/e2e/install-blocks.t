#!/usr/bin/env python3
"""my-install against a loader that offers checked blocks (docs/boot-protocols.md), scripted here from
the document: what it sends, what it takes, how it ends. tests/unit/boot-faults.c has bad lines."""
import os
import random
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from scripted_pi import *  # noqa: E402,F403 - the script vocabulary

BEGIN, BLOCK, GO, AGAIN, RUN = 0x7A31C5E9, 0xB10C0000, 0x60C35A96, 0x80000000, 0x40000000
OFFER = b"boot loader: checked blocks, 1\n"
FOLDER = tempfile.TemporaryDirectory()
CODE = random.Random(1).randbytes(10001)
BIN = FOLDER.name + "/prog.bin"
with open(BIN, "wb") as program:
    program.write(CODE)


def reply(pi, value):
    pi.send_word(value, zlib.crc32(word(value)))


def take_begin(pi, seen=None):
    if seen is None:
        pi.expect(BEGIN)
    info = pi.take(12)
    pi.expect(zlib.crc32(info))
    pi.addr, pi.nbytes, pi.crc = struct.unpack("<3I", info)
    pi.code = b""
    reply(pi, 0)


def take_block(pi):
    """The next block: its offset and what it brings, not yet answered."""
    n = pi.take_word() - BLOCK
    offset = pi.take_word()
    return offset, pi.take(n), pi.take_word()


def take_all(pi, answer=None):
    """All blocks; answer(pi, offset, data) may answer one in another way and say so."""
    while len(pi.code) < pi.nbytes:
        offset, data, check = take_block(pi)
        pi.blocks.append((offset, len(data)))
        if answer and answer(pi, offset, data):
            continue
        if offset == len(pi.code):
            pi.code += data
            if zlib.crc32(pi.code) != check:
                raise Gone("the check of a block is wrong")
            reply(pi, len(pi.code))


def offer(pi, echo=None):
    pi.blocks = []
    greet(pi)
    _, _, crc = take_info(pi)
    # Without the pause that a real loader makes: a busy machine would make it too long.
    pi.send(word(GET_CODE, crc if echo is None else echo, PRINT_STRING, len(OFFER)) + OFFER)


def go(pi, output=HELLO):
    pi.expect(GO)
    for n in (2, 1, 0):
        reply(pi, RUN | n)
    pi.send(word(BOOT_SUCCESS) + output)


def boots(c, name, script, before=()):
    ended = install(script, [BIN], before)
    c.equal((ended.status, ended.out, ended.pi.error), (0, HELLO, None), name)
    c.equal(ended.pi.code == CODE, True, f"{name}: the code arrived")
    return ended


def plain(c):
    def script(pi):
        offer(pi)
        take_begin(pi)
        take_all(pi)
        go(pi)
    ended = boots(c, "checked blocks", script)
    c.equal((ended.pi.addr, ended.pi.nbytes, ended.pi.crc), (0x8000, len(CODE), zlib.crc32(CODE)), "what BEGIN says")
    c.equal(ended.pi.blocks, [(i, min(2048, len(CODE) - i)) for i in range(0, len(CODE), 2048)], "the blocks")
    c.equal(ended.err, "", "nothing on stderr: the offer is no text for people")
    ended = boots(c, "--addr 0x9000, in checked blocks", script, ["--addr", "0x9000"])
    c.equal(ended.pi.addr, 0x9000, "--addr is what BEGIN says")


def wrong_echo(c):
    def script(pi):
        offer(pi, 0x1234)
        take_begin(pi)
        take_all(pi)
        go(pi)
    boots(c, "an offer behind a damaged crc", script)


def damaged_blocks(c):
    """The third block is asked for again; the one behind it is under way by then."""
    def answer(pi, offset, data):
        if offset == 4096 and len(data) == 2048 and not pi.complained:
            pi.complained = True
            reply(pi, AGAIN | 4096)
            return True
        return False

    def script(pi):
        pi.complained = False
        offer(pi)
        take_begin(pi)
        take_all(pi, answer)
        go(pi)
    ended = boots(c, "a block that is asked for again", script)
    c.equal((4096, 1024) in ended.pi.blocks, True, "it comes again in shorter blocks")


def lost_replies(c):
    def answer(pi, offset, data):
        if offset == 2048 and not pi.lost:
            pi.lost = True
            pi.code += data  # taken, but nothing is said
            return True
        if offset < len(pi.code):
            reply(pi, len(pi.code))
            return True
        return False

    def script(pi):
        pi.lost = False
        offer(pi)
        take_begin(pi)
        take_all(pi, answer)
        go(pi)
    boots(c, "a reply that is lost", script)


def lost_begin(c):
    def script(pi):
        offer(pi)
        pi.take(20)
        take_begin(pi)
        take_all(pi)
        go(pi)
    boots(c, "BEGIN is said again", script)


def restart(c):
    """The loader restarts in the middle: the greeting is answered by BEGIN at once."""
    def script(pi):
        offer(pi)
        take_begin(pi)
        take_block(pi)
        pi.take(2060)  # the second
        reply(pi, 2048)
        take_block(pi)
        pi.send_word(BOOT_ERROR)
        pi.has_data(0.3)
        pi.send_word(GET_PROG_INFO)
        seen = 0
        while seen != BEGIN:
            seen = seen >> 8 | pi.take(1)[0] << 24
        take_begin(pi, seen)
        take_all(pi)
        go(pi)
    boots(c, "a loader that gives up and greets again", script)


def asks_for_go(c):
    def script(pi):
        offer(pi)
        take_begin(pi)
        take_all(pi)
        pi.expect(GO)
        reply(pi, len(CODE))
        go(pi)
    boots(c, "GO is said again to a loader that asks", script)


def some_runs_lost(c):
    for lost, n in (("first", (1, 0)), ("first two", (0,)), ("last two", (2,))):
        def script(pi, n=n):
            offer(pi)
            take_begin(pi)
            take_all(pi)
            pi.expect(GO)
            pi.send(b"".join(word(RUN | i, zlib.crc32(word(RUN | i))) for i in n) + word(BOOT_SUCCESS) + HELLO)
        boots(c, f"the {lost} of three RUN lost", script)


def late_offer(c):
    """An offer that comes when the code does is too late, and harmless."""
    def script(pi):
        greet(pi)
        _, nbytes, crc = take_info(pi)
        pi.send_word(GET_CODE, crc)
        pi.expect(PUT_CODE)
        pi.send_string(OFFER)
        pi.code = pi.take(nbytes)
        pi.send_string(OFFER)
        pi.send(word(BOOT_SUCCESS) + HELLO)
    boots(c, "an offer too late", script)


def unconfirmed(c):
    def script(pi):
        offer(pi)
        take_begin(pi)
        take_all(pi)
        pi.expect(GO)
        pi.happened("go")
        pi.late = pi.has_data(10)
    ended = install(script, [BIN])
    c.row("my-install", "the loader does not say that it runs the program", ended)
    c.equal(getattr(ended.pi, "late", False), False, "GO is not said again to a loader that does not ask")


def stalls(c):
    def script(pi):
        offer(pi)
        take_begin(pi)
        while True:
            pi.take(1)
    ended = install(script, [BIN])
    c.row("my-install", "the loader takes no block", ended)


def refused(c):
    def script(pi):
        greet(pi)
        take_info(pi)
        pi.send_string(b"boot loader: refused 0x%08x bytes at 0x00008000: no\n" % len(CODE))
        pi.send_word(BOOT_ERROR, 0xDEADBEEF)
        pi.take(1)
    ended = install(script, [BIN])
    c.row("my-install", "our loader refuses what it was asked for", ended)


def refused_damaged(c):
    """A refusal of something that was not asked for: a damaged question, which is asked again."""
    def script(pi):
        greet(pi)
        take_info(pi)
        pi.send_string(b"boot loader: refused 0x00002711 bytes at 0x80008000: does not fit in memory\n")
        pi.send_word(BOOT_ERROR, 0xDEADBEEF)
        offer(pi)
        take_begin(pi)
        take_all(pi)
        go(pi)
    boots(c, "our loader refuses what it was not asked for", script)


def traced(c):
    def script(pi):
        offer(pi)
        take_begin(pi)
        take_all(pi)
        go(pi)
    path = FOLDER.name + "/five.bin"
    with open(path, "wb") as f:
        f.write(bytes([1, 2, 3, 4, 5]))
    ended = install(script, [path], ["--trace-all"])
    lines = ended.err.splitlines()
    start = next((i for i, line in enumerate(lines) if "BLOCKS_BEGIN" in line), 0)
    c.equal(lines[start:], ["TRACE:" + line for line in (
        "PUT32:7a31c5e9 [BLOCKS_BEGIN]", "PUT32:8000 [UNKNOWN]", "PUT32:5 [UNKNOWN]", "PUT32:470b99f4 [UNKNOWN]",
        "PUT32:b45ef2e3 [UNKNOWN]", "GET32:0 [BLOCKS_HAVE]", "PUT32:b10c0005 [PUT_CODE_BLOCK]",
        "PUT32:0 [UNKNOWN]", "PUT8:1", "PUT8:2", "PUT8:3", "PUT8:4", "PUT8:5", "PUT32:470b99f4 [UNKNOWN]",
        "GET32:5 [BLOCKS_HAVE]", "PUT32:60c35a96 [BLOCKS_GO]", "GET32:40000002 [BLOCKS_RUN]",
        "GET32:9999aaaa [BOOT_SUCCESS]")], "--trace-all: the trace")


run_cases([unconfirmed, stalls, plain, wrong_echo, damaged_blocks, lost_replies, lost_begin, restart, asks_for_go,
           some_runs_lost, late_offer, refused, refused_damaged, traced], workers=16)
