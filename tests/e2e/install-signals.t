#!/usr/bin/env python3
"""Ctrl-C, signals, time limits and a vanishing line at every stage of my-install: the status, the
message, and the line and the terminal as they were before."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from scripted_pi import *  # noqa: E402,F403

FOLDER = tempfile.TemporaryDirectory()
BIN = f"{FOLDER.name}/prog.bin"
with open(BIN, "wb") as program:
    program.write(bytes(200000))


def reach(stage):
    """Script: takes my-install to the stage, says so, then waits for the test's word."""
    def script(pi):
        pi.wait_open()
        if stage != "listening":
            greet(pi)
            _, nbytes, crc = take_info(pi)
        if stage in ("sending", "waiting for the verdict", "running"):
            pi.send_word(GET_CODE, crc)
            pi.expect(PUT_CODE)
            pi.take(5000 if stage == "sending" else nbytes)
        if stage == "running":
            pi.send(word(BOOT_SUCCESS) + b"running\n")
        pi.happened("there")
        pi.wait_for("go on")
        if pi.vanishes:
            pi.vanish()
    return script


STAGES = ("listening", "waiting for GET_CODE", "sending", "waiting for the verdict", "running")


def at_stage(stage, vanishes=False):
    pi = Pi.__new__(Pi)
    pi.vanishes = vanishes
    pi.__init__(reach(stage))
    return pi


def wait_output(process):
    """Until the program's first line came through."""
    return os.read(process.stdout.fileno(), 8)


def ctrl_c(stage):
    def case(c):
        pi = at_stage(stage)
        process, master, slave = on_terminal([INSTALL, pi.path, BIN])
        before = termios.tcgetattr(slave)
        pi.wait_for("there")
        if stage == "running":
            wait_output(process)
        os.write(master, b"\x03")
        process.wait(LIMIT_S)
        restored = pi.restored()
        after = termios.tcgetattr(slave)
        pi.happened("go on")
        c.row("my-install", f"Ctrl-C, {stage}", finish(process, pi))
        c.equal(restored, True, f"Ctrl-C, {stage}: the line's settings are restored")
        c.equal(after, before, f"Ctrl-C, {stage}: the terminal's settings are as before")
        os.close(master)
        os.close(slave)
    return case


def vanish(stage):
    def case(c):
        pi = at_stage(stage, vanishes=True)
        process = start([INSTALL, pi.path, BIN])
        pi.wait_for("there")
        if stage == "running":
            wait_output(process)
        pi.happened("go on")
        c.row("my-install", f"the line vanishes, {stage}", finish(process, pi))
    return case


def time_limit(stage):
    def case(c):
        pi = at_stage(stage)
        process = start([INSTALL, "--timeout", "1", pi.path, BIN])
        process.wait(3 * LIMIT_S)
        restored = pi.restored()
        pi.happened("go on")
        c.row("my-install", f"time limit, {stage}", finish(process, pi))
        c.equal(restored, True, f"time limit, {stage}: the line's settings are restored")
    return case


def killed(number, situation):
    def case(c):
        pi = at_stage("running")
        process = start([INSTALL, pi.path, BIN])
        pi.wait_for("there")
        wait_output(process)
        process.send_signal(number)
        process.wait(LIMIT_S)
        restored = pi.restored()
        pi.happened("go on")
        c.row("my-install", situation, finish(process, pi))
        c.equal(restored, True, f"{situation}: the line's settings are restored")
    return case


def ignored_hangup(c):
    """nohup my-install: SIGHUP stays ignored."""
    def script(pi):
        boot_a(pi)
        pi.send(b"running\n")
        pi.wait_for("go on")
        pi.send(HELLO)
    pi = Pi(script)
    process = start([INSTALL, pi.path, BIN],
                    preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    pi.wait_for("booted")
    wait_output(process)
    process.send_signal(signal.SIGHUP)
    pi.happened("go on")
    ended = finish(process, pi)
    c.equal((ended.status, ended.out), (0, HELLO), "a SIGHUP that was ignored before stays ignored")


def stopped_and_continued(c):
    def script(pi):
        boot_a(pi)
        pi.send(b"running\n")
        pi.wait_for("go on")
        pi.send(HELLO)
    pi = Pi(script)
    process, master, slave = on_terminal([INSTALL, pi.path, BIN])
    before = termios.tcgetattr(slave)
    pi.wait_for("booted")
    wait_output(process)
    os.write(master, b"\x1a")
    # A process group without a parent in its session is not stopped by the terminal: ask directly.
    process.send_signal(signal.SIGSTOP)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    c.equal(os.WIFSTOPPED(status), True, "it stops")
    c.equal(termios.tcgetattr(slave), before, "stopped: the terminal's settings are as before")
    pi.happened("go on")
    process.send_signal(signal.SIGCONT)
    ended = finish(process, pi)
    c.equal((ended.status, ended.out), (0, HELLO), "continued, it ends well with all output")
    os.close(master)
    os.close(slave)


run_cases([*(ctrl_c(s) for s in STAGES), *(vanish(s) for s in STAGES), *(time_limit(s) for s in STAGES),
           killed(signal.SIGTERM, "SIGTERM while the program runs"),
           killed(signal.SIGHUP, "SIGHUP while the program runs"),
           killed(signal.SIGQUIT, "SIGQUIT while the program runs"), ignored_hangup,
           stopped_and_continued], workers=12)
