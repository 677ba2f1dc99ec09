/* libunix/text.h - what the Pi prints: made harmless for a terminal, and read for how it ended. */
#ifndef LIBUNIX_TEXT_H
#define LIBUNIX_TEXT_H

#include <stddef.h>

/* Replaces every byte that is neither printable ASCII nor \n \t \r by a space, in place. */
void text_harmless(char *text, size_t nbytes);

/* Is this text that a person would read? At least 4 bytes and nine of ten of them printable. */
int text_readable(const char *text, size_t nbytes);

enum { TEXT_TAIL = 512 };

/* Watches the stream for the end marker and for a failure. Zero it to start. */
struct text_watch {
    char tail[TEXT_TAIL]; /* the end of the current line */
    unsigned used;
    unsigned matched; /* bytes of the end marker seen so far */
    int done;         /* DONE!!! and a newline went by */
    int failed;       /* a panic or failed assertion of any year was printed before that */
};

/* Takes the next bytes; returns how many of them belong to the run: all, or those up to and
 * including the newline of DONE!!!, and then w->done is set. */
size_t text_watch(struct text_watch *w, const char *text, size_t nbytes);

#endif
