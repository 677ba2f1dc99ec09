#!/usr/bin/env python3
"""Bad input to my-install and echo: every message and status of a wrong command line, a bad file and a
line that cannot be had; help, version and list."""
import grp
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cases import run_cases  # noqa: E402
from scripted_pi import *  # noqa: E402,F403

FOLDER = tempfile.mkdtemp()
os.chmod(FOLDER, 0o755)
NOBODY = 65534


def path(name, content=b"\x01\x02\x03\x04"):
    full = f"{FOLDER}/{name}"
    with open(full, "wb") as f:
        f.write(content)
    return full


def as_nobody():
    """Permissions do not bind root; a child that is nobody they do."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


UNPRIVILEGED = as_nobody if os.geteuid() == 0 else None
# The tree may lie where nobody may not look.
INSTALL_FOR_ALL = shutil.copy(INSTALL, f"{FOLDER}/my-install")
BIN = path("prog.bin")
NOTE = 7 .to_bytes(4, "little") + 16 .to_bytes(4, "little") + 1 .to_bytes(4, "little") + b"pi-emu\0\0" + \
    word(1, 1, 0, 0)


def emu_file(name):
    """The smallest ELF file that carries our note."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56,
                                                             1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 4, 4, 120, 0, 0, len(NOTE), len(NOTE), 4)
    return path(name, header + segment + NOTE)


def wrong(c, situation, *args, **more):
    ended = run([INSTALL, *args], **more)
    c.row("my-install", situation, ended)
    c.equal(ended.out, b"", f"{situation}: nothing on stdout")


def usage(c):
    wrong(c, "no arguments")
    wrong(c, "no such option", "--fast", BIN)
    wrong(c, "an option without its value", BIN, "--baud")
    wrong(c, "a value for an option that takes none", "--list=yes")
    wrong(c, "a baud rate that is no number", "--baud", "fast", BIN)
    wrong(c, "an address that is no number", "--addr", "0x8000g", BIN)
    wrong(c, "an address above 32 bits", "--addr", "0x100000000", BIN)
    wrong(c, "a time limit that is no number", "--timeout", "soon", BIN)
    wrong(c, "a time limit of nothing", "--timeout", "0", BIN)
    wrong(c, "two programs", BIN, BIN)
    wrong(c, "two devices", "/dev/ttyUSB98", "/dev/ttyUSB99", BIN)
    wrong(c, "a word that is nothing", "hello")
    wrong(c, "-exec without a command", BIN, "-exec")
    wrong(c, "--loop and a program", "--loop", BIN)


def files(c):
    wrong(c, "the program is missing", f"{FOLDER}/no.bin")
    wrong(c, "the program is empty", path("empty.bin", b""))
    wrong(c, "the program is a folder", FOLDER)
    large = path("large.bin")
    os.truncate(large, 0x08000000 - 0x8000 + 1)
    wrong(c, "the program is too large", large)
    wrong(c, "the program is an ELF file", path("prog.elf", b"\x7fELF" + bytes(60)))
    wrong(c, "the program is an .emu", emu_file("prog.emu"))
    wrong(c, "the program is an .emu in this folder", "prog.emu", cwd=FOLDER)
    for name, situation in (("prog.c", "the program is a C source"), ("prog.h", "the program is a C header"),
                            ("prog.s", "the program is a .s file"), ("prog.S", "the program is a .S file"),
                            ("prog.o", "the program is an object file")):
        path(name, b"\x7fELF" + bytes(60) if name == "prog.o" else b"text\n")
        wrong(c, situation, "/dev/ttyNOSUCH9", name, cwd=FOLDER)
    wrong(c, "the program is an ELF file by its name", path("text.elf"))
    os.chmod(path("secret.bin"), 0)
    ended = run([INSTALL_FOR_ALL, f"{FOLDER}/secret.bin"], preexec_fn=UNPRIVILEGED)
    c.row("my-install", "the program may not be read", ended)


