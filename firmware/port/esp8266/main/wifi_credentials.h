#ifndef FIRMWARE_PORT_ESP8266_MAIN_CREDENTIALS_H
#define FIRMWARE_PORT_ESP8266_MAIN_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/port.h"

// What opens a Wi-Fi network, as IEEE 802.11 and WPA2 have it: padded with NULs, and without one
// at their full length.
struct wifi_credentials {
    uint8_t ssid[32];
    uint8_t password[64];
};

// A network without a password is none that we join.
bool wifi_credentials_are_complete(const struct wifi_credentials *credentials);

// Reads one network, by its number, of those that the device's file of that name has
// (common/wifi_networks.h). Returns how many there are, and leaves *out untouched if it is none of
// them: 0 if there is no file, or a bad one.
unsigned wifi_credentials_load(
    struct port *port, const char *name, unsigned number, struct wifi_credentials *out);

// Makes it the only one of WIFI_NETWORKS_FILE. 0 or PORT_FAILED.
int wifi_credentials_store(struct port *port, const struct wifi_credentials *credentials);

#endif
