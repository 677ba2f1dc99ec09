/* libunix/line-speed.c - a tty's speed through Linux's struct termios2: any rate by BOTHER, the
 * usual ones by their constant. Source: ioctl_tty(2), asm/termbits.h. */
#include "libunix/line-speed.h"

#include <asm/termbits.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>

enum { TOLERANCE = 33 }; /* 1/33: 3 % */

static const struct {
    unsigned baud, code;
} speeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},
    {230400, B230400},   {460800, B460800},   {500000, B500000},   {576000, B576000},
    {921600, B921600},   {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000},
    {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000},
    {4000000, B4000000},
};

static unsigned code_of(unsigned baud)
{
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].baud == baud)
            return speeds[i].code;
    return BOTHER;
}

int line_speed_is_standard(unsigned baud)
{
    return code_of(baud) != BOTHER;
}

unsigned line_speed_of(int fd)
{
    struct termios2 t;
    return ioctl(fd, TCGETS2, &t) == 0 ? t.c_ospeed : 0;
}

static int near(unsigned is, unsigned baud)
{
    return is >= baud - baud / TOLERANCE && is <= baud + baud / TOLERANCE;
}

int line_speed_set(int fd, unsigned baud)
{
    struct termios2 before, t;
    if (ioctl(fd, TCGETS2, &before) != 0)
        return -1;
    t = before;
    t.c_cflag &= ~(tcflag_t)(CBAUD | CBAUD << IBSHIFT); /* input: as output */
    t.c_cflag |= code_of(baud);
    t.c_ispeed = t.c_ospeed = baud;
    if (ioctl(fd, TCSETS2, &t) != 0 || ioctl(fd, TCGETS2, &t) != 0)
        return -1;
    if (near(t.c_ospeed, baud) && near(t.c_ispeed, baud))
        return 0;
    ioctl(fd, TCSETS2, &before);
    errno = EDOM;
    return -1;
}
