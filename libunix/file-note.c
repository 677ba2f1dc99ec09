/* libunix/file-note.c - finds our note in an ELF file of 32 or 64 bits, little-endian.
 * Every offset comes from the file, so each is checked against its size. */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libunix/file.h"

enum { MAX_HEADERS = 4096, MAX_NOTE = 1 << 16 };

static const char owner[] = "pi-emu";

struct range {
    uint64_t offset;
    uint64_t nbytes;
};

static uint64_t rounded(uint64_t n)
{
    return (n + 3) & ~(uint64_t)3;
}

static int scan(const uint8_t *p, size_t n, struct emu_note *note)
{
    Elf32_Nhdr h; /* the same layout in both classes */
    size_t at = 0;
    while (n - at >= sizeof h) {
        memcpy(&h, p + at, sizeof h);
        uint64_t name = at + sizeof h, desc = name + rounded(h.n_namesz),
                 next = desc + rounded(h.n_descsz);
        if (desc + h.n_descsz > n)
            return -1;
        if (h.n_namesz == sizeof owner && memcmp(p + name, owner, sizeof owner) == 0 &&
            h.n_descsz >= sizeof *note) {
            memcpy(note, p + desc, sizeof *note);
            return 0;
        }
        if (next > n)
            return -1;
        at = next;
    }
    return -1;
}

static int scan_range(int fd, const struct range *r, struct emu_note *note)
{
    if (r->nbytes == 0 || r->nbytes > MAX_NOTE)
        return -1;
    uint8_t *p = malloc(r->nbytes);
    int rc = -1;
    if (p && pread(fd, p, r->nbytes, (off_t)r->offset) == (ssize_t)r->nbytes)
        rc = scan(p, r->nbytes, note);
    free(p);
    return rc;
}

/* The i-th entry of the program (segments) or section header table; 1 if it holds notes. */
static int note_range(int fd, const Elf64_Ehdr *e, int segments, unsigned i, struct range *r)
{
    union {
        Elf32_Phdr p32;
        Elf64_Phdr p64;
        Elf32_Shdr s32;
        Elf64_Shdr s64;
    } h;
    int wide = e->e_ident[EI_CLASS] == ELFCLASS64;
    size_t size =
        segments ? (wide ? sizeof h.p64 : sizeof h.p32) : (wide ? sizeof h.s64 : sizeof h.s32);
    uint64_t table = segments ? e->e_phoff : e->e_shoff;
    if (pread(fd, &h, size, (off_t)(table + (uint64_t)i * size)) != (ssize_t)size)
        return 0;
    if (segments && wide)
        *r = (struct range){h.p64.p_offset, h.p64.p_filesz};
    else if (segments)
        *r = (struct range){h.p32.p_offset, h.p32.p_filesz};
    else if (wide)
        *r = (struct range){h.s64.sh_offset, h.s64.sh_size};
    else
        *r = (struct range){h.s32.sh_offset, h.s32.sh_size};
    uint32_t type =
        segments ? (wide ? h.p64.p_type : h.p32.p_type) : (wide ? h.s64.sh_type : h.s32.sh_type);
    return type == (uint32_t)(segments ? PT_NOTE : SHT_NOTE);
}

/* Reads either class of file header into the 64-bit form. */
static int read_header(int fd, Elf64_Ehdr *e)
{
    Elf32_Ehdr narrow;
    if (pread(fd, e->e_ident, EI_NIDENT, 0) != EI_NIDENT ||
        memcmp(e->e_ident, ELFMAG, SELFMAG) != 0 || e->e_ident[EI_DATA] != ELFDATA2LSB)
        return -1;
    if (e->e_ident[EI_CLASS] == ELFCLASS64)
        return pread(fd, e, sizeof *e, 0) == sizeof *e ? 0 : -1;
    if (pread(fd, &narrow, sizeof narrow, 0) != sizeof narrow)
        return -1;
    e->e_phoff = narrow.e_phoff;
    e->e_phnum = narrow.e_phnum;
    e->e_shoff = narrow.e_shoff;
    e->e_shnum = narrow.e_shnum;
    return 0;
}

static int find_note(int fd, struct emu_note *note)
{
    Elf64_Ehdr e;
    struct range r;
    if (read_header(fd, &e) != 0)
        return -1;
    for (int segments = 1; segments >= 0; segments--) {
        unsigned n = segments ? e.e_phnum : e.e_shnum;
        for (unsigned i = 0; i < n && i < MAX_HEADERS; i++)
            if (note_range(fd, &e, segments, i, &r) && scan_range(fd, &r, note) == 0)
                return 0;
    }
    return -1;
}

int file_read_note(const char *path, struct emu_note *note)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -1;
    int rc = find_note(fd, note);
    close(fd);
    return rc;
}
