/* An SD card; see sd-card.h. Sections are of the Physical Layer Simplified Specification 3.01.
 *
 * Not modelled: SPI mode, UHS and 1.8 V, passwords, write protection of groups, stream and SDIO
 * commands. An initialising card is busy for one ACMD41; the rest takes no time of its own. */
#include "emu/dev/sd-card.h"
#include "emu/dev/sd-registers.h"

#include <string.h>

enum {
    APP = 64,              /* added to the index of an application command */
    RCA = 0x4567,          /* QEMU's card publishes the same */
    VOLTAGES = 0x00ff8000, /* 2.7 to 3.6 V, 5.1 */
    OCR_CCS = 1 << 30,
    OCR_READY = (int)0x80000000,
};

/* ---- responses ---- */

static void put_be32(uint8_t *p, uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        p[i] = (uint8_t)value;
}

static void answer_r1(struct sd_card *c, struct sd_answer *a, uint32_t more)
{
    a->kind = SD_R1;
    a->word = c->s.errors | more | SD_READY_FOR_DATA;
    c->s.errors = 0;
}

static int send_special(struct sd_card *c, unsigned n)
{
    c->s.nspecial = n;
    c->s.state = SD_DATA;
    return 1;
}

/* The byte a data command means; 0, or the status bits of what is wrong with it. */
static uint32_t find_block(const struct sd_card *c, uint32_t arg, uint64_t *position)
{
    *position = sd_is_sdhc(c) ? (uint64_t)arg * SD_BLOCK : arg;
    if (*position >= c->store.nbytes)
        return SD_OUT_OF_RANGE;
    if (*position % SD_BLOCK + c->s.blocklen > SD_BLOCK) /* READ_BLK_MISALIGN is 0 */
        return SD_ADDRESS_ERROR;
    return 0;
}

static int refuse(struct sd_card *c, uint32_t why)
{
    c->s.errors |= why;
    c->s.counted = 0;
    return 1;
}

static int start_read(struct sd_card *c, uint32_t arg, int multiple)
{
    uint32_t wrong = find_block(c, arg, &c->s.position);

    if (wrong)
        return refuse(c, wrong);
    c->s.multiple = (uint8_t)multiple;
    c->s.nspecial = 0;
    c->s.state = SD_DATA;
    return 1;
}

static int start_write(struct sd_card *c, uint32_t arg, int multiple)
{
    uint32_t wrong = find_block(c, arg, &c->s.position);

    c->s.written = 0;
    if (!wrong && c->s.blocklen != SD_BLOCK) /* WRITE_BL_PARTIAL is 0 */
        wrong = SD_BLOCK_LEN_ERROR;
    if (!wrong && c->store.read_only)
        wrong = SD_WP_VIOLATION;
    if (wrong)
        return refuse(c, wrong);
    c->s.multiple = (uint8_t)multiple;
    c->s.state = SD_RECEIVE;
    return 1;
}

/* 4.3.5: what is erased reads 0. */
static int erase(struct sd_card *c)
{
    static const uint8_t zeros[SD_BLOCK];
    int set = c->s.erase_set;

    c->s.erase_set = 0;
    if (set != 2)
        return refuse(c, SD_ERASE_SEQ_ERROR);
    if (c->s.erase_first > c->s.erase_last)
        return refuse(c, SD_ERASE_PARAM);
    if (c->store.read_only)
        return refuse(c, SD_WP_VIOLATION);
    for (uint64_t at = c->s.erase_first; at <= c->s.erase_last; at += SD_BLOCK) {
        if (c->store.write(c->store.self, at, zeros, SD_BLOCK) < 0)
            return refuse(c, SD_ERROR);
    }
    return 1;
}

static int set_erase(struct sd_card *c, uint32_t arg, unsigned which, uint64_t *where)
{
    uint32_t wrong = find_block(c, arg, where);

    if (!wrong && c->s.erase_set != which - 1)
        wrong = SD_ERASE_SEQ_ERROR;
    if (wrong) {
        c->s.erase_set = 0;
        return refuse(c, wrong);
    }
    *where -= *where % SD_BLOCK;
    c->s.erase_set = (uint8_t)which;
    return 1;
}

/* ---- commands, 4.7.4: each does its work and says what kind of answer it has; 0: none ---- */

static int in(const struct sd_card *c, enum sd_state state)
{
    return c->s.state == state;
}

static int addressed(const struct sd_card *c, uint32_t arg)
{
    return arg >> 16 == c->s.rca;
}

static int interface_condition(struct sd_card *c, uint32_t arg, struct sd_answer *a)
{
    if (!in(c, SD_IDLE) || (arg >> 8 & 15) != 1) /* 2.7 to 3.6 V */
        return 0;
    c->s.host_v2 = 1;
    a->kind = SD_R7;
    a->word = arg & 0xfff;
    return 1;
}

