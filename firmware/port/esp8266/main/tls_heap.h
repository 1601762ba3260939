#ifndef FIRMWARE_PORT_ESP8266_MAIN_TLS_HEAP_H
#define FIRMWARE_PORT_ESP8266_MAIN_TLS_HEAP_H

// Gives Mbed TLS its memory from the DRAM. The SDK's malloc takes the IRAM first, where each access
// to a byte is an exception.
void tls_heap_start(void);

#endif
