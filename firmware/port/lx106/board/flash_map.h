#ifndef FIRMWARE_PORT_LX106_BOARD_FLASH_MAP_H
#define FIRMWARE_PORT_LX106_BOARD_FLASH_MAP_H

// What lies where in the 4 MiB of flash. The slots are where the chip's own map has them.
#define FLASH_MAP_SECTOR 0x10000u
#define FLASH_MAP_SLOT_0 0x010000u
#define FLASH_MAP_SLOT_1 0x110000u
#define FLASH_MAP_SLOT_SIZE 0xf0000u
#define FLASH_MAP_FILES 0x200000u
#define FLASH_MAP_FILES_SIZE 0x200000u

#endif
