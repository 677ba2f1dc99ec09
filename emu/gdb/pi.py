"""gdb commands for recompiled Pi programs: `pi help`, docs/gdb.md.

Carried by every .emu (emu/gdb/scripts.S), or sourced. What it reads of the program: emu/debug.h and
the table of registers, emu/core/regs.h."""

import re

import gdb

PI_HELP = """\
pi regs                     the blocks of registers
pi regs gpio                a block's registers: value, and what it means
pi regs GPIO.FSEL2          one; an address (0x20200008) does as well; `all`: every block
pi pins [all | PIN...]      function, level and pull of the pins, and where they are on the header
pi trace [last] [N] [all]   the last N (20) accesses of the program; all: the console's and DMA's, too
pi help                     this text
break-access REG [read|write] [if CONDITION]
                            stop in the program when it has accessed REG: GPIO.FSEL2, a block, or an
                            address; CONDITION may use value, addr, is_write and the program's
                            variables: break-access GPIO.SET0 write if value & (1 << 20)
                            An ordinary breakpoint: info breakpoints, disable, condition, delete"""

# BCM2835 ARM Peripherals, with the errata: NAME:BIT or NAME:HIGH-LOW. GPIO has a bit a pin.
_AUX3 = "mini-UART:0 SPI1:1 SPI2:2"
_CLOCK = "SRC:3-0 ENAB:4 KILL:5 BUSY:7 FLIP:8 MASH:10-9"
FIELDS = {
    "SYSTIMER.CS": "M0:0 M1:1 M2:2 M3:3",
    "IRQ.PENDING1": "timer1:1 timer3:3 USB:9 AUX:29",
    "IRQ.ENABLE1": "timer1:1 timer3:3 USB:9 AUX:29",
    "IRQ.PENDING2": "GPIO0:17 GPIO1:18 GPIO2:19 GPIO3:20 I2C:21 SPI:22 PCM:23 UART:25",
    "IRQ.ENABLE2": "GPIO0:17 GPIO1:18 GPIO2:19 GPIO3:20 I2C:21 SPI:22 PCM:23 UART:25",
    "IRQ.FIQ_CONTROL": "source:6-0 enable:7",
    "ARMTIMER.CONTROL": "32-bit:1 prescale:3-2 interrupt:5 enable:7 free-running:9",
    "CM.GP0CTL": _CLOCK, "CM.GP1CTL": _CLOCK, "CM.GP2CTL": _CLOCK,
    "CM.PCMCTL": _CLOCK, "CM.PWMCTL": _CLOCK,
    "UART0.FR": "CTS:0 BUSY:3 RXFE:4 TXFF:5 RXFF:6 TXFE:7",
    "UART0.LCRH": "BRK:0 PEN:1 EPS:2 STP2:3 FEN:4 WLEN:6-5 SPS:7",
    "UART0.CR": "UARTEN:0 LBE:7 TXE:8 RXE:9 RTS:11 RTSEN:14 CTSEN:15",
    "SPI0.CS": "CS:1-0 CPHA:2 CPOL:3 CLEAR:5-4 CSPOL:6 TA:7 DMAEN:8 INTD:9 INTR:10 ADCS:11 REN:12 "
               "LEN:13 DONE:16 RXD:17 TXD:18 RXR:19 RXF:20",
    "BSC0.C": "READ:0 CLEAR:5-4 ST:7 INTD:8 INTT:9 INTR:10 I2CEN:15",
    "BSC0.S": "TA:0 DONE:1 TXW:2 RXR:3 TXD:4 RXD:5 TXE:6 RXF:7 ERR:8 CLKT:9",
    "BSC1.C": "READ:0 CLEAR:5-4 ST:7 INTD:8 INTT:9 INTR:10 I2CEN:15",
    "BSC1.S": "TA:0 DONE:1 TXW:2 RXR:3 TXD:4 RXD:5 TXE:6 RXF:7 ERR:8 CLKT:9",
    "PWM.CTL": "PWEN1:0 MODE1:1 RPTL1:2 SBIT1:3 POLA1:4 USEF1:5 MSEN1:7 PWEN2:8 MODE2:9 RPTL2:10 "
               "SBIT2:11 POLA2:12 USEF2:13 MSEN2:15",
    "AUX.IRQ": _AUX3, "AUX.ENABLES": _AUX3,
    "AUX.MU_IER": "receive:0 transmit:1",
    "AUX.MU_LCR": "8-bit:1-0 break:6 DLAB:7",
    "AUX.MU_CNTL": "receiver:0 transmitter:1 auto-RTS:2 auto-CTS:3",
    "AUX.MU_STAT": "received:0 space:1 rx-idle:2 tx-idle:3 overrun:4 tx-full:5 RTS:6 CTS:7 "
                   "tx-empty:8 tx-done:9 rx-level:19-16 tx-level:27-24",
}
FUNCTIONS = ["input", "output", "ALT5", "ALT4", "ALT0", "ALT1", "ALT2", "ALT3"]
GPIO = 0x20200000
VALUE, UNMODELLED, WRITE_ONLY, EFFECT, ELSEWHERE = 1, 2, 3, 4, 5  # enum debug_peek_status
READ_EFFECT = 2  # enum reg_flags
OPS = ["read", "write", "barrier", "delay us", "delay loop", "DEV_VAL32", "start"]  # enum bus_op


