#ifndef FIRMWARE_PORT_HOST_HOST_FLASH_H
#define FIRMWARE_PORT_HOST_HOST_FLASH_H

#include <stddef.h>
#include <stdint.h>

#define HOST_FLASH_SECTOR 4096

// Image slots as files slot0.bin and slot1.bin of a folder, and the copies of the slot record as
// slots.0 and slots.1. What a file does not hold reads as erased flash, and a slot's file ends with
// its image: to erase the first sector erases them all. Return 0, PORT_ABSENT or PORT_FAILED.
int host_flash_read(const char *folder, unsigned slot, size_t offset, uint8_t *p, size_t n);
int host_flash_erase(const char *folder, unsigned slot, size_t sector_offset);
int host_flash_write(const char *folder, unsigned slot, size_t offset, const uint8_t *p, size_t n);
int host_flash_sync(const char *folder, unsigned slot);

// The size of slot0.bin, 0 if there is none.
size_t host_flash_factory_size(const char *folder);

int host_flash_read_record(const char *folder, unsigned copy, uint8_t *p, size_t n);
int host_flash_write_record(const char *folder, unsigned copy, const uint8_t *p, size_t n);

#endif
