/* uart-echo.c - reads a line from the console and prints it again. */
#include "rpi.h"

enum { MAX_LINE = 80 };

void notmain(void)
{
    char line[MAX_LINE + 1];
    unsigned n = 0;

    printk("type a line\n");
    for (int c; (c = uart_get8()) != '\n' && c != '\r';)
        if (n < MAX_LINE)
            line[n++] = c;
    line[n] = 0;
    printk("line of %d bytes: <%s>\n", n, line);
}
