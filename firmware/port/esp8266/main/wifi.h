#ifndef FIRMWARE_PORT_ESP8266_MAIN_WIFI_H
#define FIRMWARE_PORT_ESP8266_MAIN_WIFI_H

#include "firmware/port/port.h"

// The Wi-Fi station: with stored credentials (wifi_credentials.h), else with those that SmartConfig
// brings (smartconfig.h).

// Starts the SDK's Wi-Fi. host_name is what the router is told; port keeps the files, of which
// networks has the credentials. Called again, it only says that this one has them from now on.
void wifi_start(struct port *port, const char *host_name, const char *networks);

// Takes what the driver has reported since, and does what follows from it. To be called often.
void wifi_poll(void);

// As struct port_ops has it.
enum port_link wifi_state(struct port_link_info *out);

#endif
