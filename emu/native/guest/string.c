/* The functions of string.h whose speed shows, for a program recompiled for a laptop: in pieces of
 * 16 bytes that never leave the buffers; a string's length in aligned units, which never leave its
 * pages. Device addresses are reached in words or bytes, as on the Pi. The rest is libpi's. */
#include <stddef.h>

#include "emu/native/guest/api.h"

typedef uint8_t piece_t __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint32_t word_t __attribute__((may_alias));
typedef unsigned long long_t __attribute__((may_alias));

enum { PIECE = sizeof(piece_t), LONG = sizeof(long_t), LARGE = 1024 };

static const unsigned long ONES = ~0ul / 0xff; /* 1 in each byte */

#if defined(__x86_64__)
#define STORE_WORDS "rep stosq"
#elif defined(__i386__)
#define STORE_WORDS "rep stosl"
#endif

/* AddressSanitizer watches single bytes. */
#ifdef __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* What a compiler cannot see through, it cannot turn into a call of the function it stands in. */
#define HIDE(x) __asm__("" : "+r"(x))

static inline int is_device(const void *p)
{
    return (uintptr_t)p - 0x20000000u < 0x01000000u;
}

static inline piece_t get(const uint8_t *p)
{
    return *(const piece_t *)p;
}

static inline void put(uint8_t *p, piece_t piece)
{
    *(piece_t *)p = piece;
}

static void copy_bytes(uint8_t *d, const uint8_t *s, size_t n)
{
    for (; n; n--) {
        HIDE(d);
        *d++ = *s++;
    }
}

static void copy_device(uint8_t *d, const uint8_t *s, size_t n)
{
    if ((((uintptr_t)d | (uintptr_t)s) & 3) == 0) {
        for (; n >= 4; n -= 4, d += 4, s += 4)
            *(volatile word_t *)d = *(const volatile word_t *)s;
    }
    for (; n; n--)
        *(volatile uint8_t *)d++ = *(const volatile uint8_t *)s++;
}

/* From the front; right also for buffers that overlap with dst the lower. */
static void copy_up(uint8_t *d, const uint8_t *s, size_t n)
{
    const uint8_t *end = s + n - PIECE;
    uint8_t *last = d + n - PIECE;
    piece_t tail = get(end);

    for (; n >= 4 * PIECE; n -= 4 * PIECE, d += 4 * PIECE, s += 4 * PIECE) {
        piece_t p0 = get(s), p1 = get(s + PIECE), p2 = get(s + 2 * PIECE), p3 = get(s + 3 * PIECE);

        put(d, p0);
        put(d + PIECE, p1);
        put(d + 2 * PIECE, p2);
        put(d + 3 * PIECE, p3);
    }
    for (; n >= PIECE; n -= PIECE, d += PIECE, s += PIECE)
        put(d, get(s));
    put(last, tail);
}

static void copy_down(uint8_t *d, const uint8_t *s, size_t n)
{
    piece_t head = get(s);

    for (; n >= PIECE; n -= PIECE)
        put(d + n - PIECE, get(s + n - PIECE));
    put(d, head);
}

API(void *, memmove, void *dst, const void *src, size_t n)
{
    uint8_t *d = dst;
    const uint8_t *s = src;

    if (is_device(d) || is_device(s)) {
        copy_device(d, s, n);
    } else if (n < PIECE) {
        if ((uintptr_t)d - (uintptr_t)s >= n) {
            copy_bytes(d, s, n);
        } else {
            while (n--) {
                HIDE(d);
                d[n] = s[n];
            }
        }
    } else if ((uintptr_t)d - (uintptr_t)s >= n) {
        copy_up(d, s, n);
    } else {
        copy_down(d, s, n);
    }
    return dst;
}

API(void *, memcpy, void *restrict dst, const void *restrict src, size_t n)
{
    if (is_device(dst) || is_device(src))
        copy_device(dst, src, n);
    else if (n < PIECE)
        copy_bytes(dst, src, n);
    else
        copy_up(dst, src, n);
    return dst;
}

static void set_device(uint8_t *d, uint8_t byte, size_t n)
{
    if (((uintptr_t)d & 3) == 0) {
        for (; n >= 4; n -= 4, d += 4)
            *(volatile word_t *)d = byte * 0x01010101u;
    }
    for (; n; n--)
        *(volatile uint8_t *)d++ = byte;
}

/* Large pieces, which an x86 sets faster by itself: moves *d past them, returns how many bytes. */
static inline size_t set_words(uint8_t **d, uint8_t byte, size_t n)
{
    size_t words = 0;

#ifdef STORE_WORDS
    if (!SANITIZED && n >= LARGE) {
        words = n / LONG;
        n = words;
        __asm__ volatile(STORE_WORDS : "+D"(*d), "+c"(n) : "a"(byte * ONES) : "memory");
    }
#else
    (void)d;
    (void)byte;
    (void)n;
#endif
    return words * LONG;
}

API(void *, memset, void *dst, int c, size_t n)
{
    uint8_t *d = dst, byte = (uint8_t)c;
    piece_t piece = (piece_t){0} + byte;

    if (is_device(d)) {
        set_device(d, byte, n);
    } else if (n < PIECE) {
        for (; n; n--) {
            HIDE(d);
            *d++ = byte;
        }
    } else {
        put(d + n - PIECE, piece);
        n -= set_words(&d, byte, n);
        for (; n >= 4 * PIECE; n -= 4 * PIECE, d += 4 * PIECE) {
            put(d, piece);
            put(d + PIECE, piece);
            put(d + 2 * PIECE, piece);
            put(d + 3 * PIECE, piece);
        }
        for (; n >= PIECE; n -= PIECE, d += PIECE)
            put(d, piece);
    }
    return dst;
}

#if defined(__SSE2__)

typedef char chars_t __attribute__((vector_size(16), may_alias));

enum { UNIT = 16 };

/* A bit for each byte that is 0. */
static inline unsigned long zeros(const char *p)
{
    return (unsigned long)__builtin_ia32_pmovmskb128(*(const chars_t *)p == 0);
}

static inline unsigned first(unsigned long found)
{
    return (unsigned)__builtin_ctzl(found);
}

static inline unsigned long zeros_behind(const char *p, unsigned n)
{
    return zeros(p) & ~0ul << n;
}

#else

enum { UNIT = LONG };

/* The top bit of each byte that is 0, and perhaps of some above the lowest of them. */
static inline unsigned long zeros_of(unsigned long w)
{
    return (w - ONES) & ~w & (ONES << 7);
}

static inline unsigned long zeros(const char *p)
{
    return zeros_of(*(const long_t *)p);
}

static inline unsigned long zeros_behind(const char *p, unsigned n)
{
    return zeros_of(*(const long_t *)p | ((1ul << (8 * n)) - 1));
}

static inline unsigned first(unsigned long found)
{
    return (unsigned)__builtin_ctzl(found) / 8;
}

#endif

/* Of a string that is not empty: its first unit may begin before it. */
static size_t length_in_units(const char *s)
{
    unsigned before = (uintptr_t)s % UNIT;
    const char *p = s - before;
    unsigned long found = zeros_behind(p, before);

    while (!found) {
        p += UNIT;
        found = zeros(p);
    }
    return (size_t)(p - s) + first(found);
}

API(size_t, strlen, const char *s)
{
    const char *end = s;

    if (!*s)
        return 0;
    if (!SANITIZED && !is_device(s))
        return length_in_units(s);
    do {
        HIDE(end);
        end++;
    } while (*end);
    return (size_t)(end - s);
}
