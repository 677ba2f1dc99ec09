/* emu/dev/sd-card.h - an SD card behind a controller: commands and their answers, blocks of data
 * ("SD Specifications, Part 1, Physical Layer Simplified Specification", version 3.01, below "SD").
 *
 * A card of up to 2 GB is a standard one (SDSC, addressed in bytes), a larger one SDHC (in blocks).
 * The card does what it does at once; the controller lets the time of the wire pass. */
#ifndef EMU_DEV_SD_CARD_H
#define EMU_DEV_SD_CARD_H

#include <stddef.h>
#include <stdint.h>

enum { SD_BLOCK = 512 };

#define SD_SDSC_MAX_NBYTES ((uint64_t)2 << 30)

/* What the card stores its blocks in. */
struct sd_store {
    void *self;
    uint64_t nbytes; /* a multiple of SD_BLOCK; 0: no card in the slot */
    int read_only;   /* the card is write-protected */
    /* Move nbytes at offset, which lie within the store. Return 0, or -1 when the medium failed. */
    int (*read)(void *self, uint64_t offset, void *buf, size_t nbytes);
    int (*write)(void *self, uint64_t offset, const void *buf, size_t nbytes);
};

/* SD 4.9: what the card sends back. */
enum sd_response { SD_NONE, SD_R1, SD_R1B, SD_R2, SD_R3, SD_R6, SD_R7 };

struct sd_answer {
    enum sd_response kind; /* SD_NONE: the card is silent */
    uint32_t word;         /* bits 39 to 8 of a short response */
    uint8_t reg[16];       /* SD_R2: CID or CSD, bits 127 to 0 */
};

/* SD 4.10.1, card status; the state in bits 12-9. */
#define SD_OUT_OF_RANGE 0x80000000u
enum sd_status {
    SD_ADDRESS_ERROR = 1 << 30,
    SD_BLOCK_LEN_ERROR = 1 << 29,
    SD_ERASE_SEQ_ERROR = 1 << 28,
    SD_ERASE_PARAM = 1 << 27,
    SD_WP_VIOLATION = 1 << 26,
    SD_ILLEGAL_COMMAND = 1 << 22,
    SD_CARD_ECC_FAILED = 1 << 21,
    SD_ERROR = 1 << 19,
    SD_READY_FOR_DATA = 1 << 8,
    SD_APP_CMD = 1 << 5,
};

enum sd_state {
    SD_IDLE,
    SD_READY,
    SD_IDENT,
    SD_STANDBY,
    SD_TRANSFER,
    SD_DATA, /* sends */
    SD_RECEIVE,
};

struct sd_card_state {
    enum sd_state state;
    uint32_t errors; /* status bits not yet told */
    uint32_t ocr;
    uint16_t rca;
    uint8_t app;       /* the next command is an application command */
    uint8_t host_v2;   /* CMD8 came: the host knows cards above 2 GB */
    uint8_t asked;     /* ACMD41 came: initialising */
    uint8_t wide;      /* 4 data lines */
    uint8_t fast;      /* high speed, CMD6 */
    uint8_t multiple;  /* CMD18, CMD25: blocks until stopped */
    uint8_t counted;   /* CMD23: `count` blocks remain */
    uint32_t count;    /* of CMD23 */
    uint32_t written;  /* blocks of the last write, for ACMD22 */
    uint32_t blocklen; /* CMD16 */
    uint64_t position; /* of the next block */
    uint64_t erase_first, erase_last;
    uint8_t erase_set; /* 1: CMD32 came, 2: CMD33 too */
    /* What it sends instead of blocks: SCR, status and the like; 0 bytes: blocks. */
    uint8_t special[64];
    unsigned nspecial;
};

struct sd_card {
    struct sd_store store;
    struct sd_card_state s;
};

/* A card as it comes out of power-on. */
void sd_card_init(struct sd_card *c, const struct sd_store *store);
void sd_card_reset(struct sd_card *c);

/* Performs command `index` (0-63). SD_NONE: no card, no such command, not now, or another card is
 * meant. */
void sd_card_command(struct sd_card *c, unsigned index, uint32_t arg, struct sd_answer *a);

/* The next block the card sends: its length, at most SD_BLOCK, into buf; 0 when it sends none. */
size_t sd_card_send(struct sd_card *c, uint8_t buf[SD_BLOCK]);

/* Whether the card waits for a block, and gives it one: 0 when it was stored, -1 when it was not
 * (not waited for, wrong length, medium failed). */
int sd_card_wants(const struct sd_card *c);
int sd_card_receive(struct sd_card *c, const uint8_t *buf, size_t nbytes);

#endif
