/* EMMC: commands, the clock, resets, interrupts and registers; pages of "BCM2835 ARM Peripherals".
 */
#include "tests/unit/emmc-rig.h"

/* ---- commands ---- */

static void a_short_response_is_in_resp0(void **state)
{
    (void)state;
    put(RESP0 + 4, 0x1234);
    assert_int_equal(command(13, R48 | CRC | INDEX, RCA << 16), CMD_DONE);
    assert_int_equal(get(RESP0), 0x900);
    assert_int_equal(get(RESP0 + 4), 0x1234);
}

/* HC 2.2.7: bits 127 to 8. */
static void a_long_response_fills_all_four(void **state)
{
    (void)state;
    command(7, 0, 0);
    assert_int_equal(command(10, R136 | CRC, RCA << 16), CMD_DONE);
    assert_int_equal(get(RESP3), 0x00505049);     /* manufacturer, "PI" */
    assert_int_equal(get(RESP0 + 8), 0x454d5553); /* "EMUS" */
    assert_int_equal(get(RESP0 + 4), 0x44100000); /* "D", revision, serial number */
    assert_int_equal(get(RESP0), 0x000101a1);     /* serial number, date */
}

static void without_a_card_commands_time_out(void **state)
{
    static const uint32_t kinds[] = {R48, R136, R48_BUSY, READ, WRITE};

    (void)state;
    assert_int_equal(command(0, 0, 0), CMD_DONE); /* nobody is to answer */
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        put(BLKSIZECNT, 1 << 16 | BLOCK);
        assert_int_equal(command(8, kinds[i], 0x1aa), CTO_ERR);
        assert_int_equal(get(STATUS) & 3, 0);
    }
}

/* 64 bits behind the command, HC 2.2.18; at 125 MHz a bit is 8 ns. */
static void a_timeout_takes_its_time(void **state)
{
    (void)state;
    put(INTERRUPT, 0xffffffff);
    put(CMDTM, 8 << 24 | R48);
    assert_int_equal(get(STATUS) & 1, 1);
    assert_int_equal(dev_emmc_next(&emmc), now.ns + 8ul * (48 + 64));
    clock_pass(&now, 8 * (48 + 64) - 1);
    assert_int_equal(get(INTERRUPT), 0);
    clock_pass(&now, 1);
    assert_int_equal(get(INTERRUPT), CTO_ERR);
    assert_int_equal(get(STATUS) & 1, 0);
}

static void a_silent_card_times_out(void **state)
{
    (void)state;
    assert_int_equal(command(5, R48, 0), CTO_ERR);
    assert_int_equal(command(0, R48, 0), CTO_ERR); /* CMD0 has no response */
}

/* p. 70: R3 has no CRC, R2 and R3 no index. */
static void responses_are_checked(void **state)
{
    (void)state;
    command(0, 0, 0);
    assert_int_equal(app(41, R48 | CRC, 0), CCRC_ERR);
    assert_int_equal(app(41, R48 | INDEX, 0), CBAD_ERR);
    assert_int_equal(app(41, R48, 0), CMD_DONE);
    fresh(NULL);
    command(7, 0, 0);
    assert_int_equal(command(9, R136 | INDEX, RCA << 16), CBAD_ERR);
    assert_int_equal(command(9, R48 | CRC, RCA << 16), CEND_ERR | CCRC_ERR);
    assert_int_equal(command(9, R48, RCA << 16), CEND_ERR);
    assert_int_equal(command(13, R136 | CRC, RCA << 16), CCRC_ERR);
}

static void a_command_under_way_is_not_replaced(void **state)
{
    (void)state;
    put(INTERRUPT, 0xffffffff);
    put(ARG1, RCA << 16);
    put(CMDTM, 13 << 24 | R48);
    put(CMDTM, 55 << 24 | R48);
    settle();
    assert_int_equal(get(RESP0), 0x900); /* no bit of CMD55 */
    assert_int_equal(get(CMDTM), 13 << 24 | R48);
}

static void busy_holds_the_data_lines(void **state)
{
    (void)state;
    command(7, 0, 0);
    put(INTERRUPT, 0xffffffff);
    put(ARG1, RCA << 16);
    put(CMDTM, 7 << 24 | R48_BUSY);
    clock_pass(&now, 8ull * (48 + 8 + 48));
    assert_int_equal(get(INTERRUPT), CMD_DONE);
    assert_int_equal(get(STATUS), 0x1fef0002); /* DAT0 low */
    clock_pass(&now, 20000);
    assert_int_equal(get(INTERRUPT), CMD_DONE | DATA_DONE);
    assert_int_equal(get(STATUS), 0x1fff0000);
}

