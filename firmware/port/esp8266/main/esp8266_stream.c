// The TCP connection.
#include "firmware/port/esp8266/main/esp8266_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <lwip/dns.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>

#include "firmware/core/settings.h"
#include "firmware/port/port.h"

#define LOOKUP_POLL_MS 20

enum stream_state { STREAM_CLOSED, STREAM_LOOKUP, STREAM_CONNECTING, STREAM_OPEN };

// What lwIP's task looks up for us. It alone writes result and address; a lookup that was given up
// has another number by then.
static struct {
    char host[SETTINGS_HOST_SIZE];
    volatile unsigned number;
    volatile int result; // PORT_AGAIN, 0 or PORT_FAILED
    ip_addr_t address;
} lookup;

static struct {
    enum stream_state state;
    int fd;
    uint16_t tcp_port;
    bool is_full;
} stream = {.fd = -1};

static void on_found(const char *name, const ip_addr_t *address, void *ctx)
{
    (void)name;
    if ((uintptr_t)ctx != lookup.number)
        return;
    if (address != NULL)
        lookup.address = *address;
    lookup.result = address != NULL ? 0 : PORT_FAILED;
}

static void look_up(void *ctx)
{
    ip_addr_t address;
    err_t error;

    if ((uintptr_t)ctx != lookup.number)
        return;
    error = dns_gethostbyname(lookup.host, &address, on_found, ctx);
    if (error == ERR_OK)
        on_found(lookup.host, &address, ctx);
    else if (error != ERR_INPROGRESS)
        on_found(lookup.host, NULL, ctx);
}

int esp8266_stream_open(struct port *port, const char *host, uint16_t tcp_port)
{
    esp8266_stream_close(port);
    snprintf(lookup.host, sizeof lookup.host, "%s", host);
    lookup.result = PORT_AGAIN;
    stream.tcp_port = tcp_port;
    if (tcpip_callback(look_up, (void *)(uintptr_t)lookup.number) != ERR_OK)
        return PORT_FAILED;
    stream.state = STREAM_LOOKUP;
    return 0;
}

static int start_connecting(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(stream.tcp_port),
    };
    int yes = 1;

    if (!IP_IS_V4(&lookup.address))
        return PORT_FAILED;
    inet_addr_from_ip4addr(&address.sin_addr, ip_2_ip4(&lookup.address));
    stream.fd = lwip_socket(AF_INET, SOCK_STREAM, 0);
    if (stream.fd < 0 || lwip_fcntl(stream.fd, F_SETFL, O_NONBLOCK) != 0)
        return PORT_FAILED;
    (void)lwip_setsockopt(stream.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (lwip_connect(stream.fd, (struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS)
        return PORT_FAILED;
    stream.state = STREAM_CONNECTING;
    return PORT_AGAIN;
}

static bool select_stream(bool for_writing, bool for_reading, uint32_t timeout_ms)
{
    struct timeval timeout = {
        .tv_sec = (time_t)(timeout_ms / 1000),
        .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000),
    };
    fd_set readable;
    fd_set writable;

    FD_ZERO(&readable);
    FD_ZERO(&writable);
    if (for_reading)
        FD_SET(stream.fd, &readable);
    if (for_writing)
        FD_SET(stream.fd, &writable);
    return lwip_select(stream.fd + 1, &readable, &writable, NULL, &timeout) > 0;
}

static int finish_connecting(void)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (!select_stream(true, false, 0))
        return PORT_AGAIN;
    if (lwip_getsockopt(stream.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return PORT_FAILED;
    stream.state = STREAM_OPEN;
    return 0;
}

int esp8266_stream_ready(struct port *port)
{
    (void)port;
    if (stream.state == STREAM_LOOKUP)
        return lookup.result == 0 ? start_connecting() : lookup.result;
    if (stream.state == STREAM_CONNECTING)
        return finish_connecting();
    return stream.state == STREAM_OPEN ? 0 : PORT_FAILED;
}

// Out of memory for a segment is a moment's matter, too.
static bool is_momentary(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOMEM || errno == EINPROGRESS;
}

int esp8266_stream_send(struct port *port, const uint8_t *p, size_t n)
{
    int sent;

    (void)port;
    if (stream.state != STREAM_OPEN)
        return PORT_FAILED;
    sent = lwip_send(stream.fd, p, n, 0);
    stream.is_full = sent < 0 && is_momentary();
    if (sent >= 0)
        return sent;
    return stream.is_full ? PORT_AGAIN : PORT_FAILED;
}

int esp8266_stream_receive(struct port *port, uint8_t *p, size_t n)
{
    int received;

    (void)port;
    if (stream.state != STREAM_OPEN)
        return PORT_FAILED;
    received = lwip_recv(stream.fd, p, n, 0);
    if (received >= 0)
        return received;
    return is_momentary() ? PORT_AGAIN : PORT_FAILED;
}

void esp8266_stream_close(struct port *port)
{
    (void)port;
    if (stream.fd >= 0)
        (void)lwip_close(stream.fd);
    lookup.number++;
    stream.fd = -1;
    stream.state = STREAM_CLOSED;
    stream.is_full = false;
}

void esp8266_stream_wait(uint32_t timeout_ms)
{
    if (stream.state == STREAM_CONNECTING || stream.state == STREAM_OPEN) {
        (void)select_stream(stream.state == STREAM_CONNECTING || stream.is_full, true, timeout_ms);
        return;
    }
    if (stream.state == STREAM_LOOKUP && timeout_ms > LOOKUP_POLL_MS)
        timeout_ms = LOOKUP_POLL_MS;
    vTaskDelay(pdMS_TO_TICKS(timeout_ms));
}
