/* The registers an SD card shows, ch. 5 of the Physical Layer Simplified Specification 3.01.
 *
 * Not modelled: a speed class that means anything, current limits. */
#include "emu/dev/sd-registers.h"

#include <string.h>

enum { CSD_TMP_WRITE_PROTECT = 1 << 4 }; /* in byte 14 */

/* 4.5: x^7 + x^3 + 1, and the end bit. */
static uint8_t crc7(const uint8_t *p, size_t n)
{
    unsigned crc = 0;

    for (size_t i = 0; i < n; i++) {
        for (int bit = 7; bit >= 0; bit--) {
            unsigned in = (p[i] >> bit & 1u) ^ (crc >> 6 & 1u);

            crc = (crc << 1 & 0x7fu) ^ (in ? 0x09u : 0);
        }
    }
    return (uint8_t)(crc << 1 | 1);
}

void sd_get_cid(uint8_t reg[16])
{
    static const uint8_t cid[15] = {
        0x50, 'P',  'I',                 /* manufacturer, application */
        'E',  'M',  'U', 'S', 'D', 0x10, /* product, revision 1.0 */
        0,    0,    0,   1,              /* serial number */
        0x01, 0xa1,                      /* January 2026 */
    };

    memcpy(reg, cid, sizeof cid);
    reg[15] = crc7(reg, 15);
}

/* Sets bits high..low of a register of 128 bits that is stored from bit 127 down. */
static void set_bits(uint8_t *reg, unsigned high, unsigned low, uint32_t value)
{
    for (unsigned bit = low; bit <= high; bit++, value >>= 1) {
        uint8_t mask = (uint8_t)(1u << (bit & 7));
        uint8_t *byte = &reg[15 - bit / 8];

        *byte = (uint8_t)((*byte & ~mask) | (value & 1 ? mask : 0));
    }
}

/* 5.3.2: capacity is (C_SIZE + 1) * 2^(mult + 2) * 2^len; sizes between are rounded down. */
static void set_capacity_1(uint8_t *csd, uint64_t nbytes)
{
    unsigned len = 9, mult = 0;
    uint32_t units;

    while (nbytes >> (len + mult + 2) > 4096) {
        if (mult < 7)
            mult++;
        else
            len++;
    }
    units = (uint32_t)(nbytes >> (len + mult + 2));
    set_bits(csd, 83, 80, len); /* READ_BL_LEN */
    set_bits(csd, 73, 62, units ? units - 1 : 0);
    set_bits(csd, 49, 47, mult);
    set_bits(csd, 25, 22, len); /* WRITE_BL_LEN */
}

void sd_get_csd(const struct sd_card *c, uint8_t csd[16])
{
    int hc = sd_is_sdhc(c);

    memset(csd, 0, 16);
    set_bits(csd, 127, 126, hc ? 1 : 0);             /* structure */
    set_bits(csd, 119, 112, hc ? 0x0e : 0x26);       /* TAAC: 1 ms, 1.5 ms */
    set_bits(csd, 103, 96, c->s.fast ? 0x5a : 0x32); /* 50 or 25 MHz */
    set_bits(csd, 95, 84, 0x5b5);                    /* command classes: 0 2 4 5 7 8 10 */
    set_bits(csd, 46, 46, 1);                        /* ERASE_BLK_EN */
    set_bits(csd, 45, 39, 0x7f);                     /* SECTOR_SIZE */
    set_bits(csd, 28, 26, 2);                        /* R2W_FACTOR */
    if (hc) {
        set_bits(csd, 83, 80, 9);
        set_bits(csd, 69, 48, (uint32_t)(c->store.nbytes >> 19) - 1);
        set_bits(csd, 25, 22, 9);
    } else {
        set_bits(csd, 79, 79, 1); /* READ_BL_PARTIAL, always there in version 1 */
        set_capacity_1(csd, c->store.nbytes);
    }
    if (c->store.read_only)
        csd[14] |= CSD_TMP_WRITE_PROTECT;
    csd[15] = crc7(csd, 15);
}

/* 5.6: version 3.0, data reads 0 after an erase, 1 and 4 data lines, CMD23. */
void sd_get_scr(uint8_t scr[8])
{
    static const uint8_t bytes[8] = {0x02, 0x05, 0x80, 0x02};

    memcpy(scr, bytes, sizeof bytes);
}

/* 4.10.2: bus width, class 10, allocation units of 4 MB. */
void sd_get_ssr(const struct sd_card *c, uint8_t ssr[64])
{
    memset(ssr, 0, 64);
    ssr[0] = c->s.wide ? 0x80 : 0;
    ssr[8] = 4;
    ssr[10] = 0x90;
}

/* 4.3.10: the 64 bytes that CMD6 sends. Group 1 knows default and high speed, the others nothing
 * but their default; a function nobody knows is answered with 0xf. */
void sd_switch_function(struct sd_card *c, uint32_t arg, uint8_t out[64])
{
    unsigned speed = arg & 15, ok = 1, chosen[6];

    for (unsigned group = 0; group < 6; group++) {
        unsigned want = arg >> (4 * group) & 15;
        unsigned last = group == 0 ? 1 : 0, now = group == 0 ? c->s.fast : 0;

        chosen[group] = want == 15 ? now : want <= last ? want : 15;
        ok &= chosen[group] != 15;
    }
    if (arg >> 31 && ok && speed != 15)
        c->s.fast = (uint8_t)speed;
    memset(out, 0, 64);
    out[1] = 100; /* mA */
    for (unsigned group = 0; group < 6; group++) {
        unsigned at = 12 - 2 * group; /* from group 6 down */

        out[at] = 0x80;
        out[at + 1] = group == 0 ? 0x03 : 0x01;
        out[16 - group / 2] |= (uint8_t)(chosen[group] << (group % 2 ? 4 : 0));
    }
}
