// The store of the radio's calibration.
#include "firmware/port/esp8266/main/calibration.h"

#include <stdio.h>

#include <nvs_flash.h>

void calibration_start(void)
{
    esp_err_t rc = nvs_flash_init();

    if (rc == ESP_OK)
        return;
    printf("calibration: its store is not readable (0x%x) and is made anew\n", (unsigned)rc);
    if (nvs_flash_erase() != ESP_OK || nvs_flash_init() != ESP_OK)
        printf("calibration: it is not kept\n");
}
