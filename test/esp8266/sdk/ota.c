// Images with a hash, and otadata: which slot is selected.
#include "test/esp8266/sdk/ota.h"

#include <string.h>

#include "common/crc32.h"
#include "test/esp8266/sdk/chip.h"
#include "test/esp8266/sdk/esp_image_format.h"
#include "test/esp8266/sdk/esp_ota_ops.h"
#include "test/esp8266/sdk/esp_spi_flash.h"
#include "test/esp8266/sdk/flash.h"

#define MAGIC 0xe9

struct entry {
    uint32_t sequence;
    uint8_t label[OTA_ENTRY_SIZE - 8];
    uint32_t crc;
};

const esp_partition_t *ota_slot(unsigned slot)
{
    return esp_partition_find_first(ESP_PARTITION_TYPE_APP,
        slot == 0 ? ESP_PARTITION_SUBTYPE_APP_OTA_0 : ESP_PARTITION_SUBTYPE_APP_OTA_1, NULL);
}

static const esp_partition_t *otadata(void)
{
    return esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL);
}

static uint32_t checksum(const struct entry *entry)
{
    return crc32_update(UINT32_MAX, (const uint8_t *)&entry->sequence, sizeof entry->sequence);
}

static bool is_good(const struct entry *entry)
{
    return entry->sequence != UINT32_MAX && entry->crc == checksum(entry);
}

static void read_entries(struct entry entries[OTA_ENTRIES])
{
    for (size_t i = 0; i < OTA_ENTRIES; i++)
        memcpy(&entries[i], flash_at(otadata()->address + (uint32_t)i * SPI_FLASH_SEC_SIZE),
            sizeof entries[i]);
}

// The entry that counts, -1 if none.
static int newest(const struct entry entries[OTA_ENTRIES])
{
    if (is_good(&entries[0]) && is_good(&entries[1]))
        return entries[0].sequence >= entries[1].sequence ? 0 : 1;
    if (is_good(&entries[0]))
        return 0;
    return is_good(&entries[1]) ? 1 : -1;
}

enum ota_state ota_selected(unsigned *slot)
{
    struct entry entries[OTA_ENTRIES];
    int index;

    read_entries(entries);
    index = newest(entries);
    *slot = index < 0 ? 0 : (entries[index].sequence - 1) % CHIP_SLOTS;
    if (entries[0].sequence == UINT32_MAX && entries[1].sequence == UINT32_MAX)
        return OTA_BLANK;
    return index < 0 ? OTA_INVALID : OTA_GOOD;
}

static void make_hash(const uint8_t *image, uint32_t n, uint8_t out[OTA_HASH_SIZE])
{
    uint32_t crc = crc32_update(0, image, n);

    for (uint32_t i = 0; i < OTA_HASH_SIZE; i += sizeof crc)
        memcpy(out + i, &crc, sizeof crc);
}

void ota_make_image(uint8_t *out, uint32_t n, uint32_t random)
{
    uint32_t body = n - OTA_HEADER_SIZE - OTA_HASH_SIZE;

    memset(out, 0, OTA_HEADER_SIZE);
    out[0] = MAGIC;
    memcpy(out + 4, &body, sizeof body);
    for (uint32_t i = 0; i < body; i++) {
        random = random * 1664525 + 1013904223;
        out[OTA_HEADER_SIZE + i] = (uint8_t)(random >> 24);
    }
    make_hash(out, n - OTA_HASH_SIZE, out + n - OTA_HASH_SIZE);
}

esp_err_t esp_image_load(
    esp_image_load_mode_t mode, const esp_partition_pos_t *place, esp_image_metadata_t *out)
{
    const uint8_t *image = flash_at(place->offset);
    uint8_t hash[OTA_HASH_SIZE];
    uint32_t body;

    (void)mode;
    memset(out, 0, sizeof *out);
    memcpy(&body, image + 4, sizeof body);
    if (image[0] != MAGIC || body > place->size - OTA_HEADER_SIZE - OTA_HASH_SIZE)
        return ESP_ERR_IMAGE_INVALID;
    make_hash(image, OTA_HEADER_SIZE + body, hash);
    if (memcmp(hash, image + OTA_HEADER_SIZE + body, sizeof hash) != 0)
        return ESP_ERR_IMAGE_INVALID;
    out->start_addr = place->offset;
    out->image_len = OTA_HEADER_SIZE + body + OTA_HASH_SIZE;
    return ESP_OK;
}

bool ota_holds_image(const esp_partition_t *partition)
{
    const esp_partition_pos_t place = {.offset = partition->address, .size = partition->size};
    esp_image_metadata_t image;

    return esp_image_load(ESP_IMAGE_VERIFY_SILENT, &place, &image) == ESP_OK;
}

// The next number that selects the slot, over the entry that does not count.
esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition)
{
    uint32_t slot = partition == ota_slot(1) ? 1 : 0;
    struct entry entries[OTA_ENTRIES];
    struct entry entry;
    uint32_t number;
    int index;
    size_t at;

    if (!ota_holds_image(partition))
        return ESP_ERR_OTA_VALIDATE_FAILED;
    read_entries(entries);
    index = newest(entries);
    number = index < 0 ? slot + 1 : entries[index].sequence;
    while ((number - 1) % CHIP_SLOTS != slot)
        number++;
    entry = entries[index == 0 ? 1 : 0]; // the label stays what it is
    entry.sequence = number;
    entry.crc = checksum(&entry);
    at = index == 0 ? SPI_FLASH_SEC_SIZE : 0;
    if (esp_partition_erase_range(otadata(), at, SPI_FLASH_SEC_SIZE) != ESP_OK)
        return ESP_ERR_INVALID_ARG;
    return esp_partition_write(otadata(), at, &entry, sizeof entry);
}

const esp_partition_t *esp_ota_get_boot_partition(void)
{
    unsigned slot;

    ota_selected(&slot);
    return ota_slot(slot);
}

const esp_partition_t *esp_ota_get_running_partition(void)
{
    return ota_slot(chip_running());
}