# ---- the program ---------------------------------------------------------------------------------


def view():
    """emu_debug of the program; an error when gdb has none."""
    try:
        return gdb.parse_and_eval("emu_debug")
    except gdb.error:
        if not gdb.current_progspace().filename:
            raise gdb.GdbError("pi: no program: start gdb as `gdb PROG.emu`, or say `file PROG.emu`")
        raise gdb.GdbError("pi: %s is no program of emu-cc, or was made by an older one: make it again"
                           % gdb.current_progspace().filename)


def is_live():
    return gdb.selected_inferior().pid != 0 and gdb.selected_thread() is not None


def is_process():
    """Whether what stands still can run on; no core file can."""
    return is_live() and "core" not in (
        gdb.selected_inferior().connection.type if gdb.selected_inferior().connection else "")


def running_view():
    v = view()
    if not is_live():
        raise gdb.GdbError("pi: the program does not run: say `run`, or `start` with a breakpoint on notmain")
    if not int(v["kept"]):
        raise gdb.GdbError("pi: nothing was kept: the program began without gdb, or has not come to "
                           "notmain yet: `break notmain`, `run`")
    return v


def symbol(name):
    return int(gdb.parse_and_eval("(unsigned long)&" + name))


def in_guest(pc):
    return symbol("emu_guest_text") <= pc < symbol("emu_guest_text_end")


def in_program(pc):
    """The program's own code: neither libpi's nor the harness's."""
    return symbol("emu_program_text") <= pc <= symbol("emu_program_text_end")  # behind a last call


def file_of(frame):
    symtab = frame.find_sal().symtab
    return symtab.filename if symtab else ""


def is_accessor(frame):
    """put32 and its kin, and where the harness enters the program."""
    return file_of(frame).startswith("emu/native/guest/")


def place(pc):
    """'notmain at prog.c:7' of the call or access that goes on at pc."""
    sal = gdb.find_pc_line(pc - 1)
    block = gdb.block_for_pc(pc - 1) if in_guest(pc) else None
    while block and not block.function:
        block = block.superblock
    name = block.function.print_name if block and block.function else "0x%x" % pc
    return "%s at %s:%d" % (name, sal.symtab.filename, sal.line) if sal.symtab and sal.line else name


# ---- registers -----------------------------------------------------------------------------------


class Register:
    def __init__(self, block, value):
        self.block = block
        self.name = block + "." + value["name"].string()
        self.offset = int(value["offset"])
        self.flags = int(value["flags"])


class Registers:
    """The table in the program, read once a file."""

    def __init__(self):
        self.of = None

    def load(self):
        view()
        name = gdb.current_progspace().filename
        if self.of == name:
            return
        self.blocks, self.at = {}, {}
        table, i = gdb.parse_and_eval("reg_blocks"), 0
        while int(table[i]):
            block = table[i].dereference()
            base, title = int(block["base"]), block["name"].string()
            self.blocks[title] = (base, int(block["nbytes"]))
            for k in range(int(block["nregs"])):
                r = Register(title, block["regs"][k])
                self.at[base + r.offset] = r
            i += 1
        self.of = name

    def name(self, addr):
        r = self.at.get(addr & ~3)
        return r.name if r else "0x%08x" % addr

    def find(self, word):
        """(address, bytes) of a block, a register or an address."""
        self.load()
        if re.fullmatch("0[xX][0-9a-fA-F]+", word):
            addr = int(word, 16)
            if addr & ~3 not in self.at:
                raise gdb.GdbError("pi: %s: no register is there" % word)
            return addr & ~3, 4
        if word.upper() in self.blocks:
            return self.blocks[word.upper()]
        for addr, r in self.at.items():
            if r.name == word.upper():
                return addr, 4
        block = word.upper().split(".")[0]
        if block in self.blocks and "." in word:
            raise gdb.GdbError("pi: %s: %s has no such register; it has %s" % (word, block, " ".join(
                r.name.split(".")[1] for r in self.at.values() if r.block == block)))
        raise gdb.GdbError("pi: %s: no such register; the blocks are %s" % (word, " ".join(self.blocks)))


