/* emu/observe/vcd-file.h - a VCD file (IEEE 1364-2005, 18.2) that is written while a run goes on:
 * whole moments at a time, so that it can be read whenever the writer is killed. */
#ifndef EMU_OBSERVE_VCD_FILE_H
#define EMU_OBSERVE_VCD_FILE_H

#include <stddef.h>
#include <stdint.h>

enum {
    VCD_FILE_BUFFER = 1 << 16,
    VCD_FILE_MOMENT = 1 << 13, /* bytes that one moment, or the header, may take at most */
    VCD_FILE_LINES = 256,      /* bytes that are added at once */
};

struct vcd_file {
    int fd;           /* -1: not open, or writing failed */
    uint64_t written; /* bytes in the file */
    uint64_t flushed; /* when, in ns of the laptop's clock */
    size_t used;
    char why[160]; /* after -1 */
    char buffer[VCD_FILE_BUFFER];
};

/* Creates the file; one that is there is overwritten if it is empty, no regular file, or begins as
 * a VCD file does. 0, or -1 with f->why. */
int vcd_file_open(struct vcd_file *f, const char *path);

/* The next lines, fewer than VCD_FILE_LINES bytes; empty ones may come before. Nothing happens to a
 * file that is not open. */
void vcd_file_add(struct vcd_file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A moment is complete: writes when there may be no room for the next one, or the last time is half
 * a second ago. 0, or -1 with f->why: that failed, the file was cut behind its last whole line and
 * closed. */
int vcd_file_moment(struct vcd_file *f);

/* Writes what there is; the same. */
int vcd_file_flush(struct vcd_file *f);

/* The same, and closes it. */
int vcd_file_close(struct vcd_file *f);

#endif
