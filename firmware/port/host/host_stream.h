#ifndef FIRMWARE_PORT_HOST_HOST_STREAM_H
#define FIRMWARE_PORT_HOST_HOST_STREAM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "firmware/port/host/host_gate.h"

#define HOST_STREAM_ADDRESSES 4

// A TCP connection that never blocks. Results are those of the stream functions in port.h.
struct host_stream {
    struct host_gate *gate;
    bool is_waiting; // at the gate
    bool has_place;  // in it
    int fd;          // -1: closed
    bool is_connected;
    bool wants_write;    // wait for the socket to become writable, too
    unsigned generation; // counts sockets, as a new one may get an old one's number
    struct sockaddr_storage addresses[HOST_STREAM_ADDRESSES];
    socklen_t sizes[HOST_STREAM_ADDRESSES];
    size_t count;
    size_t next;
};

void host_stream_init(struct host_stream *stream, struct host_gate *gate);

// Looks the host up, which may take its time, and begins to connect to its first address once the
// gate has a place.
int host_stream_open(struct host_stream *stream, const char *host, uint16_t tcp_port);

// Tries the further addresses when one fails.
int host_stream_ready(struct host_stream *stream);

// Gives the place in the gate to others: the device is where it wanted to be.
void host_stream_settle(struct host_stream *stream);

int host_stream_send(struct host_stream *stream, const uint8_t *p, size_t n);
int host_stream_receive(struct host_stream *stream, uint8_t *p, size_t n);
void host_stream_close(struct host_stream *stream);

// Writes the socket's own address, dotted, or "" if it has none.
void host_stream_own_ip(const struct host_stream *stream, char out[16]);

#endif
