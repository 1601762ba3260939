#ifndef TEST_ESP8266_SDK_ESP_PARTITION_H
#define TEST_ESP8266_SDK_ESP_PARTITION_H

#include <stddef.h>
#include <stdint.h>

#include "test/esp8266/sdk/esp_err.h"

typedef enum { ESP_PARTITION_TYPE_APP, ESP_PARTITION_TYPE_DATA } esp_partition_type_t;

typedef enum {
    ESP_PARTITION_SUBTYPE_DATA_OTA = 0,
    ESP_PARTITION_SUBTYPE_APP_OTA_0 = 0x10,
    ESP_PARTITION_SUBTYPE_APP_OTA_1,
} esp_partition_subtype_t;

typedef struct {
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
    uint32_t address;
    uint32_t size;
} esp_partition_t;

const esp_partition_t *esp_partition_find_first(
    esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label);
esp_err_t esp_partition_read(const esp_partition_t *partition, size_t offset, void *p, size_t n);
esp_err_t esp_partition_write(
    const esp_partition_t *partition, size_t offset, const void *p, size_t n);
esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t n);

#endif
