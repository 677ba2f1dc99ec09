/* x86 instructions with a memory operand, from Capstone's detail. Not described: AVX, scas and
 * cmps. */
#ifdef HAVE_CAPSTONE

#include <string.h>

#include "emu/native/decode-describe.h"

enum direction { READS = 1, WRITES = 2, CHANGES = READS | WRITES };

static int begins(const cs_insn *insn, const char *name)
{
    return strncmp(insn->mnemonic, name, strlen(name)) == 0;
}

/* What Capstone says of it (`access`) is wrong for many: version 4 takes rotations for stores,
 * stores of SSE registers for loads, and test for a change. Its order of operands is right: one
 * that is written comes first. */
static int direction_of(const cs_insn *insn, int is_first)
{
    if (!is_first)
        return READS;
    if (begins(insn, "mov") || begins(insn, "set") || begins(insn, "pextr"))
        return WRITES;
    switch (insn->id) {
    case X86_INS_CMP:
    case X86_INS_TEST:
    case X86_INS_BT:
        return READS;
    case X86_INS_FST:
    case X86_INS_FSTP:
    case X86_INS_FIST:
    case X86_INS_FISTP:
    case X86_INS_FISTTP:
    case X86_INS_FNSTCW:
    case X86_INS_FNSTSW:
    case X86_INS_STMXCSR:
    case X86_INS_POP:
        return WRITES;
    case X86_INS_INC:
    case X86_INS_DEC:
    case X86_INS_NEG:
    case X86_INS_NOT:
    case X86_INS_CMPXCHG8B:
        return CHANGES;
    default:
        return insn->detail->x86.op_count > 1 ? CHANGES : READS;
    }
}

/* Capstone 4 is wrong about these. */
static uint8_t width_of(const cs_insn *insn, const cs_x86_op *memory)
{
    switch (insn->id) {
    case X86_INS_COMISS:
    case X86_INS_UCOMISS:
        return 4;
    case X86_INS_COMISD:
    case X86_INS_UCOMISD:
        return 8;
    default:
        return memory->size;
    }
}

static int is_stack_pointer(unsigned reg)
{
    return reg == X86_REG_RSP || reg == X86_REG_ESP || reg == X86_REG_SP || reg == X86_REG_SPL;
}

/* Returns the memory operand if there is one and no more. */
static const cs_x86_op *look_at_operands(const cs_x86 *x, struct decoded *d, int *moves_stack)
{
    const cs_x86_op *memory = NULL;

    *moves_stack = 0;
    for (int i = 0; i < x->op_count; i++) {
        const cs_x86_op *o = &x->operands[i];

        if (o->type == X86_OP_MEM) {
            if (memory)
                return NULL;
            memory = o;
        } else if (o->type == X86_OP_REG) {
            if (o->reg >= X86_REG_XMM0 && o->reg <= X86_REG_XMM15)
                d->vector = 1;
            *moves_stack |= is_stack_pointer(o->reg);
        }
    }
    return memory;
}

static void describe_string(const cs_insn *insn, struct decoded *d, int from, int to)
{
    const cs_x86 *x = &insn->detail->x86;

    if (x->prefix[3]) /* addresses of another size */
        return;
    d->kind = DECODE_STRING;
    d->width = x->operands[0].size;
    d->repeats = x->prefix[0] != 0;
    d->from_source = (uint8_t)from;
    d->to_destination = (uint8_t)to;
    d->reads = (uint8_t)from;
    d->writes = (uint8_t)to;
}

/* movsd and cmpsd are names of SSE instructions too. */
static int describe_strings(const cs_insn *insn, struct decoded *d)
{
    if (insn->detail->x86.encoding.modrm_offset)
        return 0;
    switch (insn->id) {
    case X86_INS_MOVSB:
    case X86_INS_MOVSW:
    case X86_INS_MOVSD:
    case X86_INS_MOVSQ:
        describe_string(insn, d, 1, 1);
        return 1;
    case X86_INS_STOSB:
    case X86_INS_STOSW:
    case X86_INS_STOSD:
    case X86_INS_STOSQ:
        describe_string(insn, d, 0, 1);
        return 1;
    case X86_INS_LODSB:
    case X86_INS_LODSW:
    case X86_INS_LODSD:
    case X86_INS_LODSQ:
        describe_string(insn, d, 1, 0);
        return 1;
    default:
        return 0;
    }
}

void decode_describe_x86(const cs_insn *insn, struct decoded *d)
{
    const cs_x86 *x = &insn->detail->x86;
    const cs_x86_op *memory;
    int moves_stack, direction;

    if (describe_strings(insn, d))
        return;
    memory = look_at_operands(x, d, &moves_stack);
    if (!memory || moves_stack)
        return;
    direction = direction_of(insn, memory == &x->operands[0]);
    d->reads = (direction & READS) != 0;
    d->writes = (direction & WRITES) != 0;
    d->width = width_of(insn, memory);
    d->rex = x->rex != 0;
    d->modrm = x->encoding.modrm_offset;
    if (d->modrm && insn->bytes[d->modrm - 1] >= 0xd8 && insn->bytes[d->modrm - 1] <= 0xdf &&
        x->opcode[0] >= 0xd8 && x->opcode[0] <= 0xdf)
        d->vector = 1; /* x87 */
    switch (insn->id) {
    case X86_INS_CALL:
    case X86_INS_JMP:
    case X86_INS_LCALL:
    case X86_INS_LJMP:
        return;
    case X86_INS_PUSH:
        d->kind = DECODE_PUSH;
        return;
    case X86_INS_POP:
        d->kind = DECODE_POP;
        return;
    default:
        if (d->width <= 16 && d->width && (d->width & (d->width - 1)) == 0)
            d->kind = DECODE_PLAIN;
    }
}

#else
typedef int decode_without_capstone;
#endif
