// Publishes statuses over one plain connection or TLS, as a whole fleet would, as fast as the
// broker takes them or at a rate; prints as JSON when it began and ended (monotonic clock, ns).
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAYLOAD_SIZE 300
#define PACKET_MAX 400
#define CHUNK 65536

// MQTT 3.1.1, 3.1: clean session, no will, client "load".
static const uint8_t connect_packet[] = {
    0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 4, 'l', 'o', 'a', 'd'};
static const uint8_t ping_packet[] = {0xC0, 0};
static const uint8_t disconnect_packet[] = {0xE0, 0};

struct link {
    int fd;
    SSL *ssl; // NULL: plain
};

static void fail(const char *what)
{
    fprintf(stderr, "mqtt_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void send_all(const struct link *link, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = link->ssl != NULL ? SSL_write(link->ssl, p, (int)n) : write(link->fd, p, n);

        if (sent <= 0)
            fail("send");
        p += sent;
        n -= (size_t)sent;
    }
}

// Waits for a packet of that type, which is the only one that the broker can send now.
static void expect(const struct link *link, uint8_t type, size_t size)
{
    uint8_t packet[8] = {0};
    size_t n = 0;

    while (n < size) {
        ssize_t got = link->ssl != NULL ? SSL_read(link->ssl, packet + n, (int)(size - n))
                                        : read(link->fd, packet + n, size - n);

        if (got <= 0)
            fail("receive");
        n += (size_t)got;
    }
    if (packet[0] != type || (type == 0x20 && packet[3] != 0))
        fail("the broker refuses");
}

static void open_tls(struct link *link, const char *ca, const char *cert, const char *key)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (ctx == NULL || SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1 ||
        SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
        fail("certificates");
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    link->ssl = SSL_new(ctx);
    SSL_set_fd(link->ssl, link->fd);
    if (SSL_connect(link->ssl) != 1)
        fail("handshake");
}

static void open_link(struct link *link, unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&to, sizeof to) < 0)
        fail("connect");
}

// The i-th status of the fleet, as a PUBLISH of QoS 0 (MQTT 3.1.1, 3.3). Devices take turns. Their
// uptime goes on, as it would unless they restarted.
static size_t make_status(uint8_t *out, size_t i, size_t devices)
{
    char payload[PAYLOAD_SIZE + 1];
    char mac[16];
    size_t device = i * 7919 % devices; // a prime: they come in no order
    size_t remaining = 2 + 20 + PAYLOAD_SIZE;

    snprintf(mac, sizeof mac, "84f3%08x", (unsigned)device);

    int n = snprintf(payload, sizeof payload,
        "{\"uptimemillis\":%zu,\"maxmillis\":%zu,\"mqttmillis\":%zu,\"espname\":\"measure-%s\","
        "\"espimage\":\"ESP8266_WEMOS_D1MINIPRO-00.00.08.g\",\"espbuild\":\"Nov 11 2026 11:11:11\","
        "\"espip\":\"192.168.%zu.%zu\",\"rssi\":-%zu,\"espfreeheap\":%zu",
        86400000 + i / devices * 20, 10 + i % 90, 5 + i % 40, mac, device / 250 % 250, device % 250,
        40 + i % 50, 20000 + i % 20000);

    memset(payload + n, ' ', PAYLOAD_SIZE - (size_t)n);
    payload[PAYLOAD_SIZE - 1] = '}';
    out[0] = 0x30;
    out[1] = (uint8_t)(remaining % 128 | 128);
    out[2] = (uint8_t)(remaining / 128);
    out[3] = 0;
    out[4] = 20;
    memcpy(out + 5, "/status/", 8);
    memcpy(out + 13, mac, 12);
    memcpy(out + 25, payload, PAYLOAD_SIZE);
    return 3 + remaining;
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint8_t *make_all(size_t count, size_t devices, size_t *size)
{
    uint8_t *all = malloc(count * PACKET_MAX);

    if (all == NULL)
        fail("memory");
    *size = 0;
    for (size_t i = 0; i < count; i++)
        *size += make_status(all + *size, i, devices);
    return all;
}

// Sends all of it in pieces; rate: bytes a second, 0 for no limit.
static void send_paced(const struct link *link, const uint8_t *p, size_t n, double rate)
{
    int64_t began = now_ns();

    for (size_t at = 0; at < n; at += CHUNK) {
        send_all(link, p + at, n - at < CHUNK ? n - at : CHUNK);

        int64_t due = rate > 0 ? began + (int64_t)((double)at / rate * 1e9) : 0;
        struct timespec until = {
            .tv_sec = (time_t)(due / 1000000000), .tv_nsec = (long)(due % 1000000000)};

        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
}

int main(int argc, char **argv)
{
    struct link link = {0};
    size_t size;

    if (argc != 5 && argc != 8) {
        fprintf(stderr, "usage: mqtt_load PORT COUNT DEVICES RATE [CA CERT KEY]\n"
                        "RATE: statuses a second, 0 for as many as the broker takes\n");
        return 2;
    }

    size_t count = strtoul(argv[2], NULL, 10);
    uint8_t *all = make_all(count, strtoul(argv[3], NULL, 10), &size);
    double rate = strtod(argv[4], NULL) * (double)size / (double)count;

    open_link(&link, (unsigned)atoi(argv[1]));
    if (argc == 8)
        open_tls(&link, argv[5], argv[6], argv[7]);
    send_all(&link, connect_packet, sizeof connect_packet);
    expect(&link, 0x20, 4);

    int64_t began = now_ns();

    send_paced(&link, all, size, rate);
    send_all(&link, ping_packet, sizeof ping_packet);
    expect(&link, 0xD0, 2);
    printf("{\"began_ns\": %lld, \"ended_ns\": %lld}\n", (long long)began, (long long)now_ns());
    send_all(&link, disconnect_packet, sizeof disconnect_packet);
    close(link.fd);
    free(all);
    return 0;
}
