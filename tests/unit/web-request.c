/* emu/web/request.c: whom the server of --web answers, and what it takes for a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "emu/web/request.h"

static const char key[] = "0123456789abcdef0123456789abcdef";

static int check(struct request q)
{
    enum request_for what;

    return request_check(&q, 8080, key, &what);
}

static void hosts(void **state)
{
    (void)state;
    assert_int_equal(check((struct request){"GET", "/", "127.0.0.1:8080", 0, 0, 0}), 0);
    assert_int_equal(check((struct request){"GET", "/", "localhost:8080", 0, 0, 0}), 0);
    assert_int_equal(check((struct request){"GET", "/", NULL, 0, 0, 0}), 403);
    assert_int_equal(check((struct request){"GET", "/", "127.0.0.1", 0, 0, 0}), 403);
    assert_int_equal(check((struct request){"GET", "/", "127.0.0.1:80", 0, 0, 0}), 403);
    assert_int_equal(check((struct request){"GET", "/", "127.0.0.1:80800", 0, 0, 0}), 403);
    assert_int_equal(check((struct request){"GET", "/", "evil.example:8080", 0, 0, 0}), 403);
}

static void port_80_need_not_be_named(void **state)
{
    enum request_for what;

    (void)state;
    assert_int_equal(
        request_check(&(struct request){"GET", "/", "127.0.0.1", 0, 0, 0}, 80, key, &what), 0);
    assert_int_equal(what, REQUEST_PAGE);
}

static void origins(void **state)
{
    static const char here[] = "localhost:8080";

    (void)state;
    assert_int_equal(check((struct request){"GET", "/poll", here, "http://localhost:8080", 0, key}),
                     0);
    assert_int_equal(check((struct request){"GET", "/poll", here, "http://127.0.0.1:8080", 0, key}),
                     403);
    assert_int_equal(check((struct request){"GET", "/poll", here, "http://localhost:80", 0, key}),
                     403);
    assert_int_equal(check((struct request){"GET", "/poll", here, "null", 0, key}), 403);
    assert_int_equal(check((struct request){"GET", "/poll", here, "", 0, key}), 403);
    assert_int_equal(check((struct request){"GET", "/poll", here, 0, "same-origin", key}), 0);
    assert_int_equal(check((struct request){"GET", "/", here, 0, "none", 0}), 0);
    assert_int_equal(check((struct request){"GET", "/", here, 0, "cross-site", 0}), 403);
}

static void keys(void **state)
{
    static const char here[] = "localhost:8080";

    (void)state;
    assert_int_equal(check((struct request){"POST", "/command", here, 0, 0, key}), 0);
    assert_int_equal(check((struct request){"POST", "/command", here, 0, 0, 0}), 403);
    assert_int_equal(check((struct request){"POST", "/command", here, 0, 0, ""}), 403);
    assert_int_equal(check((struct request){"POST", "/command", here, 0, 0, key + 1}), 403);
    assert_int_equal(
        check((struct request){"POST", "/command", here, 0, 0, "1123456789abcdef0123456789abcdef"}),
        403);
    assert_int_equal(check((struct request){"GET", "/page.js", here, 0, 0, 0}), 0);
}

static void methods_and_paths(void **state)
{
    static const char here[] = "localhost:8080";

    (void)state;
    assert_int_equal(check((struct request){"GET", "/command", here, 0, 0, key}), 405);
    assert_int_equal(check((struct request){"POST", "/poll", here, 0, 0, key}), 405);
    assert_int_equal(check((struct request){"HEAD", "/", here, 0, 0, key}), 405);
    assert_int_equal(check((struct request){"GET", "/page.j", here, 0, 0, key}), 404);
    assert_int_equal(check((struct request){"GET", "", here, 0, 0, key}), 404);
}

static int reads(const char *text, struct board_command *c)
{
    return request_command(text, strlen(text), c);
}

static void commands(void **state)
{
    struct board_command c;

    (void)state;
    assert_int_equal(reads("pause", &c), 0);
    assert_int_equal(c.what, BOARD_PAUSE);
    assert_int_equal(reads("continue", &c), 0);
    assert_int_equal(c.what, BOARD_CONTINUE);
    assert_int_equal(reads("step", &c), 0);
    assert_int_equal(c.what, BOARD_STEP);
    assert_int_equal(reads("pin 0 high", &c), 0);
    assert_int_equal(c.what, BOARD_DRIVE);
    assert_int_equal(c.to, BOARD_HIGH);
    assert_int_equal(reads("pin 53 release", &c), 0);
    assert_int_equal(c.pin, 53);
    assert_int_equal(c.to, BOARD_RELEASE);
    assert_int_equal(reads("speed 0.25", &c), 0);
    assert_true(c.speed > 0.2499 && c.speed < 0.2501);
    assert_int_equal(reads("type 4a0a", &c), 0);
    assert_int_equal(c.nbytes, 2);
    assert_memory_equal(c.text, "J\n", 2);
}

static void no_commands(void **state)
{
    static const char *const none[] = {
        "",          "Pause",         "pause ",      "pin",
        "pin high",  "pin 54 high",   "pin -1 low",  "pin 1 up",
        "pin 1",     "pin 001 low",   "pin 1  low",  "speed",
        "speed ",    "speed 0",       "speed 1e3",   "speed 0x8",
        "speed inf", "speed 1000001", "speed 1.1.1", "type",
        "type ",     "type 4",        "type 4x",     "type 4A",
        "step 2",    "pin 1 high\n",
    };
    char long_one[REQUEST_BODY + 2];
    struct board_command c;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(reads(none[i], &c), -1);
    assert_int_equal(request_command("pause\0", 6, &c), -1);
    memset(long_one, '4', sizeof long_one);
    for (unsigned i = 0; i < 5; i++)
        long_one[i] = "type "[i];
    assert_int_equal(request_command(long_one, 5 + 2 * BOARD_TYPED, &c), 0);
    assert_int_equal(request_command(long_one, 5 + 2 * BOARD_TYPED + 2, &c), -1);
    assert_int_equal(request_command(long_one, sizeof long_one - 1, &c), -1);
}

static void numbers(void **state)
{
    uint64_t n;

    (void)state;
    assert_int_equal(request_number("0", &n), 0);
    assert_true(n == 0);
    assert_int_equal(request_number("9007199254740991", &n), 0);
    assert_true(n == (1ull << 53) - 1);
    assert_int_equal(request_number("9007199254740992", &n), -1);
    assert_int_equal(request_number("18446744073709551617", &n), -1);
    assert_int_equal(request_number("", &n), -1);
    assert_int_equal(request_number(NULL, &n), -1);
    assert_int_equal(request_number("1 ", &n), -1);
    assert_int_equal(request_number("-1", &n), -1);
}

static void addresses(void **state)
{
    uintptr_t pc[REQUEST_PLACES];
    char many[3 * REQUEST_PLACES + 3];

    (void)state;
    assert_int_equal(request_addresses("20000,a", pc), 2);
    assert_int_equal(pc[0], 0x20000);
    assert_int_equal(pc[1], 10);
    assert_int_equal(request_addresses("", pc), -1);
    assert_int_equal(request_addresses(NULL, pc), -1);
    assert_int_equal(request_addresses("1,", pc), -1);
    assert_int_equal(request_addresses("123456789", pc), -1);
    assert_int_equal(request_addresses("1;2", pc), -1);
    for (unsigned i = 0; i <= REQUEST_PLACES; i++)
        memcpy(many + 2 * (size_t)i, "1,", 2);
    many[2 * REQUEST_PLACES - 1] = 0;
    assert_int_equal(request_addresses(many, pc), REQUEST_PLACES);
    many[2 * REQUEST_PLACES - 1] = ',';
    many[2 * REQUEST_PLACES + 1] = 0;
    assert_int_equal(request_addresses(many, pc), -1);
}

static void quotes(void **state)
{
    char buf[64];
    size_t n = request_quote("a<b>\"\\\n\xff", buf, sizeof buf);

    (void)state;
    assert_int_equal(n, strlen(buf));
    assert_string_equal(buf, "\"a\\u003cb>\\u0022\\u005c\\u000a\\u00ff\"");
    assert_int_equal(request_quote("0123456789", buf, 12), 5);
    assert_string_equal(buf, "\"012\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(port_80_need_not_be_named),
        cmocka_unit_test(origins),
        cmocka_unit_test(keys),
        cmocka_unit_test(methods_and_paths),
        cmocka_unit_test(commands),
        cmocka_unit_test(no_commands),
        cmocka_unit_test(numbers),
        cmocka_unit_test(addresses),
        cmocka_unit_test(quotes),
    };

    return cmocka_run_group_tests_name("web-request", tests, NULL, NULL);
}
