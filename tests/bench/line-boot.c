/* How long my-install's boot_program takes to bring 64 KB to our boot loader, in virtual time, from
 * the loader's greeting to its last word. Prints a benchmark's line (tests/bench/run --help). */
#include <stdio.h>

#include "tests/unit/boot-rig.h"

enum { NBYTES = 64 * 1024 };

int main(void)
{
    static uint8_t code[NBYTES];
    const struct line_config config = {.baud = BOOT_BAUD, .latency_ns = RIG_MS};
    const struct boot_options options = {.addr = BOOT_LOAD_ADDR};
    struct boot_result result;
    struct line line = {.baud = BOOT_BAUD};

    for (size_t i = 0; i < NBYTES; i++)
        code[i] = (uint8_t)line_random(1, 0, i);
    rig_start(&config);
    int rc = boot_program(&line, code, NBYTES, &options, &result);
    double took = (double)rig.now / 1e9, wire = (double)NBYTES * LINE_BITS_PER_BYTE / BOOT_BAUD;
    rig_run(rig.now + 100 * RIG_MS);
    if (rc != 0 || !rig.ran || rig.start != BOOT_LOAD_ADDR ||
        memcmp(rig.memory + BOOT_LOAD_ADDR, code, NBYTES) != 0) {
        fprintf(stderr, "line-boot: the program did not arrive: %d\n", rc);
        return 1;
    }
    printf("boot of 64 KB\t115200, 1 ms\ts\tless\t%.6f\t%.6f\t1\t%.4f\n", took, wire, 1 / 1.05);
    return 0;
}
