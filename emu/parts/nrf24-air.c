/* The radio of the nRF24L01+ and the air between them: Enhanced ShockBurst, with acknowledgements,
 * retries and collisions, in the data sheet's times (p. 24). Not modelled: distance, power,
 * bit errors other than whole packets lost. */
#include <string.h>

#include "emu/parts/nrf24.h"

enum {
    POWER_UP_NS = 1500000, /* crystal running already or not: Tpd2stby, p. 24 */
    SETTLE_NS = 130000,    /* Tstby2a: from standby, or from one direction to the other */
    CE_NS = 10000,         /* Thce: the shortest pulse that sends */
    RETRY_STEP_NS = 250000,
    RATE_1M = 0x00, /* RF_DR_LOW and RF_DR_HIGH of RF_SETUP */
    RATE_2M = 0x08,
    RATE_250K = 0x20,
    RATE_BITS = RATE_2M | RATE_250K,
    CONTROL_FIELD_BITS = 9,
    LOST_MAX = 15,
};

static uint64_t now_ns(const struct nrf24 *r)
{
    return clock_ns(part_clock(r->parts));
}

static void do_until(struct nrf24 *r, enum nrf24_doing doing, uint64_t at_ns)
{
    r->doing = doing;
    clock_alarm_set(part_clock(r->parts), &r->alarm, at_ns);
}

static void do_nothing(struct nrf24 *r)
{
    r->doing = RADIO_IDLE;
    clock_alarm_clear(part_clock(r->parts), &r->alarm);
}

static int is_up(const struct nrf24 *r)
{
    return (r->reg[CONFIG] & CONFIG_PWR_UP) && now_ns(r) >= r->up_ns;
}

/* Acknowledging anywhere means a packet control field, and a CRC whatever CONFIG says (p. 57). */
static int is_enhanced(const struct nrf24 *r)
{
    return r->reg[EN_AA] != 0;
}

static unsigned crc_bytes(const struct nrf24 *r)
{
    if (!(r->reg[CONFIG] & CONFIG_EN_CRC) && !is_enhanced(r))
        return 0;
    return r->reg[CONFIG] & CONFIG_CRCO ? 2 : 1;
}

static unsigned address_width(const struct nrf24 *r)
{
    return r->reg[SETUP_AW] ? r->reg[SETUP_AW] + 2u : NRF24_MAX_ADDRESS;
}

static int is_dynamic(const struct nrf24 *r, unsigned pipe)
{
    return (r->reg[FEATURE] & FEATURE_EN_DPL) && (r->reg[DYNPD] >> pipe & 1);
}

static uint64_t air_ns(const struct nrf24_packet *k)
{
    uint64_t bits = 8u * (1u + k->address_width + k->payload.nbytes + k->crc_bytes) +
                    (k->enhanced ? CONTROL_FIELD_BITS : 0);

    return k->rate == RATE_250K ? bits * 4000 : k->rate == RATE_2M ? bits * 500 : bits * 1000;
}

static struct nrf24_packet packet(const struct nrf24 *r, const uint8_t *address)
{
    struct nrf24_packet k = {
        .address_width = (uint8_t)address_width(r),
        .channel = r->reg[RF_CH],
        .rate = r->reg[RF_SETUP] & RATE_BITS,
        .crc_bytes = (uint8_t)crc_bytes(r),
        .enhanced = (uint8_t)is_enhanced(r),
    };

    if (k.rate & RATE_250K)
        k.rate = RATE_250K;
    memcpy(k.address, address, k.address_width);
    return k;
}

static int is_on_air(const struct nrf24 *r)
{
    return r->doing == RADIO_SENDS || r->doing == RADIO_ANSWERS;
}

/* Two at once on a channel destroy each other. */
static void begin_to_send(struct nrf24 *r, enum nrf24_doing doing)
{
    uint64_t now = now_ns(r);

    r->collided = 0;
    r->sending.start_ns = now;
    r->sending.end_ns = now + air_ns(&r->sending);
    for (struct nrf24 *o = r->air->first; o; o = o->next) {
        if (o != r && is_on_air(o) && o->sending.channel == r->sending.channel)
            o->collided = r->collided = 1;
    }
    do_until(r, doing, r->sending.end_ns);
}

/* The payload to send next: the oldest that is not an acknowledgement's. */
static int next_payload(const struct nrf24 *r)
{
    for (unsigned i = 0; i < r->tx.used; i++) {
        if (!r->tx.at[i].is_ack)
            return (int)i;
    }
    return -1;
}

static int wants_answer(const struct nrf24 *r)
{
    return (r->reg[EN_AA] & 1) && !r->sending.payload.no_ack;
}

static void send_payload(struct nrf24 *r)
{
    int n = next_payload(r);

    if (n < 0) {
        do_nothing(r);
        return;
    }
    r->sending = packet(r, r->address[2]);
    r->sending.payload = r->tx.at[n];
    r->sending.dynamic = (uint8_t)is_dynamic(r, 0);
    r->sending.pid = (uint8_t)(r->pid & 3);
    begin_to_send(r, RADIO_SENDS);
}

