/* The GPU's firmware as a program meets it; see firmware.h. Tags from the wiki and from Linux's
 * raspberrypi-firmware.h, values from QEMU's bcm2835_property.c as far as it has any.
 *
 * Not modelled: the screen (what is drawn into the frame buffer is shown nowhere), code and QPU
 * programs, EDID, one-time memory, expander pins. Rates are QEMU's until the program sets them:
 * EMMC 50 MHz, UART 3 MHz, all others 700 MHz; measured rates are those the models count with. */
#include "emu/dev/firmware-internal.h"

#include <string.h>

enum {
    HEAD = 8,      /* bytes of a message: size, code */
    TAG_HEAD = 12, /* of a tag: tag, bytes of its value, code */
    MESSAGE_MAX = 1 << 20,
    VALUE_MAX = 1032, /* of a tag: a palette is the longest */
    DEVICES = 11,     /* that power can be asked of: the wiki's nine, then two of Linux's */
    POWERED_AT_START = 7,
    LOWEST_HZ = 100000,
    HIGHEST_HZ = 500000000,
    MICROVOLTS = 1200000,
    MICROVOLTS_MAX = 1350000,
};

static const uint32_t success = 0x80000000, partly = 0x80000001, answered = 0x80000000;
static const uint32_t firmware_revision = 346337, board_revision = 0x920092;
static const uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};

/* ---- clocks ---- */

static uint32_t usual_hz(uint32_t clock)
{
    if (clock == FIRMWARE_CLOCK_EMMC)
        return 50000000;
    return clock == FIRMWARE_CLOCK_UART ? 3000000 : 700000000;
}

static uint32_t rate(const struct dev_firmware *f, uint32_t clock)
{
    if (clock < DEV_FIRMWARE_CLOCKS && f->s.set_hz[clock])
        return f->s.set_hz[clock];
    return usual_hz(clock);
}

static uint32_t measured(const struct dev_firmware *f, uint32_t clock)
{
    if (clock < DEV_FIRMWARE_CLOCKS && f->s.set_hz[clock])
        return f->s.set_hz[clock];
    switch (clock) {
    case FIRMWARE_CLOCK_EMMC:
        return 50000000;
    case FIRMWARE_CLOCK_UART:
        return 48000000;
    case FIRMWARE_CLOCK_ARM:
        return 700000000;
    default:
        return clock && clock <= FIRMWARE_CLOCK_PWM ? 250000000 : 0;
    }
}

/* The clocks of the processor and the GPU stay between their lowest and highest rate, which are the
 * same; the others take what is asked for, in reason. */
static int set_rate(struct dev_firmware *f, uint32_t *v)
{
    const uint32_t clock = v[0];
    const int free = clock == FIRMWARE_CLOCK_EMMC || clock == FIRMWARE_CLOCK_UART ||
                     clock == FIRMWARE_CLOCK_PIXEL || clock == FIRMWARE_CLOCK_PWM;

    if (free && v[1] >= LOWEST_HZ && v[1] <= HIGHEST_HZ) {
        f->s.set_hz[clock] = v[1];
        if (clock == FIRMWARE_CLOCK_UART && f->uart_clock)
            f->uart_clock(f->self, v[1]);
    }
    return firmware_reply2(v, clock, rate(f, clock));
}

static int set_state(uint32_t *v, uint16_t *bits, unsigned n, int inverted)
{
    uint32_t on = v[1] & 1;

    if (v[0] >= n)
        return firmware_reply2(v, v[0], 2); /* there is no such */
    *bits = (uint16_t)((*bits & ~(1u << v[0])) | (on ^ (uint32_t)inverted) << v[0]);
    return firmware_reply2(v, v[0], on);
}

static int clock_state(const struct dev_firmware *f, uint32_t *v)
{
    int off = v[0] < DEV_FIRMWARE_CLOCKS && f->s.clocks_off >> v[0] & 1;

    return firmware_reply2(v, v[0], !off);
}

static int clock_list(uint32_t *v)
{
    for (uint32_t i = 0; i < FIRMWARE_CLOCK_PWM; i++, v += 2)
        firmware_reply2(v, 0, i + 1);
    return FIRMWARE_CLOCK_PWM * 8;
}

static int clocks(struct dev_firmware *f, uint32_t tag, uint32_t *v)
{
    switch (tag) {
    case 0x00010007:
        return clock_list(v);
    case 0x00030001:
        return clock_state(f, v);
    case 0x00038001:
        return set_state(v, &f->s.clocks_off, DEV_FIRMWARE_CLOCKS, 1);
    case 0x00030002:
        return firmware_reply2(v, v[0], rate(f, v[0]));
    case 0x00030004: /* highest */
    case 0x00030007: /* lowest */
        return firmware_reply2(v, v[0], usual_hz(v[0]));
    case 0x00030047:
        return firmware_reply2(v, v[0], measured(f, v[0]));
    case 0x00038002:
        return set_rate(f, v);
    default:
        return FIRMWARE_UNKNOWN;
    }
}

/* ---- board, power, voltage ---- */

