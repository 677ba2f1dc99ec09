/* Direct device accesses on aarch64, where all that reaches memory are loads and stores: registers
 * are moved between the signal's frame and the bus. Not supported: exclusive and atomic ones (see
 * decode-aarch64.c). */
#if defined(__aarch64__)

#include <asm/sigcontext.h>
#include <string.h>

#include "emu/native/deref-internal.h"
#include "emu/native/fault.h"

enum { VECTOR_BYTES = 16, ZERO = 31 };

int deref_prepare(struct place *p, int number, const char **why)
{
    (void)p;
    (void)number;
    (void)why;
    return 0;
}

/* A part of the signal's frame, or null. */
static void *record(ucontext_t *context, uint32_t magic)
{
    uint8_t *at = context->uc_mcontext.__reserved;
    const uint8_t *end = at + sizeof context->uc_mcontext.__reserved;

    while (at + sizeof(struct _aarch64_ctx) <= end) {
        struct _aarch64_ctx head;

        memcpy(&head, at, sizeof head);
        if (head.magic == magic)
            return at;
        if (!head.magic || !head.size)
            break;
        at += head.size;
    }
    return NULL;
}

static void get_vector(ucontext_t *context, unsigned n, uint8_t *bytes)
{
    const struct fpsimd_context *v = record(context, FPSIMD_MAGIC);

    memset(bytes, 0, VECTOR_BYTES);
    if (v)
        memcpy(bytes, &v->vregs[n], VECTOR_BYTES);
}

/* A processor with SVE has the same registers a second time, longer; QEMU takes them from there. */
static void set_vector(ucontext_t *context, unsigned n, const uint8_t *bytes)
{
    struct fpsimd_context *v = record(context, FPSIMD_MAGIC);
    struct sve_context *z = record(context, SVE_MAGIC);

    if (v)
        memcpy(&v->vregs[n], bytes, VECTOR_BYTES);
    if (z && z->head.size >= SVE_SIG_CONTEXT_SIZE(sve_vq_from_vl(z->vl))) {
        uint8_t *at = (uint8_t *)z + SVE_SIG_ZREG_OFFSET(sve_vq_from_vl(z->vl), n);

        memset(at, 0, z->vl);
        memcpy(at, bytes, VECTOR_BYTES);
    }
}

static uint64_t extended(const struct decoded *d, const uint8_t *bytes)
{
    uint64_t value = 0;

    memcpy(&value, bytes, d->width);
    if (d->is_signed) {
        unsigned unused = 64 - 8u * d->width;

        value = (uint64_t)((int64_t)(value << unused) >> unused);
        if (!d->is_64)
            value &= UINT32_MAX;
    }
    return value;
}

/* `bytes` are those of the register's part that moves. */
static void set_register(const struct decoded *d, ucontext_t *context, unsigned n,
                         const uint8_t *bytes)
{
    uint8_t vector[VECTOR_BYTES] = {0};

    if (!d->is_vector) {
        if (n != ZERO)
            context->uc_mcontext.regs[n] = extended(d, bytes);
        return;
    }
    if (d->lane != DECODE_NONE)
        get_vector(context, n, vector);
    memcpy(vector + (d->lane != DECODE_NONE ? d->lane * d->width : 0), bytes, d->width);
    for (unsigned i = d->width; d->replicates && i < VECTOR_BYTES; i += d->width)
        memcpy(vector + i, bytes, d->width);
    set_vector(context, n, vector);
}

static void get_register(const struct decoded *d, ucontext_t *context, unsigned n, uint8_t *bytes)
{
    uint8_t vector[VECTOR_BYTES];
    uint64_t value = 0;

    if (d->is_vector) {
        get_vector(context, n, vector);
        memcpy(bytes, vector + (d->lane != DECODE_NONE ? d->lane * d->width : 0), d->width);
        return;
    }
    if (n != ZERO)
        value = context->uc_mcontext.regs[n];
    memcpy(bytes, &value, d->width);
}

static void write_back(const struct decoded *d, ucontext_t *context)
{
    mcontext_t *m = &context->uc_mcontext;
    uint64_t delta = (uint64_t)(int64_t)d->delta;

    if (d->base == DECODE_NONE)
        return;
    if (d->delta_reg != DECODE_NONE)
        delta = m->regs[d->delta_reg];
    if (d->base == ZERO) /* the stack pointer, there */
        m->sp += delta;
    else
        m->regs[d->base] += delta;
}

void deref_run_place(const struct place *p, ucontext_t *context, uintptr_t addr,
                     struct deref_rest *rest)
{
    const struct decoded *d = &p->d;
    uint8_t bytes[DECODE_REGS * VECTOR_BYTES];

    (void)rest;
    for (unsigned i = 0; i < d->nregs; i++) {
        uint8_t *at = bytes + (size_t)i * d->width;

        if (d->writes)
            get_register(d, context, d->reg[i], at);
        deref_transfer(p, addr + (size_t)i * d->width, d->writes ? BUS_WRITE : BUS_READ, at,
                       d->width);
    }
    for (unsigned i = 0; d->reads && i < d->nregs; i++)
        set_register(d, context, d->reg[i], bytes + (size_t)i * d->width);
    write_back(d, context);
    context->uc_mcontext.pc += d->length;
}

void deref_finish_place(const struct place *p, ucontext_t *context, const struct deref_rest *rest)
{
    (void)p;
    (void)context;
    (void)rest;
}

/* valgrind's frames hold no vector registers here either: those stay what they were. */
void deref_entry(int sig, siginfo_t *info, void *context)
{
    fault_handler(sig, info, context);
}

#else
typedef int deref_not_on_aarch64;
#endif
