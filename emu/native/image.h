/* emu/native/image.h - programs for this machine that a recompiled program carries with it. */
#ifndef EMU_NATIVE_IMAGE_H
#define EMU_NATIVE_IMAGE_H

/* The image [begin, end) as a file without a name that can be started as /proc/self/fd/N. Returns
 * N, the caller's to close; -1: errno says why. */
int image_file(const char *name, const char *begin, const char *end);

#endif
