/* EMMC; see emmc.h. Pages of "BCM2835 ARM Peripherals"; HC: "SD Host Controller Simplified
 * Specification" 3.00.
 *
 * Not modelled: MMC cards, boot mode, tuning, SPI mode, suspend and resume, the gap between blocks,
 * limits on the card's clock, pins 48-53 (the slot is connected whatever they select). The buffer
 * holds one block of the 1 KB. Times are those of the wires at the programmed clock; the card
 * itself needs BUSY_NS after a block written and where it says busy, and no time to find a block.
 *
 * Registers: ARG2 00, BLKSIZECNT 04, ARG1 08, CMDTM 0C, RESP0-3 10-1C, DATA 20, STATUS 24,
 * CONTROL0-1 28-2C, INTERRUPT 30, IRPT_MASK 34, IRPT_EN 38, CONTROL2 3C, FORCE_IRPT 50, SLOTISR_VER
 * FC; stored without effect: 70-F0. */
#include "emu/dev/emmc-internal.h"

#include <string.h>

#include "emu/core/dreq.h"
#include "emu/core/regs.h"

static void reset_command(struct dev_emmc *d)
{
    d->s.commanding = d->s.held = 0;
    clock_alarm_clear(d->clock, &d->command_alarm);
    d->s.interrupt &= ~(uint32_t)CMD_DONE;
    if (d->s.phase == EMMC_STARTING)
        emmc_set_phase(d, EMMC_STILL);
    emmc_drive(d);
}

static void reset_data(struct dev_emmc *d)
{
    emmc_set_phase(d, EMMC_STILL);
    d->s.nbuffer = d->s.at = 0;
    clock_alarm_clear(d->clock, &d->data_alarm);
    d->s.interrupt &= ~(uint32_t)(DATA_DONE | READ_RDY | WRITE_RDY);
    emmc_drive(d);
}

/* The controller alone: the card is not told. */
static void reset_controller(struct dev_emmc *d)
{
    memset(&d->s, 0, sizeof d->s);
    emmc_set_phase(d, EMMC_STILL);
    for (size_t i = 0; i < reg_block_at(DEV_EMMC_BASE)->nregs; i++) {
        const struct reg *r = &reg_block_at(DEV_EMMC_BASE)->regs[i];

        d->s.plain[r->offset / 4] = r->reset;
    }
    clock_alarm_clear(d->clock, &d->command_alarm);
    clock_alarm_clear(d->clock, &d->data_alarm);
    emmc_drive(d);
}

static void control1_write(struct dev_emmc *d, uint32_t value)
{
    if (value & SRST_HC) {
        reset_controller(d);
        return;
    }
    if (value & SRST_CMD)
        reset_command(d);
    if (value & SRST_DATA)
        reset_data(d);
    d->s.plain[CONTROL1 / 4] = (value & ~(uint32_t)(SRST_CMD | SRST_DATA | CLK_STABLE)) |
                               (value & CLK_INTLEN ? CLK_STABLE : 0);
    if (d->s.held)
        emmc_start_command(d);
}

static uint32_t status_value(const struct dev_emmc *d)
{
    uint32_t v = STATUS_PULLED_UP | (d->s.commanding ? CMD_INHIBIT : 0);

    if (d->s.phase == EMMC_STILL)
        return v;
    v |= DAT_INHIBIT;
    if (d->s.phase == EMMC_BUSY)
        return v & ~(uint32_t)STATUS_DAT0;
    if (d->s.phase == EMMC_STARTING)
        return v;
    v |= DAT_ACTIVE | (d->s.transfer & TM_FROM_CARD ? READ_TRANSFER : WRITE_TRANSFER);
    if (d->s.phase == EMMC_FULL)
        v |= READ_DATA;
    if (d->s.phase == EMMC_EMPTY)
        v |= WRITE_ROOM;
    return v;
}

static int emmc_mmio_read(void *self, struct bus_access *a)
{
    struct dev_emmc *d = self;
    const struct reg *r = reg_at(a->addr);

    if (!r)
        return BUS_UNMODELLED;
    switch (r->offset) {
    case BLKSIZECNT:
        a->value = emmc_block_size(d) | (uint32_t)d->s.blocks_left << 16;
        return 0;
    case DATA:
        a->value = emmc_data_read(d);
        return 0;
    case STATUS:
        a->value = status_value(d);
        return 0;
    case INTERRUPT:
        a->value = emmc_interrupt_value(d);
        return 0;
    default:
        a->value = d->s.plain[r->offset / 4] & r->readable;
        return 0;
    }
}

static void plain_write(struct dev_emmc *d, const struct reg *r, uint32_t value)
{
    uint32_t *p = &d->s.plain[r->offset / 4];

    *p = (*p & ~r->writable) | (value & r->writable);
}

static int emmc_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_emmc *d = self;
    const struct reg *r = reg_at(a->addr);
    uint32_t value;

    if (!r)
        return BUS_UNMODELLED;
    value = a->value & r->writable;
    switch (r->offset) {
    case BLKSIZECNT: /* HC 2.2.3: not while a transfer uses it */
        if (d->s.phase == EMMC_STILL || d->s.phase == EMMC_BUSY) {
            plain_write(d, r, value);
            d->s.blocks_left = (uint16_t)(value >> 16);
        }
        return 0;
    case CMDTM:
        emmc_command_write(d, value);
        return 0;
    case DATA:
        emmc_data_write(d, value);
        return 0;
    case CONTROL1:
        control1_write(d, value);
        return 0;
    case INTERRUPT:
        d->s.interrupt &= ~value;
        if (!(d->s.interrupt & ACMD_ERR))
            d->s.plain[CONTROL2 / 4] &= ~(uint32_t)CONTROL2_ERRORS;
        emmc_drive(d);
        return 0;
    case FORCE_IRPT:
        plain_write(d, r, value);
        emmc_flag(d, value);
        return 0;
    default:
        plain_write(d, r, value);
        emmc_drive(d);
        return 0;
    }
}

uint64_t dev_emmc_next(const struct dev_emmc *d)
{
    uint64_t next = d->command_alarm.set ? d->command_alarm.at_ns : CLOCK_NEVER;

    if (d->data_alarm.set && d->data_alarm.at_ns < next)
        next = d->data_alarm.at_ns;
    return next;
}

void dev_emmc_reset(struct dev_emmc *d)
{
    reset_controller(d);
    sd_card_reset(&d->card);
}

void dev_emmc_init(struct dev_emmc *d, struct clock *c, const struct sd_store *store)
{
    static const struct sd_store empty;

    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "EMMC", .self = d, .read = emmc_mmio_read, .write = emmc_mmio_write};
    d->clock = c;
    d->command_alarm = (struct clock_alarm){.self = d, .ring = emmc_command_rang};
    d->data_alarm = (struct clock_alarm){.self = d, .ring = emmc_data_rang};
    d->irq.number = IRQ_EMMC;
    d->dreq.number = DREQ_EMMC;
    sd_card_init(&d->card, store ? store : &empty);
    dev_emmc_reset(d);
}

void dev_emmc_map(struct dev_emmc *d, struct bus *b)
{
    bus_map(b, DEV_EMMC_BASE, BUS_PAGE, &d->target);
}
