/* Direct device accesses on x86. The program's instruction is written out again with the memory
 * operand replaced by a scratch word, and run in the handler with the program's registers, between
 * the bus's reads and writes of that word. So every instruction with a memory operand works,
 * whatever it computes; push, pop and string instructions, which have a second one, are performed
 * here. Not supported: calls and jumps through a device, AVX.
 *
 * valgrind takes neither flags nor vector registers back from a signal's frame. There the handler
 * only finds out what the instruction writes; afterwards the program itself runs the rewritten one,
 * which ends with a jump back. */
#if defined(__x86_64__) || defined(__i386__)

#include <string.h>
#include <sys/mman.h>

#include "emu/native/deref-internal.h"
#include "emu/native/native.h"
#include "emu/native/valgrind-request.h"

enum {
    SCRATCH_BYTES = 64,
    STUB_BYTES = 80, /* an instruction of at most 18 bytes and ret, the same and a jump */
    JUMP_OFFSET = 32,
    CODE_BYTES = SCRATCH_BYTES + MAX_PLACES * STUB_BYTES,
    ARITHMETIC = 0xcd5, /* of the flags: carry, parity, adjust, zero, sign, direction, overflow */
    DIRECTION = 0x400,
};

static uint8_t *scratch; /* first bytes of the page the stubs lie in */

/* deref-run.S: runs `code` with these registers; the stack pointer stays the host's. */
#if defined(__x86_64__)
enum { NREGS = 15 };
static const int greg[NREGS] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI,
                                REG_RDI, REG_RBP, REG_R8,  REG_R9,  REG_R10,
                                REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
enum { PC = REG_RIP, SP = REG_RSP, A = REG_RAX, C = REG_RCX, SI = REG_RSI, DI = REG_RDI };
#else
enum { NREGS = 7 };
static const int greg[NREGS] = {REG_EAX, REG_EBX, REG_ECX, REG_EDX, REG_ESI, REG_EDI, REG_EBP};
enum { PC = REG_EIP, SP = REG_ESP, A = REG_EAX, C = REG_ECX, SI = REG_ESI, DI = REG_EDI };
#endif
enum { FLAGS = REG_EFL };
extern uintptr_t deref_regs[NREGS], deref_flags;
extern char deref_vectors[512]; /* as they were when deref_entry was entered */
void deref_run(const void *code);

/* ---- once a place: the stub ---- */

/* How many bytes of address follow the ModRM byte (Intel SDM vol. 2, tables 2-2 and 2-3). */
static size_t address_bytes(const uint8_t *modrm)
{
    unsigned mod = modrm[0] >> 6, rm = modrm[0] & 7;
    size_t sib = rm == 4;

    if (mod == 1)
        return sib + 1;
    if (mod == 2 || (mod == 0 && (rm == 5 || (sib && (modrm[1] & 7) == 5))))
        return sib + 4;
    return sib;
}

/* The prefixes, without those that say how the address is made. Returns how many were read. */
static size_t copy_prefixes(const uint8_t *in, uint8_t **out)
{
    for (size_t at = 0;; at++) {
        switch (in[at]) {
        case 0x66:
        case 0xf0:
        case 0xf2:
        case 0xf3:
            *(*out)++ = in[at];
            break;
        case 0x67: /* the address's size, and segments */
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
            break;
        default:
            return at;
        }
    }
}

/* Writes the instruction to out with its memory operand at scratch. Returns its end, or null: it is
 * of no known form. */
