/* The SD card, command by command; sections are of the Physical Layer Simplified Specification
 * 3.01. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "emu/dev/sd-card.h"
#include "tests/unit/sd-store.h"

#define MB ((uint64_t)1 << 20)
#define GB ((uint64_t)1 << 30)

enum {
    RCA = 0x4567,
    VOLTAGES = 0x00ff8000,
    CCS = 1 << 30,
    STATE_SHIFT = 9,
    R1_TRANSFER = SD_TRANSFER << STATE_SHIFT | SD_READY_FOR_DATA,
};

#define READY 0x80000000u

static struct sd_card card;
static struct sd_answer got;

static void insert(uint64_t nbytes, int read_only)
{
    struct sd_store s = store_of(nbytes, read_only);

    sd_card_init(&card, &s);
}

static enum sd_response command(unsigned index, uint32_t arg)
{
    sd_card_command(&card, index, arg, &got);
    return got.kind;
}

static enum sd_response app(unsigned index, uint32_t arg)
{
    assert_int_equal(command(55, (uint32_t)card.s.rca << 16), SD_R1);
    return command(index, arg);
}

static void to_standby(void)
{
    command(0, 0);
    assert_int_equal(command(8, 0x1aa), SD_R7);
    assert_int_equal(app(41, CCS | VOLTAGES), SD_R3);
    assert_int_equal(app(41, CCS | VOLTAGES), SD_R3);
    assert_true(got.word & READY);
    assert_int_equal(command(2, 0), SD_R2);
    assert_int_equal(command(3, 0), SD_R6);
    assert_int_equal(got.word >> 16, RCA);
}

static void to_transfer(uint64_t nbytes)
{
    insert(nbytes, 0);
    to_standby();
    assert_int_equal(command(7, RCA << 16), SD_R1B);
}

static uint32_t status(void)
{
    assert_int_equal(command(13, RCA << 16), SD_R1);
    return got.word;
}

static void is_silent(unsigned index, uint32_t arg)
{
    if (command(index, arg) != SD_NONE)
        fail_msg("CMD%u was answered in state %d", index, (int)card.s.state);
}

/* ---- identification, 4.2 ---- */

static void an_empty_slot_is_silent(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    insert(0, 0);
    for (unsigned i = 0; i < 64; i++)
        is_silent(i, 0);
    assert_int_equal(sd_card_send(&card, block), 0);
    assert_false(sd_card_wants(&card));
}

static void it_is_busy_for_one_acmd41(void **state)
{
    (void)state;
    insert(64 * MB, 0);
    assert_int_equal(app(41, 0), SD_R3);
    assert_int_equal(got.word, VOLTAGES);
    assert_int_equal(app(41, 0), SD_R3); /* asked for voltages only: nothing begins */
    assert_int_equal(got.word, VOLTAGES);
    app(41, VOLTAGES);
    assert_int_equal(got.word, VOLTAGES);
    app(41, VOLTAGES);
    assert_int_equal(got.word, VOLTAGES | READY);
    assert_int_equal(card.s.state, SD_READY);
}

