/* Capstone, loaded when first needed: a program that reaches no device through a pointer runs
 * without it. */
#include <string.h>

#include "emu/native/decode.h"

#ifdef HAVE_CAPSTONE

#include <dlfcn.h>

#include "emu/native/decode-describe.h"

static const struct {
    cs_arch arch;
    cs_mode mode;
    void (*describe)(const cs_insn *insn, struct decoded *d);
} machines[] = {
    [DECODE_X86_64] = {CS_ARCH_X86, CS_MODE_64, decode_describe_x86},
    [DECODE_X86_32] = {CS_ARCH_X86, CS_MODE_32, decode_describe_x86},
    [DECODE_AARCH64] = {CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, decode_describe_aarch64},
};

static struct {
    enum decode_status status;
    enum decode_machine machine;
    csh handle;
    cs_insn *insn;
    bool (*disasm)(csh, const uint8_t **, size_t *, uint64_t *, cs_insn *);
} capstone = {.status = DECODE_NO_LIBRARY};

static enum decode_status load(enum decode_machine machine)
{
    cs_err (*open)(cs_arch, cs_mode, csh *);
    cs_err (*option)(csh, cs_opt_type, size_t);
    cs_insn *(*allocate)(csh);
    char name[32] = "libcapstone.so.0";
    void *lib;

    name[strlen(name) - 1] = '0' + CS_API_MAJOR;
    lib = dlopen(name, RTLD_NOW);
    if (!lib)
        return DECODE_NO_LIBRARY;
    *(void **)&open = dlsym(lib, "cs_open");
    *(void **)&option = dlsym(lib, "cs_option");
    *(void **)&allocate = dlsym(lib, "cs_malloc");
    *(void **)&capstone.disasm = dlsym(lib, "cs_disasm_iter");
    if (!open || !option || !allocate || !capstone.disasm ||
        open(machines[machine].arch, machines[machine].mode, &capstone.handle) != CS_ERR_OK ||
        option(capstone.handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK)
        return DECODE_BROKEN;
    capstone.insn = allocate(capstone.handle);
    capstone.machine = machine;
    return capstone.insn ? DECODE_DONE : DECODE_BROKEN;
}

enum decode_status decode_here(enum decode_machine machine, const uint8_t *code, size_t nbytes,
                               uint64_t pc, struct decoded *d)
{
    memset(d, 0, sizeof *d);
    if (capstone.status != DECODE_DONE || capstone.machine != machine)
        capstone.status = load(machine);
    if (capstone.status != DECODE_DONE)
        return capstone.status;
    if (capstone.disasm(capstone.handle, &code, &nbytes, &pc, capstone.insn)) {
        d->length = (uint8_t)capstone.insn->size;
        machines[machine].describe(capstone.insn, d);
    }
    return DECODE_DONE;
}

#else

enum decode_status decode_here(enum decode_machine machine, const uint8_t *code, size_t nbytes,
                               uint64_t pc, struct decoded *d)
{
    (void)machine;
    (void)code;
    (void)nbytes;
    (void)pc;
    memset(d, 0, sizeof *d);
    return DECODE_NOT_BUILT;
}

#endif
