/* nRF24L01+ radios that hear each other: SPI commands, registers, FIFOs, IRQ pin. The radio is in
 * nrf24-air.c. Not modelled: the ACTIVATE command of the older nRF24L01 (taken, and not needed),
 * carrier wave and other test modes, power. */
#include "emu/parts/nrf24.h"

#include <string.h>

enum { CE, CSN, IRQ, SCLK, MOSI, MISO, LOSS };

enum nrf24_command { /* p. 51 */
                     R_REGISTER = 0x00,
                     W_REGISTER = 0x20,
                     R_RX_PL_WID = 0x60,
                     R_RX_PAYLOAD = 0x61,
                     W_TX_PAYLOAD = 0xa0,
                     W_ACK_PAYLOAD = 0xa8,
                     W_TX_PAYLOAD_NOACK = 0xb0,
                     FLUSH_TX = 0xe1,
                     FLUSH_RX = 0xe2,
                     REUSE_TX_PL = 0xe3,
};

enum { REGISTER_MASK = 0x1f, PIPE_EMPTY = 7 };

static const struct {
    uint8_t writable, reset;
} registers[NRF24_REGISTERS] = {
    [CONFIG] = {0x7f, 0x08},    [EN_AA] = {0x3f, 0x3f},      [EN_RXADDR] = {0x3f, 0x03},
    [SETUP_AW] = {0x03, 0x03},  [SETUP_RETR] = {0xff, 0x03}, [RF_CH] = {0x7f, 0x02},
    [RF_SETUP] = {0xbf, 0x0e},  [0x0c] = {0xff, 0xc3}, /* RX_ADDR_P2 to P5: the lowest byte; the
                                                          others are P1's */
    [0x0d] = {0xff, 0xc4},      [0x0e] = {0xff, 0xc5},       [0x0f] = {0xff, 0xc6},
    [RX_PW_P0] = {0x3f, 0},     [RX_PW_P0 + 1] = {0x3f, 0},  [RX_PW_P0 + 2] = {0x3f, 0},
    [RX_PW_P0 + 3] = {0x3f, 0}, [RX_PW_P0 + 4] = {0x3f, 0},  [RX_PW_P5] = {0x3f, 0},
    [DYNPD] = {0x3f, 0},        [FEATURE] = {0x07, 0},
};

int nrf24_push(struct nrf24_fifo *f, const struct nrf24_payload *p)
{
    if (f->used == NRF24_FIFO)
        return -1;
    f->at[f->used++] = *p;
    return 0;
}

void nrf24_remove(struct nrf24_fifo *f, unsigned n)
{
    memmove(&f->at[n], &f->at[n + 1], (f->used - n - 1) * sizeof f->at[0]);
    f->used--;
}

uint8_t nrf24_status(const struct nrf24 *r)
{
    unsigned pipe = r->rx.used ? r->rx.at[0].pipe : PIPE_EMPTY;

    return (uint8_t)(r->reg[STATUS] | pipe << 1 | (r->tx.used == NRF24_FIFO));
}

static uint8_t fifo_status(const struct nrf24 *r)
{
    return (uint8_t)(r->reuse << 6 | (r->tx.used == NRF24_FIFO) << 5 | (r->tx.used == 0) << 4 |
                     (r->rx.used == NRF24_FIFO) << 1 | (r->rx.used == 0));
}

/* Low while an event is there that CONFIG does not mask. */
void nrf24_update_irq(struct nrf24 *r)
{
    part_drive(r->parts, r->irq,
               r->reg[STATUS] & ~r->reg[CONFIG] & STATUS_EVENTS ? DRIVE_LOW : DRIVE_HIGH);
}

void nrf24_raise(struct nrf24 *r, uint8_t events)
{
    r->reg[STATUS] |= events;
    nrf24_update_irq(r);
}

/* The address register n, or null. */
static uint8_t *wide_register(struct nrf24 *r, unsigned n)
{
    switch (n) {
    case RX_ADDR_P0:
        return r->address[0];
    case RX_ADDR_P1:
        return r->address[1];
    case TX_ADDR:
        return r->address[2];
    default:
        return NULL;
    }
}

static uint8_t read_register(struct nrf24 *r, unsigned n, unsigned at)
{
    const uint8_t *wide = wide_register(r, n);

    if (wide)
        return at < NRF24_MAX_ADDRESS ? wide[at] : 0;
    if (n == STATUS)
        return nrf24_status(r);
    if (n == FIFO_STATUS)
        return fifo_status(r);
    return n < NRF24_REGISTERS ? r->reg[n] : 0;
}

static void write_register(struct nrf24 *r, unsigned n, unsigned at, uint8_t value)
{
    uint8_t *wide = wide_register(r, n), was;

    if (wide) {
        if (at < NRF24_MAX_ADDRESS)
            wide[at] = value;
        return;
    }
    if (n >= NRF24_REGISTERS || at > 0)
        return;
    was = r->reg[n];
    if (n == STATUS) /* ones clear, p. 59 */
        r->reg[STATUS] &= (uint8_t) ~(value & STATUS_EVENTS);
    else
        r->reg[n] = (was & ~registers[n].writable) | (value & registers[n].writable);
    if (n == RF_CH)
        r->reg[OBSERVE_TX] &= 0x0f; /* the count of lost packets begins again, p. 75 */
    if (n == CONFIG)
        nrf24_air_power(r, was, r->reg[n]);
    nrf24_update_irq(r);
    nrf24_air_look(r);
}

