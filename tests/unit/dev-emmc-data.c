/* EMMC: blocks read and written, error by error; pages of "BCM2835 ARM Peripherals". */
#include "tests/unit/emmc-rig.h"

/* ---- reading ---- */

static void a_block_is_read(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    assert_int_equal(command(17, READ | CRC | INDEX, 7 * BLOCK), CMD_DONE | READ_RDY);
    assert_int_equal(get(STATUS), 0x1fff0a06); /* data to read, transfer and lines active */
    assert_int_equal(get(DATA), 7);
    for (unsigned i = 4; i < BLOCK; i += 4) {
        assert_int_equal(get(INTERRUPT), CMD_DONE | READ_RDY);
        assert_int_equal(get(DATA), 0);
    }
    assert_int_equal(get(INTERRUPT), CMD_DONE | READ_RDY | DATA_DONE);
    assert_int_equal(get(STATUS), 0x1fff0000);
    assert_int_equal(get(DATA), 0); /* nothing there */
}

/* 8 bits a byte over the lines, 18 around them. */
static void the_data_lines_set_the_time(void **state)
{
    static const struct {
        uint32_t control0, bits;
    } widths[] = {{0, 4096 + 18}, {2, 1024 + 18}, {0x20, 512 + 18}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint64_t start;

        put(CONTROL0, widths[i].control0);
        put(BLKSIZECNT, 1 << 16 | BLOCK);
        put(ARG1, 0);
        put(CMDTM, 17 << 24 | READ);
        start = now.ns;
        settle();
        assert_int_equal(now.ns - start, 8 * (48 + 8 + 48 + widths[i].bits));
        read_block();
    }
}

static void many_blocks_count_down(void **state)
{
    (void)state;
    put(BLKSIZECNT, 3 << 16 | BLOCK);
    command(18, READ | COUNTED | AUTO12, 5 * BLOCK);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(get(BLKSIZECNT), (3 - i) << 16 | BLOCK);
        put(INTERRUPT, READ_RDY);
        assert_int_equal(read_block(), 5 + i);
        assert_int_equal(get(INTERRUPT) & ~(uint32_t)CMD_DONE, i < 2 ? READ_RDY : DATA_DONE);
    }
    assert_int_equal(get(BLKSIZECNT), BLOCK);
    assert_int_equal(get(RESP3), SD_DATA << 9 | SD_READY_FOR_DATA); /* CMD12's */
    assert_int_equal(emmc.card.s.state, SD_TRANSFER);
}

static void auto_cmd23_sends_arg2(void **state)
{
    (void)state;
    put(ARG2, 2);
    put(BLKSIZECNT, 2 << 16 | BLOCK);
    command(18, READ | COUNTED | AUTO23, 0);
    read_block();
    read_block();
    assert_true(get(INTERRUPT) & DATA_DONE);
    assert_int_equal(emmc.card.s.state, SD_TRANSFER);
}

static void an_auto_command_that_fails_is_told(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    command(17, READ | COUNTED | AUTO12, 0); /* the card has stopped by itself */
    read_block();
    assert_int_equal(get(INTERRUPT), CMD_DONE | READ_RDY | DATA_DONE | ACMD_ERR);
    assert_int_equal(get(CONTROL2), 2);
    put(INTERRUPT, ACMD_ERR);
    assert_int_equal(get(CONTROL2), 0);
}

static void uncounted_blocks_end_with_cmd12(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    command(18, READ | UNCOUNTED, 0);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(read_block(), i);
    assert_int_equal(get(STATUS) & 2, 2);
    put(CMDTM, 17 << 24 | READ); /* not while the lines are taken */
    assert_int_equal(get(STATUS) & 1, 0);
    assert_int_equal(command(13, R48, RCA << 16), CMD_DONE); /* needs none */
    assert_int_equal(command(12, R48_BUSY | ABORT, 0), CMD_DONE | DATA_DONE);
    assert_int_equal(get(STATUS), 0x1fff0000);
    assert_int_equal(emmc.card.s.state, SD_TRANSFER);
}

static void small_registers_are_read(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | 8);
    assert_int_equal(app(51, READ, 0), CMD_DONE | READ_RDY);
    assert_int_equal(get(DATA), 0x02800502); /* the first byte is the lowest */
    assert_int_equal(get(DATA), 0);
    assert_true(get(INTERRUPT) & DATA_DONE);
}

static void a_wrong_block_size_is_a_crc_error(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | 64);
    assert_int_equal(command(17, READ, 0), CMD_DONE | DCRC_ERR);
    put(BLKSIZECNT, 1 << 16 | 1023);
    assert_int_equal(app(51, READ, 0), CMD_DONE | DCRC_ERR);
    assert_int_equal(get(STATUS), 0x1fff0000);
}

