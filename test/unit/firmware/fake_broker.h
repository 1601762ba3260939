#ifndef TEST_UNIT_FIRMWARE_FAKE_BROKER_H
#define TEST_UNIT_FIRMWARE_FAKE_BROKER_H

#include <stdlib.h>

#include "firmware/core/mqtt_packet.h"
#include "test/unit/firmware/fake_server.h"

// The fake server as a broker of MQTT 3.1.1, for connections to FAKE_BROKER_PORT. It remembers what
// it was sent, answers as it is told to, and can send any bytes.

#define FAKE_BROKER_PORT 8883
#define FAKE_MESSAGES 64
#define FAKE_PAYLOAD_SIZE 1024

struct fake_message {
    char topic[64];
    char payload[FAKE_PAYLOAD_SIZE];
    unsigned qos;
};

struct fake_broker {
    struct fake_server server; // first
    uint8_t input[8192];
    size_t input_used;
    uint8_t output[16384];
    size_t output_used;
    size_t chunk; // bytes of a TLS record at most; 0: no limit

    bool no_connack;
    bool no_suback;
    bool no_puback;
    bool no_pingresp;
    uint8_t connack_code;
    uint8_t suback_code;

    bool is_online; // has subscribed and neither left nor gone
    bool has_left;  // with DISCONNECT
    unsigned connects;
    unsigned wills; // sessions that ended without DISCONNECT
    unsigned pings;
    unsigned pubacks;
    unsigned packets; // of any kind
    unsigned after_disconnect;
    uint16_t puback_id;
    uint8_t connect[256]; // the last one, whole
    size_t connect_size;
    char filter[64]; // that the device subscribed
    size_t count;
    struct fake_message messages[FAKE_MESSAGES];
};

static inline void fake_broker_put(struct fake_broker *broker, const void *p, size_t n)
{
    assert(n <= sizeof broker->output - broker->output_used);
    memcpy(broker->output + broker->output_used, p, n);
    broker->output_used += n;
}

// Sends a message to whoever is connected. retained as a broker says it of an old one.
static inline void fake_broker_publish(struct fake_broker *broker, const char *topic,
    const char *payload, unsigned qos, uint16_t id, bool retained)
{
    uint8_t bytes[4096];
    struct mqtt_packet_publish publish = {
        .topic = topic,
        .topic_size = strlen(topic),
        .payload = (const uint8_t *)payload,
        .payload_size = strlen(payload),
        .qos = qos,
        .id = id,
        .retain = retained,
    };

    fake_broker_put(broker, bytes, mqtt_packet_write_publish(&publish, bytes, sizeof bytes));
}

static inline void fake_broker_answer(
    struct fake_broker *broker, bool silent, uint8_t type, const uint8_t *id, uint8_t code)
{
    const uint8_t connack[] = {0x20, 2, 0, code};
    const uint8_t suback[] = {0x90, 3, id[0], id[1], code};
    const uint8_t puback[] = {0x40, 2, id[0], id[1]};
    const uint8_t pingresp[] = {0xd0, 0};

    if (silent)
        return;
    switch (type) {
    case MQTT_PACKET_CONNECT: fake_broker_put(broker, connack, sizeof connack); break;
    case MQTT_PACKET_SUBSCRIBE: fake_broker_put(broker, suback, sizeof suback); break;
    case MQTT_PACKET_PUBLISH: fake_broker_put(broker, puback, sizeof puback); break;
    default: fake_broker_put(broker, pingresp, sizeof pingresp); break;
    }
}

static inline void fake_broker_message(
    struct fake_broker *broker, unsigned flags, const uint8_t *p, size_t n)
{
    struct fake_message *message = &broker->messages[broker->count];
    struct mqtt_packet_publish publish;
    bool good = mqtt_packet_read_publish(flags, p, n, &publish);
    const uint8_t id[] = {(uint8_t)(publish.id >> 8), (uint8_t)publish.id};

    assert(good && broker->count < FAKE_MESSAGES);
    assert(publish.topic_size < sizeof message->topic);
    assert(publish.payload_size < sizeof message->payload);
    (void)good;
    memset(message, 0, sizeof *message);
    memcpy(message->topic, publish.topic, publish.topic_size);
    memcpy(message->payload, publish.payload, publish.payload_size);
    message->qos = publish.qos;
    broker->count++;
    if (publish.qos > 0)
        fake_broker_answer(broker, broker->no_puback, MQTT_PACKET_PUBLISH, id, 0);
}

static inline void fake_broker_connect(struct fake_broker *broker, const uint8_t *p, size_t n)
{
    const uint8_t id[] = {0, 0};

    assert(n <= sizeof broker->connect);
    memcpy(broker->connect, p, n);
    broker->connect_size = n;
    broker->connects++;
    fake_broker_answer(broker, broker->no_connack, MQTT_PACKET_CONNECT, id, broker->connack_code);
}

