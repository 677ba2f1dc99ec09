/* libunix/line-speed.h - a tty's speed as a number, standard or not. Apart from line.h because the
 * kernel's struct termios2 and <termios.h> do not go together. */
#ifndef LIBUNIX_LINE_SPEED_H
#define LIBUNIX_LINE_SPEED_H

/* Has the rate a constant of its own (B9600, ...)? */
int line_speed_is_standard(unsigned baud);

/* The output speed of the tty, or 0: hung up, or not known. Async-signal-safe. */
unsigned line_speed_of(int fd);

/* Sets both directions at once and looks at what the driver made of it. 0; -1 with errno, EDOM when
 * the driver set a rate more than 3 % away (the old one is put back). Async-signal-safe. */
int line_speed_set(int fd, unsigned baud);

#endif
