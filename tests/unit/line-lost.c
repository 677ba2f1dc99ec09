/* The Pi hangs, restarts, or the line goes, in the middle of whatever the program does: which error
 * it is, and how soon it is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/remote/remote.h"
#include "tests/bench/line-world.h"

#define MS ((uint64_t)1000000)

enum { SET0 = 0x2020001C, LEV0 = 0x20200034, SPI_FIFO = 0x20204004, LIMIT_MS = 2000 };

static struct world world;
static struct remote remote;

static int read_zero(void *self, struct world_access *a)
{
    (void)self;
    a->value = 0;
    return 0;
}

static int write_nothing(void *self, const struct world_access *a)
{
    (void)self, (void)a;
    return 0;
}

static void remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    (void)self, (void)a, (void)what;
    fail();
}

/* ---- what the program does, for ever ---- */

static void do_write(void)
{
    struct bus_access a = {.op = BUS_WRITE, .width = 4, .addr = SET0, .value = 1};

    remote_write(&remote, &a);
    world_pass(&world, world.now + MS / 10);
}

static void do_read(void)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = SPI_FIFO};

    remote_read(&remote, &a);
}

static void do_wait(void)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = LEV0, .pc = 1};

    remote_read(&remote, &a);
}

static void do_short_delays(void)
{
    do_write();
    remote_delay(&remote, 30000);
}

static void do_long_delay(void)
{
    remote_delay(&remote, 100000000);
}

static void do_little(void)
{
    do_write();
    remote_barrier(&remote);
    remote_service(&remote);
    world_pass(&world, world.now + 20 * MS);
}

static const struct {
    const char *name;
    void (*act)(void);
} programs[] = {
    {"writes", do_write},
    {"reads", do_read},
    {"waits", do_wait},
    {"writes and short delays", do_short_delays},
    {"a long delay", do_long_delay},
    {"little", do_little},
};

/* ---- what happens to the Pi ---- */

static void hangs(struct world *w)
{
    world_set_pi(w, WORLD_HUNG);
}

static void greets(struct world *w)
{
    world_set_pi(w, WORLD_LOADER);
}

static void forgets(struct world *w)
{
    world_set_pi(w, WORLD_LOOP);
}

static void is_cut(struct world *w)
{
    w->line.dead_until = LINE_NEVER;
}

static void vanishes(struct world *w)
{
    w->gone = LINK_GONE;
}

/* What comes within the next milliseconds is lost. */
static void loses_an_answer(struct world *w)
{
    w->line.dead_until = w->now + 8 * MS;
}

static const struct {
    const char *name;
    void (*happens)(struct world *w);
    int error;
} fates[] = {
    {"hangs", hangs, LINK_LOST},         {"greets", greets, LINK_REBOOTED},
    {"forgets", forgets, LINK_REBOOTED}, {"is cut off", is_cut, LINK_LOST},
    {"vanishes", vanishes, LINK_GONE},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ms until the end of the session was known. */
static unsigned meet(unsigned program, unsigned fate, unsigned speed, unsigned offset_us)
{
    const struct world_devices devices = {NULL, read_zero, write_nothing};
    const struct line_config config = {.baud = 115200, .latency_ns = MS};
    const unsigned speeds[] = {speed, 0};
    uint64_t at;

    world_init(&world, &config, &devices);
    memset(&remote, 0, sizeof remote);
    remote.port = world.link_port;
    remote.remark = remark;
    assert_int_equal(remote_open(&remote, 115200, speeds, 7, 1000), 0);
    assert_int_equal(remote.link.baud, speed);
    at = world.now + 700 * MS + (uint64_t)offset_us * 1000;
    world.event = fates[fate].happens;
    world.event_at = at;
    world.end = at + (uint64_t)2 * LIMIT_MS * MS;
    while (!remote.link.error)
        programs[program].act();
    if (remote.link.error != fates[fate].error)
        fail_msg("%u baud, %s, the Pi %s: expected error %d, got %d after %u ms", speed,
                 programs[program].name, fates[fate].name, fates[fate].error, remote.link.error,
                 (unsigned)((world.now - at) / MS));
    return (unsigned)((world.now - at) / MS);
}

static void each_end_is_noticed(unsigned speed)
{
    for (unsigned f = 0; f < COUNT(fates); f++)
        for (unsigned p = 0; p < COUNT(programs); p++) {
            unsigned longest = 0;

            for (unsigned offset = 0; offset < 60000; offset += 7037) {
                unsigned ms = meet(p, f, speed, offset);

                longest = ms > longest ? ms : longest;
            }
            printf("# %u baud, %s: the Pi %s: known after %u ms at most\n", speed, programs[p].name,
                   fates[f].name, longest);
            if (longest > LIMIT_MS)
                fail_msg("expected at most %d ms, got %u", LIMIT_MS, longest);
        }
}

static void at_the_first_speed(void **state)
{
    (void)state;
    each_end_is_noticed(115200);
}

static void at_a_high_speed(void **state)
{
    (void)state;
    each_end_is_noticed(921600);
}

/* ---- the laptop's program is stopped meanwhile ---- */

static struct link_port awake;
static uint64_t stop_at, stop_ns;

/* A debugger, or Ctrl-Z: the wait ends that much later. */
static int read_stopped(void *self, uint8_t *bytes, size_t room, uint64_t until_ns)
{
    if (world.now >= stop_at) {
        stop_at = LINE_NEVER;
        world_pass(&world, world.now + stop_ns);
    }
    return awake.read(self, bytes, room, until_ns);
}

/* An answer is lost, and the program stopped before it can ask again. */
static void time_stands_still_for_who_is_stopped(unsigned speed, unsigned program,
                                                 unsigned offset_us)
{
    const struct world_devices devices = {NULL, read_zero, write_nothing};
    const struct line_config config = {.baud = 115200, .latency_ns = MS};
    const unsigned speeds[] = {speed, 0};
    uint64_t end;

    world_init(&world, &config, &devices);
    memset(&remote, 0, sizeof remote);
    awake = world.link_port;
    world.link_port.read = read_stopped;
    remote.port = world.link_port;
    remote.remark = remark;
    stop_at = LINE_NEVER;
    assert_int_equal(remote_open(&remote, 115200, speeds, 7, 1000), 0);
    stop_at = world.now + 700 * MS + (uint64_t)offset_us * 1000;
    stop_ns = 600000 * MS;
    world.event = loses_an_answer;
    world.event_at = stop_at - 3 * MS;
    end = stop_at + stop_ns + 3000 * MS;
    while (!remote.link.error && world.now < end)
        programs[program].act();
    if (remote.link.error)
        fail_msg("%u baud, %s, stopped: expected to go on, got error %d", speed,
                 programs[program].name, remote.link.error);
}

static void stopped_for_minutes(void **state)
{
    (void)state;
    for (unsigned p = 0; p < COUNT(programs); p++)
        for (unsigned offset = 0; offset < 60000; offset += 7037) {
            time_stands_still_for_who_is_stopped(115200, p, offset);
            time_stands_still_for_who_is_stopped(921600, p, offset);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_for_minutes),
        cmocka_unit_test(at_the_first_speed),
        cmocka_unit_test(at_a_high_speed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
