// The store of the radio's calibration.
#include "firmware/port/esp8266/main/calibration.h"

#include <stdio.h>

#include <nvs_flash.h>

esp_err_t __wrap_esp_mac_init(void)
{
    if (__real_esp_mac_init() == ESP_OK)
        return ESP_OK;
    printf("calibration: its store is not readable and is made anew\n");
    if (nvs_flash_erase() != ESP_OK || __real_esp_mac_init() != ESP_OK)
        printf("calibration: it is not kept\n");
    return ESP_OK; // the MAC itself is the chip's, esp_read_mac()
}
