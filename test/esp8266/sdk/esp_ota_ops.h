#ifndef TEST_ESP8266_SDK_ESP_OTA_OPS_H
#define TEST_ESP8266_SDK_ESP_OTA_OPS_H

#include "test/esp8266/sdk/esp_partition.h"

esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition);
const esp_partition_t *esp_ota_get_boot_partition(void);
const esp_partition_t *esp_ota_get_running_partition(void);

#endif
