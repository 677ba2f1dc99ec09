/* N round trips through a SIGSEGV handler that does nothing but step over the instruction. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifndef N
#define N 100000L
#endif

static void step_over(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)sig, (void)info;
#if defined(__x86_64__)
    uc->uc_mcontext.gregs[REG_RIP] += 2; /* mov (%rax),%eax */
#elif defined(__aarch64__)
    uc->uc_mcontext.pc += 4;
#endif
}

int main(void)
{
    static char stack[64 << 10];
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction sa = {.sa_sigaction = step_over, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    uint32_t *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    for (long i = 0; i < N; i++) {
#if defined(__x86_64__)
        __asm__ volatile("movl (%0), %%eax" : : "a"(hole) : "memory");
#elif defined(__aarch64__)
        __asm__ volatile("ldr w9, [%0]" : : "r"(hole) : "x9", "memory");
#endif
    }
    return 0;
}
