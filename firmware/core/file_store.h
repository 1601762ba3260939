#ifndef FIRMWARE_CORE_FILE_STORE_H
#define FIRMWARE_CORE_FILE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

// Small files on raw NOR flash, for ports without a file system of their own. The power may fail at
// any moment: a file then holds its old or its new contents, nothing else. Each file has a place of
// two copies; a change is written over the older one, with the next sequence number and a CRC-32,
// so that what a torn write or erasure leaves is no copy at all.

#define FILE_STORE_HEADER_SIZE 48 // bytes before a copy's contents

// The flash below it. Offsets are the region's own. Erasing sets a sector's bits to 1, writing sets
// bits to 0; each is durable on return. 0 or PORT_FAILED.
struct file_store_flash {
    int (*read)(void *ctx, size_t offset, uint8_t *p, size_t n);
    int (*erase)(void *ctx, size_t sector_offset);
    int (*write)(void *ctx, size_t offset, const uint8_t *p, size_t n);
    void *ctx;
    size_t size;        // bytes of the region
    size_t sector_size; // bytes that erase erases
    size_t copy_size;   // bytes of a copy with its header: a multiple of sector_size
};

// Files by name, at most PORT_FILE_NAME_MAX characters and copy_size - FILE_STORE_HEADER_SIZE bytes
// each; size / (2 * copy_size) of them. An erased region has none. Results as those of the seam's
// file_read, file_write and file_remove (port.h); a write also fails without a free place.
int file_store_read(const struct file_store_flash *flash, const char *name, uint8_t *p, size_t n);
int file_store_write(
    const struct file_store_flash *flash, const char *name, const uint8_t *p, size_t n);
int file_store_remove(const struct file_store_flash *flash, const char *name);

#endif
