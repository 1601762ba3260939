#ifndef FIRMWARE_PORT_ESP8266_MAIN_ESP8266_STREAM_H
#define FIRMWARE_PORT_ESP8266_MAIN_ESP8266_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct port;

// The one TCP connection, over lwIP's sockets, as struct port_ops has it.
int esp8266_stream_open(struct port *port, const char *host, uint16_t tcp_port);
int esp8266_stream_ready(struct port *port);
int esp8266_stream_send(struct port *port, const uint8_t *p, size_t n);
int esp8266_stream_receive(struct port *port, uint8_t *p, size_t n);
void esp8266_stream_close(struct port *port);

// Waits until the stream is ready: connected, failed, ended, readable, or writable again after it
// was full; at most timeout_ms. Without a connection it only sleeps.
void esp8266_stream_wait(uint32_t timeout_ms);

#endif