registers = Registers()


def last_seen(v):
    """What went over the bus last: {address: (value, "last written")}."""
    seen = {}
    for i in range(int(v["nlast"])):
        last = v["last"][i]
        if int(last["was_written"]):
            seen[int(last["addr"])] = int(last["written"]), "last written"
        elif int(last["was_read"]):
            seen[int(last["addr"])] = int(last["read"]), "last read"
    return seen


def peek(v, base, nbytes):
    """{address: (value or None, remark)}; the devices notice nothing."""
    seen, found = last_seen(v), {}
    if not is_process():
        return {a: seen.get(a, (None, "never accessed")) for a in sorted(registers.at)
                if base <= a < base + nbytes}
    events, follow = (gdb.parameter("print inferior-events"), gdb.parameter("follow-fork-mode"))
    try:
        gdb.execute("set print inferior-events off")
        gdb.execute("set follow-fork-mode parent")
        n = int(gdb.parse_and_eval("(int)debug_peek(%d, %d)" % (base, nbytes)))
    finally:
        gdb.execute("set print inferior-events %s" % ("on" if events else "off"))
        gdb.execute("set follow-fork-mode %s" % follow)
    peeked = gdb.parse_and_eval("emu_debug.peeked")
    for i in range(n):
        addr, status = int(peeked[i]["addr"]), int(peeked[i]["status"])
        if status == VALUE:
            found[addr] = int(peeked[i]["value"]), ""
        elif status == ELSEWHERE:
            found[addr] = seen.get(addr, (None, "never accessed; not asked"))
        elif status == WRITE_ONLY and addr in seen:
            found[addr] = seen[addr]
        else:
            found[addr] = None, {UNMODELLED: "no model", WRITE_ONLY: "write-only",
                                 EFFECT: "not read: reading changes it"}.get(status, "no answer")
    return found


def bits(value, fields):
    said = []
    for field in fields.split():
        name, where = field.rsplit(":", 1)
        high, _, low = where.partition("-")
        width = int(high) - int(low or high) + 1
        v = value >> int(low or high) & (1 << width) - 1
        if v:
            said.append(name if width == 1 else "%s=%d" % (name, v))
    return " ".join(said)


def meaning(name, value):
    if name in FIELDS:
        return bits(value, FIELDS[name])
    m = re.fullmatch(r"GPIO\.FSEL([0-5])", name)
    if m:
        return " ".join("%d:%s" % (int(m[1]) * 10 + i, FUNCTIONS[value >> 3 * i & 7])
                        for i in range(10) if value >> 3 * i & 7)
    m = re.fullmatch(r"GPIO\.[A-Z]+([01])", name)
    if m and value:
        return "pins " + " ".join(str(32 * int(m[1]) + i) for i in range(32) if value >> i & 1)
    return ""


def show_registers(v, base, nbytes):
    for addr, (value, remark) in peek(v, base, nbytes).items():
        name = registers.name(addr)
        said = [remark] if remark else []
        if value is not None and meaning(name, value):
            said.insert(0, meaning(name, value))
        gdb.write("%-20s %-10s  %s\n" % (name, "-" if value is None else "0x%08x" % value,
                                         "; ".join(said)))


# ---- commands ------------------------------------------------------------------------------------


class Pi(gdb.Command):
    """What the harness knows of the Pi: pi regs, pi pins, pi trace; pi help."""

    def __init__(self):
        super().__init__("pi", gdb.COMMAND_DATA, prefix=True)

    def invoke(self, arg, from_tty):
        if arg.split() not in ([], ["help"]):
            raise gdb.GdbError("pi %s: no such command:\n%s" % (arg, PI_HELP))
        gdb.write(PI_HELP + "\n")


class PiHelp(gdb.Command):
    """Lists the commands for Pi programs."""

    def __init__(self):
        super().__init__("pi help", gdb.COMMAND_DATA)

    def invoke(self, arg, from_tty):
        gdb.write(PI_HELP + "\n")


