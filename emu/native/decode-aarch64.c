/* aarch64 loads and stores, from Capstone's detail. Not described: exclusive ones, whose pairs
 * would never succeed when they trap, atomic ones, and ld2 to ld4 and their stores. */
#ifdef HAVE_CAPSTONE

#include <stdlib.h>
#include <string.h>

#include "emu/native/decode-describe.h"

enum { REGISTERS_OWN = 0 }; /* as many bytes as the register has */

/* By name, because Capstone numbers them anew from version to version. */
static const struct form {
    char name[8];
    uint8_t width, is_signed;
} forms[] = {
    {"ldr", REGISTERS_OWN, 0},
    {"ldur", REGISTERS_OWN, 0},
    {"ldtr", REGISTERS_OWN, 0},
    {"ldar", REGISTERS_OWN, 0},
    {"ldapr", REGISTERS_OWN, 0},
    {"ldapur", REGISTERS_OWN, 0},
    {"ldp", REGISTERS_OWN, 0},
    {"ldnp", REGISTERS_OWN, 0},
    {"ldrb", 1, 0},
    {"ldurb", 1, 0},
    {"ldtrb", 1, 0},
    {"ldarb", 1, 0},
    {"ldaprb", 1, 0},
    {"ldrh", 2, 0},
    {"ldurh", 2, 0},
    {"ldtrh", 2, 0},
    {"ldarh", 2, 0},
    {"ldaprh", 2, 0},
    {"ldrsb", 1, 1},
    {"ldursb", 1, 1},
    {"ldtrsb", 1, 1},
    {"ldrsh", 2, 1},
    {"ldursh", 2, 1},
    {"ldtrsh", 2, 1},
    {"ldrsw", 4, 1},
    {"ldursw", 4, 1},
    {"ldtrsw", 4, 1},
    {"ldpsw", 4, 1},
    {"str", REGISTERS_OWN, 0},
    {"stur", REGISTERS_OWN, 0},
    {"sttr", REGISTERS_OWN, 0},
    {"stlr", REGISTERS_OWN, 0},
    {"stlur", REGISTERS_OWN, 0},
    {"stp", REGISTERS_OWN, 0},
    {"stnp", REGISTERS_OWN, 0},
    {"strb", 1, 0},
    {"sturb", 1, 0},
    {"sttrb", 1, 0},
    {"stlrb", 1, 0},
    {"strh", 2, 0},
    {"sturh", 2, 0},
    {"sttrh", 2, 0},
    {"stlrh", 2, 0},
    {"ld1", REGISTERS_OWN, 0},
    {"ld1r", REGISTERS_OWN, 0},
    {"st1", REGISTERS_OWN, 0},
};

/* A register's number, its kind and its bytes. */
struct named {
    uint8_t number, is_vector, width;
};

static int within(unsigned reg, unsigned first, unsigned last, uint8_t is_vector, uint8_t width,
                  struct named *n)
{
    if (reg < first || reg > last)
        return 0;
    *n = (struct named){(uint8_t)(reg - first), is_vector, width};
    return 1;
}

static int name(unsigned reg, struct named *n)
{
    switch (reg) {
    case ARM64_REG_X29:
        *n = (struct named){29, 0, 8};
        return 1;
    case ARM64_REG_X30:
        *n = (struct named){30, 0, 8};
        return 1;
    case ARM64_REG_XZR:
    case ARM64_REG_SP:
        *n = (struct named){31, 0, 8};
        return 1;
    case ARM64_REG_WZR:
        *n = (struct named){31, 0, 4};
        return 1;
    default:
        return within(reg, ARM64_REG_X0, ARM64_REG_X28, 0, 8, n) ||
               within(reg, ARM64_REG_W0, ARM64_REG_W30, 0, 4, n) ||
               within(reg, ARM64_REG_B0, ARM64_REG_B31, 1, 1, n) ||
               within(reg, ARM64_REG_H0, ARM64_REG_H31, 1, 2, n) ||
               within(reg, ARM64_REG_S0, ARM64_REG_S31, 1, 4, n) ||
               within(reg, ARM64_REG_D0, ARM64_REG_D31, 1, 8, n) ||
               within(reg, ARM64_REG_Q0, ARM64_REG_Q31, 1, 16, n) ||
               within(reg, ARM64_REG_V0, ARM64_REG_V31, 1, 16, n);
    }
}

/* "{v0.4s}, ...": four elements of 4 bytes; "{v0.s}[2]": one. */
static uint8_t arrangement(const char *operands, int whole)
{
    static const char sizes[] = "bhsd";
    const char *dot = strchr(operands, '.');
    char *end;
    long count = dot ? strtol(dot + 1, &end, 10) : 0;
    const char *size = dot && *end ? strchr(sizes, *end) : NULL;

    if (!size)
        return 0;
    return (uint8_t)((1 << (size - sizes)) * (whole ? count : 1));
}

/* Which register moves, and by how much, once the access is made. */
static void set_write_back(const cs_arm64 *a, int memory, struct decoded *d)
{
    struct named n;

    d->base = d->delta_reg = DECODE_NONE;
    if (!a->writeback || !name(a->operands[memory].mem.base, &n))
        return;
    d->base = n.number;
    d->delta = a->operands[memory].mem.disp;
    if (memory + 1 == a->op_count)
        return;
    if (a->operands[memory + 1].type == ARM64_OP_IMM)
        d->delta = (int32_t)a->operands[memory + 1].imm;
    else if (a->operands[memory + 1].type == ARM64_OP_REG && name(a->operands[memory + 1].reg, &n))
        d->delta_reg = n.number;
}

static const struct form *form_of(const cs_insn *insn)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(insn->mnemonic, forms[i].name) == 0)
            return &forms[i];
    }
    return NULL;
}

void decode_describe_aarch64(const cs_insn *insn, struct decoded *d)
{
    const cs_arm64 *a = &insn->detail->arm64;
    const struct form *f = form_of(insn);
    int i = 0;

    if (!f)
        return;
    d->lane = DECODE_NONE;
    for (; i < a->op_count && a->operands[i].type == ARM64_OP_REG; i++) {
        struct named n;

        if (d->nregs == DECODE_REGS || !name(a->operands[i].reg, &n))
            return;
        d->reg[d->nregs++] = n.number;
        d->is_vector = n.is_vector;
        d->is_64 = n.width == 8;
        d->width = f->width ? f->width : n.width;
        if (a->operands[i].vector_index >= 0)
            d->lane = (uint8_t)a->operands[i].vector_index;
    }
    if (!d->nregs || i == a->op_count || a->operands[i].type != ARM64_OP_MEM)
        return;
    d->replicates = strcmp(f->name, "ld1r") == 0;
    if (f->name[2] == '1')
        d->width = arrangement(insn->op_str, d->lane == DECODE_NONE && !d->replicates);
    if (!d->width || (d->nregs > 1 && (d->lane != DECODE_NONE || d->replicates)))
        return;
    set_write_back(a, i, d);
    d->is_signed = f->is_signed;
    d->reads = f->name[0] == 'l';
    d->writes = !d->reads;
    d->kind = DECODE_MOVE;
}

#else
typedef int decode_without_capstone;
#endif
