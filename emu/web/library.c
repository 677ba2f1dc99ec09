/* libmicrohttpd by dlopen; see library.h. */
#include "emu/web/library.h"

#include <dlfcn.h>
#include <stddef.h>

const struct library *library_load(void)
{
    static struct library l;
    void *lib = dlopen("libmicrohttpd.so.12", RTLD_NOW);

    if (!lib)
        return NULL;
#define LIBRARY_FIND(name)                                                                         \
    *(void **)&l.name = dlsym(lib, "MHD_" #name);                                                  \
    if (!l.name)                                                                                   \
        return NULL;
    LIBRARY_FUNCTIONS(LIBRARY_FIND)
#undef LIBRARY_FIND
    return &l;
}
