#ifndef FIRMWARE_PORT_LX106_BOOT_LOAD_H
#define FIRMWARE_PORT_LX106_BOOT_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/port/lx106/board/app_image.h"

// Reads the header of the image in the slot at that offset of the flash. False unless it and the
// CRC-32 over all that follows are good and each part lies in the program's memory.
bool load_check(size_t slot_offset, struct app_image *image);

// Copies the parts to where they belong and starts the program.
void load_start(size_t slot_offset, const struct app_image *image) __attribute__((noreturn));

#endif
