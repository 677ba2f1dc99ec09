"""gdb for recompiled Pi programs, second part: break-access, stops at faults, backtraces.

Runs behind pi.py, in the same names (emu/gdb/scripts.S)."""

import re

import gdb

# An editor's stops need gdb's own announcement, a terminal's are shown by show_program.
with open("/proc/self/cmdline", encoding="utf-8", errors="replace") as cmdline:
    SPEAKS_MI = re.search(r"\0--?i(nterpreter)?[=\0]mi", cmdline.read()) is not None


# ---- break-access --------------------------------------------------------------------------------


class Return(gdb.Breakpoint):
    """Stops where the program goes on behind an access, in the frame that made it."""

    pending = {}
    arrived = False  # and nobody has shown where

    def __init__(self, pc, sp):
        super().__init__("*0x%x" % pc, internal=True, temporary=True)
        self.silent = not SPEAKS_MI
        self.pc, self.sp = pc, sp
        Return.pending[pc, sp] = self

    def stop(self):
        if stack_pointer(gdb.newest_frame()) != self.sp:
            return False
        Return.pending.pop((self.pc, self.sp), None)
        Return.arrived = True
        return True


def stack_pointer(frame):
    for name in ("rsp", "esp", "sp"):
        try:
            return int(frame.read_register(name)) & (1 << 64) - 1
        except ValueError:
            continue
    return 0


def program_frame():
    """The innermost frame of the program's own code; else of libpi's; else None."""
    frame, libpi = gdb.newest_frame(), None
    while frame:
        if in_program(frame.pc()):
            return frame
        if libpi is None and in_guest(frame.pc()) and not is_accessor(frame):
            libpi = frame
        frame = frame.older()
    return libpi


def stop_behind(frame, made_at):
    """Stops where `frame` goes on. An access through a pointer trapped in its own instruction."""
    pc = frame.pc()
    if pc + 1 == made_at:
        pc += frame.architecture().disassemble(pc)[0]["length"]
    sp = stack_pointer(frame)
    if (pc, sp) not in Return.pending:
        Return(pc, sp)


class PiStop(gdb.Function):
    """$pi_stop("GPIO.FSEL2", "write"): the condition of break-access's breakpoints, on
    device_access. Lets the program stop where it made the access; 1 if it never comes back there."""

    def __init__(self):
        super().__init__("pi_stop")

    def invoke(self, name, kind):
        base, nbytes = registers.find(name.string())
        v = gdb.parse_and_eval("emu_debug")
        at = v["at"]
        if not int(at):
            return 0
        a = at.dereference()
        op, addr, pc = int(a["op"]), int(a["addr"]), int(a["pc"])
        if not base <= addr < base + nbytes or kind.string() not in ("any", OPS[op]):
            return 0
        frame = program_frame()
        gdb.write("\nAccess: %s %s 0x%0*x, %s\n" % (OPS[op], registers.name(addr), 2 * int(a["width"]),
                                                  int(a["value"]), place(pc)))
        if int(v["ends"]) or not frame:
            return 1
        stop_behind(frame, pc)
        return 0


class BreakAccess(gdb.Command):
    """break-access REGISTER [read|write] [if CONDITION]

Stops in the program when it has accessed a register (GPIO.FSEL2), any of a block (GPIO), or an
address. CONDITION may use value, addr, is_write and the program's global variables."""

    def __init__(self):
        super().__init__("break-access", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, arg, from_tty):
        m = re.fullmatch(r"\s*(\S+)(?:\s+(read|write))?(?:\s+if\s+(.*\S))?\s*", arg)
        if not m or m[1] == "if":
            raise gdb.GdbError("break-access REGISTER [read|write] [if CONDITION]: such as "
                               "break-access GPIO.FSEL2 write if value & 8")
        registers.find(m[1])
        if is_live() and not is_process():
            raise gdb.GdbError("break-access: a core file does not run")
        if is_process():
            running_view()
        mine = '$pi_stop("%s", "%s")' % (m[1].upper() if m[1][:2] != "0x" else m[1], m[2] or "any")
        b = gdb.Breakpoint("device_access")
        try:
            b.condition = "(%s) && %s" % (m[3], mine) if m[3] else mine
        except gdb.error as e:
            b.delete()
            raise gdb.GdbError("break-access: if %s: %s" % (m[3], e))


