#ifndef FIRMWARE_PORT_ESP8266_MAIN_LED_H
#define FIRMWARE_PORT_ESP8266_MAIN_LED_H

#include "firmware/port/port.h"

// The board's LED (CONFIG_SECUREESP_LED_GPIO says which pin), which goes on flashing while the
// device computes. start makes it an output, dark; show begins a pattern, and does nothing if it is
// shown already.
void led_start(void);
void led_show(enum port_led pattern);

#endif