/* What the command's byte `at` (0: the first after the command) reads. */
static uint8_t data_out(struct nrf24 *r, unsigned at)
{
    if ((r->command & ~REGISTER_MASK) == R_REGISTER)
        return read_register(r, r->command & REGISTER_MASK, at);
    if (r->command == R_RX_PAYLOAD && r->rx.used && at < NRF24_PAYLOAD)
        return r->rx.at[0].data[at];
    if (r->command == R_RX_PL_WID && r->rx.used)
        return r->rx.at[0].nbytes;
    return 0;
}

static int writes_payload(uint8_t command)
{
    return command == W_TX_PAYLOAD || command == W_TX_PAYLOAD_NOACK ||
           (command & ~7) == W_ACK_PAYLOAD;
}

static void data_in(struct nrf24 *r, unsigned at, uint8_t value)
{
    if ((r->command & ~REGISTER_MASK) == W_REGISTER)
        write_register(r, r->command & REGISTER_MASK, at, value);
    else if (writes_payload(r->command) && at < NRF24_PAYLOAD)
        r->incoming.data[r->incoming.nbytes++] = value;
}

static void begin_command(struct nrf24 *r, uint8_t command)
{
    r->command = command;
    r->incoming = (struct nrf24_payload){.pipe = command & 7,
                                         .is_ack = (command & ~7) == W_ACK_PAYLOAD,
                                         .no_ack = command == W_TX_PAYLOAD_NOACK};
    switch (command) {
    case FLUSH_TX:
        r->tx.used = 0;
        r->reuse = 0;
        break;
    case FLUSH_RX:
        r->rx.used = 0;
        break;
    case REUSE_TX_PL:
        r->reuse = 1;
        nrf24_air_look(r);
        break;
    default:
        break;
    }
}

/* Payloads enter and leave the FIFOs when the command ends, p. 51. */
static void end_command(struct nrf24 *r)
{
    unsigned data = r->nbytes - 1;

    if (r->command == R_RX_PAYLOAD && data > 0 && r->rx.used) {
        nrf24_remove(&r->rx, 0);
    } else if (writes_payload(r->command) && r->incoming.nbytes > 0) {
        if (r->incoming.is_ack && !(r->reg[FEATURE] & FEATURE_EN_ACK_PAY))
            return;
        if (!(r->reg[FEATURE] & FEATURE_EN_DYN_ACK))
            r->incoming.no_ack = 0;
        r->reuse = 0;
        nrf24_push(&r->tx, &r->incoming);
        nrf24_air_look(r);
    }
}

static void selected(void *self, int active)
{
    struct nrf24 *r = self;

    if (!active && r->nbytes)
        end_command(r);
    r->nbytes = 0;
}

static uint8_t offers(void *self)
{
    struct nrf24 *r = self;

    return r->nbytes == 0 ? nrf24_status(r) : data_out(r, r->nbytes - 1);
}

static uint8_t exchanged(void *self, uint8_t in)
{
    struct nrf24 *r = self;
    uint8_t out = offers(r);

    if (r->nbytes == 0)
        begin_command(r, in);
    else
        data_in(r, r->nbytes - 1, in);
    r->nbytes++;
    return out;
}

static void ce_heard(void *self, unsigned pin, int level)
{
    (void)pin;
    nrf24_air_ce(self, level);
}

static void power_on(struct nrf24 *r)
{
    static const uint8_t fresh[3] = {0xe7, 0xc2, 0xe7};

    for (unsigned i = 0; i < NRF24_REGISTERS; i++)
        r->reg[i] = registers[i].reset;
    for (unsigned i = 0; i < 3; i++)
        memset(r->address[i], fresh[i], NRF24_MAX_ADDRESS);
}

static int make(struct parts *p, const struct part_arg *args, void *shared)
{
    struct nrf24 *r = part_new(p, sizeof *r);

    r->parts = p;
    r->air = shared;
    for (int i = CE; i <= MISO; i++) {
        for (int j = CE; j < i; j++) {
            if (args[i].given && args[j].given && args[i].number == args[j].number)
                return part_error(p, "two of its pins are %u", (unsigned)args[i].number);
        }
    }
    power_on(r);
    r->ce_pin = (unsigned)args[CE].number;
    r->loss = (unsigned)args[LOSS].number;
    r->irq = args[IRQ].given ? part_end(p, (unsigned)args[IRQ].number, "IRQ") : -1;
    nrf24_update_irq(r);
    nrf24_air_init(r);
    r->slave =
        (struct spi_slave){.self = r, .select = selected, .exchange = exchanged, .offer = offers};
    part_listen(p, r->ce_pin, r, ce_heard);
    spi_pins_connect(&r->spi, p, &r->slave, (unsigned)args[CSN].number, (unsigned)args[SCLK].number,
                     (unsigned)args[MOSI].number, (unsigned)args[MISO].number);
    return 0;
}

static const struct part_param params[] = {
    {"ce", PART_PIN, NULL, "chip enable: sends or receives while it is high", 0, 0},
    {"csn", PART_PIN, "8", "chip select; 8 and 7 are also SPI0's chip selects 0 and 1", 0, 0},
    {"irq", PART_PIN, "", "interrupt, low while there is an event", 0, 0},
    {"sclk", PART_PIN, "11", "SPI clock", 0, 0},
    {"mosi", PART_PIN, "10", "SPI, to the radio", 0, 0},
    {"miso", PART_PIN, "9", "SPI, from the radio", 0, 0},
    {"loss", PART_NUMBER, "0", "per cent of packets that it does not hear, the same in each run", 0,
     100},
    {0},
};

const struct part_kind part_nrf24 = {
    .name = "nrf24",
    .what = "nRF24L01+ radio; all radios of a run hear each other",
    .params = params,
    .shared_bytes = sizeof(struct nrf24_air),
    .make = make,
};
