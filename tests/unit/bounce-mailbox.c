/* Mailbox messages through the bounce buffer, against a firmware that sees nothing else. */
#include "tests/unit/bounce-rig.h"

enum { MESSAGE = RAM + 0x4000, PROPERTY = 8, FRAMEBUFFER = 1 };

/* A message of one tag with two words; returns its address. */
static uint32_t message(struct rig *r, uint32_t addr, uint32_t tag, uint32_t id, uint32_t value)
{
    const uint32_t words[] = {32, 0, tag, 8, 0, id, value, 0};

    for (unsigned i = 0; i < 8; i++)
        set_ram(r, addr + 4 * i, words[i]);
    return addr;
}

static void wait_for_answer(struct rig *r)
{
    unsigned limit = 1000;

    while (get(r, MBOX_STATUS) & MBOX_EMPTY)
        assert_true(limit--);
}

static void call(struct rig *r, uint32_t word)
{
    put(r, MBOX_WRITE, word);
    wait_for_answer(r);
    assert_int_equal(get(r, MBOX_PEEK), word);
    assert_int_equal(get(r, MBOX_READ), word);
}

static void answers_come_back_to_the_message(void **state)
{
    static const uint32_t alias[] = {0, 0x40000000, 0x80000000, 0xC0000000};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct rig *r = new_rig();

        r->patience = 5 * i;
        call(r, (message(r, MESSAGE, 0x00030002, 7, 0) | alias[i]) + PROPERTY);
        assert_int_equal(ram_word(r, MESSAGE + 4), 0x80000000);
        assert_int_equal(ram_word(r, MESSAGE + 16), 0x80000008);
        assert_int_equal(ram_word(r, MESSAGE + 24), 7001);
        assert_int_equal(r->last_word & 0xC0000000, alias[i]);
        assert_int_equal(r->remote.bounce.nrooms, 0);
        assert_silent(r);
    }
}

static void with_every_operation_alone(void **state)
{
    struct rig *r = new_rig_with(
        (struct remote_switches){.no_batch = 1, .no_compact = 1, .no_shadow = 1, .no_fuse = 1},
        BOUNCE_BYTES);

    (void)state;
    r->patience = 20;
    call(r, message(r, MESSAGE, 0x00030002, 7, 0) + PROPERTY);
    assert_int_equal(ram_word(r, MESSAGE + 24), 7001);
}

static void long_messages(void **state)
{
    static const uint32_t sizes[] = {16, 192, 196, 2048, 10000};
    struct rig *r = new_rig();

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t n = sizes[i];

        message(r, MESSAGE, 0x00030002, 3, 0);
        set_ram(r, MESSAGE, n);
        for (uint32_t at = 32; at < n; at++)
            r->ram[MESSAGE - RAM + at] = (uint8_t)(at * 7);
        memset(r->ram + (MESSAGE - RAM) + n, 0xEE, 64);
        if (n == 16)
            set_ram(r, MESSAGE + 8, 0);
        else
            set_ram(r, MESSAGE + 12, n - 24);
        set_ram(r, MESSAGE + n - 4, 0);
        call(r, MESSAGE + PROPERTY);
        assert_int_equal(ram_word(r, MESSAGE + 4), 0x80000000);
        for (uint32_t at = 32; at + 4 < n; at++)
            assert_int_equal(r->ram[MESSAGE - RAM + at], (uint8_t)(at * 7));
        assert_int_equal(ram_word(r, MESSAGE + n), 0xEEEEEEEE);
    }
    assert_silent(r);
}

static void several_at_once(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    for (uint32_t i = 0; i < 5; i++)
        put(r, MBOX_WRITE, message(r, MESSAGE + 64 * i, 0x00030002, i, 0) + PROPERTY);
    for (uint32_t i = 0; i < 5; i++) {
        wait_for_answer(r);
        assert_int_equal(get(r, MBOX_READ), MESSAGE + 64 * i + PROPERTY);
        for (uint32_t j = 0; j < 5; j++)
            assert_int_equal(ram_word(r, MESSAGE + 64 * j + 24), j <= i ? 1000 * j + 1 : 0);
    }
    assert_int_equal(get(r, MBOX_STATUS), MBOX_EMPTY);
    assert_int_equal(r->remote.bounce.nrooms, 0);
}

/* An empty mailbox shows what was read last; that is not the answer to what is under way. */
static void an_empty_mailbox_is_read(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    assert_int_equal(get(r, MBOX_READ), MBOX_NOTHING);
    call(r, message(r, MESSAGE, 0x00030002, 7, 0) + PROPERTY);
    assert_int_equal(get(r, MBOX_READ), MESSAGE + PROPERTY);
    assert_int_equal(get(r, MBOX_PEEK), MESSAGE + PROPERTY);
    r->patience = 3;
    put(r, MBOX_WRITE, message(r, MESSAGE + 64, 0x00030002, 8, 0) + PROPERTY);
    get(r, MBOX_READ);
    assert_int_equal(ram_word(r, MESSAGE + 64 + 4), 0);
    wait_for_answer(r);
    assert_int_equal(get(r, MBOX_READ), MESSAGE + 64 + PROPERTY);
    assert_int_equal(ram_word(r, MESSAGE + 64 + 24), 8001);
    assert_silent(r);
}

