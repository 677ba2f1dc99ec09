/* Reordering that counts as equal, against a plain search through every sequence that the rules can
 * reach; and in long runs, where lists are settled on the way. */
#include "tests/unit/compare-rig.h"

#include <stdio.h>

static const struct log_record letters[16] = {
    P(FSEL2, 1), P(FSEL2, 2), P(FSEL3, 1), P(SET0, 1), P(SET0, 3), P(CLR0, 1),
    P(CLR0, 4),  P(EDS0, 1),  G(FSEL2, 0), G(LEV0, 0), G(LEV0, 1), P(IBRD, 1),
    P(DR, 1),    G(DR, 1),    BARRIER,     G(CLO, 0),
};

enum { LONGEST = 7, SEEN = 1 << 16 };

/* May the two neighbours be swapped? As the rules are written, letter by letter. */
static int swap_ok(int x, int y)
{
    static const char *const pairs[] = {"34", "36", "46", "56", "89", "8a", NULL};
    static const char name[] = "0123456789abcdef";

    if (x >= 14 || y >= 14)
        return 0;
    if (x == y || (x >= 11) != (y >= 11))
        return 1;
    for (int i = 0; pairs[i]; i++) {
        if ((pairs[i][0] == name[x] && pairs[i][1] == name[y]) ||
            (pairs[i][0] == name[y] && pairs[i][1] == name[x]))
            return 1;
    }
    return 0;
}

/* The register of a plain write, 0 for anything else. */
static int plain(int x)
{
    return x <= 1 ? 1 : x == 2 ? 2 : x == 11 ? 3 : 0;
}

/* Is the write at i hidden by a later one? Only plain writes of the device between. */
static int hidden(const uint8_t *w, int n, int i)
{
    for (int k = i + 1; plain(w[i]) && k < n; k++) {
        if (w[k] >= 14)
            return 0;
        if ((w[k] >= 11) != (w[i] >= 11))
            continue;
        if (plain(w[k]) == plain(w[i]))
            return 1;
        if (!plain(w[k]))
            return 0;
    }
    return 0;
}

struct set {
    uint64_t word[SEEN]; /* a leading 1, then four bits a letter; 0: free */
    uint64_t list[SEEN];
    size_t n;
};

static uint64_t pack(const uint8_t *w, int n)
{
    uint64_t v = 1;

    for (int i = 0; i < n; i++)
        v = v << 4 | w[i];
    return v;
}

static int unpack(uint64_t v, uint8_t *w)
{
    int n = 0;

    for (uint64_t u = v; u > 1; u >>= 4)
        n++;
    for (int i = n; i-- > 0; v >>= 4)
        w[i] = v & 15;
    return n;
}

static int has(const struct set *s, uint64_t v, size_t *slot)
{
    for (*slot = v * 0x9e3779b97f4a7c15u >> 48; s->word[*slot]; *slot = (*slot + 1) % SEEN) {
        if (s->word[*slot] == v)
            return 1;
    }
    return 0;
}

static void add(struct set *s, uint64_t v)
{
    size_t slot;

    if (has(s, v, &slot))
        return;
    assert_true(s->n < SEEN / 2);
    s->word[slot] = v;
    s->list[s->n++] = v;
}

/* Every sequence the rules reach from w, without ever adding a write. */
static void reach(struct set *s, const uint8_t *word, int length)
{
    memset(s, 0, sizeof *s);
    add(s, pack(word, length));
    for (size_t at = 0; at < s->n; at++) {
        uint8_t w[16], v[16];
        int n = unpack(s->list[at], w);

        for (int i = 0; i + 1 < n; i++) {
            if (!swap_ok(w[i], w[i + 1]))
                continue;
            memcpy(v, w, sizeof v);
            v[i] = w[i + 1];
            v[i + 1] = w[i];
            add(s, pack(v, n));
        }
        for (int i = 0; i < n; i++) {
            if (!hidden(w, n, i))
                continue;
            memcpy(v, w, (size_t)i);
            memcpy(v + i, w + i + 1, (size_t)(n - i - 1));
            add(s, pack(v, n - 1));
        }
    }
}

static uint64_t seed = 1;

static unsigned dice(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return n ? (unsigned)(seed >> 33) % n : 0;
}

static int random_word(uint8_t *w)
{
    int n = 1 + (int)dice(LONGEST);

    for (int i = 0; i < n; i++)
        w[i] = (uint8_t)(dice(8) ? dice(14) : 14 + dice(2));
    return n;
}

