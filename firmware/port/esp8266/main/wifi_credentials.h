#ifndef FIRMWARE_PORT_ESP8266_MAIN_CREDENTIALS_H
#define FIRMWARE_PORT_ESP8266_MAIN_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/port.h"

#define CREDENTIALS_FILE "wifi" // 32 bytes of SSID and 64 of password

// What opens the Wi-Fi network, as IEEE 802.11 and WPA2 have it: padded with NULs, and without one
// at their full length.
struct wifi_credentials {
    uint8_t ssid[32];
    uint8_t password[64];
};

// A network without a password is none that we join.
bool wifi_credentials_are_complete(const struct wifi_credentials *credentials);

// The device's file. load is false if there is none, or a bad one; store returns 0 or PORT_FAILED.
bool wifi_credentials_load(struct port *port, struct wifi_credentials *out);
int wifi_credentials_store(struct port *port, const struct wifi_credentials *credentials);

#endif
