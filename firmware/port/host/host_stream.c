// A TCP connection that never blocks.
#include "firmware/port/host/host_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware/port/port.h"

void host_stream_init(struct host_stream *stream, struct host_gate *gate)
{
    memset(stream, 0, sizeof *stream);
    stream->gate = gate;
    stream->fd = -1;
}

static void close_socket(struct host_stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
    stream->is_connected = false;
    stream->wants_write = false;
}

// Begins to connect to the next address that takes it.
static int connect_next(struct host_stream *stream)
{
    int one = 1;

    close_socket(stream);
    while (stream->next < stream->count) {
        const struct sockaddr *address = (struct sockaddr *)&stream->addresses[stream->next];
        socklen_t size = stream->sizes[stream->next++];

        stream->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (stream->fd < 0)
            continue;
        stream->generation++;
        (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(stream->fd, address, size) == 0 || errno == EINPROGRESS) {
            stream->wants_write = true;
            return 0;
        }
        close_socket(stream);
    }
    return PORT_FAILED;
}

static void wait_at_gate(struct host_stream *stream)
{
    stream->is_waiting = true;
    stream->gate->waiting++;
}

static void leave_gate(struct host_stream *stream)
{
    stream->gate->waiting -= stream->is_waiting;
    stream->is_waiting = false;
    host_stream_settle(stream);
}

void host_stream_settle(struct host_stream *stream)
{
    stream->gate->free += stream->has_place;
    stream->has_place = false;
}

// Begins to connect if there is a place; else it waits.
static int pass_gate(struct host_stream *stream)
{
    if (stream->gate->free == 0)
        return 0;
    stream->gate->free--;
    stream->has_place = true;
    stream->gate->waiting--;
    stream->is_waiting = false;
    return connect_next(stream);
}

int host_stream_open(struct host_stream *stream, const char *host, uint16_t tcp_port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    char service[8];

    host_stream_close(stream);
    snprintf(service, sizeof service, "%u", (unsigned)tcp_port);
    if (getaddrinfo(host, service, &hints, &list) != 0)
        return PORT_FAILED;
    stream->count = 0;
    stream->next = 0;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        if (stream->count == HOST_STREAM_ADDRESSES)
            break;
        memcpy(&stream->addresses[stream->count], a->ai_addr, a->ai_addrlen);
        stream->sizes[stream->count++] = a->ai_addrlen;
    }
    freeaddrinfo(list);
    wait_at_gate(stream);
    return pass_gate(stream);
}

int host_stream_ready(struct host_stream *stream)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    int error = 0;
    socklen_t error_size = sizeof error;

    if (stream->is_waiting)
        return pass_gate(stream) == 0 ? PORT_AGAIN : PORT_FAILED;
    if (stream->fd < 0)
        return PORT_FAILED;
    if (stream->is_connected)
        return 0;
    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &error_size) != 0 || error != 0) {
        if (connect_next(stream) == 0)
            return PORT_AGAIN;
        errno = error;
        return PORT_FAILED;
    }
    if (getpeername(stream->fd, (struct sockaddr *)&peer, &size) != 0)
        return PORT_AGAIN;
    stream->is_connected = true;
    stream->wants_write = false;
    return 0;
}

int host_stream_send(struct host_stream *stream, const uint8_t *p, size_t n)
{
    ssize_t sent = stream->fd < 0 ? -1 : send(stream->fd, p, n, MSG_NOSIGNAL);

    stream->wants_write = stream->fd >= 0 && sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (stream->wants_write)
        return PORT_AGAIN;
    return sent < 0 ? PORT_FAILED : (int)sent;
}

int host_stream_receive(struct host_stream *stream, uint8_t *p, size_t n)
{
    ssize_t received = stream->fd < 0 ? -1 : recv(stream->fd, p, n, 0);

    if (stream->fd >= 0 && received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return PORT_AGAIN;
    return received < 0 ? PORT_FAILED : (int)received;
}

void host_stream_close(struct host_stream *stream)
{
    close_socket(stream);
    leave_gate(stream);
    stream->count = 0;
    stream->next = 0;
}

void host_stream_own_ip(const struct host_stream *stream, char out[16])
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;

    out[0] = '\0';
    if (stream->fd < 0 || getsockname(stream->fd, (struct sockaddr *)&own, &size) != 0)
        return;
    if (own.ss_family == AF_INET)
        (void)inet_ntop(AF_INET, &((struct sockaddr_in *)&own)->sin_addr, out, 16);
    else
        snprintf(out, 16, "127.0.0.1"); // an ESP8266 has no IPv6 address to report
}
