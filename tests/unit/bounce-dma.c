/* DMA through the bounce buffer, against an engine that sees nothing else; what it does to the
 * program's memory is compared with the same engine on that memory itself. */
#include "tests/unit/bounce-dma-rig.h"

/* ---- what is copied ---- */

static void one_block_on_every_channel(void **state)
{
    static const uint32_t alias[] = {0, 0x40000000, 0x80000000, 0xC0000000};

    (void)state;
    for (unsigned channel = 0; channel < 16; channel++) {
        struct rig *r = filled_rig();
        uint32_t a = A | alias[channel % 4], b = B | alias[channel / 4];

        set_block(r, 0, TI_COPY, a, b, 1024);
        run_chain(r, channel);
        assert_memory_equal(r->ram + (A - RAM), r->ram + (B - RAM), 1024);
        assert_int_equal(get(r, reg(channel, SOURCE_AD)), a + 1024);
        assert_int_equal(get(r, reg(channel, DEST_AD)), b + 1024);
        assert_int_equal(get(r, reg(channel, CONBLK_AD)), 0);
        assert_int_equal(get(r, reg(channel, NEXTCONBK)), 0);
    }
}

static void lengths_and_alignments(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        struct rig *r = filled_rig();

        set_block(r, 0, TI_COPY, A + i, B + 3 * i, 1 + i * 11);
        run_chain(r, CHANNEL);
    }
}

static void chains_share_memory(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, B, 512);
    set_block(r, 1, TI_COPY, B + 8, C + 4, 100);      /* reads what the first wrote, and */
    set_block(r, 2, TI_COPY, C, A + 16, 64);          /* overwrites what it read */
    set_block(r, 3, TI_COPY, RAM + 16, C + 1000, 33); /* out of memory that is only read */
    link_blocks(r, 4, UNCACHED);
    run_chain(r, CHANNEL);
}

static void words_that_do_not_advance(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_DEST_INC, A + 4, B, 100);
    set_block(r, 1, TI_SRC_INC, A, B + 200, 100);
    set_block(r, 2, TI_DEST_INC | TI_SRC_WIDE, A + 4, B + 300, 100);
    set_block(r, 3, TI_SRC_INC | TI_DEST_WIDE, A, B + 404, 100);
    set_block(r, 4, 0, A + 64, B + 500, 3);
    link_blocks(r, 5, 0);
    run_chain(r, CHANNEL);
}

static void rows(void **state)
{
    static const int strides[][2] = {{0, 0}, {8, 24}, {-16, -16}, {-40, 12}, {100, -60}, {-7, 5}};

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct rig *r = filled_rig();

        set_block(r, 0, TI_COPY | TI_2D, A + 500, B + 500, 7 << 16 | 16);
        set_stride(r, 0, strides[i][0], strides[i][1]);
        set_block(r, 1, TI_DEST_INC | TI_2D, A, C + 500, 3 << 16 | 12);
        set_stride(r, 1, strides[i][0], strides[i][1]);
        link_blocks(r, 2, UNCACHED);
        run_chain(r, CHANNEL);
    }
}

/* Channels 7 to 14 have no rows, and 16 bits of length. */
static void lite_channels(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY | TI_2D, A, B, 7 << 16 | 64);
    set_stride(r, 0, 8, 8);
    run_chain(r, LITE);
    assert_int_equal(get(r, reg(LITE, 8)) & TI_2D, 0);
}

static void ignored_sides(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY | TI_SRC_IGNORE, 0x1234567, B, 64);
    set_block(r, 1, TI_COPY | TI_DEST_IGNORE, A, 0x7E007000, 64);
    link_blocks(r, 2, UNCACHED);
    run_chain(r, CHANNEL);
    assert_int_equal(get(r, reg(CHANNEL, DEST_AD)), 0x7E007000 + 64);
}

