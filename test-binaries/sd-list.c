/* Lists the root directory of the SD card's first FAT32 partition, with long names, and reads every
 * file in it, sector by sector: size and CRC-32 of each, then the text of README.TXT. Last it
 * writes: LOG.TXT, if there is one, counts the runs. A card without a partition table works too. */
#include "our-crc32.h"
#include "pi-sd.h"
#include "rpi.h"

enum {
    SECTOR = 512,
    ENTRY = 32, /* bytes of a directory entry */
    ENTRIES = SECTOR / ENTRY,
    END_OF_CHAIN = 0x0ffffff8,
    LONG_NAME = 0x0f, /* attributes */
    VOLUME = 0x08,
    DIRECTORY = 0x10,
    NAME_MAX = 255,
    PARTS_MAX = 20, /* of a long name, 13 characters each */
};

static struct {
    uint32_t first_fat, first_data; /* sectors */
    uint32_t per_cluster;
    uint32_t root, clusters;
} fs;

static struct file {
    char name[NAME_MAX + 1];
    uint32_t attributes, cluster, nbytes;
} file;

static uint8_t sector[SECTOR], fat[SECTOR];
static uint32_t fat_lba;

static uint32_t le(const uint8_t *p, unsigned nbytes)
{
    uint32_t value = 0;

    while (nbytes--)
        value = value << 8 | p[nbytes];
    return value;
}

/* ---- where things are ---- */

/* The partition's first sector: of the first FAT32 partition, or 0 without a partition table. */
static uint32_t find_partition(void)
{
    pi_sd_read(sector, 0, 1);
    if (le(sector + 510, 2) != 0xaa55)
        panic("the card has no partition table and no file system\n");
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *p = sector + 446 + 16 * i;
        unsigned status = p[0], type = p[4];

        if ((status & 0x7f) == 0 && (type == 0x0b || type == 0x0c)) {
            printk("partition %d: type %d, first sector %d, %d sectors\n", i, type, le(p + 8, 4),
                   le(p + 12, 4));
            return le(p + 8, 4);
        }
    }
    return 0;
}

static void mount(uint32_t first)
{
    uint32_t reserved, fats, per_fat, sectors;

    pi_sd_read(sector, first, 1);
    per_fat = le(sector + 36, 4);
    if (le(sector + 510, 2) != 0xaa55 || le(sector + 11, 2) != SECTOR || le(sector + 22, 2) ||
        !per_fat || !sector[13])
        panic("sector %d begins no FAT32 file system\n", first);
    reserved = le(sector + 14, 2);
    fats = sector[16];
    sectors = le(sector + 32, 4);
    fs.per_cluster = sector[13];
    fs.first_fat = first + reserved;
    fs.first_data = fs.first_fat + fats * per_fat;
    fs.root = le(sector + 44, 4);
    fs.clusters = (sectors - reserved - fats * per_fat) / fs.per_cluster;
    fat_lba = 0;
    printk("FAT32: %d clusters of %d bytes\n", fs.clusters, fs.per_cluster * SECTOR);
}

static uint32_t lba_of(uint32_t cluster)
{
    return fs.first_data + (cluster - 2) * fs.per_cluster;
}

static uint32_t next_cluster(uint32_t cluster)
{
    uint32_t lba = fs.first_fat + cluster / (SECTOR / 4), next;

    if (lba != fat_lba)
        pi_sd_read(fat, lba, 1);
    fat_lba = lba;
    next = le(fat + cluster % (SECTOR / 4) * 4, 4) & 0x0fffffff;
    if (next < END_OF_CHAIN && (next < 2 || next >= fs.clusters + 2))
        panic("cluster %d leads to %d, which does not exist\n", cluster, next);
    return next;
}

/* ---- files ---- */

/* Reads n bytes, whole clusters at a time, and gives each cluster's bytes to `use`. Returns the
 * number of pieces that do not follow on their predecessor. */