static void sdhc_wants_a_host_that_knows_it(void **state)
{
    static const struct {
        int cmd8;
        uint32_t arg;
        int ready;
    } hosts[] = {
        {0, VOLTAGES, 0}, {0, CCS | VOLTAGES, 0}, {1, VOLTAGES, 0}, {1, CCS | VOLTAGES, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        insert(4 * GB, 0);
        if (hosts[i].cmd8)
            command(8, 0x1aa);
        for (int n = 0; n < 5 && card.s.state == SD_IDLE; n++)
            app(41, hosts[i].arg);
        assert_int_equal(got.word, VOLTAGES | (hosts[i].ready ? READY | CCS : 0));
    }
}

static void two_gb_are_the_end_of_sdsc(void **state)
{
    (void)state;
    to_transfer(2 * GB);
    assert_false(card.s.ocr & CCS);
    to_transfer(2 * GB + SD_BLOCK);
    assert_true(card.s.ocr & CCS);
}

static void cmd8_echoes(void **state)
{
    (void)state;
    insert(64 * MB, 0);
    assert_int_equal(command(8, 0x1a5), SD_R7);
    assert_int_equal(got.word, 0x1a5);
    is_silent(8, 0x2aa); /* a voltage it does not have */
    assert_int_equal(app(41, 0), SD_R3);
    assert_int_equal(card.s.errors, 0);
}

static void a_reset_is_a_reset(void **state)
{
    (void)state;
    to_transfer(64 * MB);
    app(6, 2);
    is_silent(0, 0);
    assert_int_equal(card.s.state, SD_IDLE);
    assert_int_equal(card.s.rca, 0);
    assert_int_equal(card.s.wide, 0);
    to_standby();
}

/* 4.7.4: what a state does not know is not answered, and told of later. */
static void illegal_commands_are_told_once(void **state)
{
    static const uint8_t never[] = {1, 4, 5, 11, 14, 19, 21, 26, 37, 42, 52, 53, 57, 63};

    (void)state;
    to_transfer(64 * MB);
    for (size_t i = 0; i < sizeof never; i++) {
        is_silent(never[i], 0);
        assert_int_equal(status(), R1_TRANSFER | SD_ILLEGAL_COMMAND);
        assert_int_equal(status(), R1_TRANSFER);
    }
    is_silent(41, 0); /* not behind CMD55 */
    is_silent(12, 0); /* nothing to stop */
    is_silent(2, 0);
    is_silent(9, RCA << 16); /* only in standby */
    assert_int_equal(status(), R1_TRANSFER | SD_ILLEGAL_COMMAND);
    insert(64 * MB, 0);
    is_silent(17, 0);
    is_silent(3, 0);
    is_silent(13, 0);
    app(41, 0);
    assert_int_equal(card.s.state, SD_IDLE);
}

static void another_card_is_meant(void **state)
{
    (void)state;
    to_transfer(64 * MB);
    is_silent(13, 0x1234 << 16);
    is_silent(55, 0x1234 << 16);
    assert_int_equal(status(), R1_TRANSFER);
    is_silent(7, 0); /* deselected */
    assert_int_equal(status(), SD_STANDBY << STATE_SHIFT | SD_READY_FOR_DATA);
    is_silent(10, 0x1234 << 16);
    assert_int_equal(command(7, RCA << 16), SD_R1B);
    assert_int_equal(got.word, SD_STANDBY << STATE_SHIFT | SD_READY_FOR_DATA);
}

static void cmd3_gives_the_state_before(void **state)
{
    (void)state;
    insert(64 * MB, 0);
    to_standby();
    assert_int_equal(command(3, 0), SD_R6);
    assert_int_equal(got.word, (uint32_t)RCA << 16 | SD_STANDBY << STATE_SHIFT | SD_READY_FOR_DATA);
}

static void cmd55_is_seen_in_the_status(void **state)
{
    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(command(55, RCA << 16), SD_R1);
    assert_int_equal(got.word, R1_TRANSFER | SD_APP_CMD);
    assert_int_equal(command(42, 0), SD_R1);
    assert_int_equal(got.word, R1_TRANSFER | SD_APP_CMD);
    command(55, RCA << 16);
    assert_int_equal(command(17, 0), SD_R1); /* no such ACMD: the command itself */
    assert_int_equal(got.word, R1_TRANSFER);
}

/* ---- registers ---- */

static uint32_t bits(const uint8_t *reg, unsigned high, unsigned low)
{
    uint32_t value = 0;

    for (unsigned bit = high + 1; bit-- > low;)
        value = value << 1 | (reg[15 - bit / 8] >> (bit & 7) & 1u);
    return value;
}

/* 5.3.2 and 5.3.3; every size is there in whole units, the rest is rounded down. */
static void csd_tells_the_capacity(void **state)
{
    static const uint64_t sizes[] = {512,     64ull * 1024, MB,      3 * MB + 512,
                                     64 * MB, GB,           2 * GB,  2 * GB + 512,
                                     4 * GB,  32 * GB,      96 * MB, 1000ull * 512};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t size = sizes[i], tells, unit = 512ull * 1024;
        const uint8_t *csd = got.reg;

        insert(size, 0);
        to_standby();
        assert_int_equal(command(9, RCA << 16), SD_R2);
        if (bits(csd, 127, 126) == 0) {
            unit = (uint64_t)1 << (bits(csd, 49, 47) + 2 + bits(csd, 83, 80));
            tells = (bits(csd, 73, 62) + 1) * unit;
            assert_true(size <= 2 * GB);
            if (size < unit)
                continue; /* smaller than a card can say */
        } else {
            tells = ((uint64_t)bits(csd, 69, 48) + 1) * unit;
            assert_true(size > 2 * GB);
        }
        if (tells > size || tells + unit <= size)
            fail_msg("%llu bytes: the CSD says %llu", (unsigned long long)size,
                     (unsigned long long)tells);
    }
}

