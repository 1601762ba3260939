#ifndef FIRMWARE_PORT_LX106_BOARD_APP_IMAGE_H
#define FIRMWARE_PORT_LX106_BOARD_APP_IMAGE_H

#include <stddef.h>
#include <stdint.h>

// What stands at the start of an image's body, for the boot loader: the parts of the program that
// follow, one after the other, and where they go. app.ld fills it in, but for the CRC-32, which
// lx106-image puts in.

#define APP_IMAGE_MAGIC 0x31786c45u // "Elx1"
#define APP_IMAGE_PARTS 3           // flash-mapped code and constants, IRAM, DRAM

struct app_image_part {
    uint32_t address;
    uint32_t size; // bytes, a multiple of 4
};

struct app_image {
    uint32_t magic;
    uint32_t size; // bytes, with this header
    uint32_t crc;  // CRC-32 of what follows it
    uint32_t entry;
    struct app_image_part parts[APP_IMAGE_PARTS];
};

#define APP_IMAGE_CRC_FROM offsetof(struct app_image, entry)

#endif