/* ---- the clock, p. 75 ---- */

static void without_a_clock_nothing_moves(void **state)
{
    static const uint32_t off[] = {0, 1, 4};

    (void)state;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        put(INTERRUPT, 0xffffffff);
        put(CONTROL1, LONGEST | 0x100 | off[i]);
        put(ARG1, RCA << 16);
        put(CMDTM, 13 << 24 | R48);
        assert_int_equal(dev_emmc_next(&emmc), CLOCK_NEVER);
        assert_int_equal(get(STATUS) & 1, 1);
        put(CONTROL1, LONGEST | 0x100 | CLOCK_ON);
        settle();
        assert_int_equal(get(INTERRUPT), CMD_DONE);
    }
}

static void the_divider_sets_the_speed(void **state)
{
    static const struct {
        uint32_t bits, bit_ns;
    } dividers[] = {{0, 4}, {0x100, 8}, {0x500, 40}, {0xff00, 2040}, {0x40, 2048}, {0xffc0, 8184}};

    (void)state;
    for (size_t i = 0; i < sizeof dividers / sizeof dividers[0]; i++) {
        put(CONTROL1, dividers[i].bits | CLOCK_ON);
        put(ARG1, RCA << 16);
        put(CMDTM, 13 << 24 | R48);
        assert_int_equal(dev_emmc_next(&emmc) - now.ns, (48 + 8 + 48) * dividers[i].bit_ns);
        settle();
    }
}

static void the_internal_clock_is_stable_at_once(void **state)
{
    (void)state;
    put(CONTROL1, 0);
    assert_int_equal(get(CONTROL1), 0);
    put(CONTROL1, 1);
    assert_int_equal(get(CONTROL1), 3);
    put(CONTROL1, 2);
    assert_int_equal(get(CONTROL1), 0);
}

/* ---- resets, p. 75 ---- */

static void srst_hc_resets_registers_and_not_the_card(void **state)
{
    const struct reg_block *b = reg_block_at(DEV_EMMC_BASE);

    (void)state;
    put(ARG1, 5);
    put(CONTROL0, 2);
    put(CMDTM, 13 << 24 | R48);
    put(CONTROL1, SRST_HC);
    for (size_t i = 0; i < b->nregs; i++)
        assert_int_equal(get(b->regs[i].offset), b->regs[i].reset);
    assert_int_equal(dev_emmc_next(&emmc), CLOCK_NEVER);
    assert_int_equal(emmc.card.s.state, SD_TRANSFER);
}

static void srst_cmd_forgets_the_command(void **state)
{
    (void)state;
    put(INTERRUPT, 0xffffffff);
    put(CMDTM, 13 << 24 | R48);
    put(CONTROL1, get(CONTROL1) | SRST_CMD);
    assert_int_equal(get(CONTROL1), LONGEST | 0x107);
    assert_int_equal(get(STATUS) & 1, 0);
    settle();
    assert_int_equal(get(INTERRUPT), 0);
}

static void srst_data_forgets_the_transfer(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    command(17, READ, 0);
    get(DATA);
    put(CONTROL1, get(CONTROL1) | SRST_DATA);
    assert_int_equal(get(STATUS), 0x1fff0000);
    assert_int_equal(get(INTERRUPT), CMD_DONE);
    assert_int_equal(get(DATA), 0);
    command(17, READ, 9 * BLOCK);
    assert_int_equal(read_block(), 9);
}

/* ---- interrupts, p. 77-83 ---- */

static void a_masked_flag_is_not_set(void **state)
{
    (void)state;
    put(IRPT_MASK, DATA_DONE);
    assert_int_equal(command(13, R48, RCA << 16), 0);
    assert_int_equal(get(RESP0), 0x900);
    put(IRPT_MASK, 0xffffffff);
    assert_int_equal(get(INTERRUPT), 0);
}

static void writing_one_clears(void **state)
{
    (void)state;
    command(7, R48_BUSY, 0); /* nobody answers */
    assert_int_equal(get(INTERRUPT), CTO_ERR);
    put(INTERRUPT, CMD_DONE);
    assert_int_equal(get(INTERRUPT), CTO_ERR);
    put(INTERRUPT, ERR); /* tells of the others, is no flag of its own */
    assert_int_equal(get(INTERRUPT), CTO_ERR);
    put(INTERRUPT, 1 << 16);
    assert_int_equal(get(INTERRUPT), 0);
}

static void the_line_follows_enabled_flags(void **state)
{
    (void)state;
    command(13, R48, RCA << 16);
    assert_int_equal(emmc.irq.level, 0);
    put(IRPT_EN, DATA_DONE);
    assert_int_equal(emmc.irq.level, 0);
    put(IRPT_EN, CMD_DONE);
    assert_int_equal(emmc.irq.level, 1);
    assert_int_equal(emmc.irq.number, 62);
    put(INTERRUPT, CMD_DONE);
    assert_int_equal(emmc.irq.level, 0);
}

