/* A trapped access is decoded once by Capstone; its instruction is written out again with the
 * memory operand replaced by a scratch word, and run in the handler with the program's registers,
 * between the bus's reads and writes of that word. So every instruction with a memory operand
 * works, whatever it computes. Not supported: instructions that move the stack pointer, string
 * instructions, AVX.
 *
 * Capstone is loaded when first needed; a program without such accesses runs without it. */
#include "emu/native/deref.h"

#include "emu/native/engine.h"

#if defined(HAVE_CAPSTONE) && (defined(__x86_64__) || defined(__i386__))

#include <capstone/capstone.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

enum {
    CODE_BYTES = 64 << 10,
    SCRATCH_BYTES = 64,
    STUB_BYTES = 32, /* an instruction of at most 15 bytes, and ret */
    MAX_STUBS = (CODE_BYTES - SCRATCH_BYTES) / STUB_BYTES,
    BUCKETS = 1024,
    ARITHMETIC = 0xcd5, /* of the flags: carry, parity, adjust, zero, sign, direction, overflow */
};

/* One place in the program that dereferences a device address. */
struct stub {
    uintptr_t pc;
    uint8_t *code;
    uint8_t length; /* of the program's instruction */
    uint8_t width;  /* bytes of memory */
    uint8_t reads, writes;
    uint8_t vector; /* uses SSE registers */
    struct stub *next;
};

static struct stub stubs[MAX_STUBS], *bucket[BUCKETS];
static int nstubs;
static uint8_t *scratch; /* first bytes of the page the stubs lie in */

static struct {
    csh handle;
    cs_insn *insn;
    bool (*disasm)(csh, const uint8_t **, size_t *, uint64_t *, cs_insn *);
} capstone;

/* deref-run.S: runs `code` with these registers; the stack pointer stays the host's. */
#if defined(__x86_64__)
enum { NREGS = 15 };
static const int greg[NREGS] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI,
                                REG_RDI, REG_RBP, REG_R8,  REG_R9,  REG_R10,
                                REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
enum { PC = REG_RIP, FLAGS = REG_EFL };
#else
enum { NREGS = 7 };
static const int greg[NREGS] = {REG_EAX, REG_EBX, REG_ECX, REG_EDX, REG_ESI, REG_EDI, REG_EBP};
enum { PC = REG_EIP, FLAGS = REG_EFL };
#endif
extern uintptr_t deref_regs[NREGS], deref_flags;
void deref_run(const void *code);

