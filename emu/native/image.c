/* A file in memory that can be started; see image.h. */
#include "emu/native/image.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int image_file(const char *name, const char *begin, const char *end)
{
    int fd = memfd_create(name, MFD_CLOEXEC | 0x10 /* MFD_EXEC, of Linux 6.3 */);

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC);
    while (fd >= 0 && begin < end) {
        ssize_t n = write(fd, begin, (size_t)(end - begin));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            close(fd);
            return -1;
        }
        begin += n;
    }
    return fd;
}
