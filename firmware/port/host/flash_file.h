#ifndef FIRMWARE_PORT_HOST_FLASH_FILE_H
#define FIRMWARE_PORT_HOST_FLASH_FILE_H

#include <stddef.h>
#include <stdint.h>

// NOR flash as an open file. What the file does not hold reads as erased; a write that begins
// behind its end fills the gap as erased, and to erase makes it no longer. 0 or PORT_FAILED.
int flash_file_read(int fd, size_t offset, uint8_t *p, size_t n);
int flash_file_erase(int fd, size_t offset, size_t n);
int flash_file_write(int fd, size_t offset, const uint8_t *p, size_t n);

#endif
