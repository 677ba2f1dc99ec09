/* emu/observe/compare-input.h - a recorded run to be read, whether it is a log or a text. */
#ifndef EMU_OBSERVE_COMPARE_INPUT_H
#define EMU_OBSERVE_COMPARE_INPUT_H

#include <stdint.h>
#include <stdio.h>

#include "emu/observe/log-file.h"
#include "emu/observe/log-text.h"

struct compare_input {
    /* The next record: 1; 0: there are no more; -1: it cannot be read on, why says where and why.
     * A record's bytes are borrowed until the next call. */
    int (*next)(struct compare_input *in, struct log_record *r);
    unsigned shows; /* enum log_shows */
    int text;       /* it is one; then `at` counts lines from 1, else accesses from 0 */
    uint64_t at;    /* of the record that was read last */
    uint64_t accesses;
    char why[LOG_WHY_MAX + 256];

    const char *path;
    struct log_reader log;
    int looked; /* for the log's places */
    struct log_text lines;
    FILE *file;
    char *line;
    size_t room;
    uint64_t ns;
    struct compare_first { /* read before the form was known */
        struct log_record r;
        uint64_t line;
    } * first;
    size_t nfirst, first_room, at_first;
    int state; /* a text's: 1 there is more, 0, or -1 behind the first records */
};

/* Opens a log or a text by its first bytes. A text may be a pipe. 0, or -1 with in->why, which
 * names the file (and `path` has to stay). */
int compare_open(struct compare_input *in, const char *path);

/* The program's location as text, in buf: "FILE:LINE in FUNCTION", "at 0x20440", or "" for none. */
const char *compare_place(struct compare_input *in, uint32_t pc, char *buf, size_t nbytes);

void compare_close(struct compare_input *in);

#endif
