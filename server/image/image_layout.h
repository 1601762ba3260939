#ifndef IMAGE_LAYOUT_H
#define IMAGE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/image.h"

// Which layout of flash an image is made for, by its first bytes; never IMAGE_LAYOUT_UNREAD. What
// is no program for a real board is IMAGE_LAYOUT_OTHER, and so is what ends within its header.
//
// Byte 0 is 0xe9, byte 1 the number of segments; the first segment's load address is at byte 8,
// little-endian (esptool.py, write_common_header and save_segment). A sketch's file begins with
// Arduino's boot loader, which is linked for 0x4010f000 (esp8266/Arduino:
// bootloaders/eboot/eboot.ld and tools/elf2bin.py). An application of ESP8266_RTOS_SDK begins with
// a segment that is mapped from flash (esptool.py, ESP8266V3FirmwareImage.save; should_map in the
// SDK's esp_image_format.c).
enum image_layout image_layout_of(const uint8_t *p, size_t n);

// Bytes of the largest image that a board of that layout has room for. is_ours: our own firmware,
// which says so by its descriptor, also where no real board is to run it.
size_t image_layout_max_bytes(enum image_layout layout, bool is_ours);

#endif