/* ---- receiving ---- */

/* The pipe whose address a packet has; -1: none. */
static int pipe_of(const struct nrf24 *r, const struct nrf24_packet *k)
{
    for (unsigned pipe = 0; pipe < NRF24_PIPES; pipe++) {
        uint8_t own[NRF24_MAX_ADDRESS];

        if (!(r->reg[EN_RXADDR] >> pipe & 1))
            continue;
        memcpy(own, r->address[pipe ? 1 : 0], sizeof own);
        if (pipe > 1)
            own[0] = r->reg[RX_ADDR_P0 + pipe];
        if (memcmp(own, k->address, k->address_width) == 0)
            return (int)pipe;
    }
    return -1;
}

static int is_tuned(const struct nrf24 *r, const struct nrf24_packet *k)
{
    struct nrf24_packet own = packet(r, k->address);

    return own.channel == k->channel && own.rate == k->rate && own.crc_bytes == k->crc_bytes &&
           own.enhanced == k->enhanced && own.address_width == k->address_width;
}

static int length_fits(const struct nrf24 *r, const struct nrf24_packet *k, unsigned pipe)
{
    if (is_dynamic(r, pipe))
        return k->dynamic;
    return r->reg[RX_PW_P0 + pipe] == k->payload.nbytes && k->payload.nbytes > 0;
}

static int is_lost(struct nrf24 *r)
{
    r->luck = r->luck * 1664525u + 1013904223u;
    return (r->luck >> 16) % 100 < r->loss;
}

static int is_repeated(const struct nrf24 *r, const struct nrf24_packet *k)
{
    return k->enhanced && r->have_last && r->last.pid == k->pid &&
           r->last.payload.nbytes == k->payload.nbytes &&
           memcmp(r->last.address, k->address, k->address_width) == 0 &&
           memcmp(r->last.payload.data, k->payload.data, k->payload.nbytes) == 0;
}

/* With the payload waiting for that pipe, if there is one. */
static void prepare_answer(struct nrf24 *r, const struct nrf24_packet *k, unsigned pipe)
{
    r->sending = packet(r, k->address);
    r->sending.answers = 1;
    r->sending.pid = k->pid;
    r->sending.dynamic = (uint8_t)is_dynamic(r, pipe);
    for (unsigned i = 0; i < r->tx.used; i++) {
        if (r->tx.at[i].is_ack && r->tx.at[i].pipe == pipe) {
            r->sending.payload = r->tx.at[i];
            break;
        }
    }
    do_until(r, RADIO_TURNS, now_ns(r) + SETTLE_NS);
}

/* The payload that went with the last acknowledgement has arrived when another packet comes (p.
 * 33). */
static void answer_arrived(struct nrf24 *r)
{
    for (unsigned i = 0; i < r->tx.used; i++) {
        if (r->tx.at[i].is_ack && r->tx.at[i].pipe == r->sending.payload.pipe) {
            nrf24_remove(&r->tx, i);
            nrf24_raise(r, STATUS_TX_DS);
            return;
        }
    }
}

static void hear_payload(struct nrf24 *r, const struct nrf24_packet *k)
{
    int pipe = pipe_of(r, k), repeated;
    struct nrf24_payload got = k->payload;

    if (k->answers || pipe < 0 || !length_fits(r, k, (unsigned)pipe))
        return;
    r->reg[RPD] = 1;
    repeated = is_repeated(r, k);
    if (!repeated && r->rx.used == NRF24_FIFO)
        return; /* and no acknowledgement, p. 31 */
    if (!repeated) {
        if (r->have_last && r->sending.answers && r->sending.payload.nbytes)
            answer_arrived(r);
        got.pipe = (uint8_t)pipe;
        nrf24_push(&r->rx, &got);
        r->last = *k;
        r->have_last = 1;
        nrf24_raise(r, STATUS_RX_DR);
    }
    if (k->enhanced && (r->reg[EN_AA] >> pipe & 1) && !k->payload.no_ack)
        prepare_answer(r, k, (unsigned)pipe);
}

static void sent(struct nrf24 *r, uint8_t events)
{
    int n = next_payload(r);

    if (n >= 0 && !r->reuse)
        nrf24_remove(&r->tx, (unsigned)n);
    r->retries = 0;
    r->pid++;
    do_nothing(r);
    nrf24_raise(r, events);
    nrf24_air_look(r);
}

static void hear_answer(struct nrf24 *r, const struct nrf24_packet *k)
{
    struct nrf24_payload got = k->payload;
    uint8_t events = STATUS_TX_DS;

    if (!k->answers || pipe_of(r, k) != 0 || k->pid != r->sending.pid)
        return;
    got.pipe = 0;
    if (got.nbytes && is_dynamic(r, 0) && nrf24_push(&r->rx, &got) == 0)
        events |= STATUS_RX_DR;
    sent(r, events);
}

