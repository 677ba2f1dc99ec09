/* What libpi leaves to the machine below it (libpi-port.h), for a program recompiled for a laptop.
 * Linked before libpi, so that these take the place of libpi's own delays and DEV_VAL32. Compiled
 * and renamed like the program: whatever a program defines itself wins over the weak names here.
 *
 * rpi.h is not included: its prototypes differ between the years, the machine code does not. */
#include "emu/native/gate.h"
#include "emu/native/guest/api.h"
#include "libpi-port.h"

/* Most addresses are. RAM is the program's own memory: touched here, in its name, so that faults
 * and checkers see it. */
static inline int is_device(uintptr_t addr)
{
    return __builtin_expect(addr - 0x20000000u < 0x01000000u, 1);
}

static inline uintptr_t stack_pointer(void)
{
#if defined(__x86_64__)
    register uintptr_t sp __asm__("rsp");
#elif defined(__i386__)
    register uintptr_t sp __asm__("esp");
#endif
#if defined(__aarch64__)
    uintptr_t sp;

    __asm__ volatile("mov %0, sp" : "=r"(sp)); /* "sp" names no register variable there */
#else
    __asm__ volatile("" : "=r"(sp));
#endif
    return sp;
}

/* Whether an access may be quick now; if so its time has passed. */
static inline int quick_begin(void)
{
    uint64_t ns = *emu_quick.ns + QUICK_COST_NS;

    if (ns >= *emu_quick.until_ns || stack_pointer() < emu_quick.stack)
        return 0;
    *emu_quick.ns = ns;
    ++*emu_quick.accesses;
    return 1;
}

/* It was not: the gate counts again. */
static void quick_undo(void)
{
    *emu_quick.ns -= QUICK_COST_NS;
    --*emu_quick.accesses;
}

/* Out of line, so that a quick access has no frame and one that is not leaves none. */
__attribute__((noinline)) static uint32_t slow_read(uint32_t addr, uint32_t value, uintptr_t pc)
{
    return (uint32_t)emu_gate(CALL_READ32, addr, value, pc);
}

__attribute__((noinline)) static uint32_t slow_write(uint32_t addr, uint32_t value, uintptr_t pc)
{
    return (uint32_t)emu_gate(CALL_WRITE32, addr, value, pc);
}

static uint32_t rest_of_read(uint32_t addr, uint32_t value, uintptr_t pc)
{
    quick_undo();
    return slow_read(addr, value, pc);
}

static uint32_t rest_of_write(uint32_t addr, uint32_t value, uintptr_t pc)
{
    quick_undo();
    return slow_write(addr, value, pc);
}

static inline const struct bus_quick *quick_page(uintptr_t addr)
{
    return &emu_quick.pages[(addr - 0x20000000u) >> 12];
}

static inline uint32_t device_read32(uintptr_t addr, uintptr_t pc)
{
    const struct bus_quick *p;
    void *self;

    if (!quick_begin())
        return slow_read((uint32_t)addr, 0, pc);
    p = quick_page(addr);
    self = p->self;
    return p->read((uint32_t)addr, pc, rest_of_read, self);
}

static inline void device_write32(uintptr_t addr, uint32_t value, uintptr_t pc)
{
    const struct bus_quick *p;
    void *self;

    if (!quick_begin()) {
        slow_write((uint32_t)addr, value, pc);
        return;
    }
    p = quick_page(addr);
    self = p->self;
    p->write((uint32_t)addr, value, pc, rest_of_write, self);
}

static inline uint16_t device_read16(uintptr_t addr, uintptr_t pc)
{
    return (uint16_t)emu_gate(CALL_READ16, addr, 0, pc);
}

static inline void device_write16(uintptr_t addr, uint16_t value, uintptr_t pc)
{
    emu_gate(CALL_WRITE16, addr, value, pc);
}

static inline uint8_t device_read8(uintptr_t addr, uintptr_t pc)
{
    return (uint8_t)emu_gate(CALL_READ8, addr, 0, pc);
}

static inline void device_write8(uintptr_t addr, uint8_t value, uintptr_t pc)
{
    emu_gate(CALL_WRITE8, addr, value, pc);
}

