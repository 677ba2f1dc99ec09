/* Loading programs: what is taken, what is refused, and the note of an ELF file at every cut and
 * with every byte changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <elf.h>

#include <cmocka.h>

#include "libunix/file.h"

static char dir[] = "/tmp/file-XXXXXX";
static char path[64];

static void write_file(const void *data, size_t nbytes)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, nbytes, f), nbytes);
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/x.bin", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static void test_load(void **state)
{
    uint8_t *data;
    size_t nbytes;
    (void)state;
    write_file("\1\2\3", 3);
    assert_int_equal(file_load_bin(path, &data, &nbytes), 0);
    assert_int_equal(nbytes, 3);
    assert_memory_equal(data, "\1\2\3", 3);
    free(data);
    write_file("", 0);
    assert_int_equal(file_load_bin(path, &data, &nbytes), FILE_EMPTY);
    assert_null(data);
    write_file("\177ELFx", 5);
    assert_int_equal(file_load_bin(path, &data, &nbytes), FILE_IS_ELF);
    write_file("\177EL", 3);
    assert_int_equal(file_load_bin(path, &data, &nbytes), 0);
    free(data);
    assert_int_equal(truncate(path, FILE_MAX_PROGRAM + 1), 0);
    assert_int_equal(file_load_bin(path, &data, &nbytes), FILE_TOO_LARGE);
    assert_int_equal(truncate(path, FILE_MAX_PROGRAM), 0);
    assert_int_equal(file_load_bin(path, &data, &nbytes), 0);
    assert_int_equal(nbytes, FILE_MAX_PROGRAM);
    free(data);
    assert_int_equal(file_load_bin(dir, &data, &nbytes), FILE_UNREADABLE);
    assert_int_equal(file_load_bin("/dev/zero", &data, &nbytes), FILE_UNREADABLE);
    assert_int_equal(file_load_bin("/no/such.bin", &data, &nbytes), FILE_MISSING);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_load_bin(path, &data, &nbytes), FILE_UNREADABLE); /* and does not wait */
    unlink(path);
}

/* What a program is made from is known by its name, whatever is in it. */
static void test_sources(void **state)
{
    static const struct {
        const char *name;
        int error;
    } cases[] = {
        {"x.c", FILE_IS_SOURCE}, {"x.h", FILE_IS_SOURCE},
        {"x.s", FILE_IS_SOURCE}, {"x.S", FILE_IS_SOURCE},
        {"x.o", FILE_IS_SOURCE}, {"x.elf", FILE_IS_ELF},
        {"x.c.bin", 0},          {"c", 0},
    };
    char text[300], name[300];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *data;
        size_t nbytes;
        snprintf(name, sizeof name, "%s/%s", dir, cases[i].name);
        FILE *f = fopen(name, "w");
        assert_non_null(f);
        fputs("\1\2\3\4", f);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(file_load_bin(name, &data, &nbytes), cases[i].error);
        assert_true(cases[i].error == 0 || data == NULL);
        if (cases[i].error)
            assert_memory_equal(file_error_text(cases[i].error, name, text, sizeof text), name,
                                strlen(name));
        free(data);
        unlink(name);
    }
}

static void test_texts(void **state)
{
    char text[6][300];
    (void)state;
    write_file("\177ELFx", 5);
    for (int error = FILE_MISSING; error >= FILE_IS_SOURCE; error--) {
        int n = FILE_MISSING - error;
        file_error_text(error, path, text[n], sizeof text[n]);
        assert_memory_equal(text[n], path, strlen(path));
        for (int i = 0; i < n; i++)
            assert_string_not_equal(text[i], text[n]);
    }
}

/* An ELF file of 64 bits: another note in front of ours, in one segment. */
struct image {
    Elf64_Ehdr e;
    Elf64_Phdr p;
    Elf64_Nhdr other;
    char other_name[4];
    uint32_t other_desc;
    Elf64_Nhdr ours;
    char name[8];
    struct emu_note note;
};

static struct image make_image(void)
{
    struct image i = {
        .e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
              .e_phoff = offsetof(struct image, p),
              .e_phnum = 1},
        .p = {.p_type = PT_NOTE,
              .p_offset = offsetof(struct image, other),
              .p_filesz = sizeof(struct image) - offsetof(struct image, other)},
        .other = {.n_namesz = 4, .n_descsz = 3, .n_type = 1},
        .other_name = "GNU",
        .ours = {.n_namesz = 7, .n_descsz = sizeof(struct emu_note), .n_type = 1},
        .name = "pi-emu",
        .note = {1, 2, 3, 4},
    };
    return i;
}

static void test_note(void **state)
{
    struct image i = make_image();
    struct emu_note note;
    (void)state;
    write_file(&i, sizeof i);
    assert_int_equal(file_read_note(path, &note), 0);
    assert_memory_equal(&note, &i.note, sizeof note);
    i.name[0] = 'P';
    write_file(&i, sizeof i);
    assert_int_equal(file_read_note(path, &note), -1);
    assert_int_equal(file_read_note("/no/such", &note), -1);
    assert_int_equal(file_read_note(dir, &note), -1);
    assert_int_equal(file_read_note("/dev/null", &note), -1);
    assert_int_equal(file_read_note("/proc/self/exe", &note), -1); /* this test carries none */
}

/* Never a crash; and the right note or none while the part before it is whole. */
static void test_damaged_note(void **state)
{
    struct image whole = make_image();
    struct emu_note note;
    static const uint8_t changes[] = {0x00, 0x7f, 0x80, 0xff};
    (void)state;
    for (size_t n = 0; n < sizeof whole; n++) {
        write_file(&whole, n);
        assert_int_equal(file_read_note(path, &note), -1);
    }
    for (size_t at = 0; at < offsetof(struct image, note); at++)
        for (size_t k = 0; k < sizeof changes; k++) {
            struct image i = whole;
            memcpy((uint8_t *)&i + at, &changes[k], 1);
            write_file(&i, sizeof i);
            if (file_read_note(path, &note) == 0)
                assert_memory_equal(&note, &i.note, sizeof note);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),         cmocka_unit_test(test_sources),
        cmocka_unit_test(test_texts),        cmocka_unit_test(test_note),
        cmocka_unit_test(test_damaged_note),
    };
    return cmocka_run_group_tests_name("file", tests, set_up, tear_down);
}
