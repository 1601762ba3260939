#ifndef FIRMWARE_PORT_ESP8266_MAIN_BANNER_H
#define FIRMWARE_PORT_ESP8266_MAIN_BANNER_H

#include "firmware/port/esp8266/main/esp8266_port.h"

// What a person at the serial line wants to know first: image, MAC, client name, files. Nothing of
// a file's contents.
void banner_show(struct esp8266_port *port);

#endif
