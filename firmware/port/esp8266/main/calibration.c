// The SDK keeps the radio's calibration in a store of its own (NVS), opens it before app_main(),
// and stops the program if that fails: a bad store would be a board that never starts again. So its
// esp_mac_init() is wrapped (the linker's --wrap): the store is made anew, and whatever comes of
// that, the device goes on, with a radio that is calibrated at each start.
#include <stdio.h>

#include <nvs_flash.h>

esp_err_t __real_esp_mac_init(void);
esp_err_t __wrap_esp_mac_init(void);

esp_err_t __wrap_esp_mac_init(void)
{
    if (__real_esp_mac_init() == ESP_OK)
        return ESP_OK;
    printf("calibration: its store is not readable and is made anew\n");
    if (nvs_flash_erase() != ESP_OK || __real_esp_mac_init() != ESP_OK)
        printf("calibration: it is not kept\n");
    return ESP_OK; // the MAC itself is the chip's, chip_mac.h
}
