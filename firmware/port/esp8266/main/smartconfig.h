#ifndef FIRMWARE_PORT_ESP8266_MAIN_SMARTCONFIG_H
#define FIRMWARE_PORT_ESP8266_MAIN_SMARTCONFIG_H

#include <stdbool.h>

#include "firmware/port/esp8266/main/wifi_credentials.h"
#include "firmware/port/port.h"

#define SMARTCONFIG_KEY_FILE "smartconfig.key" // 16 characters: ESPTouch v2, encrypted with it

// SmartConfig: a telephone's app sends the network's name and password through the air. ESPTouch
// does so in the clear; ESPTouch v2 with a key does not.

// Before the Wi-Fi starts.
void smartconfig_init(void);

// Each start needs its stop, whatever came of it. The key is among the port's files. One that fails
// is in the log, and nothing comes of it.
void smartconfig_start(struct port *port);
void smartconfig_stop(void);

// True once after a telephone has been heard.
bool smartconfig_has_channel(void);

// True once after credentials have come, which are then in *out. Incomplete ones are dropped, and
// the log says so.
bool smartconfig_take(struct wifi_credentials *out);

// True once after the telephone has been told that they work.
bool smartconfig_is_acknowledged(void);

#endif