def set_filters(deleted=None):
    """Tells the program which accesses are asked for, so that others cost little."""
    wanted, every = set(), False
    for b in gdb.breakpoints():
        if b.location != "device_access" or b is deleted or not b.enabled:
            continue
        names = re.findall(r'\$pi_stop\("([^"]+)"', b.condition or "")
        every |= not names
        for name in names:
            base, nbytes = registers.find(name)
            wanted |= {a for a in registers.at if base <= a < base + nbytes}
    every |= len(wanted) > 64
    gdb.execute("set var emu_debug.nfilters = %d" % (-1 if every else len(wanted)))
    for i, addr in enumerate([] if every else sorted(wanted)):
        gdb.execute("set var emu_debug.filter[%d] = %d" % (i, addr))


def breakpoints_changed(b, deleted=None):
    try:
        if b.location == "device_access" and is_process() and int(view()["kept"]):
            set_filters(deleted)
    except (gdb.error, gdb.GdbError, RuntimeError):
        pass  # while the program runs its memory is not ours; it asks again when it begins


class Begins(gdb.Breakpoint):
    """The program is about to run: what was asked for before is set now."""

    def stop(self):
        Return.pending.clear()
        set_filters()
        return False


# ---- faults, and stops inside the harness --------------------------------------------------------


def show_program(event):
    """After a stop inside the harness: the program's frame is what its user wants to see."""
    try:
        arrived, Return.arrived = Return.arrived, False
        if not arrived and gdb.newest_frame().name() not in ("native_reported", "device_access"):
            return
        frame = program_frame()
        if frame:
            if not arrived:
                frame.select()
            if not SPEAKS_MI:
                gdb.execute("frame")
    except gdb.error:
        pass


# ---- backtraces ----------------------------------------------------------------------------------


class Harness(gdb.FrameDecorator.FrameDecorator):
    """The harness, innermost: one frame without its inner life."""

    def function(self):
        return "[harness]"

    def address(self):
        return None

    def filename(self):
        return None

    def line(self):
        return None

    def frame_args(self):
        return None

    def frame_locals(self):
        return None


class Backtrace:
    """From the program's innermost frame to notmain; the harness in between is left out."""

    def __init__(self):
        self.name, self.priority, self.enabled = "pi", 50, True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        try:
            symbol("emu_guest_text")
        except gdb.error:
            return frames
        return self.programs(frames)

    def programs(self, frames):
        before, guest = [], False
        for d in frames:
            frame = d.inferior_frame()
            if not in_guest(frame.pc()):
                if not guest:
                    before.append(d)
                continue
            if not guest and before:
                yield Harness(before[0])
            guest = True
            if is_accessor(frame):
                continue
            yield d
            if frame.name() == "notmain":
                return
        if not guest:
            yield from before


planted = []


def plant(event=None):
    """Breakpoints of our own, once there is a program that has the places for them."""
    if planted or gdb.lookup_global_symbol("native_reported") is None:
        return
    planted.append(Begins("debug_begins", internal=True))
    planted.append(gdb.Breakpoint("native_reported", internal=True))
    planted[1].silent = not SPEAKS_MI


def set_up():
    Pi(), PiHelp(), PiRegs(), PiPins(), PiTrace(), PiStop(), BreakAccess(), Backtrace()
    plant()
    gdb.events.new_objfile.connect(plant)
    gdb.events.stop.connect(show_program)
    gdb.events.breakpoint_created.connect(breakpoints_changed)
    gdb.events.breakpoint_modified.connect(breakpoints_changed)
    gdb.events.breakpoint_deleted.connect(lambda b: breakpoints_changed(b, b))
    gdb.execute("handle SIGSEGV SIGIO nostop noprint pass", to_string=True)
    for files in ("libpi/src/*", "emu/native/guest/*"):
        gdb.execute("skip -gfi " + files, to_string=True)


if not hasattr(gdb, "pi_commands"):  # both a .gdbinit and the program may bring them
    gdb.pi_commands = True
    set_up()