static void cid_and_csd_end_with_their_crc(void **state)
{
    (void)state;
    insert(64 * MB, 0);
    to_standby();
    for (unsigned index = 9; index <= 10; index++) {
        unsigned crc = 0;

        assert_int_equal(command(index, RCA << 16), SD_R2);
        for (unsigned i = 0; i < 120; i++) { /* 4.5, one bit after another */
            unsigned bit = bits(got.reg, 127 - i, 127 - i);
            unsigned out = (crc >> 6 ^ bit) & 1;

            crc = (crc << 1 ^ (out ? 9u : 0)) & 0x7f;
        }
        assert_int_equal(got.reg[15], crc << 1 | 1);
    }
    assert_memory_equal(got.reg + 1, "PIEMUSD", 7);
}

static void a_read_only_card_says_so(void **state)
{
    (void)state;
    insert(64 * MB, 1);
    to_standby();
    command(9, RCA << 16);
    assert_int_equal(bits(got.reg, 12, 12), 1);
    command(7, RCA << 16);
    assert_int_equal(command(24, 0), SD_R1);
    assert_false(sd_card_wants(&card));
    assert_int_equal(got.word, R1_TRANSFER | SD_WP_VIOLATION);
    command(32, 0);
    command(33, 0);
    assert_int_equal(command(38, 0), SD_R1B);
    assert_int_equal(got.word, R1_TRANSFER | SD_WP_VIOLATION);
}

static void scr_and_ssr_are_sent(void **state)
{
    static const uint8_t scr[8] = {0x02, 0x05, 0x80, 0x02};
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(app(51, 0), SD_R1);
    assert_int_equal(sd_card_send(&card, block), 8);
    assert_memory_equal(block, scr, 8);
    assert_int_equal(sd_card_send(&card, block), 0);
    for (unsigned wide = 0; wide <= 2; wide += 2) {
        assert_int_equal(app(6, wide), SD_R1);
        assert_int_equal(app(13, 0), SD_R1);
        assert_int_equal(sd_card_send(&card, block), 64);
        assert_int_equal(block[0], wide ? 0x80 : 0);
    }
    app(6, 1);
    assert_int_equal(got.word, R1_TRANSFER | SD_APP_CMD | SD_OUT_OF_RANGE);
    assert_int_equal(app(23, 8), SD_R1);
}

/* 4.3.10 */
static void cmd6_switches_to_high_speed(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(command(6, 0x00fffff1), SD_R1);
    assert_int_equal(sd_card_send(&card, block), 64);
    assert_int_equal(block[13], 3); /* group 1: functions 0 and 1 */
    assert_int_equal(block[16] & 15, 1);
    assert_int_equal(card.s.fast, 0); /* it was asked, not told */
    command(6, 0x80fffff1);
    sd_card_send(&card, block);
    assert_int_equal(card.s.fast, 1);
    command(6, 0x80fffff5); /* a function there is not */
    sd_card_send(&card, block);
    assert_int_equal(block[16] & 15, 15);
    assert_int_equal(card.s.fast, 1);
}

/* ---- data ---- */