/* p. 76: 2^(13 + DATA_TOUNIT) clocks. */
static void data_that_does_not_come_times_out(void **state)
{
    uint64_t start;

    (void)state;
    for (uint32_t unit = 0; unit < 15; unit += 7) {
        put(CONTROL1, unit << 16 | 0x100 | CLOCK_ON);
        put(BLKSIZECNT, 1 << 16 | BLOCK);
        start = now.ns;
        assert_int_equal(command(17, READ, 64 << 20), CMD_DONE | DTO_ERR);
        assert_int_equal(get(RESP0), 0x80000900); /* out of range */
        assert_int_equal(now.ns - start, 8ul * (104 + 4096 + 18) + ((uint64_t)4 << (13 + unit)));
    }
    put(CONTROL1, 15 << 16 | 0x100 | CLOCK_ON); /* for ever */
    assert_int_equal(command(17, READ, 64 << 20), CMD_DONE);
    assert_int_equal(get(STATUS) & 6, 6);
    put(CONTROL1, 15 << 16 | 0x100 | CLOCK_ON | SRST_DATA);
    assert_int_equal(get(STATUS), 0x1fff0000);
}

static void no_blocks_are_no_transfer(void **state)
{
    (void)state;
    put(BLKSIZECNT, BLOCK);
    assert_int_equal(command(18, READ | COUNTED, 0), CMD_DONE | DATA_DONE);
    command(12, R48_BUSY, 0);
    put(BLKSIZECNT, 0);
    assert_int_equal(command(17, READ, 0), CMD_DONE | DATA_DONE);
}

/* ---- writing ---- */

static void blocks_are_written(void **state)
{
    (void)state;
    put(BLKSIZECNT, 2 << 16 | BLOCK);
    assert_int_equal(command(25, WRITE | COUNTED | AUTO12, 3 * BLOCK), CMD_DONE | WRITE_RDY);
    assert_int_equal(get(STATUS), 0x1fff0506); /* room, transfer and lines active */
    put(INTERRUPT, WRITE_RDY);
    write_block(0x11223344);
    assert_int_equal(get(INTERRUPT), CMD_DONE | WRITE_RDY);
    put(INTERRUPT, WRITE_RDY);
    write_block(0x55667788);
    assert_int_equal(get(INTERRUPT), CMD_DONE | DATA_DONE);
    assert_int_equal(store_memory.nwritten, 2);
    assert_int_equal(store_memory.written[1].offset, 4 * BLOCK);
    assert_int_equal(store_memory.written[1].data[511], 0x55);
    assert_int_equal(store_memory.written[0].data[0], 0x44);
    assert_int_equal(emmc.card.s.state, SD_TRANSFER);
}

static void a_card_that_is_busy_programming_takes_time(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    command(24, WRITE, 0);
    for (unsigned i = 0; i < BLOCK; i += 4)
        put(DATA, 0);
    assert_int_equal(dev_emmc_next(&emmc) - now.ns, 8 * (4096 + 18) + 20000);
    assert_int_equal(get(STATUS), 0x1fff0106);
    put(DATA, 1); /* no room: lost */
    settle();
    assert_int_equal(store_memory.written[0].data[0], 0);
}

static void a_block_the_card_does_not_want_times_out(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    assert_int_equal(command(24, WRITE, 64 << 20), CMD_DONE | WRITE_RDY);
    write_block(0);
    assert_true(get(INTERRUPT) & DTO_ERR);
    assert_int_equal(store_memory.nwritten, 0);
}

static void a_block_the_card_refuses_is_a_crc_error(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    command(24, WRITE, 0);
    store_memory.broken = 1;
    write_block(0);
    assert_int_equal(get(INTERRUPT), CMD_DONE | WRITE_RDY | DCRC_ERR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CARD(a_block_is_read),
        WITH_CARD(the_data_lines_set_the_time),
        WITH_CARD(many_blocks_count_down),
        WITH_CARD(auto_cmd23_sends_arg2),
        WITH_CARD(an_auto_command_that_fails_is_told),
        WITH_CARD(uncounted_blocks_end_with_cmd12),
        WITH_CARD(small_registers_are_read),
        WITH_CARD(a_wrong_block_size_is_a_crc_error),
        WITH_CARD(data_that_does_not_come_times_out),
        WITH_CARD(no_blocks_are_no_transfer),
        WITH_CARD(blocks_are_written),
        WITH_CARD(a_card_that_is_busy_programming_takes_time),
        WITH_CARD(a_block_the_card_does_not_want_times_out),
        WITH_CARD(a_block_the_card_refuses_is_a_crc_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
