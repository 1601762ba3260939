#ifndef FIRMWARE_PORT_ESP8266_MAIN_TLS_HEAP_H
#define FIRMWARE_PORT_ESP8266_MAIN_TLS_HEAP_H

// Mbed TLS's memory. What it asks for while the device starts is the identity's, which stays: from
// malloc(), which takes the IRAM first, as long as there is room. In IRAM each access to a byte is
// an exception, but certificates are read by bytes once in a handshake, and keys by words.
void tls_heap_start(void);

// The device has started: what comes now is a session's, from the DRAM.
void tls_heap_settle(void);

#endif
