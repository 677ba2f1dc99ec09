/* libunix/text.h - what the Pi prints: made harmless for a terminal, and read for how it ended. */
#ifndef LIBUNIX_TEXT_H
#define LIBUNIX_TEXT_H

#include <stddef.h>

/* Replaces every byte that is neither printable ASCII nor \n \t \r by a space, in place. */
void text_harmless(char *text, size_t nbytes);

enum text_verdict {
    TEXT_RUNNING,
    TEXT_DONE,  /* DONE!!! and a newline went by */
};

/* Watches the stream for the end marker and for a failure. Zero it to start. */
struct text_watch {
    char tail[64]; /* the current line, its start */
    unsigned used;
    int done;
    int failed; /* a panic or failed assertion was printed before DONE!!! */
};

/* Takes the next bytes; returns how many of them belong to the run (up to and including the newline
 * of DONE!!!); w->done is set when the marker is complete. */
size_t text_watch(struct text_watch *w, const char *text, size_t nbytes);

#endif
