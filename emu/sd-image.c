/* An SD card image in a file. What the program writes is in the file at once, also when the run is
 * ended by a signal. */
/* With -m32 too, cards are larger than 2 GB. */
#define _FILE_OFFSET_BITS 64

#include "emu/sd-image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int of(void *self)
{
    return (int)(intptr_t)self;
}

static int image_read(void *self, uint64_t offset, void *buf, size_t nbytes)
{
    uint8_t *p = buf;

    while (nbytes) {
        ssize_t n = pread(of(self), p, nbytes, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* somebody cut the file */
            return -1;
        p += n, offset += (uint64_t)n, nbytes -= (size_t)n;
    }
    return 0;
}

static int image_write(void *self, uint64_t offset, const void *buf, size_t nbytes)
{
    const uint8_t *p = buf;

    while (nbytes) {
        ssize_t n = pwrite(of(self), p, nbytes, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n, offset += (uint64_t)n, nbytes -= (size_t)n;
    }
    return 0;
}

/* O_NONBLOCK: a FIFO must not hold the program up before it is refused. */
static int open_file(const char *path, int *read_only)
{
    int fd = -1;

    if (!*read_only)
        fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && (*read_only || errno == EACCES || errno == EROFS || errno == EPERM)) {
        *read_only = 1;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    return fd;
}

/* What is wrong with an open file as an image, or null. */
static const char *fault_of(const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return "not a regular file; copy the card into one: dd if=CARD of=card.img bs=1M";
    if (st->st_size == 0)
        return "the file is empty; make a card: truncate -s 64M card.img && mkfs.vfat card.img";
    if (st->st_size % SD_BLOCK)
        return "the size is no multiple of 512, so it is no whole image of a card; copy it again, "
               "or round it up: truncate -s %512 card.img";
    return NULL;
}

int sd_image_open(const char *spec, struct sd_store *store, char *why, size_t nwhy)
{
    char path[4096];
    size_t n = strlen(spec);
    int read_only = n >= 3 && strcmp(spec + n - 3, ",ro") == 0, fd;
    const char *fault;
    struct stat st;

    if (read_only)
        n -= 3;
    if (n == 0 || n >= sizeof path) {
        snprintf(why, nwhy, "--sd: the name of a card image is meant, such as --sd card.img");
        return -1;
    }
    memcpy(path, spec, n);
    path[n] = 0;
    /* A folder cannot be opened for writing: it is told apart first. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        snprintf(why, nwhy, "--sd %s: %s", path, fault_of(&st));
        return -1;
    }
    fd = open_file(path, &read_only);
    if (fd < 0 || fstat(fd, &st) < 0) {
        snprintf(why, nwhy, "--sd %s: %s%s", path, strerror(errno),
                 errno == ENOENT ? "; make a card: truncate -s 64M card.img && mkfs.vfat card.img"
                                 : "; an image this user may read is meant");
        return -1;
    }
    fault = fault_of(&st);
    if (fault) {
        snprintf(why, nwhy, "--sd %s: %s", path, fault);
        close(fd);
        return -1;
    }
    *store = (struct sd_store){
        .self = (void *)(intptr_t)fd,
        .nbytes = (uint64_t)st.st_size,
        .read_only = read_only,
        .read = image_read,
        .write = image_write,
    };
    return 0;
}
