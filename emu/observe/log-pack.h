/* emu/observe/log-pack.h - compression by libzstd, found when first needed. */
#ifndef EMU_OBSERVE_LOG_PACK_H
#define EMU_OBSERVE_LOG_PACK_H

#include <stddef.h>

/* Whether libzstd is there. */
int log_can_pack(void);

/* Compresses; the bytes used, or 0: they would not be fewer than nbytes, or there is no library. */
size_t log_pack(void *out, size_t room, const void *in, size_t nbytes);

/* 0 if in holds exactly nbytes_out bytes compressed, which are now in out; else -1. */
int log_unpack(void *out, size_t nbytes_out, const void *in, size_t nbytes);

#endif
