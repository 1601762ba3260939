// The chip's MAC.
#include "firmware/port/esp8266/main/chip_mac.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <esp_system.h>

void chip_mac_take(char out[MAC_SIZE])
{
    uint8_t mac[6];

    if (esp_efuse_mac_get_default(mac) != ESP_OK || esp_base_mac_addr_set(mac) != ESP_OK)
        abort(); // neither happens: the efuse is a register
    snprintf(
        out, MAC_SIZE, "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}
