#ifndef FIRMWARE_PORT_ESP8266_MAIN_ESP8266_CLOCK_H
#define FIRMWARE_PORT_ESP8266_MAIN_ESP8266_CLOCK_H

#include <stdint.h>

// The time of day by SNTP; as struct port_ops has it.
void esp8266_clock_start(const char *ntp_server);
int64_t esp8266_clock_unix_time(void);

// Milliseconds since the start.
uint32_t esp8266_clock_now_ms(void);

#endif