/* Aligned: a loop of accesses spends most of its time in fetching these few instructions. */
#define ACCESSORS(bits, type)                                                                      \
    static inline type read##bits(uintptr_t addr, uintptr_t pc)                                    \
    {                                                                                              \
        if (is_device(addr))                                                                       \
            return device_read##bits(addr, pc);                                                    \
        return *(volatile type *)addr;                                                             \
    }                                                                                              \
    static inline void write##bits(uintptr_t addr, type value, uintptr_t pc)                       \
    {                                                                                              \
        if (is_device(addr))                                                                       \
            device_write##bits(addr, value, pc);                                                   \
        else                                                                                       \
            *(volatile type *)addr = value;                                                        \
    }                                                                                              \
    __attribute__((aligned(64))) API(type, GET##bits, unsigned addr)                               \
    {                                                                                              \
        return read##bits(addr, PC);                                                               \
    }                                                                                              \
    __attribute__((aligned(64))) API(void, PUT##bits, unsigned addr, type v)                       \
    {                                                                                              \
        write##bits(addr, v, PC);                                                                  \
    }                                                                                              \
    __attribute__((aligned(64))) API(type, get##bits, const volatile void *addr)                   \
    {                                                                                              \
        return read##bits((uintptr_t)addr, PC);                                                    \
    }                                                                                              \
    __attribute__((aligned(64))) API(void, put##bits, volatile void *addr, type v)                 \
    {                                                                                              \
        write##bits((uintptr_t)addr, v, PC);                                                       \
    }

ACCESSORS(8, uint8_t)
ACCESSORS(16, uint16_t)
ACCESSORS(32, uint32_t)

/* While accesses may be quick no interrupt waits for a barrier, and few want to hear of one. */
static inline void barrier(uintptr_t pc)
{
    if (!*emu_quick.until_ns || emu_quick.barriers || stack_pointer() < emu_quick.stack)
        emu_gate(CALL_BARRIER, 0, 0, pc);
}

API(void, dev_barrier, void)
{
    barrier(PC);
}

API(void, dmb, void)
{
    barrier(PC);
}

API(void, dsb, void)
{
    barrier(PC);
}

API(void, mb, void)
{
    barrier(PC);
}

/* A delay is a place to be interrupted in: it stays in backtraces, where a jump to the gate would
 * leave none. */
static inline void delay(enum emu_call call, uint32_t n, uintptr_t pc)
{
    emu_gate(call, n, 0, pc);
    __asm__ volatile("");
}

API(void, delay_us, uint32_t us)
{
    delay(CALL_DELAY_US, us, PC);
}

API(void, delay_cycles, uint32_t ticks)
{
    delay(CALL_DELAY_CYCLES, ticks, PC);
}

API(uint32_t, DEV_VAL32, uint32_t x)
{
    emu_gate(CALL_DEV_VAL, x, 0, PC);
    return x;
}

/* Calls that the compiler must not see through. */
API(void, nop, void)
{
}

API(void, dummy, unsigned x)
{
    (void)x;
}

API(void, BRANCHTO, unsigned addr)
{
    emu_gate(CALL_UNSUPPORTED, (uintptr_t) "BRANCHTO", addr, PC);
    for (;;) /* not reached; keeps the return address inside this function for backtraces */
        ;
}

/* The laptop's caches are always on and always coherent; programs only ask for what they set. */
static int caches_on;

API(void, caches_enable, void)
{
    caches_on = 1;
}

API(void, caches_disable, void)
{
    caches_on = 0;
}

API(int, caches_is_enabled, void)
{
    return caches_on;
}

API(void, enable_cache, void)
{
    caches_on = 1;
}

API(void, disable_cache, void)
{
    caches_on = 0;
}

API(void, flush_caches, void)
{
}

API(void, flush_all_caches, void)
{
}

__attribute__((weak)) uint32_t libpi_cpsr_get(void)
{
    return (uint32_t)emu_gate(CALL_CPSR, 0, 0, PC);
}

__attribute__((weak)) void libpi_cpsr_set(uint32_t value)
{
    emu_gate(CALL_CPSR_SET, value, 0, PC);
}

__attribute__((weak)) void libpi_cycles_init(void)
{
}

__attribute__((weak)) uint32_t libpi_cycles(void)
{
    return (uint32_t)emu_gate(CALL_CYCLES, 0, 0, PC);
}

__attribute__((weak)) void libpi_stack_made(void *lo, uint32_t nbytes)
{
    emu_gate(CALL_STACK_MADE, (uintptr_t)lo, nbytes, PC);
}

/* The frame libpi_switch_stacks pops when it first switches to the thread: callee-saved registers,
 * two of them carrying entry and arg, then the return address libpi_thread_start (switch.S). */
void libpi_thread_start(void);

__attribute__((weak)) uint32_t *libpi_stack_init(void *top, void (*entry)(void *), void *arg)
{
    uintptr_t *sp = (uintptr_t *)((uintptr_t)top & ~(uintptr_t)15);

#if defined(__x86_64__)
    *--sp = (uintptr_t)libpi_thread_start;
    *--sp = 0;                /* rbp */
    *--sp = 0;                /* rbx */
    *--sp = (uintptr_t)entry; /* r12 */
    *--sp = (uintptr_t)arg;   /* r13 */
    *--sp = 0;                /* r14 */
    *--sp = 0;                /* r15 */
#elif defined(__i386__)
    *--sp = (uintptr_t)libpi_thread_start;
    *--sp = 0;                /* ebp */
    *--sp = 0;                /* ebx */
    *--sp = (uintptr_t)entry; /* esi */
    *--sp = (uintptr_t)arg;   /* edi */
#elif defined(__aarch64__)
    sp -= 20;
    for (int i = 0; i < 20; i++)
        sp[i] = 0;
    sp[0] = (uintptr_t)entry;               /* x19 */
    sp[1] = (uintptr_t)arg;                 /* x20 */
    sp[11] = (uintptr_t)libpi_thread_start; /* x30 */
#endif
    return (uint32_t *)sp;
}

void libpi_switch_stacks(uint32_t **save, uint32_t *load);

__attribute__((weak)) void libpi_cswitch(uint32_t **save, uint32_t *load)
{
    emu_gate(CALL_STACK_RUNS, (uintptr_t)load, 0, PC);
    libpi_switch_stacks(save, load);
}

/* Text stays with libpi's driver, except at the levels that hand it over (level-*.c). */
__attribute__((weak)) int libpi_console_text(const char *text, uint32_t nbytes)
{
    (void)text;
    (void)nbytes;
    return 0;
}
