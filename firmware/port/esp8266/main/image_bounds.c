// The lengths in an image's headers.
#include "firmware/port/esp8266/main/image_bounds.h"

#include <stdint.h>

#include <esp_partition.h>

#include "firmware/port/esp8266/main/esp8266_flash.h"

#define MAGIC 0xe9
#define SEGMENTS_MAX 16
#define END_MAX (16 + 32) // the checksum at the end of a row of 16, and the hash

// As esptool writes them, little-endian.
struct header {
    uint8_t magic;
    uint8_t segments;
    uint8_t flash[2]; // mode, speed and size
    uint32_t entry;
};

struct segment {
    uint32_t address;
    uint32_t size;
};

bool image_bounds_hold(enum port_region slot)
{
    const esp_partition_t *partition = esp8266_flash_partition(slot);
    struct segment segment;
    struct header header;
    size_t at = sizeof header;

    if (esp_partition_read(partition, 0, &header, sizeof header) != ESP_OK ||
        header.magic != MAGIC || header.segments == 0 || header.segments > SEGMENTS_MAX)
        return false;
    for (unsigned i = 0; i < header.segments; i++) {
        if (esp_partition_read(partition, at, &segment, sizeof segment) != ESP_OK)
            return false;
        at += sizeof segment; // which was read, and so lies within
        if (segment.size > partition->size - at)
            return false;
        at += segment.size;
    }
    return partition->size - at >= END_MAX;
}
