/* What registers would read, asked of the models' copies in a child process: see debug_peek in
 * debug.h. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "emu/debug.h"

enum { STACK_BYTES = 256 << 10, LIMIT_S = 5 };

static struct {
    uint32_t addr, nbytes;
    int n;
    ucontext_t asked, here;
} peek;

static const struct bus_target *target_of(uint32_t addr)
{
    return emu_debug.bus->page[(addr - PERIPHERAL_BASE) / BUS_PAGE];
}

static uint32_t status_of(uint32_t addr, const struct reg *r)
{
    const struct bus_target *t = target_of(addr);

    if (!r->readable)
        return PEEK_WRITE_ONLY;
    if (!t)
        return PEEK_UNMODELLED;
    if (strcmp(t->name, "remote") == 0 || strcmp(t->name, "replay") == 0)
        return PEEK_ELSEWHERE;
    return r->flags & REG_READ_EFFECT ? PEEK_EFFECT : PEEK_NOT_DONE;
}

static void list(const struct reg_block *b)
{
    for (size_t i = 0; i < b->nregs; i++) {
        uint32_t addr = b->base + b->regs[i].offset;

        if (addr - peek.addr < peek.nbytes && peek.n < DEBUG_REGISTERS)
            emu_debug.peeked[peek.n++] =
                (struct debug_peeked){.addr = addr, .status = status_of(addr, &b->regs[i])};
    }
}

/* In the child. */
static void ask(struct debug_peeked *p)
{
    const struct bus_target *t = target_of(p->addr);
    struct bus_access a = {.op = BUS_READ, .origin = ORIGIN_PROGRAM, .width = 4, .addr = p->addr};
    int r = t->read(t->self, &a);

    p->value = a.value;
    p->status = r == 0 ? PEEK_VALUE : PEEK_UNMODELLED;
}

/* A model may look for input, draw a waveform or end the run: nothing of that may be seen. */
static void be_alone(void)
{
    sigset_t alarm_only;

    signal(SIGALRM, SIG_DFL);
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
    alarm(LIMIT_S);
    for (long fd = sysconf(_SC_OPEN_MAX) > 65536 ? 65536 : sysconf(_SC_OPEN_MAX); fd >= 0; fd--)
        close((int)fd);
}

static void look(void)
{
    pid_t child;

    peek.n = 0;
    for (const struct reg_block *const *b = reg_blocks; *b; b++)
        list(*b);
    child = fork();
    if (child == 0) {
        be_alone();
        for (int i = 0; i < peek.n; i++) {
            if (emu_debug.peeked[i].status == PEEK_NOT_DONE)
                ask(&emu_debug.peeked[i]);
        }
        _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0)
        ;
}

static void map_shared(void)
{
    void *p = mmap(NULL, DEBUG_REGISTERS * sizeof *emu_debug.peeked, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (p != MAP_FAILED)
        emu_debug.peeked = p;
}

int debug_peek(uint32_t addr, uint32_t nbytes)
{
    static _Alignas(16) char stack[STACK_BYTES];
    sigset_t all, before;

    if (!emu_debug.kept)
        return -1;
    if (!emu_debug.peeked)
        map_shared();
    if (!emu_debug.peeked)
        return -1;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    peek.addr = addr;
    peek.nbytes = nbytes;
    getcontext(&peek.asked);
    peek.asked.uc_stack.ss_sp = stack;
    peek.asked.uc_stack.ss_size = sizeof stack;
    peek.asked.uc_link = &peek.here;
    makecontext(&peek.asked, look, 0);
    swapcontext(&peek.here, &peek.asked);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return peek.n;
}