struct censored {
    uint32_t tag, id, value;
    const char *remark; /* null: it is sent */
};

static void some_tags_are_not_sent(void **state)
{
    static const struct censored c[] = {
        {0x00038002, 4, 400000000, "0x00038002: the line's baud rate is made from that clock"},
        {0x00038002, 5, 400000000, "0x00038002"},
        {0x00038002, 7, 400000000, "0x00038002"},
        {0x00038002, 3, 900000000, NULL}, /* ARM */
        {0x00038002, 2, 48000000, NULL},  /* PL011 */
        {0x00038002, 8, 450000000, NULL},
        {0x00030002, 4, 0, NULL}, /* get */
        {0x00038001, 4, 0, "0x00038001"},
        {0x00038001, 4, 1, NULL},
        {0x00028001, 1, 0, "0x00028001: switching a UART off"},
        {0x00028001, 2, 2, "0x00028001"},
        {0x00028001, 1, 3, NULL},
        {0x00028001, 3, 0, NULL}, /* USB */
        {0x00038009, 0, 1, "0x00038009: turbo"},
        {0x00030010, 0, 0, "0x00030010: code"},
        {0x00030011, 0, 0, "0x00030011"},
        {0x00030048, 0, 0, "0x00030048: the firmware would prepare a reboot"},
        {0x00038045, 0, 0, "0x00038045: a peripheral"},
        {0x00048010, 0, 0, "0x00048010: the firmware would go on writing"},
        {0x0004801F, 0, 0, "0x0004801f"},
        {0x00048020, 0, 0, "0x00048020"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof c / sizeof *c; i++) {
        struct rig *r = new_rig();
        uint32_t sent = c[i].remark ? 0x7FFFFFF0 : c[i].tag;

        call(r, message(r, MESSAGE, c[i].tag, c[i].id, c[i].value) + PROPERTY);
        assert_int_equal(r->ntags, 1);
        assert_int_equal(r->tags[0], sent);
        assert_int_equal(ram_word(r, MESSAGE + 8), c[i].tag);
        if (c[i].remark) {
            assert_remark(r, c[i].remark);
            assert_int_equal(ram_word(r, MESSAGE + 4), 0x80000001);
            assert_int_equal(ram_word(r, MESSAGE + 16), 0);
            assert_int_equal(ram_word(r, MESSAGE + 20), c[i].id);
            assert_int_equal(ram_word(r, MESSAGE + 24), c[i].value);
        } else {
            assert_silent(r);
            assert_int_equal(ram_word(r, MESSAGE + 4), 0x80000000);
        }
    }
}

/* What stands beside it is asked all the same. */
static void one_of_several_tags_is_not_sent(void **state)
{
    static const uint32_t words[] = {72, 0, 0x00010002, 4,          0, 0, 0x00038002, 12, 0,
                                     4,  0, 0,          0x00030002, 8, 0, 0x00000009, 0,  0};
    struct rig *r = new_rig();

    (void)state;
    for (unsigned i = 0; i < 18; i++)
        set_ram(r, MESSAGE + 4 * i, words[i]);
    call(r, MESSAGE + PROPERTY);
    assert_remark(r, "the mailbox message at 0x204000 was sent without its tag 0x00038002");
    assert_int_equal(r->ntags, 3);
    assert_int_equal(r->tags[1], 0x7FFFFFF0);
    assert_int_equal(ram_word(r, MESSAGE + 4), 0x80000001);
    assert_int_equal(ram_word(r, MESSAGE + 20), 0xA02082);
    for (unsigned i = 6; i < 12; i++)
        assert_int_equal(ram_word(r, MESSAGE + 4 * i), words[i]);
    assert_int_equal(ram_word(r, MESSAGE + 64), 9001);
}

/* Sizes that lead out of the message. */
static void malformed_tags(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    message(r, MESSAGE, 0x00038002, 4, 0);
    set_ram(r, MESSAGE, 20); /* ends before the clock's number */
    set_ram(r, MESSAGE + 12, 0);
    set_ram(r, MESSAGE + 20, 0);
    put(r, MBOX_WRITE, MESSAGE + PROPERTY);
    assert_silent(r);
    message(r, MESSAGE + 64, 0x00038002, 4, 0);
    set_ram(r, MESSAGE + 64 + 12, 0xFFFFFFFE);
    put(r, MBOX_WRITE, MESSAGE + 64 + PROPERTY);
    assert_remark(r, "0x00038002");
}

static void frame_buffers_are_the_pis(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        set_ram(r, MESSAGE + 4 * i, i);
    set_ram(r, MESSAGE + 40, 0xEEEEEEEE);
    put(r, MBOX_WRITE, (MESSAGE | 0x40000000) + FRAMEBUFFER);
    wait_for_answer(r);
    assert_int_equal(get(r, MBOX_READ), 1);
    assert_int_equal(ram_word(r, MESSAGE + 32), 0x5C000000);
    assert_int_equal(ram_word(r, MESSAGE + 36), 9);
    assert_int_equal(ram_word(r, MESSAGE + 40), 0xEEEEEEEE);
    assert_remark(r, "an address in the Pi's own memory");
    call(r, message(r, MESSAGE, 0x00040001, 16, 0) + PROPERTY);
    assert_int_equal(ram_word(r, MESSAGE + 20), 0x5C000000);
    assert_silent(r); /* said once */
}

static void what_is_no_message_is_not_sent(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    message(r, MESSAGE, 0x00030002, 4, 0);
    put(r, MBOX_WRITE, MESSAGE + 0);
    assert_remark(r, "mailbox channel 0 is not supported: 0x204000 was not sent");
    put(r, MBOX_WRITE, MESSAGE + 9);
    assert_remark(r, "mailbox channel 9");
    put(r, MBOX_WRITE, RAM + RAM_BYTES + PROPERTY);
    assert_remark(r, "the mailbox message at 0x220000 was not sent: no memory of the program's");
    put(r, MBOX_WRITE, RAM + PROPERTY);
    assert_remark(r, "0x200000 was not sent: no memory");
    put(r, MBOX_WRITE, 0x20204000 + PROPERTY);
    assert_remark(r, "no memory");
    set_ram(r, MESSAGE, 0);
    put(r, MBOX_WRITE, MESSAGE + PROPERTY);
    assert_remark(r, "it says it is 0 bytes long");
    set_ram(r, MESSAGE, 0x80000000);
    put(r, MBOX_WRITE, MESSAGE + PROPERTY);
    assert_remark(r, "it says it is 2147483648 bytes long");
    set_ram(r, RAM + RAM_BYTES - 32, 64);
    put(r, MBOX_WRITE, RAM + RAM_BYTES - 32 + PROPERTY);
    assert_remark(r, "no memory");
    sync_pi(r);
    assert_int_equal(r->nin, 0);
    assert_int_equal(r->remote.stats.not_sent, 8);
    put(r, MBOX_READ, 0);
    assert_remark(r, "refused 0x2000b880");
}

static void more_than_there_is_room_for(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    r->patience = 1000000;
    for (unsigned i = 0; i < 16; i++)
        put(r, MBOX_WRITE, message(r, MESSAGE + 64 * i, 0x00030002, 4, 0) + PROPERTY);
    assert_silent(r);
    put(r, MBOX_WRITE, message(r, MESSAGE, 0x00030002, 4, 0) + PROPERTY);
    assert_remark(r, "16 others are not answered yet");

    r = new_rig();
    message(r, MESSAGE, 0x00030002, 4, 0);
    set_ram(r, MESSAGE, BOUNCE_BYTES);
    put(r, MBOX_WRITE, MESSAGE + PROPERTY);
    assert_remark(r, "0 others are not answered yet, and 32224 bytes are left");

    r = new_rig_with((struct remote_switches){0}, 0);
    put(r, MBOX_WRITE, message(r, MESSAGE, 0x00030002, 4, 0) + PROPERTY);
    assert_remark(r, "0 bytes are left for it on the Pi");
}

static void change_gpio(struct rig *r)
{
    r->device[GPFSEL0 / 4 % 0x100] = 0777;
}

/* The firmware may change any register. */
static void shadows_are_forgotten(void **state)
{
    struct rig *r = new_rig();

    (void)state;
    r->meanwhile = change_gpio;
    put(r, GPFSEL0, 0111);
    assert_int_equal(get(r, GPFSEL0), 0111);
    put(r, MBOX_WRITE, message(r, MESSAGE, 0x00030002, 4, 0) + PROPERTY);
    assert_int_equal(get(r, GPFSEL0), 0111);
    wait_for_answer(r);
    assert_int_equal(get(r, MBOX_READ), MESSAGE + PROPERTY);
    assert_int_equal(get(r, GPFSEL0), 0777);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_back_to_the_message),
        cmocka_unit_test(with_every_operation_alone),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(an_empty_mailbox_is_read),
        cmocka_unit_test(some_tags_are_not_sent),
        cmocka_unit_test(one_of_several_tags_is_not_sent),
        cmocka_unit_test(malformed_tags),
        cmocka_unit_test(frame_buffers_are_the_pis),
        cmocka_unit_test(what_is_no_message_is_not_sent),
        cmocka_unit_test(more_than_there_is_room_for),
        cmocka_unit_test(shadows_are_forgotten),
    };

    return cmocka_run_group_tests_name("bounce-mailbox", tests, NULL, NULL);
}