def lines(c):
    wrong(c, "the device does not exist", "/dev/ttyNOSUCH9", BIN)
    wrong(c, "the device is no tty", "--device", BIN, BIN)
    wrong(c, "the device is a folder", "--device", "/dev", BIN)
    wrong(c, "nobody listens on the TCP port", "tcp:127.0.0.1:1", BIN)
    wrong(c, "a TCP address without a port", "tcp:localhost", BIN)
    pi = Pi(lambda pi: None)
    ended = run([INSTALL, "--baud", "115201", pi.path, BIN])
    c.row("my-install", "no standard baud rate", ended)
    if UNPRIVILEGED:
        os.chmod(pi.path, 0o660)
        ended = run([INSTALL_FOR_ALL, pi.path, BIN], preexec_fn=UNPRIVILEGED)
        c.row("my-install", "no permission for the device", ended)
        group = grp.getgrgid(os.stat(pi.path).st_gid).gr_name
        c.holds(ended.err, f"to group {group}: sudo usermod -aG {group} $USER,", "the device's own group is named")
        os.chown(pi.path, -1, 54321)
        ended = run([INSTALL_FOR_ALL, pi.path, BIN], preexec_fn=UNPRIVILEGED)
        c.row("my-install", "no permission, and the group has no name", ended)
    os.chmod(pi.path, 0o040)
    ended = run([INSTALL_FOR_ALL, pi.path, BIN], preexec_fn=UNPRIVILEGED)
    c.row("my-install", "no permission for the device's group either", ended)
    closed = f"{FOLDER}/closed"
    os.mkdir(closed, 0)
    ended = run([INSTALL_FOR_ALL, "--device", f"{closed}/tty", BIN], preexec_fn=UNPRIVILEGED)
    c.row("my-install", "the device is in a closed folder", ended)
    c.equal(pi.restored(), True, "no permission: the line keeps its settings")
    pi.close()


def busy(c):
    pi = Pi(lambda pi: pi.wait_for("the end"))
    holder = start([INSTALL, pi.path, BIN])
    pi.wait_open()
    ended = run([INSTALL, pi.path, BIN])
    c.row("my-install", "another program holds the device", ended)
    c.holds(ended.err, "busy: my-install, process ", "busy: the holder is named")
    holder.terminate()
    finish(holder, pi)


def rates(c):
    for baud in (9600 * 2, 230400, 460800, 921600, 1000000):
        seen = []

        def script(pi, seen=seen):
            greet(pi)
            seen.append(termios.tcgetattr(pi.slave)[4])
            boot_after(pi)
        ended = install(script, [BIN], ["--baud", str(baud)])
        c.equal((ended.status, seen), (0, [getattr(termios, f"B{baud}")]), f"--baud {baud}")


def boot_after(pi):
    _, nbytes, crc = take_info(pi)
    pi.send_word(GET_CODE, crc)
    pi.expect(PUT_CODE)
    pi.take(nbytes)
    pi.send_word(BOOT_SUCCESS)
    pi.send(HELLO)


def raw_and_restored(c):
    """8n1, no echo, no flow control while it runs; afterwards as before."""
    seen = []

    def script(pi):
        greet(pi)
        seen.extend(termios.tcgetattr(pi.slave)[:4])
        boot_after(pi)
    pi = Pi(script)
    pi.set_mode(0, termios.IXON | termios.ICRNL)
    pi.set_mode(1, termios.OPOST)
    pi.set_mode(3, termios.ICANON | termios.ECHO)
    process = start([INSTALL, pi.path, BIN])
    process.wait(LIMIT_S)
    c.equal(pi.restored(), True, "the line's settings are restored")
    c.equal(finish(process, pi).status, 0, "a line that was a cooked terminal")
    iflag, oflag, cflag, lflag = seen
    c.equal(iflag & (termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.ISTRIP), 0,
            "no input translation")
    c.equal(oflag & termios.OPOST, 0, "no output translation")
    c.equal(lflag & (termios.ICANON | termios.ECHO | termios.ISIG), 0, "no line discipline")
    c.equal(cflag & (termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.CRTSCTS | termios.CREAD |
                     termios.CLOCAL), termios.CS8 | termios.CREAD | termios.CLOCAL, "8n1")


