// Files in two copies on raw flash.
#include "firmware/core/file_store.h"

#include <stdbool.h>
#include <string.h>

#include "common/crc32.h"

#define COPIES 2
#define REMOVED UINT32_MAX // in place of a size
#define CHUNK 256

// A copy begins with its magic, sequence number and size (little-endian), its file's name, and the
// CRC-32 of all that and of the contents behind it.
#define NAME_OFFSET 12
#define CRC_OFFSET (NAME_OFFSET + PORT_FILE_NAME_MAX + 1)

static const uint8_t magic[4] = {'F', 'i', 'l', 'e'};

struct copy {
    size_t offset; // in the region
    bool is_good;  // as far as it has been read
    uint32_t sequence;
    uint32_t size; // of the contents, or REMOVED
    char name[PORT_FILE_NAME_MAX + 1];
    uint32_t header_crc;
    uint32_t crc; // as it should be
};

// A file's place, or a free one.
struct place {
    struct copy newest; // not good if neither copy is
    size_t older;       // the offset of the copy to write next
};

static void put(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t contents_size(uint32_t size)
{
    return size == REMOVED ? 0 : size;
}

static int read_header(const struct file_store_flash *flash, size_t offset, struct copy *copy)
{
    uint8_t header[FILE_STORE_HEADER_SIZE];

    *copy = (struct copy){.offset = offset};
    if (flash->read(flash->ctx, offset, header, sizeof header) != 0)
        return PORT_FAILED;
    copy->sequence = get(header + 4);
    copy->size = get(header + 8);
    memcpy(copy->name, header + NAME_OFFSET, sizeof copy->name);
    copy->header_crc = crc32_update(0, header, CRC_OFFSET);
    copy->crc = get(header + CRC_OFFSET);
    copy->is_good = memcmp(header, magic, sizeof magic) == 0 &&
                    copy->name[PORT_FILE_NAME_MAX] == '\0' &&
                    contents_size(copy->size) <= flash->copy_size - FILE_STORE_HEADER_SIZE;
    return 0;
}

static int check_contents(const struct file_store_flash *flash, struct copy *copy)
{
    uint8_t chunk[CHUNK];
    uint32_t crc = copy->header_crc;
    size_t size = copy->is_good ? contents_size(copy->size) : 0;

    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < sizeof chunk ? size - at : sizeof chunk;
        if (flash->read(flash->ctx, copy->offset + FILE_STORE_HEADER_SIZE + at, chunk, n) != 0)
            return PORT_FAILED;
        crc = crc32_update(crc, chunk, n);
    }
    copy->is_good = copy->is_good && crc == copy->crc;
    return 0;
}

static bool bears(const struct copy *copy, const char *name)
{
    return copy->is_good && strcmp(copy->name, name) == 0;
}

// Reads a place. With a name it need not be read to its end unless it may hold that file.
static int read_place(
    const struct file_store_flash *flash, size_t index, const char *name, struct place *place)
{
    size_t offset = index * COPIES * flash->copy_size;
    struct copy copies[COPIES];
    int newer;

    if (read_header(flash, offset, &copies[0]) != 0 ||
        read_header(flash, offset + flash->copy_size, &copies[1]) != 0)
        return PORT_FAILED;
    newer = copies[1].is_good &&
            (!copies[0].is_good || (int32_t)(copies[1].sequence - copies[0].sequence) > 0);
    if (name != NULL && !bears(&copies[0], name) && !bears(&copies[1], name))
        copies[newer].is_good = false;
    else if (check_contents(flash, &copies[newer]) != 0)
        return PORT_FAILED;
    else if (!copies[newer].is_good && copies[1 - newer].is_good) {
        newer = 1 - newer;
        if (check_contents(flash, &copies[newer]) != 0)
            return PORT_FAILED;
    }
    place->newest = copies[newer];
    place->older = copies[1 - newer].offset;
    return 0;
}

