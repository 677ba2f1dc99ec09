/* emu/native/valgrind-request.h - valgrind's client requests, for both sides of the gate.
 *
 * Written out here rather than taken from valgrind's header, because a program built on a machine
 * without valgrind must still run under it on another. The instruction sequences and numbers are
 * those of valgrind's public client interface ("Valgrind User Manual", 3.1); outside valgrind they
 * do nothing. */
#ifndef EMU_NATIVE_VALGRIND_REQUEST_H
#define EMU_NATIVE_VALGRIND_REQUEST_H

#include <stdint.h>

enum valgrind_request {
    VG_RUNNING_ON_VALGRIND = 0x1001,
    VG_CREATE_MEMPOOL = 0x1303,                   /* pool, red zone bytes, is zeroed */
    VG_DESTROY_MEMPOOL = 0x1304,                  /* pool: frees its blocks */
    VG_MEMPOOL_ALLOC = 0x1305,                    /* pool, address, bytes */
    VG_STACK_REGISTER = 0x1501,                   /* lowest, highest address -> id */
    VG_STACK_DEREGISTER = 0x1502,                 /* id */
    VG_STACK_CHANGE = 0x1503,                     /* id, lowest, highest address */
    VG_MAKE_MEM_NOACCESS = 'M' << 24 | 'C' << 16, /* address, bytes; memcheck only, as the next */
    VG_MAKE_MEM_UNDEFINED = VG_MAKE_MEM_NOACCESS + 1,
    VG_MAKE_MEM_DEFINED = VG_MAKE_MEM_NOACCESS + 2,
    VG_MAKE_MEM_DEFINED_IF_ADDRESSABLE = VG_MAKE_MEM_NOACCESS + 11,
    VG_ENABLE_ADDR_ERRORS = VG_MAKE_MEM_NOACCESS + 13, /* address, bytes */
    VG_DISABLE_ADDR_ERRORS,
};

static inline uintptr_t valgrind_request(enum valgrind_request which, uintptr_t a, uintptr_t b,
                                         uintptr_t c, uintptr_t d)
{
    volatile uintptr_t args[6] = {which, a, b, c, d, 0};
    uintptr_t result = 0;

#if defined(__x86_64__)
    __asm__ volatile("rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi\n\t"
                     "xchgq %%rbx, %%rbx"
                     : "=d"(result)
                     : "a"(args), "0"(result)
                     : "cc", "memory");
#elif defined(__i386__)
    __asm__ volatile("roll $3, %%edi; roll $13, %%edi; roll $29, %%edi; roll $19, %%edi\n\t"
                     "xchgl %%ebx, %%ebx"
                     : "=d"(result)
                     : "a"(args), "0"(result)
                     : "cc", "memory");
#elif defined(__aarch64__)
    register volatile uintptr_t *x4 __asm__("x4") = args;
    register uintptr_t x3 __asm__("x3") = result;
    __asm__ volatile("ror x12, x12, #3; ror x12, x12, #13; ror x12, x12, #51; ror x12, x12, #61\n\t"
                     "orr x10, x10, x10"
                     : "+r"(x3)
                     : "r"(x4)
                     : "cc", "memory", "x12", "x10");
    result = x3;
#endif
    return result;
}

#endif
