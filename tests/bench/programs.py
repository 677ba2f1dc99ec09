"""What the benchmarks of group models share: building a program for both engines and timing it.

Times are processor time of the process and its threads: what others do on the machine matters less.
"""

import os
import shutil
import statistics
import subprocess
import sys

QEMU = ["qemu-system-arm", "-M", "raspi0", "-display", "none", "-monitor", "none", "-serial", "null",
        "-serial", "stdio", "-no-reboot", "-device"]
LACKS = 77


def enter_tree():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))


def need_qemu():
    for tool in (QEMU[0], "arm-none-eabi-gcc"):
        if not shutil.which(tool):
            print(f"{tool} is missing", file=sys.stderr)
            sys.exit(LACKS)


def compile_with(compiler, sources, path, *flags):
    """The path of the program."""
    subprocess.run([*compiler, "-std=gnu11", "-O2", "-I.", *flags, *sources, "-o", path], check=True)
    return path


def recompiled(sources, path, *flags):
    return [compile_with(["emu/emu-cc"], sources, path + ".emu", *flags)]


def in_qemu(sources, path, *flags):
    binary = compile_with(["emu/pi-cc"], sources, path + ".bin", *flags)
    return [*QEMU, f"loader,file={binary},addr=0x8000,cpu-num=0"]


def seconds(command):
    """Processor time of one run, and what it printed."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime, text


def interleaved(commands, runs):
    """The median seconds of each command, run in turn."""
    times = [[] for _ in commands]
    for _ in range(runs):
        for command, own in zip(commands, times):
            own.append(seconds(command)[0])
    return [statistics.median(own) for own in times]


def say(workload, setting, unit, better, ours, reference="", required=""):
    print(workload, setting, unit, better, ours, reference, "", required, sep="\t")
