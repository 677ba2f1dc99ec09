/* What the EMMC's lines do: commands, responses, blocks, and the time they take; see emmc.h for
 * what is modelled. HC: "SD Host Controller Simplified Specification" 3.00. */
#include "emu/dev/emmc-internal.h"

#include <string.h>

enum {
    COMMAND_BITS = 48,
    TURN_BITS = 8,       /* between command and response */
    PATIENCE_BITS = 64,  /* until a response counts as missing, HC 2.2.18 */
    BLOCK_OVERHEAD = 18, /* start bit, CRC, end bit */
    BUSY_NS = 20000,
};

/* ---- time ---- */

static int clock_runs(const struct dev_emmc *d)
{
    uint32_t on = CLK_INTLEN | CLK_EN;

    return (d->s.plain[CONTROL1 / 4] & on) == on;
}

/* p. 76, HC 2.2.14: the divider counts pairs of cycles; 0: none. CLK_FREQ_MS2 are its upper bits.
 */
static uint64_t bits_ns(const struct dev_emmc *d, uint64_t bits)
{
    uint32_t c1 = d->s.plain[CONTROL1 / 4];
    uint32_t divider = (c1 >> 8 & 0xff) | (c1 >> 6 & 3) << 8;

    return bits * DEV_EMMC_CLOCK_NS * (divider ? 2 * divider : 1);
}

static unsigned data_lines(const struct dev_emmc *d)
{
    uint32_t c0 = d->s.plain[CONTROL0 / 4];

    return c0 & HCTL_8BIT ? 8 : c0 & HCTL_DWIDTH ? 4 : 1;
}

static uint64_t block_ns(const struct dev_emmc *d, uint32_t nbytes)
{
    return bits_ns(d, 8 * nbytes / data_lines(d) + BLOCK_OVERHEAD);
}

static void ring_in(struct dev_emmc *d, struct clock_alarm *a, uint64_t ns)
{
    clock_alarm_set(d->clock, a, clock_ns(d->clock) + ns);
}

/* ---- interrupts ---- */

void emmc_drive(struct dev_emmc *d)
{
    irq_drive(&d->irq, (d->s.interrupt & d->s.plain[IRPT_EN / 4]) != 0);
}

/* A flag that IRPT_MASK disables is not set at all, p. 80. */
void emmc_flag(struct dev_emmc *d, uint32_t bits)
{
    d->s.interrupt |= bits & d->s.plain[IRPT_MASK / 4];
    emmc_drive(d);
}

uint32_t emmc_interrupt_value(const struct dev_emmc *d)
{
    return d->s.interrupt | (d->s.interrupt & ALL_ERRORS ? ERR : 0);
}

/* ---- data ---- */

void emmc_set_phase(struct dev_emmc *d, enum dev_emmc_phase phase)
{
    d->s.phase = phase;
    irq_drive(&d->dreq, phase == EMMC_FULL || phase == EMMC_EMPTY);
}

uint32_t emmc_block_size(const struct dev_emmc *d)
{
    return d->s.plain[BLKSIZECNT / 4] & 0x3ff;
}

static void end_transfer(struct dev_emmc *d, uint32_t flags)
{
    emmc_set_phase(d, EMMC_STILL);
    clock_alarm_clear(d->clock, &d->data_alarm);
    emmc_flag(d, flags);
}

/* p. 76: DATA_TOUNIT 15 is no timeout. Its clock is taken to be the controller's. */
static void wait_in_vain(struct dev_emmc *d)
{
    unsigned unit = d->s.plain[CONTROL1 / 4] >> DATA_TOUNIT_SHIFT & 15;

    emmc_set_phase(d, EMMC_NO_ANSWER);
    if (unit != 15)
        ring_in(d, &d->data_alarm, (uint64_t)DEV_EMMC_CLOCK_NS << (13 + unit));
}

static void next_block(struct dev_emmc *d)
{
    d->s.at = 0;
    d->s.nbuffer = 0;
    if (d->s.transfer & TM_FROM_CARD) {
        emmc_set_phase(d, EMMC_ARRIVING);
        ring_in(d, &d->data_alarm, block_ns(d, emmc_block_size(d)));
    } else {
        emmc_set_phase(d, EMMC_EMPTY);
        emmc_flag(d, WRITE_RDY);
    }
}