static int load_capstone(const char **why)
{
    cs_err (*open)(cs_arch, cs_mode, csh *);
    cs_err (*option)(csh, cs_opt_type, size_t);
    cs_insn *(*allocate)(csh);
    char name[32] = "libcapstone.so.0";
    void *lib;

    name[strlen(name) - 1] = '0' + CS_API_MAJOR;
    lib = dlopen(name, RTLD_NOW);
    if (!lib) {
        *why =
            sizeof(void *) == 8
                ? "the decoder it takes is not installed: tools/setup run installs libcapstone"
                : "the decoder it takes is not installed for 32-bit programs: leave out -m32, use "
                  "put32 and get32, or dpkg --add-architecture i386 && apt-get install "
                  "libcapstone4:i386";
        return -1;
    }
    *(void **)&open = dlsym(lib, "cs_open");
    *(void **)&option = dlsym(lib, "cs_option");
    *(void **)&allocate = dlsym(lib, "cs_malloc");
    *(void **)&capstone.disasm = dlsym(lib, "cs_disasm_iter");
    *why = "the decoder does not start: is libcapstone damaged?";
    if (!open || !option || !allocate || !capstone.disasm ||
        open(CS_ARCH_X86, sizeof(void *) == 8 ? CS_MODE_64 : CS_MODE_32, &capstone.handle) !=
            CS_ERR_OK ||
        option(capstone.handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK)
        return -1;
    capstone.insn = allocate(capstone.handle);
    scratch = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (scratch == MAP_FAILED) {
        *why = "this system lets no program make code at run time";
        return -1;
    }
    return capstone.insn ? 0 : -1;
}

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

/* Writes the instruction to s->code with its memory operand at scratch. -1: of no known form. */
static int rewrite(struct stub *s, const cs_insn *insn)
{
    const cs_x86 *x = &insn->detail->x86;
    const uint8_t *in = insn->bytes;
    uint8_t *out = s->code;
    size_t at = 0, tail;
    int32_t disp;

    while (in[at] == 0x66 || in[at] == 0xf2 || in[at] == 0xf3 || in[at] == 0xf0)
        *out++ = in[at++];
    if (x->rex) {
        *out++ = in[at++] & ~3; /* REX.X and REX.B belong to the address */
    }
    if ((in[at] & 0xfc) == 0xa0) { /* mov between the accumulator and an absolute address */
        static const uint8_t plain[4] = {0x8a, 0x8b, 0x88, 0x89};

        *out++ = plain[in[at] & 3];
        *out++ = 0x05;
        tail = insn->size;
    } else {
        size_t modrm = x->encoding.modrm_offset;

        if (modrm <= at || modrm >= insn->size || in[at] == 0xc4 || in[at] == 0xc5 ||
            in[at] == 0x62)
            return -1;
        while (at < modrm)
            *out++ = in[at++];
        *out++ = (in[modrm] & 0x38) | 0x05; /* a 32-bit displacement alone */
        tail = modrm + 1 + address_bytes(in + modrm);
    }
    if (tail > insn->size)
        return -1;
    disp = (int32_t)(intptr_t)scratch;
    if (sizeof(void *) == 8) /* relative to the next instruction */
        disp = (int32_t)(scratch - (out + 4 + (insn->size - tail)));
    memcpy(out, &disp, 4);
    out += 4;
    memcpy(out, in + tail, insn->size - tail);
    out[insn->size - tail] = 0xc3; /* ret */
    return 0;
}

static int moves_stack(const cs_insn *insn)
{
    const cs_x86 *x = &insn->detail->x86;

    for (int i = 0; i < x->op_count; i++) {
        if (x->operands[i].type == X86_OP_REG &&
            (x->operands[i].reg == X86_REG_RSP || x->operands[i].reg == X86_REG_ESP))
            return 1;
    }
    switch (insn->id) {
    case X86_INS_PUSH:
    case X86_INS_POP:
    case X86_INS_CALL:
    case X86_INS_JMP:
        return 1;
    default:
        return 0;
    }
}

static int describe_operands(struct stub *s, const cs_insn *insn)
{
    const cs_x86 *x = &insn->detail->x86;
    int memory = 0;

    for (int i = 0; i < x->op_count; i++) {
        const cs_x86_op *o = &x->operands[i];

        if (o->type == X86_OP_MEM) {
            memory++;
            s->width = o->size;
            s->reads = (o->access & CS_AC_READ) != 0;
            /* Capstone 4 takes TEST of memory and a constant for a write. */
            s->writes = (o->access & CS_AC_WRITE) != 0 && insn->id != X86_INS_TEST;
        } else if (o->type == X86_OP_REG && o->reg >= X86_REG_XMM0 && o->reg <= X86_REG_XMM15) {
            s->vector = 1;
        }
    }
    return memory == 1 && (s->reads || s->writes) && s->width <= 16 &&
                   (s->width & (s->width - 1)) == 0
               ? 0
               : -1;
}

static struct stub *make_stub(uintptr_t pc, const char **why)
{
    const uint8_t *at = (const uint8_t *)pc;
    size_t room = 15;
    uint64_t where = pc;
    struct stub *s = &stubs[nstubs];

    if (!scratch && load_capstone(why) < 0)
        return NULL;
    *why = "more than 2000 places in the program do so";
    if (nstubs == MAX_STUBS)
        return NULL;
    memset(s, 0, sizeof *s);
    s->pc = pc;
    s->code = scratch + SCRATCH_BYTES + (size_t)nstubs * STUB_BYTES;
    *why = "by an instruction of a kind this engine does not perform on devices";
    if (!capstone.disasm(capstone.handle, &at, &room, &where, capstone.insn) ||
        moves_stack(capstone.insn) || describe_operands(s, capstone.insn) < 0 ||
        rewrite(s, capstone.insn) < 0)
        return NULL;
    s->length = (uint8_t)capstone.insn->size;
    nstubs++;
    s->next = bucket[pc % BUCKETS];
    bucket[pc % BUCKETS] = s;
    return s;
}

static struct stub *find_stub(uintptr_t pc, const char **why)
{
    for (struct stub *s = bucket[pc % BUCKETS]; s; s = s->next) {
        if (s->pc == pc)
            return s;
    }
    return make_stub(pc, why);
}

/* The accesses of s->width bytes at addr, each at most 4. */
static void transfer(const struct stub *s, uintptr_t addr, enum bus_op op)
{
    unsigned piece = s->width < 4 ? s->width : 4;

    for (unsigned i = 0; i < s->width; i += piece) {
        uint32_t value = 0;

        if (op == BUS_WRITE)
            memcpy(&value, scratch + i, piece);
        value = engine_access(op, piece, (uint32_t)(addr + i), value, s->pc + 1);
        if (op == BUS_READ)
            memcpy(scratch + i, &value, piece);
    }
}

/* The program's SSE registers, where the kernel put them, to the processor and back. */
static void load_vector(const ucontext_t *context)
{
#if defined(__x86_64__)
    __asm__ volatile("fxrstor64 %0" ::"m"(*(char(*)[512])context->uc_mcontext.fpregs) : "memory");
#endif
    (void)context;
}

static void store_vector(ucontext_t *context)
{
#if defined(__x86_64__)
    __asm__ volatile("fxsave64 %0" : "=m"(*(char(*)[512])context->uc_mcontext.fpregs)::"memory");
#endif
    (void)context;
}

static void run_stub(const struct stub *s, ucontext_t *context)
{
    greg_t *g = context->uc_mcontext.gregs;

    for (int i = 0; i < NREGS; i++)
        deref_regs[i] = (uintptr_t)g[greg[i]];
    deref_flags = (uintptr_t)g[FLAGS] & ARITHMETIC;
    if (s->vector)
        load_vector(context);
    deref_run(s->code);
    if (s->vector)
        store_vector(context);
    for (int i = 0; i < NREGS; i++)
        g[greg[i]] = (greg_t)deref_regs[i];
    g[FLAGS] = (g[FLAGS] & ~(greg_t)ARITHMETIC) | (greg_t)(deref_flags & ARITHMETIC);
}

int deref_perform(ucontext_t *context, uintptr_t addr, const char **why)
{
    const struct stub *s = find_stub((uintptr_t)context->uc_mcontext.gregs[PC], why);

    if (!s)
        return -1;
#if !defined(__x86_64__)
    if (s->vector) {
        *why = "through an SSE register";
        return -1;
    }
#endif
    if (s->reads)
        transfer(s, addr, BUS_READ);
    run_stub(s, context);
    if (s->writes)
        transfer(s, addr, BUS_WRITE);
    context->uc_mcontext.gregs[PC] += s->length;
    return 0;
}

#else

int deref_perform(ucontext_t *context, uintptr_t addr, const char **why)
{
    (void)context;
    (void)addr;
#if defined(__x86_64__) || defined(__i386__)
    *why = "the decoder it takes was missing when this was built: tools/setup run installs "
           "libcapstone, then "
           "make, and compile the program again";
#else
    *why = "use put32 and get32 on this kind of machine";
#endif
    return -1;
}

#endif
