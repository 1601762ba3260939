// The MAC.
#include "test/esp8266/sdk/efuse.h"

#include <stdbool.h>
#include <string.h>

#include "test/esp8266/sdk/esp_system.h"

static struct {
    bool is_known;
    uint8_t mac[EFUSE_MAC_SIZE];
} burnt, stored, base;

void efuse_burn(const uint8_t mac[EFUSE_MAC_SIZE], const uint8_t *copy)
{
    burnt.is_known = true;
    memcpy(burnt.mac, mac, sizeof burnt.mac);
    stored.is_known = copy != NULL;
    if (copy != NULL)
        memcpy(stored.mac, copy, sizeof stored.mac);
    base.is_known = false;
}

esp_err_t esp_efuse_mac_get_default(uint8_t *mac)
{
    memcpy(mac, burnt.mac, sizeof burnt.mac);
    return ESP_OK;
}

esp_err_t esp_base_mac_addr_set(uint8_t *mac)
{
    base.is_known = true;
    memcpy(base.mac, mac, sizeof base.mac);
    return ESP_OK;
}

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type)
{
    if (type != ESP_MAC_WIFI_STA)
        return ESP_ERR_INVALID_ARG;
    if (base.is_known)
        memcpy(mac, base.mac, sizeof base.mac);
    else
        memcpy(mac, stored.is_known ? stored.mac : burnt.mac, EFUSE_MAC_SIZE);
    return ESP_OK;
}
