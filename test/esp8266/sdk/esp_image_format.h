#ifndef TEST_ESP8266_SDK_ESP_IMAGE_FORMAT_H
#define TEST_ESP8266_SDK_ESP_IMAGE_FORMAT_H

#include <stdint.h>

#include "test/esp8266/sdk/esp_err.h"

typedef struct {
    uint32_t offset;
    uint32_t size;
} esp_partition_pos_t;

typedef struct {
    uint32_t start_addr;
    uint32_t image_len; // with the hash that is appended
} esp_image_metadata_t;

typedef enum { ESP_IMAGE_VERIFY, ESP_IMAGE_VERIFY_SILENT } esp_image_load_mode_t;

esp_err_t esp_image_load(
    esp_image_load_mode_t mode, const esp_partition_pos_t *place, esp_image_metadata_t *out);

#endif