static void blocks_are_addressed_by_byte_or_number(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(command(17, 5 * 512), SD_R1);
    assert_int_equal(sd_card_send(&card, block), 512);
    assert_int_equal(block[0], 5);
    assert_int_equal(card.s.state, SD_TRANSFER);
    to_transfer(4 * GB);
    command(17, 5);
    sd_card_send(&card, block);
    assert_int_equal(block[0], 5);
}

static void wrong_addresses_give_no_data(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    for (unsigned index = 17; index <= 25; index += index == 18 ? 6 : 1) {
        assert_int_equal(command(index, 64 * MB), SD_R1);
        assert_int_equal(got.word, R1_TRANSFER | SD_OUT_OF_RANGE);
        assert_int_equal(command(index, 100), SD_R1);
        assert_int_equal(got.word, R1_TRANSFER | SD_ADDRESS_ERROR);
        assert_int_equal(sd_card_send(&card, block), 0);
        assert_false(sd_card_wants(&card));
    }
    to_transfer(4 * GB);
    command(17, 8 * 1024 * 1024);
    assert_int_equal(got.word, R1_TRANSFER | SD_OUT_OF_RANGE);
}

static void cmd16_sets_the_length_of_blocks(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(command(16, 16), SD_R1);
    command(17, 3 * 512);
    assert_int_equal(sd_card_send(&card, block), 16);
    command(24, 0); /* writing parts of blocks is not possible */
    assert_int_equal(got.word, R1_TRANSFER | SD_BLOCK_LEN_ERROR);
    command(16, 513);
    assert_int_equal(got.word, R1_TRANSFER | SD_BLOCK_LEN_ERROR);
    to_transfer(4 * GB);
    command(16, 16); /* no effect */
    command(17, 0);
    assert_int_equal(sd_card_send(&card, block), 512);
}

static void cmd18_goes_on_until_cmd12(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(command(18, 7 * 512), SD_R1);
    for (unsigned i = 7; i < 20; i++) {
        assert_int_equal(sd_card_send(&card, block), 512);
        assert_int_equal(block[0], i);
    }
    is_silent(17, 0);
    assert_int_equal(command(12, 0), SD_R1B);
    assert_int_equal(got.word, SD_DATA << STATE_SHIFT | SD_READY_FOR_DATA | SD_ILLEGAL_COMMAND);
    assert_int_equal(sd_card_send(&card, block), 0);
    assert_int_equal(status(), R1_TRANSFER);
}

