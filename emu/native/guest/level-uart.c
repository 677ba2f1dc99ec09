/* --level=uart: the uart_* calls of every year go to the host's console; nothing touches the
 * mini-UART. Prototypes are the calls' machine interface: the years differ only in int and void. */
#include "emu/native/gate.h"
#include "emu/native/guest/api.h"

static int pending = -1;

static int put(unsigned c, uintptr_t pc)
{
    char byte = (char)c;

    emu_gate(CALL_TEXT, (uintptr_t)&byte, 1, pc);
    return (int)(uint8_t)c;
}

static int has_data(uintptr_t pc)
{
    if (pending < 0)
        pending = (int)emu_gate(CALL_GETC, 0, 0, pc);
    return pending >= 0;
}

static int get_async(uintptr_t pc)
{
    int c;

    if (!has_data(pc))
        return -1;
    c = pending;
    pending = -1;
    return c;
}

static int get(uintptr_t pc)
{
    while (!has_data(pc))
        ;
    return get_async(pc);
}

API(void, uart_init, void)
{
}

API(void, uart_disable, void)
{
}

API(void, hw_uart_disable, void)
{
}

API(void, uart_flush_tx, void)
{
}

API(int, uart_put8, uint8_t c)
{
    return put(c, PC);
}

API(int, uart_putc, unsigned c)
{
    return put(c, PC);
}

API(int, uart_get8, void)
{
    return get(PC);
}

API(int, uart_getc, void)
{
    return get(PC);
}

API(int, uart_get8_async, void)
{
    return get_async(PC);
}

API(int, uart_getc_async, void)
{
    return get_async(PC);
}

API(int, uart_has_data, void)
{
    return has_data(PC);
}

API(int, uart_can_put8, void)
{
    return 1;
}

API(int, uart_can_putc, void)
{
    return 1;
}

API(int, uart_tx_is_empty, void)
{
    return 1;
}
