/* Runs a fuzzer's function once on each line of a corpus (tests/fuzz/corpus/NAME.hex: an input a
 * line, in hexadecimal), on a machine that has no libFuzzer. Names each line first: the last one
 * named is the one that broke a promise and ended the process. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* Two digits a byte; -1 when it is something else. */
static long read_hex(const char *text, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = strspn(text, digits);

    if (n % 2 || (text[n] && text[n] != '\n'))
        return -1;
    for (size_t i = 0; i < n; i += 2)
        out[i / 2] = (uint8_t)((strchr(digits, text[i]) - digits) * 16 +
                               (strchr(digits, text[i + 1]) - digits));
    return (long)(n / 2);
}

int main(int argc, char **argv)
{
    static char line[1 << 20];
    static uint8_t data[sizeof line / 2];
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

    if (!f) {
        fprintf(stderr, "usage: NAME-replay CORPUS.hex\n");
        return 2;
    }
    for (int number = 1; fgets(line, sizeof line, f); number++) {
        long nbytes = read_hex(line, data);

        fprintf(stderr, "%s:%d\n", argv[1], number);
        if (nbytes < 0)
            return 2;
        LLVMFuzzerTestOneInput(data, (size_t)nbytes);
    }
    fclose(f);
    return 0;
}