/* Another that is near: some letters swapped, one left out, doubled or changed. */
static int near_word(const uint8_t *w, int n, uint8_t *v)
{
    memcpy(v, w, (size_t)n);
    for (unsigned k = dice(6); n > 1 && k > 0; k--) {
        unsigned i = dice((unsigned)n - 1);
        uint8_t x = v[i];

        if (swap_ok(v[i], v[i + 1]) || dice(4) == 0) {
            v[i] = v[i + 1];
            v[i + 1] = x;
        }
    }
    if (dice(3) == 0) {
        unsigned i = dice((unsigned)n);

        if (dice(2) && n < LONGEST + 1) {
            memmove(v + i + 1, v + i, (size_t)n - i);
            v[i] = dice(2) ? (uint8_t)dice(3) : v[i];
            return n + 1;
        }
        memmove(v + i, v + i + 1, (size_t)n - i - 1);
        return n - 1;
    }
    return n;
}

static enum compare_verdict compare_words(const uint8_t *u, int nu, const uint8_t *v, int nv)
{
    struct log_record a[16], b[16];

    for (int i = 0; i < nu; i++)
        a[i] = letters[u[i]];
    for (int i = 0; i < nv; i++)
        b[i] = letters[v[i]];
    return rig_verdict(COMPARE_REORDER, a, (size_t)nu, b, (size_t)nv);
}

static void as_a_search_finds(void **state)
{
    static struct set from_u, from_v;
    int equal = 0;

    (void)state;
    for (int turn = 0; turn < 20000; turn++) {
        uint8_t u[16] = {0}, v[16] = {0};
        int nu = random_word(u), nv = near_word(u, nu, v), meet = 0;
        enum compare_verdict got = compare_words(u, nu, v, nv);

        reach(&from_u, u, nu);
        reach(&from_v, v, nv);
        for (size_t i = 0, slot; i < from_v.n && !meet; i++)
            meet = has(&from_u, from_v.list[i], &slot);
        equal += meet;
        if (meet != (got == COMPARE_EQUAL))
            fail_msg("turn %d: %llx and %llx: found %s", turn, (unsigned long long)pack(u, nu),
                     (unsigned long long)pack(v, nv), meet ? "different" : "equal");
    }
    assert_in_range(equal, 4000, 16000);
}

/* ---- long ones, where lists are settled on the way ---- */

enum { LONG = 20000 };

static uint8_t long_u[LONG], long_v[2 * LONG];

/* Swaps neighbours as often as there are letters, and puts in hidden writes. The new length. */
static int shuffle(const uint8_t *u, int n, uint8_t *v, int fences)
{
    int m = 0;

    for (int i = 0; i < n; i++) {
        if (plain(u[i]) && dice(4) == 0)
            v[m++] = plain(u[i]) == 1 ? (uint8_t)dice(2) : u[i];
        v[m++] = u[i];
    }
    for (int k = 0; k < 8 * m; k++) {
        int i = (int)dice((unsigned)m - 1);
        uint8_t x = v[i];

        if (swap_ok(v[i], v[i + 1])) {
            v[i] = v[i + 1];
            v[i + 1] = x;
        }
    }
    assert_true(!fences || m > n);
    return m;
}

static enum compare_verdict compare_long(struct compare *c, const uint8_t *u, int nu,
                                         const uint8_t *v, int nv)
{
    static struct log_record a[2 * LONG], b[2 * LONG];
    struct rig_run ra = rig_of(a, (size_t)nu), rb = rig_of(b, (size_t)nv);

    for (int i = 0; i < nu; i++)
        a[i] = letters[u[i]];
    for (int i = 0; i < nv; i++)
        b[i] = letters[v[i]];
    return rig_compare(c, &ra, &rb);
}

static void long_stretches_without_a_barrier(void **state)
{
    (void)state;
    for (int turn = 0; turn < 20; turn++) {
        unsigned one_in = turn % 2 ? 100 : 1000000; /* with fences, and without */
        struct compare c = {.options.rules = COMPARE_REORDER};
        int n, at;

        for (int i = 0; i < LONG; i++)
            long_u[i] = (uint8_t)(dice(one_in) ? dice(14) : 14 + dice(2));
        n = shuffle(long_u, LONG, long_v, 1);
        if (compare_long(&c, long_u, LONG, long_v, n) != COMPARE_EQUAL)
            fail_msg("turn %d: different at %llu", turn, (unsigned long long)c.side[0].e.at);
        assert_int_equal(c.moved, 1);
        /* a letter that no rule can hide is changed, lost, or doubled */
        do {
            at = (int)dice((unsigned)n);
        } while (plain(long_v[at]));
        if (turn % 3 == 0) {
            long_v[at] = long_v[at] == 12 ? 13 : 12;
        } else if (turn % 3 == 1) {
            memmove(long_v + at, long_v + at + 1, (size_t)(n - at - 1));
            n--;
        } else {
            memmove(long_v + at + 1, long_v + at, (size_t)(n - at));
            n++;
        }
        if (compare_long(&c, long_u, LONG, long_v, n) != COMPARE_DIFFERENT)
            fail_msg("turn %d: equal, though %d was changed", turn, at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_search_finds),
        cmocka_unit_test(long_stretches_without_a_barrier),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
