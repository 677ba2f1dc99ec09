/* uart-int.c - the mini-UART through queues (BCM2835 ARM Peripherals p. 12-13; errata: in the
 * interrupt enable register bit 0 is for receiving and bit 1 for sending). */
#include "uart-int.h"
#include "circular.h"
#include "internal.h"

enum {
    IRQ_ENABLE_1 = 0x2000B210,
    AUX_IRQ = 0x20215000, /* p. 9 */
    AUX_IRQ_UART = 1 << 0,
    AUX_MU_IO = 0x20215040,
    AUX_MU_IER = 0x20215044,
    AUX_MU_IIR = 0x20215048,
    AUX_MU_LSR = 0x20215054,
    IRQ_AUX = 29, /* p. 113 */
    IER_RX = 1 << 0,
    IER_TX = 1 << 1,
    IIR_NOTHING = 1 << 0,
    IIR_TX_ROOM = 1 << 1,
    IIR_RX_DATA = 2 << 1,
    LSR_HAS_DATA = 1 << 0,
    LSR_HAS_ROOM = 1 << 5,
};

LIBPI_WEAK volatile unsigned n_uart_interrupts;

static cq_t received, to_send;

LIBPI_WEAK unsigned *uart_get_aux_irq(void)
{
    return (unsigned *)(uintptr_t)AUX_IRQ;
}

LIBPI_WEAK uart_int_t uart_has_int(hw_uart_t *uart)
{
    unsigned iir = get32(&uart->iir);
    if (iir & IIR_NOTHING)
        return UART_NO_INT;
    return (iir & (3 << 1)) == IIR_RX_DATA ? UART_RX_INT : UART_TX_INT;
}

LIBPI_WEAK void uart_clear_int(hw_uart_t *uart)
{
    put32(&uart->iir, CLEAR_RX_FIFO);
}

LIBPI_WEAK void uart_init_with_interrupts(void)
{
    cq_init(&received, 1);
    cq_init(&to_send, 1);
    uart_init();
    dev_barrier();
    PUT32(IRQ_ENABLE_1, 1u << IRQ_AUX);
    dev_barrier();
    PUT32(AUX_MU_IER, IER_RX);
    dev_barrier();
}

static void receive_all(void)
{
    while (GET32(AUX_MU_LSR) & LSR_HAS_DATA)
        cq_push(&received, GET32(AUX_MU_IO) & 0xFF);
}

/* The interrupt for room in the FIFO stays up as long as there is room, so it is on only while
 * there is something to send. */
static void send_what_fits(void)
{
    cqe_t c;
    while ((GET32(AUX_MU_LSR) & LSR_HAS_ROOM) && cq_pop_nonblock(&to_send, &c))
        PUT32(AUX_MU_IO, c);
    PUT32(AUX_MU_IER, cq_empty(&to_send) ? IER_RX : IER_RX | IER_TX);
}

LIBPI_WEAK int uart_interrupt_handler(void)
{
    dev_barrier();
    int handled = (GET32(AUX_IRQ) & AUX_IRQ_UART) != 0;
    if (handled) {
        n_uart_interrupts++;
        receive_all();
        send_what_fits();
    }
    dev_barrier();
    return handled;
}

LIBPI_WEAK int uart_has_data_int(void)
{
    return !cq_empty(&received);
}

LIBPI_WEAK int uart_getc_int(void)
{
    return cq_pop(&received);
}

LIBPI_WEAK int uart_putc_int(int c)
{
    if (!cq_push(&to_send, c))
        return -1;
    dev_barrier();
    PUT32(AUX_MU_IER, IER_RX | IER_TX);
    dev_barrier();
    return c;
}
