// Whether the boot loader's record of the selected slot is blank or whole.
#include "firmware/port/esp8266/main/otadata.h"

#include <stdint.h>

#include <esp_partition.h>
#include <esp_spi_flash.h>

#include "common/crc32.h"

#define ENTRIES 2 // each in a sector of its own

// The SDK's esp_ota_select_entry_t.
struct entry {
    uint32_t sequence;
    uint8_t label[24];
    uint32_t crc; // of the number
};

static bool is_whole(const struct entry *entry)
{
    const uint8_t *number = (const uint8_t *)&entry->sequence;

    return entry->sequence != UINT32_MAX &&
           entry->crc == crc32_update(UINT32_MAX, number, sizeof entry->sequence);
}

struct otadata otadata_read(void)
{
    const esp_partition_t *partition =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL);
    struct otadata out = {.is_blank = true};
    struct entry entry;

    for (size_t i = 0; i < ENTRIES; i++) {
        if (partition == NULL ||
            esp_partition_read(partition, i * SPI_FLASH_SEC_SIZE, &entry, sizeof entry) != ESP_OK)
            return (struct otadata){0};
        out.is_blank = out.is_blank && entry.sequence == UINT32_MAX;
        out.is_good = out.is_good || is_whole(&entry);
    }
    return out;
}