/* A packet has come to its end: whoever listened since its beginning has it. */
static void deliver(struct nrf24 *from)
{
    const struct nrf24_packet k = from->sending;

    if (from->collided)
        return;
    for (struct nrf24 *r = from->air->first; r; r = r->next) {
        if (r == from || (r->doing != RADIO_RECEIVES && r->doing != RADIO_WAITS) ||
            r->ready_ns > k.start_ns || !is_tuned(r, &k) || is_lost(r))
            continue;
        if (r->doing == RADIO_WAITS)
            hear_answer(r, &k);
        else
            hear_payload(r, &k);
    }
}

/* ---- what it does next ---- */

static void payload_ended(struct nrf24 *r)
{
    uint64_t delay = ((r->reg[SETUP_RETR] >> 4) + 1u) * (uint64_t)RETRY_STEP_NS;
    uint64_t now = now_ns(r);

    if (!wants_answer(r)) {
        r->doing = RADIO_IDLE;
        deliver(r);
        sent(r, STATUS_TX_DS);
        return;
    }
    r->ready_ns = now + SETTLE_NS;
    do_until(r, RADIO_WAITS, now + delay);
    deliver(r);
}

static void no_answer(struct nrf24 *r)
{
    unsigned lost = r->reg[OBSERVE_TX] >> 4;

    if (r->retries < (r->reg[SETUP_RETR] & 15u)) {
        r->retries++;
        r->reg[OBSERVE_TX] = (uint8_t)(lost << 4 | r->retries);
        begin_to_send(r, RADIO_SENDS);
        return;
    }
    lost += lost < LOST_MAX;
    r->reg[OBSERVE_TX] = (uint8_t)(lost << 4 | r->retries);
    r->retries = 0;
    do_nothing(r);
    nrf24_raise(r, STATUS_MAX_RT);
}

static void answer_ended(struct nrf24 *r)
{
    deliver(r);
    do_nothing(r);
    nrf24_air_look(r);
    if (r->doing == RADIO_RECEIVES)
        r->ready_ns = now_ns(r) + SETTLE_NS;
}

static void rang(void *self)
{
    struct nrf24 *r = self;

    switch (r->doing) {
    case RADIO_SETTLES:
        r->reg[OBSERVE_TX] &= 0xf0;
        send_payload(r);
        break;
    case RADIO_SENDS:
        payload_ended(r);
        break;
    case RADIO_WAITS:
        no_answer(r);
        break;
    case RADIO_TURNS:
        begin_to_send(r, RADIO_ANSWERS);
        break;
    case RADIO_ANSWERS:
        answer_ended(r);
        break;
    default:
        break;
    }
}

static void powered(void *self)
{
    nrf24_air_look(self);
}

/* CE high for 10 us sends a payload; a pulse that ends earlier does not. */
void nrf24_air_ce(struct nrf24 *r, int level)
{
    uint64_t now = now_ns(r);

    r->ce = level;
    if (level)
        r->ce_ns = now;
    else if (r->doing == RADIO_SETTLES && now - r->ce_ns < CE_NS)
        do_nothing(r);
    nrf24_air_look(r);
}

void nrf24_air_power(struct nrf24 *r, int was, int now)
{
    struct clock *c = part_clock(r->parts);

    if (!(now & CONFIG_PWR_UP)) {
        do_nothing(r);
        clock_alarm_clear(c, &r->powered);
    } else if (!(was & CONFIG_PWR_UP)) {
        r->up_ns = clock_ns(c) + POWER_UP_NS;
        clock_alarm_set(c, &r->powered, r->up_ns);
    }
}

/* A payload on its way, its retries and an acknowledgement come to their end whatever CE does. */
void nrf24_air_look(struct nrf24 *r)
{
    int receiver = r->reg[CONFIG] & CONFIG_PRIM_RX;

    if (!is_up(r)) {
        return;
    }
    if (r->doing == RADIO_RECEIVES && (!r->ce || !receiver))
        r->doing = RADIO_IDLE;
    if (r->doing != RADIO_IDLE || !r->ce)
        return;
    if (receiver) {
        r->doing = RADIO_RECEIVES;
        r->reg[RPD] = 0;
        r->ready_ns = now_ns(r) + SETTLE_NS;
    } else if (next_payload(r) >= 0 && !(r->reg[STATUS] & STATUS_MAX_RT)) {
        do_until(r, RADIO_SETTLES, now_ns(r) + SETTLE_NS);
    }
}

void nrf24_air_init(struct nrf24 *r)
{
    struct nrf24 **tail = &r->air->first;

    r->alarm = (struct clock_alarm){.self = r, .ring = rang};
    r->powered = (struct clock_alarm){.self = r, .ring = powered};
    while (*tail)
        tail = &(*tail)->next;
    *tail = r;
}
