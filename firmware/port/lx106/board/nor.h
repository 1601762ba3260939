#ifndef FIRMWARE_PORT_LX106_BOARD_NOR_H
#define FIRMWARE_PORT_LX106_BOARD_NOR_H

#include <stddef.h>
#include <stdint.h>

// The board's NOR flash, 4 MiB behind the CFI command set (JEDEC JESD68, Intel's). Nothing may run
// from it while it is erased or written. Offsets are those of the flash.

void nor_read(size_t offset, uint8_t *p, size_t n);

// Sets the bits of the sector (FLASH_MAP_SECTOR bytes) that begins there.
int nor_erase(size_t sector_offset);

// Clears the bits that are 0 in p. 0 or -1.
int nor_write(size_t offset, const uint8_t *p, size_t n);

#endif