static void cmd23_counts_for_the_next_command_alone(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    assert_int_equal(command(23, 2), SD_R1);
    status();
    command(18, 0);
    assert_int_equal(sd_card_send(&card, block), 512);
    assert_int_equal(sd_card_send(&card, block), 512);
    assert_int_equal(sd_card_send(&card, block), 0);
    assert_int_equal(card.s.state, SD_TRANSFER);
    command(23, 1);
    command(16, 512);
    command(18, 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(sd_card_send(&card, block), 512);
    command(12, 0);
}

static void reading_past_the_end_stops(void **state)
{
    uint8_t block[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    command(18, 64 * MB - 512);
    assert_int_equal(sd_card_send(&card, block), 512);
    assert_int_equal(sd_card_send(&card, block), 0);
    command(12, 0);
    assert_int_equal(got.word, SD_DATA << STATE_SHIFT | SD_READY_FOR_DATA | SD_OUT_OF_RANGE);
}

static void blocks_are_stored(void **state)
{
    uint8_t block[SD_BLOCK], back[SD_BLOCK];

    (void)state;
    to_transfer(64 * MB);
    memset(block, 0x5a, sizeof block);
    assert_int_equal(command(24, 9 * 512), SD_R1);
    assert_true(sd_card_wants(&card));
    assert_int_equal(sd_card_receive(&card, block, 512), 0);
    assert_false(sd_card_wants(&card));
    command(17, 9 * 512);
    sd_card_send(&card, back);
    assert_memory_equal(block, back, 512);
    command(25, 20 * 512);
    assert_int_equal(sd_card_receive(&card, block, 512), 0);
    assert_int_equal(sd_card_receive(&card, block, 512), 0);
    assert_true(sd_card_wants(&card));
    assert_int_equal(command(12, 0), SD_R1B);
    app(22, 0);
    assert_int_equal(sd_card_send(&card, back), 4);
    assert_int_equal(back[3], 2); /* most significant byte first */
    assert_int_equal(store_memory.written[2].offset, 21 * 512);
}

static void a_block_of_the_wrong_length_is_not_stored(void **state)
{
    uint8_t block[SD_BLOCK] = {0};

    (void)state;
    to_transfer(64 * MB);
    command(24, 0);
    assert_int_equal(sd_card_receive(&card, block, 64), -1);
    assert_int_equal(store_memory.nwritten, 0);
    assert_int_equal(status(), R1_TRANSFER | SD_BLOCK_LEN_ERROR);
}

static void a_broken_medium_is_told(void **state)
{
    uint8_t block[SD_BLOCK] = {0};

    (void)state;
    to_transfer(64 * MB);
    store_memory.broken = 1;
    command(17, 0);
    assert_int_equal(sd_card_send(&card, block), 0);
    command(12, 0);
    assert_true(got.word & SD_CARD_ECC_FAILED);
    command(24, 0);
    assert_int_equal(sd_card_receive(&card, block, 512), -1);
    assert_int_equal(status(), R1_TRANSFER | SD_ERROR);
}

/* 4.3.5 */
static void erased_blocks_read_0(void **state)
{
    uint8_t block[SD_BLOCK], zeros[SD_BLOCK] = {0};

    (void)state;
    to_transfer(64 * MB);
    command(32, 5 * 512);
    command(33, 6 * 512);
    assert_int_equal(command(38, 0), SD_R1B);
    for (unsigned i = 5; i <= 6; i++) {
        command(17, i * 512);
        sd_card_send(&card, block);
        assert_memory_equal(block, zeros, 512);
    }
    command(17, 7 * 512);
    sd_card_send(&card, block);
    assert_int_equal(block[0], 7);
    command(38, 0);
    assert_int_equal(got.word, R1_TRANSFER | SD_ERASE_SEQ_ERROR);
    command(33, 0);
    assert_int_equal(got.word, R1_TRANSFER | SD_ERASE_SEQ_ERROR);
    command(32, 512);
    command(33, 0);
    command(38, 0);
    assert_int_equal(got.word, R1_TRANSFER | SD_ERASE_PARAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_slot_is_silent),
        cmocka_unit_test(it_is_busy_for_one_acmd41),
        cmocka_unit_test(sdhc_wants_a_host_that_knows_it),
        cmocka_unit_test(two_gb_are_the_end_of_sdsc),
        cmocka_unit_test(cmd8_echoes),
        cmocka_unit_test(a_reset_is_a_reset),
        cmocka_unit_test(illegal_commands_are_told_once),
        cmocka_unit_test(another_card_is_meant),
        cmocka_unit_test(cmd3_gives_the_state_before),
        cmocka_unit_test(cmd55_is_seen_in_the_status),
        cmocka_unit_test(csd_tells_the_capacity),
        cmocka_unit_test(cid_and_csd_end_with_their_crc),
        cmocka_unit_test(a_read_only_card_says_so),
        cmocka_unit_test(scr_and_ssr_are_sent),
        cmocka_unit_test(cmd6_switches_to_high_speed),
        cmocka_unit_test(blocks_are_addressed_by_byte_or_number),
        cmocka_unit_test(wrong_addresses_give_no_data),
        cmocka_unit_test(cmd16_sets_the_length_of_blocks),
        cmocka_unit_test(cmd18_goes_on_until_cmd12),
        cmocka_unit_test(cmd23_counts_for_the_next_command_alone),
        cmocka_unit_test(reading_past_the_end_stops),
        cmocka_unit_test(blocks_are_stored),
        cmocka_unit_test(a_block_of_the_wrong_length_is_not_stored),
        cmocka_unit_test(a_broken_medium_is_told),
        cmocka_unit_test(erased_blocks_read_0),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