def no_device(c):
    listed = run([INSTALL, "--list"])
    if listed.status == 0:
        devices = listed.out.decode().split()
        c.equal(all(d.startswith("/dev/") for d in devices), True, "--list prints devices")
        return
    c.row("my-install", "no device to list", listed)
    wrong(c, "no device named and none there", BIN)
    wrong(c, "--first and no device there", "--first", BIN)
    wrong(c, "--last and no device there", "--last", BIN)


OTHER_DEV = """
set -e
mkdir $0/pts
mount --bind /dev/pts $0/pts
touch $0/null
mount --bind /dev/null $0/null
for name; do case $name in -*|/*) break;; esac; ln -s ${name#*=} $0/${name%%=*}; shift; done
mount --rbind $0 /dev
exec "$@"
"""


def with_devices(names, args):
    """Runs args where /dev has these names ("ttyUSB0=pts/3") as the only serial devices."""
    folder = tempfile.mkdtemp(dir=FOLDER)
    return start(["unshare", "-rm", "sh", "-c", OTHER_DEV, folder, *names, *args])


def choice(c):
    if run(["unshare", "-rm", "true"]).status != 0:
        c.equal(True, True, "which device is chosen # SKIP no unprivileged mount namespaces here")
        return
    # The change time of a pty's node is when it was made, to the tick of the kernel's clock.
    old = Pi(lambda pi: boots_again(pi))
    while True:
        new = Pi(lambda pi: boots_again(pi))
        if os.stat(new.path).st_ctime_ns > os.stat(old.path).st_ctime_ns:
            break
        new.close()
    names = [f"ttyUSB0={new.path[5:]}", f"ttyACM5={old.path[5:]}", "ttyS0=null"]
    listed = finish(with_devices(names, [INSTALL, "--list"]))
    c.equal((listed.status, listed.out), (0, b"/dev/ttyUSB0\n/dev/ttyACM5\n"), "--list: newest first")
    for args, said in (([], "using /dev/ttyUSB0, the newest of 2 (--list shows them)"),
                       (["--last"], "using /dev/ttyUSB0, the newest of 2 (--list shows them)"),
                       (["--first"], "using /dev/ttyACM5, the oldest of 2 (--list shows them)"),
                       (["-silent"], "")):
        ended = finish(with_devices(names, [INSTALL, *args, BIN]))
        c.equal((ended.status, ended.out, ended.err), (0, HELLO, said and f"my-install: {said}\n"),
                f"no device named, {args}")
    ended = finish(with_devices(names[:1], [INSTALL, BIN]))
    c.equal((ended.status, ended.err), (0, "my-install: using /dev/ttyUSB0\n"), "the only device")
    new.close()
    old.close()


def boots_again(pi):
    while True:
        boot_a(pi)
        pi.send(HELLO)
        end = time.monotonic() + LIMIT_S
        while not termios.tcgetattr(pi.slave)[0] & termios.IXANY and time.monotonic() < end:
            if pi.has_data(0.005):
                return


def progress(c):
    """On a terminal: one line that grows, and ends; a trace, or -silent, has none."""
    for args, shown in (([], True), (["-silent"], False), (["--trace-control"], False)):
        master, slave = pty.openpty()
        pi = Pi(program_a())
        process = subprocess.Popen([INSTALL, *args, pi.path, path("progress.bin", bytes(50000))],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave,
                                   env=environment())
        os.close(slave)
        text = b""
        with contextlib.suppress(OSError):  # the terminal's end is an error on its master
            while got := os.read(master, 4096):
                text += got
        os.close(master)
        c.equal(finish(process, pi).status, 0, f"stderr is a terminal, {args}")
        c.equal(text.endswith(b"progress.bin: 100 % of 50000 bytes\r\n"), shown, f"progress is shown, {args}")


def read_until(fd, text):
    got = b""
    while text not in got:
        got += os.read(fd, 4096)
    return got