static bool is_file(const struct place *place)
{
    return place->newest.is_good && place->newest.size != REMOVED;
}

// Find the file's place, or a free one: 0, PORT_ABSENT or PORT_FAILED.
static int find_file(const struct file_store_flash *flash, const char *name, struct place *out)
{
    for (size_t i = 0; i < file_store_places(flash); i++) {
        if (read_place(flash, i, name, out) != 0)
            return PORT_FAILED;
        if (is_file(out) && strcmp(out->newest.name, name) == 0)
            return 0;
    }
    return PORT_ABSENT;
}

static int find_free(const struct file_store_flash *flash, struct place *out)
{
    for (size_t i = 0; i < file_store_places(flash); i++) {
        if (read_place(flash, i, NULL, out) != 0)
            return PORT_FAILED;
        if (!is_file(out))
            return 0;
    }
    return PORT_ABSENT;
}

int file_store_read(const struct file_store_flash *flash, const char *name, uint8_t *p, size_t n)
{
    struct place place;
    int rc = find_file(flash, name, &place);

    if (rc != 0)
        return rc;
    if (place.newest.size < n)
        n = place.newest.size;
    rc = flash->read(flash->ctx, place.newest.offset + FILE_STORE_HEADER_SIZE, p, n);
    return rc != 0 ? rc : (int)place.newest.size;
}

// Writes the place's older copy; size may be REMOVED.
static int write_copy(const struct file_store_flash *flash, const struct place *place,
    const char *name, const uint8_t *p, uint32_t size)
{
    uint8_t header[FILE_STORE_HEADER_SIZE] = {0};
    size_t n = contents_size(size);

    memcpy(header, magic, sizeof magic);
    put(header + 4, place->newest.is_good ? place->newest.sequence + 1 : 0);
    put(header + 8, size);
    memcpy(header + NAME_OFFSET, name, strlen(name) + 1);
    put(header + CRC_OFFSET, crc32_update(crc32_update(0, header, CRC_OFFSET), p, n));
    for (size_t at = 0; at < flash->copy_size; at += flash->sector_size) {
        if (flash->erase(flash->ctx, place->older + at) != 0)
            return PORT_FAILED;
    }
    if (n > 0 && flash->write(flash->ctx, place->older + FILE_STORE_HEADER_SIZE, p, n) != 0)
        return PORT_FAILED;
    if (flash->write(flash->ctx, place->older, header, sizeof header) != 0)
        return PORT_FAILED;
    return flash->sync(flash->ctx);
}

int file_store_write(
    const struct file_store_flash *flash, const char *name, const uint8_t *p, size_t n)
{
    struct place place;
    int rc;

    if (strlen(name) > PORT_FILE_NAME_MAX || n > flash->copy_size - FILE_STORE_HEADER_SIZE)
        return PORT_FAILED;
    rc = find_file(flash, name, &place);
    if (rc == PORT_ABSENT)
        rc = find_free(flash, &place);
    return rc != 0 ? PORT_FAILED : write_copy(flash, &place, name, p, (uint32_t)n);
}

int file_store_remove(const struct file_store_flash *flash, const char *name)
{
    struct place place;
    int rc = find_file(flash, name, &place);

    if (rc == PORT_ABSENT)
        return 0;
    return rc != 0 ? rc : write_copy(flash, &place, name, NULL, REMOVED);
}

size_t file_store_places(const struct file_store_flash *flash)
{
    return flash->size / (COPIES * flash->copy_size);
}

int file_store_entry(
    const struct file_store_flash *flash, size_t place, char name[PORT_FILE_NAME_MAX + 1])
{
    struct place found;

    if (read_place(flash, place, NULL, &found) != 0)
        return PORT_FAILED;
    if (!is_file(&found))
        return PORT_ABSENT;
    memcpy(name, found.newest.name, sizeof found.newest.name);
    return (int)found.newest.size;
}
