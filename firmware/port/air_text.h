#ifndef FIRMWARE_PORT_AIR_TEXT_H
#define FIRMWARE_PORT_AIR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Access points as text, in place of the air: a line each, SSID, a tab and the password.

// Whether there is such an access point.
bool air_text_has(const char *text, const char *ssid, const char *password);

// Whether there is one for any of the networks of a list (common/wifi_networks.h) of n bytes.
bool air_text_has_any(const char *text, const uint8_t *list, size_t n);

#endif
