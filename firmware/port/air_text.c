// The access points that devices without a radio find in a text.
#include "firmware/port/air_text.h"

#include <string.h>

#include "common/wifi_networks.h"

bool air_text_has(const char *text, const char *ssid, const char *password)
{
    size_t ssid_size = strlen(ssid);
    size_t password_size = strlen(password);
    const char *end;

    for (const char *line = text; *line != '\0'; line = *end == '\0' ? end : end + 1) {
        end = line + strcspn(line, "\n");
        if ((size_t)(end - line) == ssid_size + 1 + password_size &&
            memcmp(line, ssid, ssid_size) == 0 && line[ssid_size] == '\t' &&
            memcmp(line + ssid_size + 1, password, password_size) == 0)
            return true;
    }
    return false;
}

bool air_text_has_any(const char *text, const uint8_t *list, size_t n)
{
    size_t count = wifi_networks_count(list, n);
    struct wifi_network network;

    for (size_t i = 0; i < count; i++) {
        wifi_networks_read(list, n, i, &network);
        if (air_text_has(text, network.ssid, network.password))
            return true;
    }
    return false;
}
