// From a slot into memory.
#include "firmware/port/lx106/boot/load.h"

#include <stdint.h>

#include "common/crc32.h"
#include "firmware/port/lx106/board/flash_map.h"
#include "firmware/port/lx106/board/nor.h"

#define CHUNK 1024

// What app.ld has.
static const struct app_image_part memory[APP_IMAGE_PARTS] = {
    {0x40210000u, 0xf0000u},
    {0x40100000u, 0x8000u},
    {0x3ffe8000u, 0x14000u},
};

static bool parts_fit(const struct app_image *image)
{
    uint32_t left = image->size - (uint32_t)sizeof *image;

    for (unsigned i = 0; i < APP_IMAGE_PARTS; i++) {
        const struct app_image_part *part = &image->parts[i];

        if (part->size > left || part->size % 4 != 0)
            return false;
        if (part->size > memory[i].size || part->address < memory[i].address ||
            part->address - memory[i].address > memory[i].size - part->size)
            return false;
        left -= part->size;
    }
    return left == 0;
}

bool load_check(size_t slot_offset, struct app_image *image)
{
    uint8_t chunk[CHUNK];
    uint32_t crc = 0;

    nor_read(slot_offset, (uint8_t *)image, sizeof *image);
    if (image->magic != APP_IMAGE_MAGIC || image->size < sizeof *image ||
        image->size > FLASH_MAP_SLOT_SIZE || !parts_fit(image))
        return false;
    for (size_t at = APP_IMAGE_CRC_FROM, n; at < image->size; at += n) {
        n = image->size - at < sizeof chunk ? image->size - at : sizeof chunk;
        nor_read(slot_offset + at, chunk, n);
        crc = crc32_update(crc, chunk, n);
    }
    return crc == image->crc;
}

void load_start(size_t slot_offset, const struct app_image *image)
{
    size_t at = slot_offset + sizeof *image;

    for (unsigned i = 0; i < APP_IMAGE_PARTS; i++) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses are what the header holds
        nor_read(at, (uint8_t *)(uintptr_t)image->parts[i].address, image->parts[i].size);
        at += image->parts[i].size;
    }
    __asm__ volatile("jx %0" : : "a"(image->entry));
    __builtin_unreachable();
}
