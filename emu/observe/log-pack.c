/* libzstd by dlopen: a program that records nothing does not need it. */
#include "emu/observe/log-pack.h"

#include <dlfcn.h>

enum { LEVEL = 1 };

static size_t (*compress)(void *, size_t, const void *, size_t, int);
static size_t (*decompress)(void *, size_t, const void *, size_t);
static unsigned (*is_error)(size_t);

int log_can_pack(void)
{
    static int tried;
    void *lib;

    if (tried)
        return is_error != NULL;
    tried = 1;
    lib = dlopen("libzstd.so.1", RTLD_NOW);
    if (!lib)
        return 0;
    *(void **)&compress = dlsym(lib, "ZSTD_compress");
    *(void **)&decompress = dlsym(lib, "ZSTD_decompress");
    if (compress && decompress)
        *(void **)&is_error = dlsym(lib, "ZSTD_isError");
    return is_error != NULL;
}

size_t log_pack(void *out, size_t room, const void *in, size_t nbytes)
{
    size_t n;

    if (!log_can_pack())
        return 0;
    n = compress(out, room, in, nbytes, LEVEL);
    return is_error(n) || n >= nbytes ? 0 : n;
}

int log_unpack(void *out, size_t nbytes_out, const void *in, size_t nbytes)
{
    size_t n;

    if (!log_can_pack())
        return -1;
    n = decompress(out, nbytes_out, in, nbytes);
    return is_error(n) || n != nbytes_out ? -1 : 0;
}