static int board(uint32_t tag, uint32_t *v)
{
    switch (tag) {
    case 0x00000001:
        firmware_reply1(v, firmware_revision);
        return 4;
    case 0x00010001: /* model */
        firmware_reply1(v, 0);
        return 4;
    case 0x00010002:
        firmware_reply1(v, board_revision);
        return 4;
    case 0x00010003:
        memcpy(v, mac, sizeof mac);
        return sizeof mac;
    case 0x00010004: /* serial number */
        return firmware_reply2(v, 0, 0);
    case 0x00010005:
        return firmware_reply2(v, 0, DEV_FIRMWARE_ARM_MEMORY);
    case 0x00010006:
        return firmware_reply2(v, DEV_FIRMWARE_ARM_MEMORY, DEV_FIRMWARE_VC_MEMORY);
    case 0x00050001: /* command line: empty */
        return 0;
    case 0x00060001: /* DMA channels the GPU leaves alone */
        firmware_reply1(v, 0x3c);
        return 4;
    default:
        return FIRMWARE_UNKNOWN;
    }
}

static int set_voltage(struct dev_firmware *f, uint32_t *v)
{
    uint32_t *now = v[0] >= 1 && v[0] <= 4 ? &f->s.microvolts[v[0]] : NULL;

    if (now && v[1] >= MICROVOLTS && v[1] <= MICROVOLTS_MAX)
        *now = v[1];
    return firmware_reply2(v, v[0], now ? *now : 0x80000000);
}

static int voltage(const struct dev_firmware *f, uint32_t *v, uint32_t fixed)
{
    int known = v[0] >= 1 && v[0] <= 4;

    if (!known)
        return firmware_reply2(v, v[0], 0x80000000);
    return firmware_reply2(v, v[0], fixed ? fixed : f->s.microvolts[v[0]]);
}

static int power(struct dev_firmware *f, uint32_t tag, uint32_t *v)
{
    switch (tag) {
    case 0x00020001:
        return firmware_reply2(v, v[0], v[0] < DEVICES ? f->s.powered >> v[0] & 1u : 2);
    case 0x00020002: /* microseconds until a device can be used */
        return firmware_reply2(v, v[0], 0);
    case 0x00028001:
        return set_state(v, &f->s.powered, DEVICES, 0);
    case 0x00030003:
        return voltage(f, v, 0);
    case 0x00030005:
        return voltage(f, v, MICROVOLTS_MAX);
    case 0x00030008:
        return voltage(f, v, MICROVOLTS);
    case 0x00038003:
        return set_voltage(f, v);
    case 0x00030006: /* temperature, in thousandths of a degree */
        return firmware_reply2(v, v[0], 25000);
    case 0x0003000a:
        return firmware_reply2(v, v[0], 99000);
    case 0x00030009:
        return firmware_reply2(v, v[0], f->s.turbo);
    case 0x00038009:
        f->s.turbo = v[1] & 1;
        return firmware_reply2(v, v[0], f->s.turbo);
    case 0x00030046: /* throttled: never */
        firmware_reply1(v, 0);
        return 4;
    default:
        return FIRMWARE_UNKNOWN;
    }
}

/* ---- messages ---- */

/* The answer to one tag in v; its length in bytes, or FIRMWARE_UNKNOWN. */
static int answer(struct dev_firmware *f, uint32_t tag, uint32_t *v)
{
    int n = board(tag, v);

    if (n == FIRMWARE_UNKNOWN)
        n = clocks(f, tag, v);
    if (n == FIRMWARE_UNKNOWN)
        n = power(f, tag, v);
    if (n == FIRMWARE_UNKNOWN)
        n = firmware_memory(f, tag, v);
    if (n == FIRMWARE_UNKNOWN)
        n = firmware_screen(f, tag, v);
    return n;
}

static uint32_t load(const uint8_t *p)
{
    uint32_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

static void store(uint8_t *p, uint32_t word)
{
    memcpy(p, &word, sizeof word);
}

/* Answers the tag at p, whose value has room bytes. 0, or -1: nobody knows it, it stays as it is.
 */
static int answer_tag(struct dev_firmware *f, uint8_t *p, uint32_t room)
{
    uint32_t v[VALUE_MAX / 4] = {0};
    int n;

    memcpy(v, p + TAG_HEAD, room < VALUE_MAX ? room : VALUE_MAX);
    n = answer(f, load(p), v);
    if (n == FIRMWARE_UNKNOWN)
        return -1;
    memcpy(p + TAG_HEAD, v, (uint32_t)n < room ? (uint32_t)n : room);
    store(p + 8, answered | (uint32_t)n);
    return 0;
}

void dev_firmware_property(struct dev_firmware *f, uint32_t addr)
{
    uint8_t *m = f->memory.at ? f->memory.at(f->memory.self, addr, HEAD, 1) : NULL;
    uint32_t nbytes = m ? load(m) : 0, code = success, at = HEAD;

    if (nbytes < HEAD || nbytes > MESSAGE_MAX ||
        !(m = f->memory.at(f->memory.self, addr, nbytes, 1)))
        return;
    while (at + TAG_HEAD <= nbytes && load(m + at)) {
        uint32_t room = load(m + at + 4);

        if (room > nbytes - at - TAG_HEAD) {
            code = partly;
            break;
        }
        if (answer_tag(f, m + at, room) < 0)
            code = partly;
        at += TAG_HEAD + ((room + 3) & ~3u);
    }
    store(m + 4, code);
}

void dev_firmware_reset(struct dev_firmware *f)
{
    f->s = (struct dev_firmware_state){
        .powered = POWERED_AT_START,
        .screen = {640, 480, 640, 480, 16, 1, 2, 0, 0},
    };
    for (unsigned i = 1; i <= 4; i++)
        f->s.microvolts[i] = MICROVOLTS;
}

void dev_firmware_init(struct dev_firmware *f, const struct memory *program)
{
    *f = (struct dev_firmware){.memory = *program};
    dev_firmware_reset(f);
}
