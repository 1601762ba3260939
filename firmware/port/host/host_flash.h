#ifndef FIRMWARE_PORT_HOST_HOST_FLASH_H
#define FIRMWARE_PORT_HOST_HOST_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

#define HOST_FLASH_SECTOR 4096
#define HOST_FLASH_FILES_SIZE 262144 // of PORT_FILES: 16 files in two copies of two sectors

// A device's flash as the files slot0.bin, slot1.bin and files.bin of a folder, for their owner
// alone. What they do not hold reads as erased, and a slot's file ends with its image: to erase the
// slot's first sector erases them all. Return 0 or PORT_FAILED.
int host_flash_read(
    const char *folder, enum port_region region, size_t offset, uint8_t *p, size_t n);
int host_flash_erase(const char *folder, enum port_region region, size_t sector_offset);
int host_flash_write(
    const char *folder, enum port_region region, size_t offset, const uint8_t *p, size_t n);
int host_flash_sync(const char *folder, enum port_region region);

// The size of slot0.bin, 0 if there is none.
size_t host_flash_factory_size(const char *folder);

#endif
