/* The plain C of libpi: strings, bits, queues, hashes, random numbers, timeouts. */
#include "rpi.h"
#include "libc/bit-support.h"
#include "libc/circular.h"
#include "libc/crc.h"
#include "libc/fast-hash32.h"
#include "pi-random.h"
#include "timeout.h"

#define CHECK(x) printk("%s%s\n", (x) ? "" : "WRONG: ", #x)

static cq_t q;

static void strings(void)
{
    char a[40], b[40];
    CHECK(strlen("") == 0 && strlen("12345") == 5);
    CHECK(strcmp("a", "a") == 0 && strcmp("a", "b") < 0 && strcmp("b", "a") > 0);
    CHECK(strcmp("a", "ab") < 0 && strcmp("\377", "a") > 0);
    CHECK(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0);
    CHECK(strcmp(strcat(strcpy(a, "one"), "two"), "onetwo") == 0);
    CHECK(strchr(a, 'w') == a + 4 && strchr(a, 'z') == 0 && *strchr(a, 0) == 0);
    int whole = 1;
    for (unsigned from = 0; from < 5; from++)
        for (unsigned n = 0; n < 30; n++) {
            for (unsigned i = 0; i < sizeof a; i++)
                a[i] = i, b[i] = 0x55;
            memcpy(b + 4, a + from, n);
            whole &= memcmp(b + 4, a + from, n) == 0 && b[3] == 0x55 && b[4 + n] == 0x55;
            memmove(a + from + 2, a + from, n);
            whole &= memcmp(a + from + 2, b + 4, n) == 0;
            memmove(a + from, a + from + 2, n);
            whole &= memcmp(a + from, b + 4, n) == 0;
            memset(b + from, 0xAA, n);
            whole &= n == 0 || ((uint8_t)b[from] == 0xAA && (uint8_t)b[from + n - 1] == 0xAA);
        }
    CHECK(whole);
    CHECK(memcmp("ab", "ac", 2) < 0 && memcmp("\377", "a", 1) > 0);
}

static void bits(void)
{
    CHECK(bit_set(0, 31) == 0x80000000 && bit_clr(~0u, 0) == 0xfffffffe);
    CHECK(bit_isset(4, 2) && !bit_get(4, 1) && bit_not(5, 0) == 4);
    CHECK(bits_get(0x12345678, 8, 15) == 0x56 && bits_get(0x12345678, 0, 31) == 0x12345678);
    CHECK(bits_set(0x12345678, 8, 15, 0xab) == 0x1234ab78 && bits_clr(~0u, 4, 7) == 0xffffff0f);
    CHECK(bits_eq(0xf0, 4, 7, 15) && bit_count(0xf0f0) == 8 && bits_mask(32) == ~0u);
}

static void queue(void)
{
    cqe_t e;
    cq_init(&q, 1);
    CHECK(cq_empty(&q) && !cq_full(&q) && cq_nelem(&q) == 0 && !cq_pop_nonblock(&q, &e));
    CHECK(cq_push(&q, 1) && cq_push(&q, 2) && cq_nelem(&q) == 2);
    CHECK(cq_peek(&q, &e) && e == 1 && cq_pop(&q) == 1 && cq_pop(&q) == 2);
    /* Once around. */
    int same = 1;
    for (unsigned i = 0; i < CQ_N; i++)
        same &= cq_push32(&q, i * 3) && cq_pop32(&q) == i * 3;
    CHECK(same);
    unsigned n = 0;
    while (cq_push(&q, n))
        n++;
    CHECK(n == CQ_N - 1 && cq_full(&q) && cq_nspace(&q) == 0);
    cq_ok(&q);
}

void notmain(void)
{
    uart_init();
    strings();
    bits();
    queue();
    CHECK(our_crc32("123456789", 9) == 0xCBF43926);
    CHECK(our_crc32_inc("6789", 4, our_crc32("12345", 5)) == 0xCBF43926);
    CHECK(fast_hash("abcde", 5) == 0x51ed072e && fast_hash("abcdefg\377", 8) == 0x2961668f);
    CHECK(fast_hash("ab\377", 3) == 0xc25f0954 && fast_hash("", 0) == 0);
    CHECK(pi_random() == 0x6b8b4567 && pi_random() == 0x327b23c6);
    pi_random_seed(3);
    CHECK(pi_random() == 0x47db4e3a);
    timeout_t t = timeout_start();
    while (!timeout_usec(&t, 300))
        ;
    CHECK(timeout_get_usec(&t) >= 300 && !timeout_sec(&t, 1000));
#if LIBPI_YEAR >= 2020
    CHECK(memiszero("\0\0", 2) && !memiszero("\0a", 2));
#endif
#if LIBPI_YEAR >= 2023
    char buf[4];
    safe_strcpy(buf, "12345", sizeof buf);
    CHECK(strcmp(buf, "123") == 0);
#endif
    clean_reboot();
}
