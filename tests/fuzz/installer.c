/* The installer's side of the boot protocols on bytes the fuzzer chooses, with a boot loader's
 * words among them. It always comes back with a documented result; it has sent the whole program
 * when it says so; and it never reads past the loader's last word. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/installer.h"

#include "libunix/boot.h"
#include "wire/boot.h"
#include "wire/crc32.h"

int installer_result;

enum {
    SCRIPT_MAX = 64 * 1024,
    CODE_BYTES = 300,
    SENT_MAX = 64 * 1024,
    NOISE_FROM = 0xF0,
    NOISE_BYTES = 17000,
    STEPS = 22,
};

struct script {
    uint8_t bytes[SCRIPT_MAX];
    size_t n;
};

static void must(int holds)
{
    if (!holds)
        abort();
}

static void add(struct script *s, const void *bytes, size_t n)
{
    if (n > SCRIPT_MAX - s->n)
        n = SCRIPT_MAX - s->n;
    memcpy(s->bytes + s->n, bytes, n);
    s->n += n;
}

static void add_word(struct script *s, uint32_t word)
{
    uint8_t bytes[] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
                       (uint8_t)(word >> 24)};
    add(s, bytes, 4);
}

static void add_string(struct script *s, uint32_t claimed, size_t n)
{
    static const char text[BOOT_MAX_STRING];
    add_word(s, (uint32_t)BOOT_PRINT_STRING);
    add_word(s, claimed);
    add(s, text, n);
}

static void add_opening_answer(struct script *s, uint32_t crc, int raw)
{
    const uint8_t size[] = {CODE_BYTES & 0xff, CODE_BYTES >> 8, 0, 0};
    add_word(s, OLD_SOH);
    add_word(s, raw ? CODE_BYTES : wire_crc32(size, 4));
    add_word(s, crc);
}

static void add_reply(struct script *s, uint32_t value)
{
    uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                       (uint8_t)(value >> 24)};
    add_word(s, value);
    add_word(s, wire_crc32(bytes, 4));
}

static void add_step(struct script *s, uint8_t step, uint8_t value, uint32_t crc)
{
    static const uint32_t words[] = {
        BOOT_GET_PROG_INFO,           (uint32_t)BOOT_SUCCESS,        (uint32_t)BOOT_ERROR,
        (uint32_t)BOOT_BAD_CODE_ADDR, (uint32_t)BOOT_BAD_CODE_CKSUM, OLD_ACK};
    switch (step % STEPS) {
    case 6:
        add_word(s, BOOT_GET_CODE);
        add_word(s, crc);
        break;
    case 7:
        add_word(s, BOOT_GET_CODE);
        add_word(s, value);
        break;
    case 8:
        add_string(s, value, value);
        break;
    case 9:
        add_string(s, value * 0x10101U, value);
        break;
    case 10:
        add_word(s, OLD_ACK);
        add_word(s, OLD_ACK);
        break;
    case 11:
    case 12:
        add_opening_answer(s, crc, step % STEPS == 12);
        break;
    case 13:
        add_word(s, value % 8);
        break;
    case 14:
        add(s, "\x22\x22\x11\x11", value % 4);
        break;
    case 15:
        for (unsigned i = 0; i < (value < NOISE_FROM ? 1 : NOISE_BYTES); i++)
            add(s, &value, 1);
        break;
    case 16:
        add_word(s, (uint32_t)BOOT_PRINT_STRING);
        add_word(s, sizeof BLOCKS_OFFER - 1);
        add(s, BLOCKS_OFFER, sizeof BLOCKS_OFFER - 1);
        break;
    case 17:
        add_reply(s, 0);
        break;
    case 18:
        add_reply(s, CODE_BYTES);
        break;
    case 19:
        add_reply(s, value * (value % 2 ? 0x1000001U : 3));
        break;
    case 20:
        for (uint32_t n = BLOCKS_RUNS; n-- > value % 8;)
            add_reply(s, BLOCKS_RUN | n);
        add_word(s, (uint32_t)BOOT_SUCCESS);
        break;
    case 21:
        add_reply(s, (uint32_t)BLOCKS_AGAIN | value);
        break;
    default:
        add_word(s, words[step % STEPS]);
        break;
    }
}

static void text(void *self, const char *bytes, size_t nbytes)
{
    size_t *shown = self;
    for (size_t i = 0; i < nbytes; i++)
        *shown += (unsigned char)bytes[i] != 0;
    must(nbytes <= 2UL * BOOT_MAX_STRING);
}

static size_t drain(int fd, uint8_t *out, size_t max)
{
    size_t n = 0;
    ssize_t got;
    while (n < max && (got = recv(fd, out + n, max - n, MSG_DONTWAIT)) > 0)
        n += (size_t)got;
    return n;
}

static void check(int rc, const struct boot_result *r, const struct script *s, const uint8_t *code,
                  const int fd[2])
{
    static uint8_t sent[SENT_MAX], left[SCRIPT_MAX];
    size_t nsent = drain(fd[1], sent, sizeof sent), nleft = drain(fd[0], left, sizeof left);
    must(rc == 0 || rc == LINE_GONE || (rc <= BOOT_SILENT && rc >= BOOT_UNCONFIRMED));
    must(r->heard <= s->n);
    if (rc != 0)
        return;
    must(r->protocol != BOOT_PROTO_UNKNOWN);
    must(nleft <= s->n && memcmp(left, s->bytes + s->n - nleft, nleft) == 0);
    must(s->n - nleft >= 4);
    static const uint8_t go[] = {BLOCKS_GO & 0xff, BLOCKS_GO >> 8 & 0xff, BLOCKS_GO >> 16 & 0xff,
                                 BLOCKS_GO >> 24};
    if (memmem(sent, nsent, go, sizeof go)) /* the script said that all of it was there */
        return;
    must(memmem(sent, nsent, code, CODE_BYTES) != NULL);
    uint32_t last = r->protocol == BOOT_PROTO_A ? (uint32_t)BOOT_SUCCESS : OLD_ACK;
    for (size_t i = 0; i < 4; i++)
        must(s->bytes[s->n - nleft - 4 + i] == (uint8_t)(last >> (8 * i)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    uint8_t code[CODE_BYTES];
    size_t shown = 0;
    int fd[2];
    struct line line = {0};
    struct boot_result result;
    const struct boot_options options = {
        .addr = BOOT_LOAD_ADDR, .timeout_ms = 1000, .self = &shown, .text = text};
    struct script *s = calloc(1, sizeof *s);

    must(s && socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    for (size_t i = 0; i < sizeof code; i++)
        code[i] = (uint8_t)(i * 7 + 3);
    for (size_t i = 0; i + 1 < nbytes; i += 2)
        add_step(s, data[i], data[i + 1], wire_crc32(code, sizeof code));
    must(write(fd[1], s->bytes, s->n) == (ssize_t)s->n);
    /* The end of the script is the end of the line, so no step waits for its limit. */
    must(shutdown(fd[1], SHUT_WR) == 0);
    must(line_adopt(&line, fd[0], 0) == 0);
    installer_result = boot_program(&line, code, sizeof code, &options, &result);
    check(installer_result, &result, s, code, fd);
    line_close(&line);
    close(fd[0]);
    close(fd[1]);
    free(s);
    return 0;
}