static uint8_t *rewrite(const struct place *p, uint8_t *out)
{
    const struct decoded *d = &p->d;
    const uint8_t *in = (const uint8_t *)p->pc;
    size_t at = copy_prefixes(in, &out), tail;
    int32_t disp;

    if (d->rex)
        *out++ = in[at++] & ~3;    /* REX.X and REX.B belong to the address */
    if ((in[at] & 0xfc) == 0xa0) { /* mov between the accumulator and an absolute address */
        static const uint8_t plain[4] = {0x8a, 0x8b, 0x88, 0x89};

        *out++ = plain[in[at] & 3];
        *out++ = 0x05;
        tail = d->length;
    } else {
        if (d->modrm <= at || d->modrm >= d->length || in[at] == 0xc4 || in[at] == 0xc5 ||
            in[at] == 0x62)
            return NULL;
        while (at < d->modrm)
            *out++ = in[at++];
        *out++ = (in[d->modrm] & 0x38) | 0x05; /* a 32-bit displacement alone */
        tail = d->modrm + 1 + address_bytes(in + d->modrm);
    }
    if (tail > d->length)
        return NULL;
    disp = (int32_t)(intptr_t)scratch;
    if (sizeof(void *) == 8) /* relative to the next instruction */
        disp = (int32_t)(scratch - (out + 4 + (d->length - tail)));
    memcpy(out, &disp, 4);
    out += 4;
    memcpy(out, in + tail, d->length - tail);
    return out + (d->length - tail);
}

static void jump_to(uint8_t *out, uintptr_t to)
{
#if defined(__x86_64__)
    static const uint8_t jump[] = {0xff, 0x25, 0, 0, 0, 0}; /* to the address that follows */

    memcpy(out, jump, sizeof jump);
    memcpy(out + sizeof jump, &to, sizeof to);
#else
    uintptr_t distance = to - (uintptr_t)(out + 5);

    *out = 0xe9;
    memcpy(out + 1, &distance, sizeof distance);
#endif
}

int deref_prepare(struct place *p, int number, const char **why)
{
    uint8_t *end;

    if ((p->d.repeats || p->d.kind == DECODE_POP) && native_on_valgrind()) {
        /* How far it has come at the fault, valgrind does not say: rcx, rsp have moved, or not. */
        *why = "by a pop or a repeated string instruction, which cannot be finished under valgrind";
        return -1;
    }
    if (p->d.kind != DECODE_PLAIN)
        return 0;
    if (!scratch) {
        void *page = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (page == MAP_FAILED) {
            *why = "this system lets no program make code at run time";
            return -1;
        }
        scratch = page;
    }
    p->code = scratch + SCRATCH_BYTES + (size_t)number * STUB_BYTES;
    end = rewrite(p, p->code);
    if (!end)
        return -1;
    *end = 0xc3; /* ret */
    if (native_on_valgrind()) {
        p->jump = p->code + JUMP_OFFSET;
        jump_to(rewrite(p, p->jump), p->pc + p->d.length);
    }
    return 0;
}

/* ---- each time: SSE and x87 ---- */

/* The program's SSE and x87 registers, where the kernel put them, to the processor and back. */
static void load_vector(const ucontext_t *context)
{
    if (native_on_valgrind()) {
        __asm__ volatile("fxrstor %0" ::"m"(deref_vectors) : "memory");
        return;
    }
#if defined(__x86_64__)
    __asm__ volatile("fxrstor64 %0" ::"m"(*(char(*)[512])context->uc_mcontext.fpregs) : "memory");
#else
    /* Behind fsave's format (112 bytes) lies fxsave's, as on every processor that has SSE. */
    const char *at = (const char *)context->uc_mcontext.fpregs + 112;

    __asm__ volatile("fxrstor %0" ::"m"(*(const char(*)[512])at) : "memory");
#endif
}

static void store_vector(ucontext_t *context)
{
#if defined(__x86_64__)
    __asm__ volatile("fxsave64 %0" : "=m"(*(char(*)[512])context->uc_mcontext.fpregs)::"memory");
#else
    char *fsave = (char *)context->uc_mcontext.fpregs;

    __asm__ volatile("fxsave %0" : "=m"(*(char(*)[512])(fsave + 112))::"memory");
    /* The kernel takes x87's from the older format. */
    __asm__ volatile("fnsave %0" : "=m"(*(char(*)[108])fsave)::"memory");
#endif
}

static void run_stub(const struct place *p, ucontext_t *context)
{
    greg_t *g = context->uc_mcontext.gregs;

    for (int i = 0; i < NREGS; i++)
        deref_regs[i] = (uintptr_t)g[greg[i]];
    deref_flags = (uintptr_t)g[FLAGS] & ARITHMETIC;
    if (p->d.vector)
        load_vector(context);
    deref_run(p->code);
    if (p->jump)
        return;
    if (p->d.vector)
        store_vector(context);
    for (int i = 0; i < NREGS; i++)
        g[greg[i]] = (greg_t)deref_regs[i];
    g[FLAGS] = (g[FLAGS] & ~(greg_t)ARITHMETIC) | (greg_t)(deref_flags & ARITHMETIC);
}