def waiting(c):
    """On a terminal a wait of more than a second is told once; the loader speaks only then."""
    said = b"my-install: waiting for the boot loader (is the Pi on?)\r\n"
    for junk in (b"", b"\x01\x02"):
        def script(pi, junk=junk):
            pi.wait_open()
            pi.send(junk)
            pi.wait_for("it is told")
            boot_old(pi)
            pi.send(HELLO)
        pi = Pi(script)
        master, slave = pty.openpty()
        process = subprocess.Popen([INSTALL, pi.path, BIN], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=slave, env=environment())
        os.close(slave)
        text = read_until(master, b"waiting for the boot loader")
        pi.happened("it is told")
        with contextlib.suppress(OSError):
            while got := os.read(master, 4096):
                text += got
        os.close(master)
        want = said.replace(b" (is the Pi on?)", b"") if junk else said
        c.equal((text.startswith(want), text.count(b"waiting")), (True, 1), f"a wait is told, {junk!r} heard")
        c.equal(finish(process, pi).status, 0, "and the boot goes on")
    pi = Pi(lambda pi: pi.wait_for("the end"))
    ended = run([INSTALL, "--timeout", "1.5", pi.path, BIN])
    c.row("my-install", "time limit, nothing heard", ended)
    c.equal("waiting" in ended.err, False, "no word of waiting where stderr is no terminal")
    pi.close()

    def murmurs(pi):
        pi.wait_open()
        pi.send(b"\x01")
        pi.wait_for("the end")
    pi = Pi(murmurs)
    ended = run([INSTALL, "--timeout", "1.5", pi.path, BIN])
    c.equal((ended.status, ended.err), (4, "my-install: time limit reached (--timeout)\n"),
            "a time limit after a byte was heard")
    pi.close()


def commands(c):
    wrong(c, "-exec of a command that does not exist", BIN, "-exec", "no-such-command-anywhere")
    wrong(c, "-exec of a file that is not executable", BIN, "-exec", BIN)
    wrong(c, "-exec of a folder", BIN, "-exec", FOLDER)
    wrong(c, "-exec with nothing to boot", "-exec", "true", "word")
    wrong(c, "-exec of an .emu here that is not executable", "-exec", "prog.emu", cwd=FOLDER)
    shutil.copy("/bin/true", f"{FOLDER}/true")
    wrong(c, "--addr for the device loop", "--loop", "--addr", "0x8000", "-exec", f"{FOLDER}/true")


def help_and_version(c):
    for program in (INSTALL, ECHO):
        name = os.path.basename(program)
        ended = run([program, "--help"])
        c.equal((ended.status, ended.err), (0, ""), f"{name} --help")
        c.holds(ended.out.decode(), "exit status: 0 the program ended", f"{name} --help lists the statuses")
        ended = run([program, "--version"])
        c.equal((ended.status, ended.out[:len(name) + 1]), (0, f"{name} ".encode()), f"{name} --version")
    with open("/dev/full", "wb") as full:
        c.equal(run([INSTALL, "--help"], stdout=full).status, 2, "--help to a full disk")
    text = run([INSTALL, "--help"]).out.decode()
    with open(os.path.join(ROOT, "my-install/my-install.1"), encoding="utf-8") as f:
        manual = f.read().replace("\\-", "-")
    for option in ("device", "first", "last", "list", "baud", "addr", "timeout", "exec", "loop",
                   "trace-control", "trace-all", "silent", "help", "version"):
        c.holds(text, f"--{option}", f"--help names --{option}")
        c.holds(manual, f"--{option}", f"the manual names --{option}")


def echo_by_hand(c):
    c.row("echo", "started by hand", run([ECHO]))
    with open(BIN, "r+b") as f:
        def on_21():
            os.dup2(f.fileno(), 21)
        c.row("echo", "descriptor 21 is a file", run([ECHO], preexec_fn=on_21, close_fds=False))
        c.row("echo", "MY_INSTALL_FD names a file",
              run([ECHO], preexec_fn=on_21, close_fds=False, env=environment(MY_INSTALL_FD="21")))
    c.row("echo", "MY_INSTALL_FD names nothing", run([ECHO], env=environment(MY_INSTALL_FD="77")))


run_cases([usage, files, lines, busy, rates, raw_and_restored, no_device, choice, progress, waiting, commands,
           help_and_version, echo_by_hand])
