#ifndef FIRMWARE_PORT_ESP8266_POLICY_BLINK_H
#define FIRMWARE_PORT_ESP8266_POLICY_BLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/port.h"

#define BLINK_TICK_MS 50 // how often to ask

// Whether the LED is lit, elapsed_ms after the pattern began.
bool blink_is_lit(enum port_led pattern, uint32_t elapsed_ms);

#endif
