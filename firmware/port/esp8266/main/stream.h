#ifndef FIRMWARE_PORT_ESP8266_MAIN_STREAM_H
#define FIRMWARE_PORT_ESP8266_MAIN_STREAM_H

#include <stddef.h>
#include <stdint.h>

// The one TCP connection, over lwIP's sockets; results as struct port_ops has them.
int stream_open(const char *host, uint16_t tcp_port);
int stream_ready(void);
int stream_send(const uint8_t *p, size_t n);
int stream_receive(uint8_t *p, size_t n);
void stream_close(void);

// Waits until the stream is ready, at most timeout_ms.
void stream_wait(uint32_t timeout_ms);

#endif
