// Files in two copies on raw flash.
#include "firmware/core/file_store.h"

#include <stdbool.h>
#include <string.h>

#include "common/crc32.h"

#define COPIES 2
#define REMOVED UINT32_MAX // in place of a size
#define CHUNK 64

// A copy begins with its magic, sequence number and size (little-endian), its file's name, and the
// CRC-32 of all that and of the contents behind it.
#define NAME_OFFSET 12
#define CRC_OFFSET (NAME_OFFSET + PORT_FILE_NAME_MAX + 1)

static const uint8_t magic[4] = {'F', 'i', 'l', 'e'};

struct copy {
    size_t offset; // in the region
    bool is_good;
    uint32_t sequence;
    uint32_t size; // of the contents, or REMOVED
    char name[PORT_FILE_NAME_MAX + 1];
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

static int check_crc(const struct file_store_flash *flash, const struct copy *copy, uint32_t crc,
    uint32_t expected, bool *is_good)
{
    uint8_t chunk[CHUNK];
    size_t size = contents_size(copy->size);

    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < sizeof chunk ? size - at : sizeof chunk;
        if (flash->read(flash->ctx, copy->offset + FILE_STORE_HEADER_SIZE + at, chunk, n) != 0)
            return PORT_FAILED;
        crc = crc32_update(crc, chunk, n);
    }
    *is_good = crc == expected;
    return 0;
}

static int read_copy(const struct file_store_flash *flash, size_t offset, struct copy *copy)
{
    uint8_t header[FILE_STORE_HEADER_SIZE];

    *copy = (struct copy){.offset = offset};
    if (flash->read(flash->ctx, offset, header, sizeof header) != 0)
        return PORT_FAILED;
    copy->sequence = get(header + 4);
    copy->size = get(header + 8);
    memcpy(copy->name, header + NAME_OFFSET, sizeof copy->name);
    if (memcmp(header, magic, sizeof magic) != 0 || copy->name[PORT_FILE_NAME_MAX] != '\0' ||
        contents_size(copy->size) > flash->copy_size - FILE_STORE_HEADER_SIZE)
        return 0;
    return check_crc(
        flash, copy, crc32_update(0, header, CRC_OFFSET), get(header + CRC_OFFSET), &copy->is_good);
}

static int read_place(const struct file_store_flash *flash, size_t index, struct place *place)
{
    size_t offset = index * COPIES * flash->copy_size;
    struct copy second;

    if (read_copy(flash, offset, &place->newest) != 0 ||
        read_copy(flash, offset + flash->copy_size, &second) != 0)
        return PORT_FAILED;
    place->older = second.offset;
    if (second.is_good &&
        (!place->newest.is_good || (int32_t)(second.sequence - place->newest.sequence) > 0)) {
        place->older = place->newest.offset;
        place->newest = second;
    }
    return 0;
}

static bool is_file(const struct place *place)
{
    return place->newest.is_good && place->newest.size != REMOVED;
}

// Finds the file's place, or with may_be_new a free one: 0, PORT_ABSENT or PORT_FAILED.
static int find_place(
    const struct file_store_flash *flash, const char *name, bool may_be_new, struct place *out)
{
    size_t places = flash->size / (COPIES * flash->copy_size);
    struct place place;
    bool found = false;

    for (size_t i = 0; i < places; i++) {
        if (read_place(flash, i, &place) != 0)
            return PORT_FAILED;
        if (is_file(&place) && strcmp(place.newest.name, name) == 0) {
            *out = place;
            return 0;
        }
        if (may_be_new && !found && !is_file(&place)) {
            *out = place;
            found = true;
        }
    }
    return found ? 0 : PORT_ABSENT;
}

int file_store_read(const struct file_store_flash *flash, const char *name, uint8_t *p, size_t n)
{
    struct place place;
    int rc = find_place(flash, name, false, &place);

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
    return flash->write(flash->ctx, place->older, header, sizeof header);
}

int file_store_write(
    const struct file_store_flash *flash, const char *name, const uint8_t *p, size_t n)
{
    struct place place;

    if (strlen(name) > PORT_FILE_NAME_MAX || n > flash->copy_size - FILE_STORE_HEADER_SIZE ||
        find_place(flash, name, true, &place) != 0)
        return PORT_FAILED;
    return write_copy(flash, &place, name, p, (uint32_t)n);
}

int file_store_remove(const struct file_store_flash *flash, const char *name)
{
    struct place place;
    int rc = find_place(flash, name, false, &place);

    if (rc == PORT_ABSENT)
        return 0;
    return rc != 0 ? rc : write_copy(flash, &place, name, NULL, REMOVED);
}
