/* libunix/line-telnet.h - the telnet protocol (RFC 854, 855, 856, 858) with COM-PORT-OPTION (RFC
 * 2217) as bytes in and bytes out. Does no I/O. Not modelled: the network virtual terminal (both
 * directions are binary), flow control by SUSPEND and RESUME (TCP has its own). */
#ifndef LIBUNIX_LINE_TELNET_H
#define LIBUNIX_LINE_TELNET_H

#include <stddef.h>
#include <stdint.h>

/* COM-PORT-OPTION commands; the server answers with 100 more. RFC 2217, section 3. */
enum comport {
    COMPORT_BAUD = 1, /* four bytes, big end first; 0 asks for the rate in force */
    COMPORT_DATA_SIZE = 2,
    COMPORT_PARITY = 3,    /* 1: none */
    COMPORT_STOP_SIZE = 4, /* 1: one bit */
    COMPORT_CONTROL = 5,   /* 1: no flow control */
    COMPORT_LINE_MASK = 10,
    COMPORT_MODEM_MASK = 11,
    COMPORT_PURGE = 12, /* 3: both directions */
    COMPORT_COMMANDS = 13,
};

enum telnet_side { TELNET_US, TELNET_THEM };
enum telnet_option { TELNET_BINARY, TELNET_SGA, TELNET_COMPORT, TELNET_OPTIONS };
enum telnet_agreement { TELNET_OFF, TELNET_ASKED, TELNET_ON, TELNET_REFUSED };

enum { TELNET_SUB_KEPT = 8, TELNET_SUB_MAX = 1024, TELNET_OUT = 256 };

/* All zero is a connection just made. */
struct telnet {
    uint8_t state, verb; /* of the decoder, inside a sequence; state 0: between two bytes of data */
    uint8_t agreed[2][TELNET_OPTIONS]; /* enum telnet_agreement, by enum telnet_side */
    uint8_t sub[TELNET_SUB_KEPT];      /* the beginning of a subnegotiation */
    uint16_t nsub;
    uint16_t nout;
    uint8_t out[TELNET_OUT];           /* to be sent before any data */
    uint32_t answered;                 /* bit by enum comport: an answer came */
    uint32_t answer[COMPORT_COMMANDS]; /* the last one's value */
};

/* Asks for what an RFC 2217 line needs: binary both ways, no go-aheads, COM-PORT-OPTION. */
void telnet_start(struct telnet *t);

/* Takes over a connection whose options another process agreed on. */
void telnet_agreed(struct telnet *t);

/* 1: all needed options are agreed on; -1: one was refused; 0: not all answers are there. */
int telnet_ready(const struct telnet *t);

/* Takes n bytes as received and leaves the data among them at the front of `bytes`: their count, at
 * most n. Answers to negotiation go to t->out; when that is full the peer asks without listening,
 * and gets none. A sequence may be cut anywhere between two calls. Malformed ones are dropped, and
 * a subnegotiation that does not end ends after TELNET_SUB_MAX bytes. */
size_t telnet_decode(struct telnet *t, uint8_t *bytes, size_t n);

/* Data for sending: fills raw, of `room` bytes, from n bytes of data. Returns how many of raw are
 * filled, and in *taken the bytes of data that they carry. */
size_t telnet_encode(const uint8_t *data, size_t n, uint8_t *raw, size_t room, size_t *taken);

/* Queues a command in t->out, its value of `width` bytes (1 or 4), and forgets an earlier answer to
 * it. 0, or -1 if there is no room. */
int telnet_comport(struct telnet *t, enum comport command, uint32_t value, unsigned width);

#endif
