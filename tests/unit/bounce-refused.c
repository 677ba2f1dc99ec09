/* DMA that is not started, because it could not end well: each case is said to the user, and the
 * program's memory and the Pi's registers stay as they are. */
#include "tests/unit/bounce-dma-rig.h"

static void assert_not_started(struct rig *r, const char *why)
{
    unsigned channel = 3;

    start(r, channel);
    assert_remark(r, why);
    sync_pi(r);
    assert_int_equal(r->engine[channel].cs, 0);
    assert_int_equal(r->remote.bounce.nrooms, 0);
    assert_int_equal(get(r, reg(channel, CS)) & ACTIVE, 0);
}

static void devices_that_keep_the_line_alive(void **state)
{
    static const uint32_t dest[] = {0x200004, 0x215004, 0x215040, 0x215060, 0x10001C, 0x100020,
                                    0x101008, 0x00B8A0, 0x007504, 0x007500, 0xE05000, 0x980000};
    struct rig *r = filled_rig();
    char why[64];

    (void)state;
    for (unsigned i = 0; i < sizeof dest / sizeof *dest; i++) {
        snprintf(why, sizeof why, "names the device address 0x%08x", PERIPHERAL_BASE + dest[i]);
        set_block(r, 0, TI_SRC_INC, A, BUS_DEVICES + dest[i], 4);
        assert_not_started(r, why);
    }
    set_block(r, 0, TI_COPY, A, BUS_DEVICES + 0x200000, 12); /* one on the way */
    assert_not_started(r, "names the device address 0x20200004");
    set_block(r, 0, TI_DEST_INC, BUS_DEVICES + 0x215040, A, 4);
    assert_not_started(r, "names the device address 0x20215040");
    set_block(r, 0, TI_COPY, BUS_DEVICES + 0xFFFFF0, A, 32);
    assert_not_started(r, "names the device address 0x21000000");
}

static void chains_without_an_end(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, B, 4);
    set_ram(r, block_at(0) + 20, block_at(0));
    assert_not_started(r, "comes back to 0x202000");
    set_block(r, 1, TI_COPY, A, B, 4);
    set_block(r, 2, TI_COPY, A, B, 4);
    link_blocks(r, 3, UNCACHED);
    set_ram(r, block_at(2) + 20, block_at(1) | 0xC0000000);
    assert_not_started(r, "comes back to 0xc0202020; the copies on the Pi need an end");
}

static void memory_that_is_none(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, RAM + RAM_BYTES - 16, B, 32);
    assert_not_started(r, "block at 0x40202000 names 0x21fff0, which is neither memory of the "
                          "program's nor a device (0x7E......)");
    set_block(r, 0, TI_COPY, A, RAM + 16, 32);
    assert_not_started(r, "names 0x200010"); /* cannot be written */
    set_block(r, 0, TI_COPY, 0x20200000, B, 4);
    assert_not_started(r, "names 0x20200000");
    set_block(r, 0, TI_COPY | TI_2D, A, B, 9 << 16 | 16);
    set_stride(r, 0, -0x7FF0, 0);
    assert_not_started(r, "moves more than the 32768 bytes");
    set_block(r, 0, TI_COPY, A, B, 4);
    set_ram(r, block_at(0) + 20, RAM + RAM_BYTES);
    assert_not_started(r, "0x220000 is no address of a control block in the program's memory");
    set_ram(r, block_at(0) + 20, block_at(1) + 16);
    assert_not_started(r, "0x202030 is no address of a control block");
    put(r, reg(3, CONBLK_AD), block_at(0) + 16);
    assert_remark(r, "0x202010 is no address of a DMA control block: they are multiples of 32");
}

static void lengths_that_cannot_be(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, B, 0);
    assert_not_started(r, "its control block at 0x40202000 moves 0 bytes");
    set_block(r, 0, TI_COPY, A, B, BOUNCE_BYTES + 1);
    assert_not_started(r, "moves more than the 32768 bytes there are for it on the Pi");
    set_block(r, 0, TI_COPY, A, B, 0x3FFFFFFF);
    assert_not_started(r, "moves more than");
    set_block(r, 0, TI_COPY, A, A + 20000, 20000);
    assert_not_started(r, "take 40032 bytes, of which there are 32224 on the Pi");
    for (unsigned i = 0; i < 3; i++)
        set_block(r, i, TI_COPY | TI_2D, A, B, 16383 << 16 | 1);
    for (unsigned i = 0; i < 3; i++)
        set_stride(r, i, -1, -1);
    set_block(r, 3, TI_COPY | TI_2D, A, B, 16383 << 16 | 1);
    set_stride(r, 3, -1, -1);
    set_block(r, 4, TI_COPY, A, B, 4);
    link_blocks(r, 5, 0);
    assert_not_started(r, "more than 1024 control blocks, or 65536 rows");
}

static void blocks_that_change_blocks(void **state)
{
    struct rig *r = filled_rig();

    (void)state;
    set_block(r, 0, TI_COPY, A, block_at(1) + 4, 4);
    set_block(r, 1, TI_COPY, A, B, 4);
    link_blocks(r, 2, UNCACHED);
    assert_not_started(r, "its control block at 0x40202000 writes to the one at 0x40202020");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_that_keep_the_line_alive),
        cmocka_unit_test(chains_without_an_end),
        cmocka_unit_test(memory_that_is_none),
        cmocka_unit_test(lengths_that_cannot_be),
        cmocka_unit_test(blocks_that_change_blocks),
    };

    return cmocka_run_group_tests_name("bounce-refused", tests, NULL, NULL);
}
