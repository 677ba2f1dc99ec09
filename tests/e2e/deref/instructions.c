/* One instruction after the other on a device, and the same on memory: registers, flags and memory
 * must be the same after it. Prints how many reads and writes that makes, for the trace to show. */
#include "rpi.h"

#define DEVICE 0x20003010u /* three registers of the system timer that keep what is written */
#define MEMORY 0x03000010u

struct state {
    uintptr_t a, c, d, flags;
    uint64_t vector[2];
    uint32_t memory[4]; /* the last is not used */
};

static uint32_t reads, writes, wrong, count;
static uint32_t kept = ~0u; /* of the first word */

#define WORD(base, i) (*(volatile uint32_t *)(uintptr_t)((base) + 4u * (i)))

static void begin(struct state *s, uint32_t base)
{
    static const struct state start = {5,
                                       3,
                                       0,
                                       0,
                                       {0x3ff8000040400000, 0x4000000000000000},
                                       {0x40a00003, 0x40100001, 0x1234f678, 0}};

    *s = start;
    s->memory[0] &= kept;
    for (int i = 0; i < 3; i++)
        WORD(base, i) = s->memory[i];
    writes += base == DEVICE ? 3 : 0;
}

static void end(struct state *s, uint32_t base)
{
    for (int i = 0; i < 3; i++)
        s->memory[i] = WORD(base, i);
    reads += base == DEVICE ? 3 : 0;
}

static void compare(const char *text, const struct state *x, const struct state *y)
{
    count++;
    if (memcmp(x, y, sizeof *x) == 0)
        return;
    wrong++;
    printk("%s: a %x %x, c %x %x, d %x %x, flags %x %x\n", text, (uint32_t)x->a, (uint32_t)y->a,
           (uint32_t)x->c, (uint32_t)y->c, (uint32_t)x->d, (uint32_t)y->d, (uint32_t)x->flags,
           (uint32_t)y->flags);
    for (int i = 0; i < 3; i++)
        printk("    %x %x\n", x->memory[i], y->memory[i]);
}

#if defined(__x86_64__)
#define REG "r"
#define FLAGS "pushfq; popq %[flags]"
#else
#define REG "e"
#define FLAGS "pushfl; popl %[flags]"
#endif

#if defined(__x86_64__) || defined(__i386__)

/* (%[m]) is the operand; eax, ecx and edx are 5, 3 and 0, xmm0 holds numbers, carry is set. */
#define RUN(text, base, s)                                                                         \
    do {                                                                                           \
        uintptr_t m_ = (base);                                                                     \
                                                                                                   \
        begin(&(s), base);                                                                         \
        __asm__ volatile(                                                                          \
            "movups %[vector], %%xmm0\n\txor %[flags], %[flags]\n\tstc\n\t" text "\n\t" FLAGS      \
            "\n\tmovups %%xmm0, %[vector]\n\tcld"                                                  \
            : "+a"((s).a), "+c"((s).c),                                                            \
              "+d"((s).d), [m] "+S"(m_), [flags] "=&D"((s).flags), [vector] "+m"((s).vector)       \
            :                                                                                      \
            : "cc", "memory", "xmm0", "st");                                                       \
        (s).flags &= 0x8c5; /* adjust is undefined after many */                                   \
        end(&(s), base);                                                                           \
    } while (0)

#elif defined(__aarch64__)

/* x1 is the address, x0 5, x2 3, q0 numbers; x1 is to be its own old value again but for what an
 * instruction adds to it. */
#define RUN(text, base, s)                                                                         \
    do {                                                                                           \
        begin(&(s), base);                                                                         \
        register uintptr_t x0_ __asm__("x0") = (s).a;                                              \
        register uintptr_t x1_ __asm__("x1") = (base);                                             \
        register uintptr_t x2_ __asm__("x2") = (s).c;                                              \
                                                                                                   \
        __asm__ volatile("ldr q0, %[vector]\n\tmov v1.16b, v0.16b\n\t" text                        \
                         "\n\tstr q0, %[vector]"                                                   \
                         : "+r"(x0_), "+r"(x1_), "+r"(x2_), [vector] "+m"((s).vector)              \
                         :                                                                         \
                         : "cc", "memory", "x3", "v0", "v1");                                      \
        (s).a = x0_;                                                                               \
        (s).c = x2_;                                                                               \
        (s).d = x1_ - (base);                                                                      \
        end(&(s), base);                                                                           \
    } while (0)

#endif

/* r reads and w writes of words. */
#define T(r, w, text)                                                                              \
    do {                                                                                           \
        struct state x, y;                                                                         \
                                                                                                   \
        RUN(text, DEVICE, x);                                                                      \
        RUN(text, MEMORY, y);                                                                      \
        compare(text, &x, &y);                                                                     \
        reads += (r);                                                                              \
        writes += (w);                                                                             \
    } while (0);

/* Stores of 8 and 16 bits clear the rest of a register: where nothing else is, that is no loss. */
#define N(r, w, bits, text)                                                                        \
    kept = (1u << (bits)) - 1;                                                                     \
    T(r, w, text)                                                                                  \
    kept = ~0u;

void notmain(void)
{
#if defined(__x86_64__) || defined(__i386__)
#include "instructions-x86.inc"
#else
#include "instructions-aarch64.inc"
#endif
    printk("%d instructions, %d wrong, %d reads, %d writes\n", count, wrong, reads, writes);
}
