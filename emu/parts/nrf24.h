/* emu/parts/nrf24.h - inside the nRF24L01+: its registers and FIFOs (nrf24.c) and its radio
 * (nrf24-air.c). Pages are those of the "nRF24L01+ Product Specification" v1.0. */
#ifndef EMU_PARTS_NRF24_H
#define EMU_PARTS_NRF24_H

#include <stdint.h>

#include "emu/parts/part.h"
#include "emu/parts/spi-pins.h"

enum { NRF24_PIPES = 6, NRF24_FIFO = 3, NRF24_PAYLOAD = 32, NRF24_MAX_ADDRESS = 5 };

enum nrf24_register { /* p. 57-63 */
                      CONFIG = 0x00,
                      EN_AA = 0x01,
                      EN_RXADDR = 0x02,
                      SETUP_AW = 0x03,
                      SETUP_RETR = 0x04,
                      RF_CH = 0x05,
                      RF_SETUP = 0x06,
                      STATUS = 0x07,
                      OBSERVE_TX = 0x08,
                      RPD = 0x09,
                      RX_ADDR_P0 = 0x0a,
                      RX_ADDR_P1 = 0x0b,
                      RX_ADDR_P5 = 0x0f,
                      TX_ADDR = 0x10,
                      RX_PW_P0 = 0x11,
                      RX_PW_P5 = 0x16,
                      FIFO_STATUS = 0x17,
                      DYNPD = 0x1c,
                      FEATURE = 0x1d,
                      NRF24_REGISTERS = 0x1e,
};

enum {
    CONFIG_PRIM_RX = 1 << 0,
    CONFIG_PWR_UP = 1 << 1,
    CONFIG_CRCO = 1 << 2,
    CONFIG_EN_CRC = 1 << 3,
    STATUS_MAX_RT = 1 << 4,
    STATUS_TX_DS = 1 << 5,
    STATUS_RX_DR = 1 << 6,
    STATUS_EVENTS = STATUS_MAX_RT | STATUS_TX_DS | STATUS_RX_DR,
    FEATURE_EN_DYN_ACK = 1 << 0,
    FEATURE_EN_ACK_PAY = 1 << 1,
    FEATURE_EN_DPL = 1 << 2,
};

struct nrf24_payload {
    uint8_t data[NRF24_PAYLOAD];
    uint8_t nbytes;
    uint8_t pipe;   /* it came from, or (in the transmit FIFO) it is an acknowledgement for */
    uint8_t is_ack; /* in the transmit FIFO */
    uint8_t no_ack;
};

struct nrf24_fifo {
    struct nrf24_payload at[NRF24_FIFO]; /* the oldest first */
    unsigned used;
};

/* What is on the air. */
struct nrf24_packet {
    struct nrf24_payload payload;
    uint8_t address[NRF24_MAX_ADDRESS], address_width;
    uint8_t channel, rate, crc_bytes; /* rate: the bits of RF_SETUP */
    uint8_t enhanced, dynamic;        /* has a packet control field; with a length in it */
    uint8_t pid, answers;             /* answers: it is an acknowledgement */
    uint64_t start_ns, end_ns;
};

enum nrf24_doing {
    RADIO_IDLE, /* power down, standby */
    RADIO_RECEIVES,
    RADIO_SETTLES, /* 130 us before it sends */
    RADIO_SENDS,
    RADIO_WAITS, /* for an acknowledgement */
    RADIO_TURNS, /* 130 us before it acknowledges */
    RADIO_ANSWERS,
};

struct nrf24_air;

struct nrf24 {
    struct parts *parts;
    struct nrf24_air *air;
    struct nrf24 *next; /* on the same air */
    struct spi_slave slave;
    struct spi_pins spi;
    unsigned ce_pin;
    int irq; /* -1: not connected */
    /* SPI command being received */
    uint8_t command;
    unsigned nbytes; /* so far, the command included; 0: not selected */
    struct nrf24_payload incoming;
    /* state */
    uint8_t reg[NRF24_REGISTERS];
    uint8_t address[3][NRF24_MAX_ADDRESS]; /* RX_ADDR_P0, RX_ADDR_P1, TX_ADDR; lowest byte first */
    struct nrf24_fifo tx, rx;
    int reuse;
    /* radio */
    enum nrf24_doing doing;
    int ce, collided;
    uint64_t up_ns;    /* when power-up is over */
    uint64_t ce_ns;    /* when CE rose */
    uint64_t ready_ns; /* a receiver hears packets that begin after this */
    unsigned retries, pid;
    int have_last; /* last packet received, to know a repeated one */
    struct nrf24_packet last, sending;
    struct clock_alarm alarm, powered;
    unsigned loss; /* per cent of packets it does not hear */
    uint32_t luck;
};

struct nrf24_air {
    struct nrf24 *first;
};

/* Registers that follow from the rest. */
uint8_t nrf24_status(const struct nrf24 *r);

/* Sets events in STATUS; the IRQ pin follows. */
void nrf24_raise(struct nrf24 *r, uint8_t events);
void nrf24_update_irq(struct nrf24 *r);

/* 0, or -1: the FIFO is full. */
int nrf24_push(struct nrf24_fifo *f, const struct nrf24_payload *p);
void nrf24_remove(struct nrf24_fifo *f, unsigned n);

/* The radio: after anything that may make it start or stop. */
void nrf24_air_look(struct nrf24 *r);
void nrf24_air_init(struct nrf24 *r);
void nrf24_air_ce(struct nrf24 *r, int level);
void nrf24_air_power(struct nrf24 *r, int was, int now);

#endif
