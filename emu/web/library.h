/* emu/web/library.h - libmicrohttpd, loaded when a server starts: a run without --web does not need
 * it. */
#ifndef EMU_WEB_LIBRARY_H
#define EMU_WEB_LIBRARY_H

#include <microhttpd.h>

#define LIBRARY_FUNCTIONS(X)                                                                       \
    X(start_daemon)                                                                                \
    X(stop_daemon)                                                                                 \
    X(run)                                                                                         \
    X(get_daemon_info)                                                                             \
    X(get_timeout)                                                                                 \
    X(add_connection)                                                                              \
    X(lookup_connection_value)                                                                     \
    X(create_response_from_buffer)                                                                 \
    X(add_response_header)                                                                         \
    X(queue_response)                                                                              \
    X(destroy_response)

struct library {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration has none */
#define LIBRARY_POINTER(name) __typeof__(MHD_##name) *name;
    LIBRARY_FUNCTIONS(LIBRARY_POINTER)
#undef LIBRARY_POINTER
};

/* The library, or null: it is not installed, or too old. */
const struct library *library_load(void);

#endif
