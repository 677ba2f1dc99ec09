/* emu/console.h - the terminal's end of the program's UART: standard output and input of the
 * process.
 *
 * Output is made harmless (libunix/text.h), watched for the end marker and for failures, and
 * written at each newline, before input is waited for, and at the end. Input is read when the
 * program looks. */
#ifndef EMU_CONSOLE_H
#define EMU_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#include "libunix/text.h"

struct console {
    char out[1024];
    size_t used;
    unsigned long written, limit; /* bytes; limit 0: none */
    struct text_watch watch;
    uint8_t in[256];
    size_t in_used, in_next;
    int in_ended;    /* standard input is at its end, or closed */
    unsigned looked; /* looks in vain since it last got or wrote something */
    int over_limit;  /* the output limit was reached */
    int failed;      /* standard output cannot be written: the errno */
    int muted;       /* standard output is not written: who listens in has it all */
    void *tap_self;
    void (*tap)(void *self, const char *text, size_t nbytes); /* listens in; may be null */
    int (*stop)(void); /* nonzero: do not wait; may be null */
};

/* A piece that the program printed. Returns 1 when the run is over with it: the end marker is
 * complete, the limit reached, or the output cannot be written. */
int console_write(struct console *c, const char *text, size_t nbytes);

/* console_write of one byte, and console_waiting, without a system call and in little stack; -1:
 * that is not possible now, and nothing happened. */
int console_quick_put(struct console *c, char byte);
int console_quick_waiting(struct console *c);

/* How many input bytes can be taken now. Asks the system every 16th time only. Never blocks. */
unsigned console_waiting(struct console *c);

/* Takes the next of them; -1 if there is none. */
int console_take(struct console *c);

/* Something was typed elsewhere. Returns how much of it there is room for. */
size_t console_feed(struct console *c, const char *text, size_t nbytes);

/* The program does nothing but look for input: waits up to 10 ms for some, after what was printed
 * so far is written. */
void console_idle(struct console *c);

void console_flush(struct console *c);

#endif
