/* Its first instructions write a byte, past everything. */
#include "rpi.h"

void _cstart(void);

void _cstart(void)
{
    static const char byte = '.';
#if defined(__x86_64__)
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(1L), "D"(1L), "S"(&byte), "d"(1L)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long number __asm__("x8") = 64, fd __asm__("x0") = 1, nbytes __asm__("x2") = 1;
    register const char *at __asm__("x1") = &byte;

    __asm__ volatile("svc 0" : "+r"(fd) : "r"(number), "r"(at), "r"(nbytes) : "memory");
#endif
    rpi_reboot();
}

/* Not reached. */
void notmain(void)
{
}