static void flags_can_be_forced(void **state)
{
    (void)state;
    put(INTERRUPT, 0xffffffff);
    put(IRPT_EN, 1 << 22);
    put(FORCE_IRPT, 1 << 22 | 1 << 2);
    assert_int_equal(get(INTERRUPT), 1 << 22 | 1 << 2 | ERR);
    assert_int_equal(emmc.irq.level, 1);
}

static void dma_is_asked_while_data_waits(void **state)
{
    (void)state;
    put(BLKSIZECNT, 1 << 16 | BLOCK);
    assert_int_equal(emmc.dreq.level, 0);
    assert_int_equal(emmc.dreq.number, 11);
    command(17, READ, 0);
    assert_int_equal(emmc.dreq.level, 1);
    read_block();
    assert_int_equal(emmc.dreq.level, 0);
    command(24, WRITE, 0);
    assert_int_equal(emmc.dreq.level, 1);
    write_block(0);
    assert_int_equal(emmc.dreq.level, 0);
}

/* ---- plain registers ---- */

static void registers_keep_their_bits(void **state)
{
    static const struct {
        uint32_t off, kept;
    } plain[] = {{ARG2, 0xffffffff},
                 {ARG1, 0xffffffff},
                 {BLKSIZECNT, 0xffff03ff},
                 {RESP0, 0xffffffff},
                 {RESP3, 0xffffffff},
                 {CONTROL0, 0x007f0026},
                 {IRPT_MASK, 0x017f7137},
                 {IRPT_EN, 0x017f7137},
                 {CONTROL2, 0x00c70000},
                 {0x70, 0xffffffff},
                 {0x74, 1},
                 {0x80, 7},
                 {0x84, 1},
                 {0x88, 7},
                 {0x8c, 0x3f},
                 {0x90, 0x3f},
                 {0xf0, 0xff}};

    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        put(plain[i].off, 0xffffffff);
        assert_int_equal(get(plain[i].off), plain[i].kept);
        put(plain[i].off, 0);
        assert_int_equal(get(plain[i].off), 0);
    }
    put(SLOTISR_VER, 0);
    assert_int_equal(get(SLOTISR_VER), 0x99020000); /* vendor 0x99, version 3.00 */
    put(STATUS, 0);
    assert_int_equal(get(STATUS), 0x1fff0000);
}

static void the_block_count_stands_while_it_is_used(void **state)
{
    (void)state;
    put(BLKSIZECNT, 2 << 16 | BLOCK);
    command(18, READ | COUNTED, 0);
    put(BLKSIZECNT, 9 << 16 | 64);
    assert_int_equal(get(BLKSIZECNT), 2 << 16 | BLOCK);
}

static void between_the_registers_nobody_answers(void **state)
{
    static const uint32_t none[] = {0x40, 0x44, 0x54, 0x78, 0xf4};
    uint32_t value = 0;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(access_try(&bus, BUS_READ, 4, EMMC(none[i]), &value), BUS_UNMODELLED);
        assert_int_equal(access_try(&bus, BUS_WRITE, 4, EMMC(none[i]), &value), BUS_UNMODELLED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CARD(a_short_response_is_in_resp0),
        WITH_CARD(a_long_response_fills_all_four),
        WITHOUT_CARD(without_a_card_commands_time_out),
        WITHOUT_CARD(a_timeout_takes_its_time),
        WITH_CARD(a_silent_card_times_out),
        WITH_CARD(responses_are_checked),
        WITH_CARD(a_command_under_way_is_not_replaced),
        WITH_CARD(busy_holds_the_data_lines),
        WITH_CARD(without_a_clock_nothing_moves),
        WITH_CARD(the_divider_sets_the_speed),
        WITH_CARD(the_internal_clock_is_stable_at_once),
        WITH_CARD(srst_hc_resets_registers_and_not_the_card),
        WITH_CARD(srst_cmd_forgets_the_command),
        WITH_CARD(srst_data_forgets_the_transfer),
        WITH_CARD(a_masked_flag_is_not_set),
        WITH_CARD(writing_one_clears),
        WITH_CARD(the_line_follows_enabled_flags),
        WITH_CARD(flags_can_be_forced),
        WITH_CARD(dma_is_asked_while_data_waits),
        WITH_CARD(registers_keep_their_bits),
        WITH_CARD(the_block_count_stands_while_it_is_used),
        WITH_CARD(between_the_registers_nobody_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
