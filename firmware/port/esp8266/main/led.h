#ifndef FIRMWARE_PORT_ESP8266_MAIN_LED_H
#define FIRMWARE_PORT_ESP8266_MAIN_LED_H

#include "firmware/port/port.h"

// The board's LED (menuconfig says which pin), which goes on flashing while the device computes.
void led_start(void);
void led_show(enum port_led pattern);

#endif
