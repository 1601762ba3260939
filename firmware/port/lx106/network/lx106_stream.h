#ifndef FIRMWARE_PORT_LX106_NETWORK_LX106_STREAM_H
#define FIRMWARE_PORT_LX106_NETWORK_LX106_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The one TCP connection, on lwIP. Results as those of the seam's stream functions (port.h).
int lx106_stream_open(const char *host, uint16_t tcp_port);
int lx106_stream_ready(void);
int lx106_stream_send(const uint8_t *p, size_t n);
int lx106_stream_receive(uint8_t *p, size_t n);
void lx106_stream_close(void);

// Whether there is something for the device to do: bytes or an end to be read, or something else
// that has happened since the last call.
bool lx106_stream_is_ready(void);

#endif