/* The block is over: the next one, or the end. */
static void block_done(struct dev_emmc *d)
{
    struct sd_answer a;
    uint32_t tm = d->s.transfer;

    if ((tm & TM_MULTI_BLOCK) && (tm & TM_BLKCNT_EN) && d->s.blocks_left)
        d->s.blocks_left--;
    if ((tm & TM_MULTI_BLOCK) && (!(tm & TM_BLKCNT_EN) || d->s.blocks_left)) {
        next_block(d);
        return;
    }
    if ((tm & TM_AUTO) == TM_AUTO_CMD12) { /* its response is in RESP3, HC 2.2.7 */
        sd_card_command(&d->card, 12, 0, &a);
        d->s.plain[RESP3 / 4] = a.word;
        if (a.kind == SD_NONE) {
            d->s.plain[CONTROL2 / 4] |= ACTO_ERR;
            emmc_flag(d, ACMD_ERR);
        }
    }
    end_transfer(d, DATA_DONE);
}

static void block_arrived(struct dev_emmc *d)
{
    uint8_t block[SD_BLOCK];
    size_t n = sd_card_send(&d->card, block);

    if (n == 0) {
        wait_in_vain(d);
    } else if (n != emmc_block_size(d)) {
        end_transfer(d, DCRC_ERR); /* the CRC is not where it is looked for */
    } else {
        memcpy(d->s.buffer, block, n);
        d->s.nbuffer = (uint32_t)n;
        emmc_set_phase(d, EMMC_FULL);
        emmc_flag(d, READ_RDY);
    }
}

static void block_left(struct dev_emmc *d)
{
    if (!sd_card_wants(&d->card))
        wait_in_vain(d);
    else if (sd_card_receive(&d->card, d->s.buffer, emmc_block_size(d)) < 0)
        end_transfer(d, DCRC_ERR);
    else
        block_done(d);
}

void emmc_data_rang(void *self)
{
    struct dev_emmc *d = self;

    switch (d->s.phase) {
    case EMMC_ARRIVING:
        block_arrived(d);
        break;
    case EMMC_LEAVING:
        block_left(d);
        break;
    case EMMC_BUSY:
        end_transfer(d, DATA_DONE);
        break;
    case EMMC_NO_ANSWER:
        end_transfer(d, DTO_ERR);
        break;
    default:
        break;
    }
}

static void start_transfer(struct dev_emmc *d)
{
    d->s.transfer = d->s.running;
    if (emmc_block_size(d) == 0 ||
        ((d->s.running & TM_MULTI_BLOCK) && (d->s.running & TM_BLKCNT_EN) && !d->s.blocks_left))
        end_transfer(d, DATA_DONE);
    else
        next_block(d);
}

uint32_t emmc_data_read(struct dev_emmc *d)
{
    uint32_t value = 0;

    if (d->s.phase != EMMC_FULL)
        return 0;
    for (unsigned i = 0; i < 4 && d->s.at < d->s.nbuffer; i++)
        value |= (uint32_t)d->s.buffer[d->s.at++] << (8 * i);
    if (d->s.at == d->s.nbuffer)
        block_done(d);
    return value;
}

void emmc_data_write(struct dev_emmc *d, uint32_t value)
{
    if (d->s.phase != EMMC_EMPTY)
        return;
    for (unsigned i = 0; i < 4 && d->s.at < emmc_block_size(d); i++, value >>= 8)
        d->s.buffer[d->s.at++] = (uint8_t)value;
    if (d->s.at == emmc_block_size(d)) {
        emmc_set_phase(d, EMMC_LEAVING);
        ring_in(d, &d->data_alarm, block_ns(d, emmc_block_size(d)) + BUSY_NS);
    }
}

/* ---- commands ---- */

static unsigned response_bits(enum sd_response kind)
{
    return kind == SD_NONE ? 0 : kind == SD_R2 ? 136 : 48;
}

/* What the controller makes of a response, p. 70: R3's CRC and R2's and R3's index are all ones,
 * and a response of another length has its end where data is expected, or the reverse. */