/* The program goes on writing where the engine does not. */
static void what_lies_between_rows_is_the_programs(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY | TI_2D, A, B, 3 << 16 | 16);
    set_stride(r, 0, 0, 16);
    start(r, CHANNEL);
    for (uint32_t i = 0; i < 4; i++)
        set_ram(r, B + 32 * i + 20, 0xC0FFEE00 + i);
    wait_for_end(r, CHANNEL);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(ram_word(r, B + 32 * i + 20), 0xC0FFEE00 + i);
        assert_int_equal(ram_word(r, B + 32 * i), ram_word(r, A + 16 * i));
    }
}

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void random_block(struct rig *r, unsigned i, uint32_t *seed)
{
    static const uint32_t bits[] = {TI_SRC_INC,  TI_DEST_INC,   TI_SRC_INC,
                                    TI_DEST_INC, TI_SRC_WIDE,   TI_DEST_WIDE,
                                    TI_2D,       TI_SRC_IGNORE, TI_INTEN};
    uint32_t ti = draw(seed) % 8 ? 0 : TI_DEST_IGNORE, length = 1 + draw(seed) % 300;

    for (unsigned j = 0; j < sizeof bits / sizeof *bits; j++)
        if (draw(seed) % (bits[j] == TI_SRC_IGNORE ? 8 : 2))
            ti |= bits[j];
    if (ti & TI_SRC_IGNORE) /* what an engine writes then is not documented: nothing or zeros */
        ti &= ~(uint32_t)TI_SRC_IGNORE;
    if (ti & TI_2D)
        length = (length % 64 + 1) | draw(seed) % 8 << 16;
    set_block(r, i, ti, (DATA + 4096 + draw(seed) % 2048) | draw(seed) % 4 << 30,
              (DATA + 4096 + draw(seed) % 2048) | draw(seed) % 4 << 30, length);
    set_stride(r, i, (int)(draw(seed) % 256) - 128, (int)(draw(seed) % 256) - 128);
}

static void random_chains(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    for (uint32_t n = 0; n < 400; n++) {
        uint32_t seed = n;
        unsigned blocks = 1 + n % 6;

        for (unsigned i = 0; i < blocks; i++)
            random_block(r, i, &seed);
        link_blocks(r, blocks, n % 4 << 30);
        run_chain(r, n % 16);
    }
}

/* ---- when it is copied ---- */

/* END and INT are set by the first block, while the second still runs. */
static void what_is_done_of_a_chain_is_copied_early(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY | TI_INTEN, A, B, 64);
    set_block(r, 1, TI_COPY, A, C, 64);
    link_blocks(r, 2, UNCACHED);
    start(r, CHANNEL);
    assert_int_equal(get(r, reg(CHANNEL, CS)), ACTIVE | END | INT);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (B - RAM), 64);
    assert_memory_not_equal(r->ram + (A - RAM), r->ram + (C - RAM), 64);
    assert_int_equal(get(r, reg(CHANNEL, CONBLK_AD)), block_at(1) | UNCACHED);
    set_ram(r, B, 0x12345678); /* is the program's again */
    wait_for_end(r, CHANNEL);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (C - RAM), 64);
    assert_int_equal(ram_word(r, B), 0x12345678);
}

static void registers_name_the_programs_memory(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, B | UNCACHED, 64);
    set_block(r, 1, TI_COPY, A, C, 64);
    link_blocks(r, 2, 0xC0000000);
    put(r, reg(CHANNEL, CONBLK_AD), block_at(0));
    assert_int_equal(get(r, reg(CHANNEL, CONBLK_AD)), block_at(0));
    put(r, reg(CHANNEL, CS), ACTIVE);
    get(r, reg(CHANNEL, CS));
    assert_int_equal(get(r, reg(CHANNEL, NEXTCONBK)), block_at(1) | 0xC0000000);
    assert_int_equal(get(r, reg(CHANNEL, CONBLK_AD)), block_at(1) | 0xC0000000);
    assert_int_equal(get(r, reg(CHANNEL, SOURCE_AD)), A + 64);
    assert_int_equal(get(r, reg(CHANNEL, DEST_AD)), (B | UNCACHED) + 64);
    wait_for_end(r, CHANNEL);
    assert_int_equal(get(r, reg(CHANNEL, DEST_AD)), C + 64);
}

