#ifndef FIRMWARE_PORT_ESP8266_MAIN_ESP8266_PORT_H
#define FIRMWARE_PORT_ESP8266_MAIN_ESP8266_PORT_H

#include "common/mac.h"
#include "firmware/port/port.h"

// The seam on the chip.
struct esp8266_port {
    struct port port; // first
    char mac[MAC_SIZE];
};

// Attaches the flash. One port per program.
void esp8266_port_init(struct esp8266_port *self);

#endif
