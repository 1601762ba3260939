// NOR flash in memory, with the port's partitions, though smaller.
#include "test/esp8266/sdk/sdk_flash.h"

#include <string.h>

#include "test/esp8266/sdk/esp_spi_flash.h"
#include "test/esp8266/sdk/sdk_chip.h"

#define FLASH_SIZE 0x48000

static const esp_partition_t partitions[] = {
    {ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, 0xd000, 2 * SPI_FLASH_SEC_SIZE},
    {ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_0, 0x10000, SDK_CHIP_SLOT_SIZE},
    {ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_1, 0x14000, SDK_CHIP_SLOT_SIZE},
    {ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)0x40, 0x18000, SDK_CHIP_FILES_SIZE},
};

static uint8_t bytes[FLASH_SIZE];
static struct nor_power power;
static const esp_partition_t *unreadable;

void sdk_flash_reset(void)
{
    memset(bytes, 0xff, sizeof bytes);
    nor_power_on(&power);
    unreadable = NULL;
}

void sdk_flash_fail_reads(const esp_partition_t *partition)
{
    unreadable = partition;
}

struct nor_power *sdk_flash_power(void)
{
    return &power;
}

uint8_t *sdk_flash_at(uint32_t address)
{
    return bytes + address;
}

const esp_partition_t *esp_partition_find_first(
    esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label)
{
    (void)label;
    for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++) {
        if (partitions[i].type == type && partitions[i].subtype == subtype)
            return &partitions[i];
    }
    return NULL;
}

static esp_err_t check(const esp_partition_t *partition, size_t offset, size_t n)
{
    if (offset > partition->size)
        return ESP_ERR_INVALID_ARG;
    return n > partition->size - offset ? ESP_ERR_INVALID_SIZE : ESP_OK;
}

esp_err_t esp_partition_read(const esp_partition_t *partition, size_t offset, void *p, size_t n)
{
    esp_err_t rc = partition == unreadable ? ESP_ERR_INVALID_SIZE : check(partition, offset, n);

    if (rc == ESP_OK)
        memcpy(p, bytes + partition->address + offset, n);
    return rc;
}

esp_err_t esp_partition_write(
    const esp_partition_t *partition, size_t offset, const void *p, size_t n)
{
    esp_err_t rc = check(partition, offset, n);

    if (rc == ESP_OK && nor_write(&power, bytes + partition->address + offset, p, n) != 0)
        sdk_chip_lose_power();
    return rc;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t n)
{
    esp_err_t rc = check(partition, offset, n);

    if (rc == ESP_OK && offset % SPI_FLASH_SEC_SIZE != 0)
        return ESP_ERR_INVALID_ARG;
    if (rc == ESP_OK && n % SPI_FLASH_SEC_SIZE != 0)
        return ESP_ERR_INVALID_SIZE;
    for (size_t at = 0; rc == ESP_OK && at < n; at += SPI_FLASH_SEC_SIZE) {
        if (nor_erase(&power, bytes + partition->address + offset + at, SPI_FLASH_SEC_SIZE) != 0)
            sdk_chip_lose_power();
    }
    return rc;
}
