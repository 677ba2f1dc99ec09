/* Direct device accesses, what is the same on every machine: a place of the program that makes one
 * is decoded once; see deref-x86.c and deref-aarch64.c for how it is performed. */
#include "emu/native/deref.h"

#include <string.h>

#include "emu/native/deref-internal.h"
#include "emu/native/engine.h"

#if defined(__x86_64__)
enum { MACHINE = DECODE_X86_64 };
#define PC_OF(context) ((uintptr_t)(context)->uc_mcontext.gregs[REG_RIP])
#elif defined(__i386__)
enum { MACHINE = DECODE_X86_32 };
#define PC_OF(context) ((uintptr_t)(context)->uc_mcontext.gregs[REG_EIP])
#elif defined(__aarch64__)
enum { MACHINE = DECODE_AARCH64 };
#define PC_OF(context) ((uintptr_t)(context)->uc_mcontext.pc)
#endif

enum { BUCKETS = 1024 };

static struct place places[MAX_PLACES], *bucket[BUCKETS];
static int nplaces;

/* Constants follow the text, so that much can always be read. */
static int decode_at(uintptr_t pc, struct decoded *d, const char **why)
{
    enum decode_status status =
        decode((enum decode_machine)MACHINE, (const uint8_t *)pc, DECODE_BYTES, pc, d);

    if (status != DECODE_DONE)
        *why = decode_text(status);
    return status == DECODE_DONE ? 0 : -1;
}

static struct place *make_place(uintptr_t pc, const char **why)
{
    struct place *p;

    if (nplaces == MAX_PLACES) { /* all of them anew, as they come */
        memset(bucket, 0, sizeof bucket);
        nplaces = 0;
    }
    p = &places[nplaces];
    memset(p, 0, sizeof *p);
    p->pc = pc;
    if (decode_at(pc, &p->d, why) < 0)
        return NULL;
    *why = "by an instruction of a kind this engine does not perform on devices";
    if (p->d.kind == DECODE_OTHER || deref_prepare(p, nplaces, why) < 0)
        return NULL;
    nplaces++;
    p->next = bucket[pc % BUCKETS];
    bucket[pc % BUCKETS] = p;
    return p;
}

static struct place *find_place(uintptr_t pc, const char **why)
{
    for (struct place *p = bucket[pc % BUCKETS]; p; p = p->next) {
        if (p->pc == pc)
            return p;
    }
    return make_place(pc, why);
}

void deref_transfer(const struct place *p, uintptr_t addr, enum bus_op op, void *bytes,
                    unsigned nbytes)
{
    unsigned piece = nbytes < 4 ? nbytes : 4;

    for (unsigned i = 0; i < nbytes; i += piece) {
        uint8_t *at = (uint8_t *)bytes + i;
        uint32_t value = 0;

        if (op == BUS_WRITE)
            memcpy(&value, at, piece);
        value = engine_access(op, piece, (uint32_t)(addr + i), value, p->pc + 1);
        if (op == BUS_READ)
            memcpy(at, &value, piece);
    }
}

int deref_perform(ucontext_t *context, uintptr_t addr, struct deref_rest *rest, const char **why)
{
    const struct place *p = find_place(PC_OF(context), why);

    rest->pc = 0;
    if (!p)
        return -1;
    deref_run_place(p, context, addr, rest);
    return 0;
}

void deref_finish(ucontext_t *context, const struct deref_rest *rest)
{
    const char *why;
    const struct place *p = rest->pc ? find_place(rest->pc, &why) : NULL;

    if (p)
        deref_finish_place(p, context, rest);
}

int deref_writes(uintptr_t pc)
{
    struct decoded d;
    const char *why;

    return decode_at(pc, &d, &why) == 0 && d.kind != DECODE_OTHER ? d.writes : -1;
}