static inline void fake_broker_subscribe(struct fake_broker *broker, const uint8_t *p, size_t n)
{
    assert(n >= 5 && n - 5 < sizeof broker->filter);
    memset(broker->filter, 0, sizeof broker->filter);
    memcpy(broker->filter, p + 4, n - 5);
    broker->is_online = !broker->no_suback && broker->suback_code < MQTT_PACKET_REFUSED;
    fake_broker_answer(broker, broker->no_suback, MQTT_PACKET_SUBSCRIBE, p, broker->suback_code);
}

static inline void fake_broker_handle(
    struct fake_broker *broker, unsigned type, unsigned flags, const uint8_t *p, size_t n)
{
    const uint8_t id[] = {0, 0};

    broker->packets++;
    broker->after_disconnect += broker->has_left;
    switch (type) {
    case MQTT_PACKET_CONNECT: fake_broker_connect(broker, p, n); break;
    case MQTT_PACKET_SUBSCRIBE: fake_broker_subscribe(broker, p, n); break;
    case MQTT_PACKET_PUBLISH: fake_broker_message(broker, flags, p, n); break;
    case MQTT_PACKET_PUBACK:
        broker->pubacks++;
        broker->puback_id = (uint16_t)(p[0] << 8 | p[1]);
        break;
    case MQTT_PACKET_PINGREQ:
        broker->pings++;
        fake_broker_answer(broker, broker->no_pingresp, MQTT_PACKET_PINGREQ, id, 0);
        break;
    case MQTT_PACKET_DISCONNECT:
        broker->has_left = true;
        broker->is_online = false;
        break;
    default: abort(); // no client sends that
    }
}

// Takes whole packets off the input.
static inline void fake_broker_parse(struct fake_broker *broker)
{
    for (;;) {
        size_t body = 0;
        size_t i = 1;

        for (;; i++) {
            if (i >= broker->input_used)
                return;
            body |= (size_t)(broker->input[i] & 0x7f) << (7 * (i - 1));
            if ((broker->input[i] & 0x80) == 0)
                break;
        }
        if (broker->input_used < i + 1 + body)
            return;
        fake_broker_handle(
            broker, broker->input[0] >> 4, broker->input[0] & 0x0f, broker->input + i + 1, body);
        broker->input_used -= i + 1 + body;
        memmove(broker->input, broker->input + i + 1 + body, broker->input_used);
    }
}

// One record, or with no limit all there is.
static inline void fake_broker_flush(struct fake_broker *broker)
{
    while (broker->output_used > 0) {
        size_t n = broker->output_used;

        if (broker->chunk != 0 && n > broker->chunk)
            n = broker->chunk;
        int sent = mbedtls_ssl_write(&broker->server.ssl, broker->output, n);

        if (sent <= 0)
            return;
        broker->output_used -= (size_t)sent;
        memmove(broker->output, broker->output + sent, broker->output_used);
        if (broker->chunk != 0)
            return;
    }
}

static inline bool fake_broker_talk(struct fake_server *server)
{
    struct fake_broker *broker = (struct fake_broker *)server;
    int n;

    if (server->tcp_port != FAKE_BROKER_PORT)
        return false;
    do {
        n = mbedtls_ssl_read(&server->ssl, broker->input + broker->input_used,
            sizeof broker->input - broker->input_used);
        if (n > 0)
            broker->input_used += (size_t)n;
        fake_broker_parse(broker);
    } while (n > 0);
    fake_broker_flush(broker);
    if (broker->has_left && !server->hangs) {
        (void)mbedtls_ssl_close_notify(&server->ssl);
        server->is_closed = true;
    }
    return true;
}

static inline int fake_broker_open(struct port *port, const char *host, uint16_t tcp_port)
{
    struct fake_broker *broker = (struct fake_broker *)port;

    broker->input_used = 0;
    broker->output_used = 0;
    broker->has_left = false;
    broker->is_online = false;
    return fake_stream_open(port, host, tcp_port);
}

static inline void fake_broker_close(struct port *port)
{
    struct fake_broker *broker = (struct fake_broker *)port;

    if (broker->server.is_open && broker->is_online)
        broker->wills++;
    broker->is_online = false;
    fake_stream_close(port);
}

static inline void fake_broker_init(struct fake_broker *broker, struct port_ops *ops)
{
    fake_server_init(&broker->server, ops);
    ops->stream_open = fake_broker_open;
    ops->stream_close = fake_broker_close;
    broker->server.talk = fake_broker_talk;
}

#endif