class PiRegs(gdb.Command):
    """pi regs [BLOCK | BLOCK.REGISTER | ADDRESS | all]...: values, decoded. Devices notice nothing."""

    def __init__(self):
        super().__init__("pi regs", gdb.COMMAND_DATA)

    def invoke(self, arg, from_tty):
        registers.load()
        if not arg:
            for name, (base, nbytes) in registers.blocks.items():
                gdb.write("%-10s 0x%08x\n" % (name, base))
            return
        words = list(registers.blocks) if arg.strip().lower() == "all" else arg.split()
        ranges = [registers.find(word) for word in words]
        v = running_view()
        for base, nbytes in ranges:
            show_registers(v, base, nbytes)


def written_level(v, pin):
    """What the program last wrote to an output; None: not known."""
    count, kept = int(v["count"][0]), 1024
    word, bit = (pin // 32) * 4, 1 << pin % 32
    for i in range(count - 1, max(count - kept, 0) - 1, -1):
        a = v["access"][0][i % kept]
        if int(a["op"]) == 1 and int(a["value"]) & bit:
            if int(a["addr"]) == GPIO + 0x1C + word:
                return 1
            if int(a["addr"]) == GPIO + 0x28 + word:
                return 0
    return None


class PiPins(gdb.Command):
    """pi pins [all | PIN...]: function, level and pull, and the place on the 40-pin header."""

    def __init__(self):
        super().__init__("pi pins", gdb.COMMAND_DATA)

    def pins(self, arg):
        if not arg:
            return range(28)
        if arg.strip() == "all":
            return range(54)
        for word in arg.split():
            if not word.isdigit() or int(word) > 53:
                raise gdb.GdbError("pi pins: %s: a pin from 0 to 53 is meant, or all" % word)
        return [int(word) for word in arg.split()]

    def invoke(self, arg, from_tty):
        registers.load()
        pins = self.pins(arg)
        v = running_view()
        found = peek(v, GPIO, 0x3C)
        modelled = int(v["gpio"]) != 0
        gdb.write("pin  header  function  level  pull\n")
        for pin in pins:
            fsel = found[GPIO + pin // 10 * 4][0]
            function = "?" if fsel is None else FUNCTIONS[fsel >> pin % 10 * 3 & 7]
            level, remark = found[GPIO + 0x34 + pin // 32 * 4]
            level = None if level is None else level >> pin % 32 & 1
            if remark and function == "output" and written_level(v, pin) is not None:
                level = written_level(v, pin)
            pull = "?"
            if modelled:
                pull = next((name for name, mask in (("up", "pull_up"), ("down", "pull_down"))
                             if int(v["gpio"][mask]) >> pin & 1), "-")
            header = int(v["place"][pin])
            gdb.write("%3d  %6s  %-8s  %5s  %s\n" % (pin, header or "-", function,
                                                     "?" if level is None else level, pull))
        if not modelled or not is_process():
            gdb.write("(as the program last read or wrote them: nobody was asked)\n")


def describe(a):
    op, addr, value = int(a["op"]), int(a["addr"]), int(a["value"])
    if op > 1:
        return OPS[op] + (" %d" % value if op in (3, 4) else " 0x%x" % value if op == 5 else "")
    width = int(a["width"])
    return "%-5s %s%s 0x%0*x%s" % (
        OPS[op], registers.name(addr), "" if width == 4 else " (%d bits, +%d)" % (8 * width, addr & 3),
        2 * width, value, "" if int(a["result"]) == 0 else "  (no answer)")


class PiTrace(gdb.Command):
    """pi trace [last] [N] [all]: the last N (20) accesses and where the program made them."""

    def __init__(self):
        super().__init__("pi trace", gdb.COMMAND_DATA)

    def invoke(self, arg, from_tty):
        registers.load()
        n, kinds = 20, [0]
        for word in arg.split():
            if word == "all":
                kinds = [0, 1]
            elif word.isdigit() and int(word) > 0:
                n = int(word)
            elif word != "last":
                raise gdb.GdbError("pi trace: %s: pi trace [last] [N] [all] is meant" % word)
        v = running_view()
        kept = v["access"][0].type.range()[1] + 1
        found = []
        for kind in kinds:
            count = int(v["count"][kind])
            for i in range(max(0, count - min(n, kept)), count):
                if int(v["access"][kind][i % kept]["op"]) < 6:
                    found.append(v["access"][kind][i % kept])
        found.sort(key=lambda a: int(a["number"]))
        if not found:
            gdb.write("no access yet\n")
        for a in found[-n:]:
            ns, origin = int(a["ns"]), int(a["origin"])
            gdb.write("%12s  %-44s %s\n" % (
                "%.1f us" % (ns / 1000) if ns else "", describe(a),
                "DMA" if origin == 2 else place(int(a["pc"])) if int(a["pc"]) else ""))