static uint32_t response_errors(uint32_t cmdtm, enum sd_response kind)
{
    unsigned want = (cmdtm & CMD_RSPNS) == CMD_RSPNS_136 ? 136 : 48;
    uint32_t errors = 0;

    if (kind == SD_NONE)
        return CTO_ERR;
    if (response_bits(kind) != want) {
        errors = want == 48 ? CEND_ERR : 0;
        return errors | (cmdtm & CMD_CRCCHK_EN ? CCRC_ERR : 0);
    }
    if ((cmdtm & CMD_CRCCHK_EN) && kind == SD_R3)
        errors |= CCRC_ERR;
    if ((cmdtm & CMD_IXCHK_EN) && (kind == SD_R2 || kind == SD_R3))
        errors |= CBAD_ERR;
    return errors;
}

/* RESP3..RESP0 are bits 127-8 of a long response, bits 39-8 of a short one, HC 2.2.7. */
static void keep_response(struct dev_emmc *d, const struct sd_answer *a)
{
    uint32_t *resp = &d->s.plain[RESP0 / 4];

    if (a->kind != SD_R2) {
        resp[0] = a->word;
        return;
    }
    memset(resp, 0, 16);
    for (unsigned bit = 8; bit < 128; bit += 8)
        resp[(bit - 8) / 32] |= (uint32_t)a->reg[15 - bit / 8] << ((bit - 8) % 32);
}

static void auto_cmd23(struct dev_emmc *d)
{
    struct sd_answer a;

    if (!(d->s.running & CMD_ISDATA) || (d->s.running & TM_AUTO) != TM_AUTO_CMD23)
        return;
    sd_card_command(&d->card, 23, d->s.plain[ARG2 / 4], &a);
    if (a.kind == SD_NONE) {
        d->s.plain[CONTROL2 / 4] |= ACTO_ERR;
        emmc_flag(d, ACMD_ERR);
    }
}

/* Behind the response: data, or DAT0 low. */
static void follow(struct dev_emmc *d)
{
    uint32_t c = d->s.running;

    if (c & CMD_ISDATA) {
        start_transfer(d);
    } else if ((c & CMD_RSPNS) == CMD_RSPNS_48_BUSY) {
        emmc_set_phase(d, EMMC_BUSY); /* a transfer that CMD12 stops ends here */
        ring_in(d, &d->data_alarm, BUSY_NS);
    }
}

void emmc_command_rang(void *self)
{
    struct dev_emmc *d = self;
    struct sd_answer a;
    uint32_t errors = 0, c = d->s.running;

    d->s.commanding = 0;
    auto_cmd23(d);
    sd_card_command(&d->card, c >> CMD_INDEX_SHIFT & 63, d->s.plain[ARG1 / 4], &a);
    if (c & CMD_RSPNS)
        errors = response_errors(c, a.kind);
    if (d->s.phase == EMMC_STARTING)
        emmc_set_phase(d, EMMC_STILL);
    if (errors) {
        emmc_flag(d, errors);
        return;
    }
    if (c & CMD_RSPNS)
        keep_response(d, &a);
    emmc_flag(d, CMD_DONE);
    follow(d);
}

/* An empty slot takes PATIENCE_BITS to notice. A card that does not answer takes as long as a
 * response would. */
void emmc_start_command(struct dev_emmc *d)
{
    uint32_t kind = d->s.running & CMD_RSPNS;
    unsigned bits = COMMAND_BITS + TURN_BITS;

    d->s.held = (uint8_t)!clock_runs(d);
    if (d->s.held)
        return;
    if (!d->card.store.nbytes && kind)
        bits = COMMAND_BITS + PATIENCE_BITS;
    else if (kind)
        bits += kind == CMD_RSPNS_136 ? 136 : 48;
    ring_in(d, &d->command_alarm, bits_ns(d, bits));
}

/* HC 2.2.6: a command while another is under way, or one that needs the data lines while they are
 * taken, is dropped; an abort never is. */
void emmc_command_write(struct dev_emmc *d, uint32_t value)
{
    int data = (value & CMD_ISDATA) || (value & CMD_RSPNS) == CMD_RSPNS_48_BUSY;
    int aborts = (value & CMD_TYPE) == CMD_TYPE_ABORT || (value >> CMD_INDEX_SHIFT & 63) == 12;

    if (d->s.commanding || (data && !aborts && d->s.phase != EMMC_STILL))
        return;
    d->s.plain[CMDTM / 4] = value;
    d->s.running = value;
    d->s.commanding = 1;
    if (value & CMD_ISDATA)
        emmc_set_phase(d, EMMC_STARTING);
    emmc_start_command(d);
}
