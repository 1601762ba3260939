#ifndef FIRMWARE_PORT_LX106_NETWORK_STREAM_H
#define FIRMWARE_PORT_LX106_NETWORK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The one TCP connection, on lwIP. Results as those of the seam's stream functions (port.h).
int stream_open(const char *host, uint16_t tcp_port);
int stream_ready(void);
int stream_send(const uint8_t *p, size_t n);
int stream_receive(uint8_t *p, size_t n);
void stream_close(void);

// Whether there is something for the device to do: bytes or an end to be read, or something else
// that has happened since the last call.
bool stream_is_ready(void);

#endif
