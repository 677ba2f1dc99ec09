/* --level=printk: whole pieces of formatted text go to the host's console; no UART register is
 * touched by printk. uart_* calls of the program still drive the registers. */
#include "emu/native/gate.h"
#include "libpi-port.h"

__attribute__((weak)) int libpi_console_text(const char *text, uint32_t nbytes)
{
    emu_gate(CALL_TEXT, (uintptr_t)text, nbytes, (uintptr_t)__builtin_return_address(0));
    return 1;
}
