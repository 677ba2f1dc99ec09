/* Put before the C library: -DBIND: no port may be taken; -DDLOPEN: no library is there. */
#include <errno.h>
#include <stddef.h>

#ifdef BIND
int bind(int fd, const void *address, unsigned nbytes);
int bind(int fd, const void *address, unsigned nbytes)
{
    (void)fd, (void)address, (void)nbytes;
    errno = EACCES;
    return -1;
}
#endif
#ifdef DLOPEN
void *dlopen(const char *name, int how);
void *dlopen(const char *name, int how)
{
    (void)name, (void)how;
    return NULL;
}
#endif
