/* full-except.c - on the Pi alone: user programs that make system calls, fault, and are switched
 * between, with all their registers. */
#include "rpi.h"
#include "full-except.h"
#include "switchto.h"
#include "cpsr-util.h"

enum { NTURNS = 5 };

static regs_t kernel, task[2];
static uint32_t stack[2][1024] __attribute__((aligned(8)));
static unsigned turns[2], aborts, undefs, current;
static volatile unsigned interrupts;

static inline __attribute__((always_inline)) int call(int n, int arg)
{
    register int r0 __asm__("r0") = n;
    register int r1 __asm__("r1") = arg;
    __asm__ volatile("swi 1" : "+r"(r0) : "r"(r1) : "memory", "lr");
    return r0;
}

/* A system call that changes no register but r0, with all others known. */
uint32_t registers_kept(uint32_t *wrong);
__asm__(".text\n"
        "registers_kept:\n"
        " push {r4-r11, lr}\n"
        " mov r1, #1\n mov r2, #2\n mov r3, #3\n mov r4, #4\n mov r5, #5\n mov r6, #6\n"
        " mov r7, #7\n mov r8, #8\n mov r9, #9\n mov r10, #10\n mov r11, #11\n mov r12, #12\n"
        " mov r0, #3\n"
        " swi 1\n"
        " add r0, r0, r1\n add r0, r0, r2\n add r0, r0, r3\n add r0, r0, r4\n add r0, r0, r5\n"
        " add r0, r0, r6\n add r0, r0, r7\n add r0, r0, r8\n add r0, r0, r9\n add r0, r0, r10\n"
        " add r0, r0, r11\n add r0, r0, r12\n"
        " pop {r4-r11, pc}\n");

static void user(void)
{
    unsigned me = call(0, 0);
    volatile unsigned local = me * 1000;
    for (unsigned i = 0; i < NTURNS; i++) {
        turns[me]++;
        local += call(1, 0);
    }
    if (local != me * 1000 + NTURNS * 7)
        turns[me] = 1000;
    if (registers_kept(0) != 100 + 78)
        turns[me] = 2000;
    *(volatile unsigned *)0xE0000000 = me; /* no memory: the handler steps over it */
    __asm__ volatile(".word 0xe7f000f0");  /* undefined */
    call(2, me);
    turns[me] = 3000;
}

static int syscall(regs_t *r)
{
    if (mode_get(r->regs[REGS_CPSR]) != USER_MODE)
        return 55;
    unsigned me = current;
    switch (r->regs[REGS_R0]) {
    case 0:
        return me;
    case 1: /* the other one's turn */
        r->regs[REGS_R0] = 7;
        task[me] = *r;
        current = !me;
        switchto(&task[current]);
    case 3:
        return 100;
    default:
        printk("task %d ends: %d\n", me, r->regs[REGS_R1]);
        if (me == 0) {
            current = 1;
            switchto(&task[1]);
        }
        switchto(&kernel);
    }
}

static unsigned prefetches;

static void prefetch(regs_t *r)
{
    prefetches += r->regs[REGS_PC] == 0xE0000000;
    r->regs[REGS_PC] = r->regs[REGS_LR];
}

static void data_abort(regs_t *r)
{
    aborts++;
    r->regs[REGS_PC] += 4;
}

/* The system timer's; the tenth masks all more in what it interrupted. */
static void interrupt(regs_t *r)
{
    interrupts++;
    if (mode_get(r->regs[REGS_CPSR]) != SYS_MODE)
        interrupts += 100;
    dev_barrier();
    PUT32(0x20003000, 2);
    PUT32(0x20003010, GET32(0x20003004) + 50);
    dev_barrier();
    if (interrupts == 10)
        r->regs[REGS_CPSR] |= 1 << 7;
}

static void undef(regs_t *r)
{
    undefs++;
    r->regs[REGS_PC] += 4;
}

static void waits(void)
{
    while (interrupts < 10)
        ;
    if (cpsr_get() >> 7 & 1)
        turns[0]++;
    call(8, 0);
    switchto(&kernel);
}

static regs_t fresh(unsigned i)
{
    regs_t r = switchto_mk((uint32_t)user, &stack[i][1024], cpsr_inherit(USER_MODE, cpsr_get()), 0);
    return r;
}

void notmain(void)
{
    full_except_install(0);
    printk("set: %d %d\n", full_except_set_syscall(syscall) == 0,
           full_except_set_syscall(syscall) == syscall);
    full_except_set_data_abort(data_abort);
    full_except_set_undef(undef);

    uint32_t sp, lr;
    priv_get_sp_lr_asm(ABORT_MODE, &sp, &lr);
    uint32_t before = sp;
    *(volatile unsigned *)0xE0000000 = 1;
    priv_get_sp_lr_asm(ABORT_MODE, &sp, &lr);
    printk("abort in supervisor mode: %d, its own stack %d\n", aborts, sp != before);

    full_except_set_prefetch(prefetch);
    ((void (*)(void))0xE0000000)();
    printk("prefetch aborts: %d\n", prefetches);

    task[0] = fresh(0);
    task[1] = fresh(1);
    switchto_cswitch(&kernel, &task[0]);
    printk("back: mode %s, turns %d %d, aborts %d, undefined %d\n", mode_str(cpsr_get()), turns[0],
           turns[1], aborts, undefs);
    full_except_set_interrupt(interrupt);
    PUT32(0x20003010, GET32(0x20003004) + 50);
    PUT32(0x2000B210, 2);
    task[0] = switchto_mk((uint32_t)waits, &stack[0][1024],
                          cpsr_inherit(SYS_MODE, cpsr_get()) & ~(1u << 7), 0);
    switchto_cswitch(&kernel, &task[0]);
    printk("interrupts in system mode: %d, the last one masked them: %d\n", interrupts,
           turns[0] == NTURNS + 1);
    printk("call from supervisor mode: %d\n", call(9, 0));
#ifdef NOBODY
    full_except_set_data_abort(0);
    *(volatile unsigned *)0xE0000000 = 1;
#endif
}
