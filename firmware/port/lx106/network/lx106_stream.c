// The TCP connection.
#include "firmware/port/lx106/network/lx106_stream.h"

#include <lwip/dns.h>
#include <lwip/tcp.h>

#include "firmware/port/port.h"

static struct {
    struct tcp_pcb *pcb;
    struct pbuf *received;
    unsigned opening; // counts openings: a name that is found later may be for one given up
    uint16_t tcp_port;
    bool is_connected;
    bool has_failed;
    bool has_ended; // by the peer
    bool has_news;
} stream;

static void on_error(void *ctx, err_t error)
{
    (void)ctx;
    (void)error;
    stream.pcb = NULL; // lwIP has freed it
    stream.has_failed = true;
    stream.has_news = true;
}

static err_t on_received(void *ctx, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
    (void)ctx;
    (void)pcb;
    (void)error;
    stream.has_news = true;
    if (p == NULL)
        stream.has_ended = true;
    else if (stream.received == NULL)
        stream.received = p;
    else
        pbuf_cat(stream.received, p);
    return ERR_OK;
}

static err_t on_sent(void *ctx, struct tcp_pcb *pcb, u16_t n)
{
    (void)ctx;
    (void)pcb;
    (void)n;
    stream.has_news = true;
    return ERR_OK;
}

static err_t on_connected(void *ctx, struct tcp_pcb *pcb, err_t error)
{
    (void)ctx;
    (void)pcb;
    stream.is_connected = error == ERR_OK;
    stream.has_news = true;
    return ERR_OK;
}

static void connect_to(const ip_addr_t *address)
{
    stream.pcb = tcp_new();
    if (stream.pcb == NULL) {
        stream.has_failed = true;
        return;
    }
    tcp_err(stream.pcb, on_error);
    tcp_recv(stream.pcb, on_received);
    tcp_sent(stream.pcb, on_sent);
    tcp_nagle_disable(stream.pcb);
    if (tcp_connect(stream.pcb, address, stream.tcp_port, on_connected) != ERR_OK)
        stream.has_failed = true;
}

static void on_found(const char *name, const ip_addr_t *address, void *ctx)
{
    (void)name;
    if ((uintptr_t)ctx != stream.opening)
        return;
    stream.has_news = true;
    if (address == NULL)
        stream.has_failed = true;
    else
        connect_to(address);
}

int lx106_stream_open(const char *host, uint16_t tcp_port)
{
    ip_addr_t address;
    err_t error;

    lx106_stream_close();
    stream.tcp_port = tcp_port;
    error = dns_gethostbyname(host, &address, on_found, (void *)(uintptr_t)stream.opening);
    if (error == ERR_OK)
        connect_to(&address);
    else if (error != ERR_INPROGRESS)
        stream.has_failed = true;
    return stream.has_failed ? PORT_FAILED : 0;
}

int lx106_stream_ready(void)
{
    if (stream.has_failed)
        return PORT_FAILED;
    return stream.is_connected ? 0 : PORT_AGAIN;
}

int lx106_stream_send(const uint8_t *p, size_t n)
{
    if (stream.has_failed || stream.pcb == NULL)
        return PORT_FAILED;
    if (n > tcp_sndbuf(stream.pcb))
        n = tcp_sndbuf(stream.pcb);
    if (n == 0)
        return PORT_AGAIN;

    err_t error = tcp_write(stream.pcb, p, (u16_t)n, TCP_WRITE_FLAG_COPY);

    if (error != ERR_OK)
        return error == ERR_MEM ? PORT_AGAIN : PORT_FAILED;
    (void)tcp_output(stream.pcb);
    return (int)n;
}

int lx106_stream_receive(uint8_t *p, size_t n)
{
    if (stream.received == NULL) {
        if (stream.has_ended)
            return 0;
        return stream.has_failed ? PORT_FAILED : PORT_AGAIN;
    }
    n = pbuf_copy_partial(stream.received, p, (u16_t)(n < UINT16_MAX ? n : UINT16_MAX), 0);
    stream.received = pbuf_free_header(stream.received, (u16_t)n);
    if (stream.pcb != NULL)
        tcp_recved(stream.pcb, (u16_t)n);
    return (int)n;
}

void lx106_stream_close(void)
{
    if (stream.pcb != NULL) {
        tcp_err(stream.pcb, NULL);
        tcp_recv(stream.pcb, NULL);
        tcp_sent(stream.pcb, NULL);
        if (tcp_close(stream.pcb) != ERR_OK)
            tcp_abort(stream.pcb);
    }
    if (stream.received != NULL)
        (void)pbuf_free(stream.received);
    stream.pcb = NULL;
    stream.received = NULL;
    stream.opening++;
    stream.is_connected = false;
    stream.has_failed = false;
    stream.has_ended = false;
}

bool lx106_stream_is_ready(void)
{
    bool has_news = stream.has_news;

    stream.has_news = false;
    return has_news || stream.received != NULL || stream.has_ended || stream.has_failed;
}
