#ifndef FIRMWARE_CORE_FILE_STORE_H
#define FIRMWARE_CORE_FILE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

// Small files on raw NOR flash. The power may fail at any moment: a file then holds its old or its
// new contents, nothing else. Each file has a place of two copies; a change is written over the
// older one, with the next sequence number and a CRC-32, so that what a torn write or erasure
// leaves is no copy at all.

#define FILE_STORE_HEADER_SIZE 48 // bytes before a copy's contents

// The flash below it. Offsets are the region's own. Erasing sets a sector's bits to 1, writing sets
// bits to 0; sync returns when all that is durable. 0 or PORT_FAILED.
struct file_store_flash {
    int (*read)(void *ctx, size_t offset, uint8_t *p, size_t n);
    int (*erase)(void *ctx, size_t sector_offset);
    int (*write)(void *ctx, size_t offset, const uint8_t *p, size_t n);
    int (*sync)(void *ctx);
    void *ctx;
    size_t size;        // bytes of the region
    size_t sector_size; // bytes that erase erases
    size_t copy_size;   // bytes of a copy with its header: a multiple of sector_size
};

// Files by name, at most PORT_FILE_NAME_MAX characters and copy_size - FILE_STORE_HEADER_SIZE bytes
// each; an erased region has none. read reads at most n bytes and returns the file's size,
// PORT_ABSENT or PORT_FAILED. write replaces all of it; it fails without a free place too. remove
// of an absent file is 0. Both are durable on return.
int file_store_read(const struct file_store_flash *flash, const char *name, uint8_t *p, size_t n);
int file_store_write(
    const struct file_store_flash *flash, const char *name, const uint8_t *p, size_t n);
int file_store_remove(const struct file_store_flash *flash, const char *name);

// How many files there may be; and the name of the one in a place and its size, PORT_ABSENT if the
// place is free, or PORT_FAILED.
size_t file_store_places(const struct file_store_flash *flash);
int file_store_entry(
    const struct file_store_flash *flash, size_t place, char name[PORT_FILE_NAME_MAX + 1]);

#endif