static unsigned read_file(const struct file *f, void (*use)(const uint8_t *p, uint32_t n))
{
    static uint8_t buf[128 * SECTOR];
    uint32_t left = f->nbytes, per = fs.per_cluster * SECTOR, cluster = f->cluster, next;
    unsigned pieces = left ? 1 : 0;

    while (left) {
        uint32_t n = left < per ? left : per;

        pi_sd_read(buf, lba_of(cluster), (n + SECTOR - 1) / SECTOR);
        use(buf, n);
        left -= n;
        next = next_cluster(cluster);
        if (left && next >= END_OF_CHAIN)
            panic("%s ends %d bytes early\n", f->name, left);
        if (left && next != cluster + 1)
            pieces++;
        cluster = next;
    }
    return pieces;
}

static uint32_t crc;

static void add_to_crc(const uint8_t *p, uint32_t n)
{
    crc = our_crc32_inc(p, n, crc);
}

static void print(const uint8_t *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        rpi_putchar(p[i]);
}

/* ---- the directory ---- */

static char long_name[PARTS_MAX * 13 + 1];

/* A long name comes in parts, the last first, each before the entry it belongs to. */
static void keep_long_part(const uint8_t *e)
{
    static const uint8_t at[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    unsigned part = e[0] & 0x1f;

    if (part == 0 || part > PARTS_MAX)
        return;
    if (e[0] & 0x40)
        memset(long_name, 0, sizeof long_name);
    for (unsigned i = 0; i < 13; i++) {
        uint32_t c = le(e + at[i], 2);

        long_name[(part - 1) * 13 + i] = (char)(c == 0 || c == 0xffff ? 0 : c < 0x80 ? c : '?');
    }
}

static void short_name(const uint8_t *e, char *name)
{
    for (unsigned i = 0; i < 11; i++) {
        if (i == 8 && e[8] != ' ')
            *name++ = '.';
        if (e[i] != ' ')
            *name++ = (char)e[i];
    }
    *name = 0;
}

/* Fills `file` from the entry. Returns 1 when it is a file or directory that exists. */
static int take_entry(const uint8_t *e)
{
    int exists = e[0] != 0xe5 && e[11] != LONG_NAME && !(e[11] & VOLUME);

    if (e[0] != 0xe5 && e[11] == LONG_NAME) {
        keep_long_part(e);
        return 0;
    }
    if (exists) {
        if (long_name[0])
            memcpy(file.name, long_name, NAME_MAX);
        else
            short_name(e, file.name);
        file.attributes = e[11];
        file.cluster = le(e + 20, 2) << 16 | le(e + 26, 2);
        file.nbytes = le(e + 28, 4);
    }
    long_name[0] = 0;
    return exists;
}

static void show(void)
{
    unsigned pieces;

    if (file.attributes & DIRECTORY) {
        printk("%s/\n", file.name);
        return;
    }
    crc = 0;
    pieces = read_file(&file, add_to_crc);
    printk("%s: %d bytes in %d pieces, crc %x\n", file.name, file.nbytes, pieces, crc);
}

static struct file readme, log;

static void for_each_entry(void)
{
    static uint8_t entries[SECTOR];

    for (uint32_t c = fs.root; c < END_OF_CHAIN; c = next_cluster(c)) {
        for (uint32_t s = 0; s < fs.per_cluster; s++) {
            pi_sd_read(entries, lba_of(c) + s, 1);
            for (unsigned i = 0; i < ENTRIES; i++) {
                if (entries[ENTRY * i] == 0)
                    return;
                if (!take_entry(entries + ENTRY * i))
                    continue;
                show();
                if (strcmp(file.name, "README.TXT") == 0)
                    readme = file;
                if (strcmp(file.name, "LOG.TXT") == 0)
                    log = file;
            }
        }
    }
}

/* The first character of LOG.TXT is a digit that counts. */
static void count_run(void)
{
    uint32_t lba = lba_of(log.cluster);

    pi_sd_read(sector, lba, 1);
    sector[0]++;
    pi_sd_write(sector, lba, 1);
    memset(sector, 0, sizeof sector);
    pi_sd_read(sector, lba, 1);
    printk("LOG.TXT: this is run %c\n", sector[0]);
}

void notmain(void)
{
    pi_sd_init();
    mount(find_partition());
    for_each_entry();
    if (readme.nbytes)
        read_file(&readme, print);
    if (log.nbytes)
        count_run();
}
