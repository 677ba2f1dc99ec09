/* emu/native/guest/api.h - how the harness's part of a recompiled program defines functions of
 * libpi's API: weak, so that the program's own win, and without the headers of any year. */
#ifndef EMU_NATIVE_GUEST_API_H
#define EMU_NATIVE_GUEST_API_H

#include <stdint.h>

/* Where the program called from. */
#define PC ((uintptr_t)__builtin_return_address(0))

/* A weak function, with the prototype that -Wmissing-prototypes asks for. */
#define API(type, name, ...)                                                                       \
    type name(__VA_ARGS__);                                                                        \
    __attribute__((weak)) type name(__VA_ARGS__)

#endif