/* 4.2.3.1: a card above 2 GB stays busy for a host that does not know such cards. */
static int operating_condition(struct sd_card *c, uint32_t arg, struct sd_answer *a)
{
    if (!in(c, SD_IDLE))
        return 0;
    if ((arg & VOLTAGES) && (!sd_is_sdhc(c) || (c->s.host_v2 && (arg & OCR_CCS)))) {
        if (c->s.asked) {
            c->s.ocr |= (uint32_t)OCR_READY | (sd_is_sdhc(c) ? OCR_CCS : 0);
            c->s.state = SD_READY;
        }
        c->s.asked = 1;
    }
    a->kind = SD_R3;
    a->word = c->s.ocr;
    return 1;
}

/* 4.9.5: R6 has the address and a few of the status bits. */
static int publish_address(struct sd_card *c, struct sd_answer *a)
{
    uint32_t s = c->s.errors | (uint32_t)c->s.state << 9 | SD_READY_FOR_DATA;

    if (!in(c, SD_IDENT) && !in(c, SD_STANDBY))
        return 0;
    a->kind = SD_R6;
    a->word = (uint32_t)RCA << 16 | (s >> 8 & 0xc000) | (s >> 6 & 0x2000) | (s & 0x1fff);
    c->s.errors = 0;
    c->s.rca = RCA;
    c->s.state = SD_STANDBY;
    return 1;
}

static int send_register(const struct sd_card *c, unsigned index, uint32_t arg, struct sd_answer *a)
{
    if (index == 2 ? !in(c, SD_READY) : !in(c, SD_STANDBY) || !addressed(c, arg))
        return 0;
    a->kind = SD_R2;
    if (index == 9)
        sd_get_csd(c, a->reg);
    else
        sd_get_cid(a->reg);
    return 1;
}

static int select_card(struct sd_card *c, uint32_t arg)
{
    if (!addressed(c, arg)) {
        if (in(c, SD_TRANSFER) || in(c, SD_DATA))
            c->s.state = SD_STANDBY;
        return 0;
    }
    if (!in(c, SD_STANDBY))
        return 0;
    c->s.state = SD_TRANSFER;
    return 1;
}

static int stop(struct sd_card *c)
{
    if (!in(c, SD_DATA) && !in(c, SD_RECEIVE))
        return 0;
    c->s.state = SD_TRANSFER;
    c->s.counted = 0;
    return 1;
}

static int set_block_length(struct sd_card *c, uint32_t arg)
{
    if (arg == 0 || arg > SD_BLOCK)
        return refuse(c, SD_BLOCK_LEN_ERROR);
    if (!sd_is_sdhc(c))
        c->s.blocklen = arg;
    return 1;
}

/* Application commands in the transfer state. */
static int app_transfer(struct sd_card *c, unsigned index, uint32_t arg)
{
    switch (index) {
    case APP + 6:
        if ((arg & 3) != 0 && (arg & 3) != 2)
            return refuse(c, SD_OUT_OF_RANGE);
        c->s.wide = (arg & 3) == 2;
        return 1;
    case APP + 13:
        sd_get_ssr(c, c->s.special);
        return send_special(c, 64);
    case APP + 22:
        put_be32(c->s.special, c->s.written);
        return send_special(c, 4);
    case APP + 23: /* blocks to erase before writing: a hint */
    case APP + 42: /* the pull-up on DAT3 */
        return 1;
    case APP + 51:
        sd_get_scr(c->s.special);
        return send_special(c, 8);
    default:
        return 0;
    }
}

/* Commands with R1 in the transfer state. */
static int transfer(struct sd_card *c, unsigned index, uint32_t arg)
{
    switch (index) {
    case 6:
        sd_switch_function(c, arg, c->s.special);
        return send_special(c, 64);
    case 16:
        return set_block_length(c, arg);
    case 17:
    case 18:
        return start_read(c, arg, index == 18);
    case 23:
        c->s.counted = 1;
        c->s.count = arg;
        return 1;
    case 24:
    case 25:
        return start_write(c, arg, index == 25);
    case 32:
        return set_erase(c, arg, 1, &c->s.erase_first);
    case 33:
        return set_erase(c, arg, 2, &c->s.erase_last);
    case 38:
        return erase(c);
    default:
        return app_transfer(c, index, arg);
    }
}

