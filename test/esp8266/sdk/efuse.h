#ifndef TEST_ESP8266_SDK_EFUSE_H
#define TEST_ESP8266_SDK_EFUSE_H

#include <stdint.h>

#define EFUSE_MAC_SIZE 6

// The MAC: burnt into the chip, and the copy of it that the SDK keeps in its store in flash, NULL
// for none. esp_system.h is its front; esp_read_mac() prefers what the program has set, then the
// copy, then what is burnt. The program has set nothing afterwards.
void efuse_burn(const uint8_t mac[EFUSE_MAC_SIZE], const uint8_t *copy);

#endif
