// Images with a hash, and otadata: which slot is selected.
#include "test/esp8266/sdk/ota.h"

#include <string.h>

#include "common/crc32.h"
#include "test/esp8266/sdk/esp_image_format.h"
#include "test/esp8266/sdk/esp_ota_ops.h"
#include "test/esp8266/sdk/esp_spi_flash.h"
#include "test/esp8266/sdk/sdk_chip.h"
#include "test/esp8266/sdk/sdk_flash.h"

#define MAGIC 0xe9
#define ROW 16u

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
        memcpy(&entries[i], sdk_flash_at(otadata()->address + (uint32_t)i * SPI_FLASH_SEC_SIZE),
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
    *slot = index < 0 ? 0 : (entries[index].sequence - 1) % SDK_CHIP_SLOTS;
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

static uint32_t get_word(const uint8_t *p)
{
    uint32_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

static uint8_t *put_word(uint8_t *p, uint32_t word)
{
    memcpy(p, &word, sizeof word);
    return p + sizeof word;
}

void ota_make_image(uint8_t *out, uint32_t n, uint32_t random)
{
    uint32_t hashed = n - OTA_HASH_SIZE;
    uint32_t data =
        hashed - ROW - OTA_HEADER_SIZE - (uint32_t)OTA_SEGMENTS * OTA_SEGMENT_HEADER_SIZE;
    uint8_t *p = out;

    memset(out, 0, hashed);
    *p = MAGIC;
    p[1] = OTA_SEGMENTS;
    p = put_word(p + 4, 0x40210000);
    for (uint32_t i = 0; i < OTA_SEGMENTS; i++) {
        uint32_t size = i == 0 ? data / 8 * 4 : data - data / 8 * 4;

        p = put_word(put_word(p, 0x40100000), size);
        for (uint32_t k = 0; k < size; k++) {
            random = random * 1664525 + 1013904223;
            *p++ = (uint8_t)(random >> 24);
        }
    }
    make_hash(out, hashed, out + hashed);
}

// Where the last segment ends, or what ends the reading before.
static enum ota_image read_segments(const esp_partition_t *partition, uint32_t *end)
{
    const uint8_t *image = sdk_flash_at(partition->address);
    uint64_t read = 0; // all of which would have been

    *end = OTA_HEADER_SIZE;
    if (image[0] != MAGIC || image[1] > OTA_SEGMENTS_MAX)
        return OTA_IMAGE_BAD;
    for (unsigned i = 0; i < image[1]; i++) {
        // what is behind the slot is anything, but not a good image
        uint32_t size =
            *end <= partition->size - OTA_SEGMENT_HEADER_SIZE ? get_word(image + *end + 4) : 0;

        read += size;
        if (read > OTA_PATIENCE)
            return OTA_IMAGE_ENDLESS;
        if (size % 4 != 0)
            return OTA_IMAGE_BAD;
        *end += OTA_SEGMENT_HEADER_SIZE + size;
    }
    return OTA_IMAGE_GOOD;
}

static uint32_t hashed_size(uint32_t end)
{
    return (end + 1 + ROW - 1) / ROW * ROW;
}

enum ota_image ota_judge(const esp_partition_t *partition)
{
    const uint8_t *image = sdk_flash_at(partition->address);
    uint8_t hash[OTA_HASH_SIZE];
    uint32_t end;
    enum ota_image found = read_segments(partition, &end);

    if (found != OTA_IMAGE_GOOD)
        return found;
    if (hashed_size(end) + OTA_HASH_SIZE > partition->size)
        return OTA_IMAGE_BAD;
    make_hash(image, hashed_size(end), hash);
    return memcmp(hash, image + hashed_size(end), sizeof hash) == 0 ? OTA_IMAGE_GOOD
                                                                    : OTA_IMAGE_BAD;
}

esp_err_t esp_image_load(
    esp_image_load_mode_t mode, const esp_partition_pos_t *place, esp_image_metadata_t *out)
{
    const esp_partition_t partition = {.address = place->offset, .size = place->size};
    enum ota_image found = ota_judge(&partition);
    uint32_t end;

    (void)mode;
    memset(out, 0, sizeof *out);
    if (found == OTA_IMAGE_ENDLESS)
        sdk_chip_bite();
    if (found != OTA_IMAGE_GOOD)
        return ESP_ERR_IMAGE_INVALID;
    (void)read_segments(&partition, &end);
    out->start_addr = place->offset;
    out->image_len = hashed_size(end) + OTA_HASH_SIZE;
    return ESP_OK;
}

void ota_put_entry(size_t sector, uint32_t sequence)
{
    struct entry entry = {.sequence = sequence};

    entry.crc = checksum(&entry);
    memcpy(sdk_flash_at(otadata()->address + (uint32_t)sector * SPI_FLASH_SEC_SIZE), &entry,
        sizeof entry);
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

    const esp_partition_pos_t place = {.offset = partition->address, .size = partition->size};
    esp_image_metadata_t image;

    if (esp_image_load(ESP_IMAGE_VERIFY, &place, &image) != ESP_OK)
        return ESP_ERR_OTA_VALIDATE_FAILED;
    read_entries(entries);
    index = newest(entries);
    number = index < 0 ? slot + 1 : entries[index].sequence;
    if (number > OTA_PATIENCE)
        sdk_chip_bite();
    while ((number - 1) % SDK_CHIP_SLOTS != slot)
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
    return ota_slot(sdk_chip_running());
}