/* ---- each time: what has a second operand in memory ---- */

static int is_device(uintptr_t addr)
{
    return addr - PERIPHERAL_BASE < PERIPHERAL_END - PERIPHERAL_BASE;
}

/* One of the two may be a device, the other is memory of the program's. */
static void move(const struct place *p, uintptr_t addr, enum bus_op op, void *bytes)
{
    if (is_device(addr))
        deref_transfer(p, addr, op, bytes, p->d.width);
    else if (op == BUS_READ)
        memcpy(bytes, (void *)addr, p->d.width);
    else
        memcpy((void *)addr, bytes, p->d.width);
}

static void push(const struct place *p, greg_t *g, uintptr_t addr)
{
    uint8_t bytes[8];
    uintptr_t to = (uintptr_t)g[SP] - p->d.width;

    move(p, addr, BUS_READ, bytes);
    valgrind_request(VG_MAKE_MEM_DEFINED, to, p->d.width, 0, 0);
    memcpy((void *)to, bytes, p->d.width);
    g[SP] = (greg_t)to;
}

static void pop(const struct place *p, greg_t *g, uintptr_t addr)
{
    uint8_t bytes[8];

    memcpy(bytes, (void *)(uintptr_t)g[SP], p->d.width);
    g[SP] += p->d.width;
    move(p, addr, BUS_WRITE, bytes);
}

/* One turn of it; with turns left, the program counter stays and the next one traps. */
static int string_turn(const struct place *p, greg_t *g)
{
    greg_t step = g[FLAGS] & DIRECTION ? -(greg_t)p->d.width : (greg_t)p->d.width;
    uint8_t bytes[8];

    if (p->d.from_source) {
        move(p, (uintptr_t)g[SI], BUS_READ, bytes);
        g[SI] += step;
    } else {
        memcpy(bytes, &g[A], p->d.width);
    }
    if (p->d.to_destination) {
        move(p, (uintptr_t)g[DI], BUS_WRITE, bytes);
        g[DI] += step;
    } else {
        uint64_t wide = 0;

        memcpy(p->d.width == 4 ? (void *)&wide : (void *)&g[A], bytes, p->d.width);
        if (p->d.width == 4) /* clears the upper half, as 32-bit results do */
            g[A] = (greg_t)wide;
    }
    return !p->d.repeats || --g[C] == 0;
}

static void run_plain(const struct place *p, ucontext_t *context, uintptr_t addr,
                      struct deref_rest *rest)
{
    if (p->d.reads)
        deref_transfer(p, addr, BUS_READ, scratch, p->d.width);
    if (p->jump) {
        rest->pc = p->pc;
        memcpy(rest->operand, scratch, sizeof rest->operand);
    }
    if (p->d.writes || !p->jump)
        run_stub(p, context);
    if (p->d.writes)
        deref_transfer(p, addr, BUS_WRITE, scratch, p->d.width);
}

void deref_finish_place(const struct place *p, ucontext_t *context, const struct deref_rest *rest)
{
    memcpy(scratch, rest->operand, sizeof rest->operand);
    context->uc_mcontext.gregs[PC] = (greg_t)(uintptr_t)p->jump;
}

void deref_run_place(const struct place *p, ucontext_t *context, uintptr_t addr,
                     struct deref_rest *rest)
{
    greg_t *g = context->uc_mcontext.gregs;
    int over = 1;

    switch (p->d.kind) {
    case DECODE_PUSH:
        push(p, g, addr);
        break;
    case DECODE_POP:
        pop(p, g, addr);
        break;
    case DECODE_STRING:
        over = string_turn(p, g);
        break;
    default:
        run_plain(p, context, addr, rest);
    }
    if (over)
        g[PC] += p->d.length;
}

#else
typedef int deref_not_on_x86;
#endif