/* Blocks may be filled in until the start. */
static void blocks_are_read_at_the_start(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    put(r, reg(CHANNEL, CONBLK_AD), block_at(0));
    set_block(r, 0, TI_COPY, A, B, 64);
    put(r, reg(CHANNEL, CS), ACTIVE);
    wait_for_end(r, CHANNEL);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (B - RAM), 64);
    assert_silent(r);
}

static void programs_that_do_not_look(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY | TI_INTEN, A, B, 64);
    start(r, CHANNEL);
    remote_delay(&r->remote, 1000);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (B - RAM), 64);

    set_block(r, 0, TI_COPY | TI_INTEN, B, C, 64);
    start(r, CHANNEL); /* the last one ended meanwhile */
    assert_int_equal(get(r, DMA_INT_STATUS), 1 << CHANNEL);
    assert_memory_equal(r->ram + (B - RAM), r->ram + (C - RAM), 64);

    set_block(r, 0, TI_COPY | TI_INTEN, C, A + 512, 64);
    start(r, CHANNEL);
    put(r, reg(CHANNEL, CS), INT | END); /* an interrupt handler */
    assert_memory_equal(r->ram + (C - RAM), r->ram + (A + 512 - RAM), 64);

    set_block(r, 0, TI_COPY, A, B + 512, 64);
    start(r, CHANNEL);
    while (get(r, reg(CHANNEL, CONBLK_AD)))
        get(r, reg(CHANNEL, CS));
    assert_memory_equal(r->ram + (A - RAM), r->ram + (B + 512 - RAM), 64);
    assert_silent(r);
}

static void one_channel_reads_what_another_wrote(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, B, 64);
    set_block(r, 1, TI_COPY, B, C, 64);
    start(r, CHANNEL);
    start_at(r, LITE, block_at(1));
    wait_for_end(r, LITE);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (C - RAM), 64);
    assert_int_equal(r->remote.bounce.live, 0);
}

static void paused_and_resumed(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, B, 64);
    set_block(r, 1, TI_COPY, A, C, 64);
    set_block(r, 2, TI_COPY, A, C + 64, 64);
    link_blocks(r, 3, UNCACHED);
    start(r, CHANNEL);
    put(r, reg(CHANNEL, CS), 0); /* looks first: the engine does a block */
    get(r, reg(CHANNEL, CS));
    assert_memory_equal(r->ram + (A - RAM), r->ram + (B - RAM), 64);
    assert_memory_not_equal(r->ram + (A - RAM), r->ram + (C - RAM), 64);
    assert_int_equal(r->remote.bounce.live, 1);
    put(r, reg(CHANNEL, CS), ACTIVE);
    wait_for_end(r, CHANNEL);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (C - RAM), 64);
    assert_memory_equal(r->ram + (A - RAM), r->ram + (C + 64 - RAM), 64);
    assert_silent(r);
}

static void reset_in_the_middle(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        set_block(r, i, TI_COPY, A, C + 64 * i, 64);
    link_blocks(r, 4, UNCACHED);
    start(r, CHANNEL);
    put(r, reg(CHANNEL, CS), 1u << 31);
    assert_int_equal(r->remote.bounce.live, 0);
    assert_int_equal(r->remote.bounce.nrooms, 0);
    assert_memory_not_equal(r->ram + (A - RAM), r->ram + (C + 192 - RAM), 64);
    assert_int_equal(get(r, reg(CHANNEL, CONBLK_AD)), 0);
    set_block(r, 0, TI_COPY, A, B, 64);
    run_chain(r, CHANNEL);
}

