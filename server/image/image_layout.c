// Which layout of flash an image is made for.
#include "server/image/image_layout.h"

#include <string.h>

#include "common/contract.h"

#define MAGIC 0xe9
#define SEGMENTS_MAX 16
#define LOAD_ADDRESS_AT 8
#define HEADER_SIZE 16 // with that of the first segment

// Where the first segment goes.
static const struct {
    uint32_t first;
    uint32_t last;
    enum image_layout layout;
} regions[] = {
    {0x4010f000, 0x4010f000, IMAGE_LAYOUT_SKETCH},
    {0x40200000, 0x402fffff, IMAGE_LAYOUT_SDK},
};

// eboot unpacks what it installs (copy_raw in bootloaders/eboot/eboot.c); the SDK's boot loader
// does not.
static const uint8_t gzip_magic[] = {0x1f, 0x8b};

static uint32_t read_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

enum image_layout image_layout_of(const uint8_t *p, size_t n)
{
    if (n >= sizeof gzip_magic && memcmp(p, gzip_magic, sizeof gzip_magic) == 0)
        return IMAGE_LAYOUT_SKETCH;
    if (n < HEADER_SIZE || p[0] != MAGIC || p[1] == 0 || p[1] > SEGMENTS_MAX)
        return IMAGE_LAYOUT_OTHER;

    uint32_t address = read_u32(p + LOAD_ADDRESS_AT);

    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        if (address >= regions[i].first && address <= regions[i].last)
            return regions[i].layout;
    }
    return IMAGE_LAYOUT_OTHER;
}

size_t image_layout_max_bytes(enum image_layout layout, bool is_ours)
{
    bool in_slots = layout == IMAGE_LAYOUT_SDK || (layout == IMAGE_LAYOUT_OTHER && is_ours);

    return in_slots ? CONTRACT_SDK_IMAGE_MAX : CONTRACT_SKETCH_IMAGE_MAX;
}
