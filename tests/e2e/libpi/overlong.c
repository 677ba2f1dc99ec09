/* From 2023 on text that does not fit is an error. */
#include "rpi.h"

void notmain(void)
{
    char buf[4];
    snprintk(buf, sizeof buf, "%d", 12345);
}
