/* emu/web/line.h - how a run starts the server of --web, a program of its own kind (web-image.S).
 *
 *     emu-web PORT EXECUTABLE
 *
 * The key comes first on its standard input, since command lines are anybody's to read. It answers
 * until the run has ended and every page knows, or the run's end of its standard input is closed;
 * its first byte on that says how its start went. */
#ifndef EMU_WEB_LINE_H
#define EMU_WEB_LINE_H

/* The server's descriptors: a stream socket to the run, the board's state, the pipe of commands,
 * the socket that listens. */
enum { WEB_FD_RUN = 0, WEB_FD_STATE = 3, WEB_FD_COMMANDS = 4, WEB_FD_LISTEN = 5 };

enum { WEB_READY = 'R', WEB_NO_LIBRARY = 'L', WEB_BROKEN = 'B' };

#endif
