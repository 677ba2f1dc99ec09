/* wire/boot.h - the words of the boot protocols spoken between a Pi's boot loader and a laptop.
 *
 * All words are 32 bits, little-endian, on a 115200 baud 8n1 line. Three protocols are in the
 * field; docs/boot-protocols.md draws each as a sequence. */
#ifndef WIRE_BOOT_H
#define WIRE_BOOT_H

/* Protocol A: the Pi speaks first, with BOOT_GET_PROG_INFO every 300 ms. */
enum boot_word {
    BOOT_START = (int)0xFFFF0000,
    BOOT_GET_PROG_INFO = 0x11112222,       /* Pi: what shall I load? */
    BOOT_PUT_PROG_INFO = 0x33334444,       /* laptop: then load address, nbytes, crc32(code) */
    BOOT_GET_CODE = 0x55556666,            /* Pi: then the crc it received */
    BOOT_PUT_CODE = 0x77778888,            /* laptop: then nbytes bytes */
    BOOT_SUCCESS = (int)0x9999AAAA,        /* Pi: the code arrived whole, it runs next */
    BOOT_ERROR = (int)0xBBBBCCCC,          /* Pi: refused; it reboots */
    BOOT_BAD_CODE_ADDR = (int)0xDEADBEEF,  /* may follow BOOT_ERROR */
    BOOT_BAD_CODE_CKSUM = (int)0xFEEDFACE, /* may follow BOOT_ERROR */
    BOOT_PRINT_STRING = (int)0xDDDDEEEE, /* Pi: then nbytes (<= BOOT_MAX_STRING), then the bytes */
};

/* Protocols B (laptop speaks first) and C (the Pi repeats ACK). */
enum boot_old_word {
    OLD_SOH = 0x12345678,
    OLD_BAD_CKSUM = 1,
    OLD_BAD_START = 2,
    OLD_BAD_END = 3,
    OLD_TOO_BIG = 4,
    OLD_ACK = 5,
    OLD_NAK = 6,
    OLD_EOT = 7,
};

/* Protocol A between our loader and our installer: the code goes in checked blocks. No other peer
 * ever meets one of these words; docs/boot-protocols.md says how the two find each other. */
#define BLOCKS_OFFER "boot loader: checked blocks, 1\n" /* a PRINT_STRING; 1 is the version */

enum boot_block_word {
    BLOCKS_BEGIN = 0x7A31C5E9,      /* laptop: then address, nbytes, crc, crc32(those 12 bytes) */
    BLOCKS_BLOCK = (int)0xB10C0000, /* laptop: + n; then offset, n bytes, crc32(code up to here) */
    BLOCKS_GO = 0x60C35A96,         /* laptop: run it */
    /* Pi: a value and crc32(value). The value is how many bytes are there, or one of these. */
    BLOCKS_AGAIN = (int)0x80000000, /* + how many are there: go on from here */
    BLOCKS_RUN = 0x40000000,        /* + n: it runs after n more of these, and a BOOT_SUCCESS */
};

enum {
    BLOCKS_MAX = 2048,     /* bytes of code in a block */
    BLOCKS_RUNS = 3,       /* how often BLOCKS_RUN is said */
    BLOCKS_OFFER_MS = 100, /* the offer is made to an installer that is silent so long */

    BOOT_MAX_STRING = 1024,       /* bytes of one PRINT_STRING */
    BOOT_REPEAT_MS = 300,         /* period of the Pi's greeting, protocols A and C */
    BOOT_LOAD_ADDR = 0x8000,      /* where programs load and start */
    BOOT_LOADER_ADDR = 0x200000,  /* where the boot loader runs */
    BOOT_STACK_ADDR = 0x08000000, /* initial sp */
    BOOT_BAUD = 115200,
};

#endif
