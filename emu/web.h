/* emu/web.h - --web: the board in a browser. The server is a process of its own (emu/web), which
 * looks at what emu/board.h keeps, and sends commands. */
#ifndef EMU_WEB_H
#define EMU_WEB_H

/* Takes the port that is asked for, on 127.0.0.1; says what is wrong and exits with 2. Nothing
 * without --web, as below. */
void web_open(void);

/* Behind control_watch: starts the server, says where it is, and has the program wait until a page
 * is open there. Says what is wrong and ends the run with 2. */
void web_start(void);

/* Whether a server was started and has gone: nobody else will let a paused run go on. */
int web_is_lost(void);

/* Behind control_ended: waits until the pages know, at most some seconds, and until the server has
 * ended. */
void web_end(void);

#endif