static void a_busy_channel_is_not_started_again(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    for (unsigned i = 0; i < 8; i++)
        set_block(r, i, TI_COPY, A, C + 64 * i, 64);
    link_blocks(r, 8, UNCACHED);
    start(r, CHANNEL);
    start(r, CHANNEL);
    assert_remark(r, "DMA was not started: channel 5 is still at the chain before");
}

static void with_every_operation_alone(void **state)
{
    struct rig *r = new_rig_with(
        (struct remote_switches){.no_batch = 1, .no_compact = 1, .no_shadow = 1, .no_fuse = 1},
        BOUNCE_BYTES);

    (void)state;
    set_block(r, 0, TI_COPY, A, B, 1000);
    set_block(r, 1, TI_COPY, B, C, 1000);
    link_blocks(r, 2, 0);
    run_chain(r, CHANNEL);
}

/* ---- devices ---- */

static void to_and_from_devices(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    r->device[1] = 0xABCD1234;
    set_ram(r, A, 0x10);
    set_ram(r, A + 4, 0x20);
    set_block(r, 0, TI_SRC_INC, A, BUS_DEVICES + 0x20001C, 8);
    set_block(r, 1, TI_DEST_INC, BUS_DEVICES + 0x3004, B, 8);
    link_blocks(r, 2, UNCACHED);
    put(r, GPSET0, 1);
    start(r, CHANNEL);
    wait_for_end(r, CHANNEL);
    assert_silent(r);
    assert_int_equal(r->nwrites, 3);
    assert_int_equal(r->writes[1].addr, GPSET0);
    assert_int_equal(r->writes[1].value, 0x10);
    assert_int_equal(r->writes[2].value, 0x20);
    assert_int_equal(ram_word(r, B), 0xABCD1234);
    assert_int_equal(ram_word(r, B + 4), 0xABCD1234);
}

/* While it writes to devices, what they were written by the program says nothing. */
static void shadows_are_forgotten(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    put(r, GPFSEL0, 0111);
    assert_int_equal(get(r, GPFSEL0), 0111);
    set_ram(r, A, 0222);
    set_ram(r, A + 64, 0333);
    set_block(r, 0, TI_SRC_INC, A, BUS_DEVICES + 0x200000, 4);
    set_block(r, 1, TI_SRC_INC, A + 64, BUS_DEVICES + 0x200000, 4);
    link_blocks(r, 2, UNCACHED);
    start(r, CHANNEL);
    get(r, reg(CHANNEL, CS));
    assert_int_equal(get(r, GPFSEL0), 0222);
    get(r, DMA_INT_STATUS);
    assert_int_equal(get(r, GPFSEL0), 0333);
    wait_for_end(r, CHANNEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_block_on_every_channel),
        cmocka_unit_test(lengths_and_alignments),
        cmocka_unit_test(chains_share_memory),
        cmocka_unit_test(words_that_do_not_advance),
        cmocka_unit_test(rows),
        cmocka_unit_test(lite_channels),
        cmocka_unit_test(ignored_sides),
        cmocka_unit_test(what_lies_between_rows_is_the_programs),
        cmocka_unit_test(random_chains),
        cmocka_unit_test(what_is_done_of_a_chain_is_copied_early),
        cmocka_unit_test(registers_name_the_programs_memory),
        cmocka_unit_test(blocks_are_read_at_the_start),
        cmocka_unit_test(programs_that_do_not_look),
        cmocka_unit_test(one_channel_reads_what_another_wrote),
        cmocka_unit_test(paused_and_resumed),
        cmocka_unit_test(reset_in_the_middle),
        cmocka_unit_test(a_busy_channel_is_not_started_again),
        cmocka_unit_test(with_every_operation_alone),
        cmocka_unit_test(to_and_from_devices),
        cmocka_unit_test(shadows_are_forgotten),
    };

    return cmocka_run_group_tests_name("bounce-dma", tests, NULL, NULL);
}
