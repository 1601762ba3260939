#ifndef FIRMWARE_PORT_ESP8266_MAIN_CHIP_MAC_H
#define FIRMWARE_PORT_ESP8266_MAIN_CHIP_MAC_H

#include "common/mac.h"

// The MAC that is burnt into this chip, and makes the radio use the same. Where nobody says so, the
// SDK prefers a copy in its store in flash, and after a flash was copied from board to board that
// is another board's. Before the Wi-Fi starts.
void chip_mac_take(char out[MAC_SIZE]);

#endif