static int any_state(struct sd_card *c, unsigned index, uint32_t arg, struct sd_answer *a)
{
    switch (index) {
    case 2:
    case 9:
    case 10:
        if (!send_register(c, index, arg, a))
            return 0;
        if (index == 2)
            c->s.state = SD_IDENT;
        return 1;
    case 3:
        return publish_address(c, a);
    case 7:
        return select_card(c, arg);
    case 8:
        return interface_condition(c, arg, a);
    case 12:
        return stop(c);
    case 13:
        return !in(c, SD_IDLE) && !in(c, SD_READY) && !in(c, SD_IDENT) && addressed(c, arg);
    case APP + 41:
        return operating_condition(c, arg, a);
    case 55:
        if (in(c, SD_READY) || in(c, SD_IDENT) || !addressed(c, arg))
            return 0;
        c->s.app = 1;
        return 1;
    default:
        return in(c, SD_TRANSFER) && transfer(c, index, arg);
    }
}

/* Silence is no error of a command that another card was meant by, or that gets no answer. */
static int silence_is_fine(const struct sd_card *c, unsigned index, uint32_t arg)
{
    switch (index) {
    case 7:
    case 9:
    case 10:
    case 13:
    case 55:
        return !addressed(c, arg);
    case 8:
        return in(c, SD_IDLE);
    default:
        return 0;
    }
}

static int is_busy_command(unsigned index)
{
    return index == 7 || index == 12 || index == 38;
}

/* An application command that does not exist is the ordinary one, 4.3.9. */
static unsigned resolve(struct sd_card *c, unsigned index)
{
    static const uint8_t known[] = {6, 13, 22, 23, 41, 42, 51};

    if (!c->s.app)
        return index;
    for (size_t i = 0; i < sizeof known; i++) {
        if (known[i] == index)
            return APP + index;
    }
    c->s.app = 0;
    return index;
}

void sd_card_command(struct sd_card *c, unsigned index, uint32_t arg, struct sd_answer *a)
{
    enum sd_state before = c->s.state;
    unsigned full;
    int app;

    memset(a, 0, sizeof *a);
    if (!c->store.nbytes)
        return;
    if (index == 0) {
        sd_card_reset(c);
        return;
    }
    full = resolve(c, index);
    app = c->s.app;
    c->s.app = 0;
    if (!any_state(c, full, arg, a)) {
        if (!silence_is_fine(c, full, arg))
            c->s.errors |= SD_ILLEGAL_COMMAND;
        return;
    }
    /* 4.3.14: the count holds for the next command alone. */
    if (full != 23 && full != 18 && full != 25 && full != 13)
        c->s.counted = 0;
    if (a->kind == SD_NONE) {
        answer_r1(c, a, (uint32_t)before << 9 | (uint32_t)(app || full == 55 ? SD_APP_CMD : 0));
        if (is_busy_command(full))
            a->kind = SD_R1B;
    }
}

/* ---- data ---- */

/* After a block: does the transfer go on? */
static void advance(struct sd_card *c, size_t nbytes)
{
    int last = !c->s.multiple;

    c->s.position += nbytes;
    if (c->s.counted && --c->s.count == 0)
        last = 1;
    if (last) {
        c->s.counted = 0;
        c->s.state = SD_TRANSFER;
    }
}

size_t sd_card_send(struct sd_card *c, uint8_t buf[SD_BLOCK])
{
    size_t n = c->s.nspecial;

    if (!c->store.nbytes || c->s.state != SD_DATA)
        return 0;
    if (n) {
        memcpy(buf, c->s.special, n);
        c->s.nspecial = 0;
        c->s.state = SD_TRANSFER;
        return n;
    }
    n = c->s.blocklen;
    if (c->s.position + n > c->store.nbytes) {
        c->s.errors |= SD_OUT_OF_RANGE;
        return 0;
    }
    if (c->store.read(c->store.self, c->s.position, buf, n) < 0) {
        c->s.errors |= SD_CARD_ECC_FAILED;
        return 0;
    }
    advance(c, n);
    return n;
}

int sd_card_wants(const struct sd_card *c)
{
    return c->store.nbytes && c->s.state == SD_RECEIVE;
}

int sd_card_receive(struct sd_card *c, const uint8_t *buf, size_t nbytes)
{
    if (!sd_card_wants(c))
        return -1;
    if (c->s.position + SD_BLOCK > c->store.nbytes) {
        c->s.errors |= SD_OUT_OF_RANGE;
        return -1;
    }
    if (nbytes != SD_BLOCK) {
        c->s.errors |= SD_BLOCK_LEN_ERROR;
    } else if (c->store.write(c->store.self, c->s.position, buf, nbytes) < 0) {
        c->s.errors |= SD_ERROR;
    } else {
        c->s.written++;
        advance(c, nbytes);
        return 0;
    }
    if (!c->s.multiple)
        c->s.state = SD_TRANSFER;
    return -1;
}

void sd_card_reset(struct sd_card *c)
{
    c->s = (struct sd_card_state){.state = SD_IDLE, .ocr = VOLTAGES, .blocklen = SD_BLOCK};
}

void sd_card_init(struct sd_card *c, const struct sd_store *store)
{
    c->store = *store;
    sd_card_reset(c);
}
