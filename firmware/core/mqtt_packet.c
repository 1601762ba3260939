// Codec of MQTT 3.1.1 packets.
#include "firmware/core/mqtt_packet.h"

#include <string.h>

#define HEADER_MAX 5
#define STRING_MAX 65535
#define LEVEL 4 // 3.1.1 is protocol level 4
#define CONNECT_CLEAN 0x02
#define CONNECT_WILL 0x04
#define FLAG_RETAIN 0x01
#define FLAGS_RESERVED 0x02 // of SUBSCRIBE

// Packets are written from left to right into a bounded buffer.
struct writer {
    uint8_t *out;
    size_t size;
    size_t used;
    bool failed;
};

static void put_bytes(struct writer *writer, const void *p, size_t n)
{
    if (n > writer->size - writer->used)
        writer->failed = true;
    if (writer->failed || n == 0)
        return;
    memcpy(writer->out + writer->used, p, n);
    writer->used += n;
}

static void put_u8(struct writer *writer, unsigned value)
{
    uint8_t byte = (uint8_t)value;

    put_bytes(writer, &byte, 1);
}

static void put_u16(struct writer *writer, size_t value)
{
    put_u8(writer, (unsigned)(value >> 8 & 0xff));
    put_u8(writer, (unsigned)(value & 0xff));
}

static void put_string(struct writer *writer, const char *s, size_t n)
{
    if (n > STRING_MAX)
        writer->failed = true;
    put_u16(writer, n);
    put_bytes(writer, s, n);
}

static void put_header(struct writer *writer, enum mqtt_packet_type type, unsigned flags, size_t n)
{
    put_u8(writer, (unsigned)type << 4 | flags);
    do {
        put_u8(writer, (unsigned)(n & 0x7f) | (n > 0x7f ? 0x80u : 0u));
        n >>= 7;
    } while (n > 0);
}

static size_t finish(const struct writer *writer)
{
    return writer->failed ? 0 : writer->used;
}

static bool server_sends(unsigned type, unsigned flags)
{
    switch (type) {
    case MQTT_PACKET_PUBLISH: return (flags & 0x06) <= 0x02; // QoS 0 or 1: we ask for no more
    case MQTT_PACKET_CONNACK:
    case MQTT_PACKET_PUBACK:
    case MQTT_PACKET_SUBACK:
    case MQTT_PACKET_PINGRESP: return flags == 0;
    default: return false;
    }
}

int mqtt_packet_read_header(const uint8_t *p, size_t n, struct mqtt_packet_header *out)
{
    size_t body_size = 0;

    if (n > 0 && !server_sends(p[0] >> 4, p[0] & 0x0f))
        return -1;
    for (size_t i = 1; i < HEADER_MAX; i++) {
        if (i >= n)
            return 0;
        body_size |= (size_t)(p[i] & 0x7f) << (7 * (i - 1));
        if ((p[i] & 0x80) != 0)
            continue;
        out->type = p[0] >> 4;
        out->flags = p[0] & 0x0f;
        out->header_size = i + 1;
        out->body_size = body_size;
        return 1;
    }
    return -1;
}

static uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

bool mqtt_packet_read_connack(const uint8_t *p, size_t n, unsigned *code)
{
    if (n != 2 || p[0] > 1)
        return false;
    *code = p[1];
    return true;
}

bool mqtt_packet_read_suback(const uint8_t *p, size_t n, uint16_t *id, unsigned *code)
{
    if (n != 3 || (p[2] > 2 && p[2] != MQTT_PACKET_REFUSED))
        return false;
    *id = get_u16(p);
    *code = p[2];
    return true;
}

bool mqtt_packet_read_puback(const uint8_t *p, size_t n, uint16_t *id)
{
    if (n != 2)
        return false;
    *id = get_u16(p);
    return true;
}

bool mqtt_packet_read_publish(
    unsigned flags, const uint8_t *p, size_t n, struct mqtt_packet_publish *out)
{
    struct mqtt_packet_publish publish = {
        .qos = flags >> 1 & 3,
        .retain = (flags & FLAG_RETAIN) != 0,
    };
    size_t used = 2;

    if (n < used || publish.qos > 1)
        return false;
    publish.topic = (const char *)p + used;
    publish.topic_size = get_u16(p);
    used += publish.topic_size;
    if (publish.topic_size == 0 || n < used)
        return false;
    if (publish.qos > 0) {
        if (n < used + 2 || get_u16(p + used) == 0)
            return false;
        publish.id = get_u16(p + used);
        used += 2;
    }
    publish.payload = p + used;
    publish.payload_size = n - used;
    *out = publish;
    return true;
}

size_t mqtt_packet_write_connect(
    const struct mqtt_packet_connect *connect, uint8_t *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};
    size_t id_size = strlen(connect->client_id);
    size_t topic_size = strlen(connect->will_topic);
    size_t payload_size = strlen(connect->will_payload);

    put_header(
        &writer, MQTT_PACKET_CONNECT, 0, 10 + 2 + id_size + 2 + topic_size + 2 + payload_size);
    put_string(&writer, "MQTT", 4);
    put_u8(&writer, LEVEL);
    put_u8(&writer, CONNECT_CLEAN | CONNECT_WILL);
    put_u16(&writer, connect->keepalive_s);
    put_string(&writer, connect->client_id, id_size);
    put_string(&writer, connect->will_topic, topic_size);
    put_string(&writer, connect->will_payload, payload_size);
    return finish(&writer);
}

size_t mqtt_packet_write_subscribe(
    uint16_t id, const char *filter, unsigned qos, uint8_t *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};
    size_t n = strlen(filter);

    put_header(&writer, MQTT_PACKET_SUBSCRIBE, FLAGS_RESERVED, 2 + 2 + n + 1);
    put_u16(&writer, id);
    put_string(&writer, filter, n);
    put_u8(&writer, qos);
    return finish(&writer);
}

size_t mqtt_packet_write_publish(
    const struct mqtt_packet_publish *publish, uint8_t *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};
    size_t id_size = publish->qos > 0 ? 2 : 0;

    put_header(&writer, MQTT_PACKET_PUBLISH,
        publish->qos << 1 | (publish->retain ? FLAG_RETAIN : 0),
        2 + publish->topic_size + id_size + publish->payload_size);
    put_string(&writer, publish->topic, publish->topic_size);
    if (publish->qos > 0)
        put_u16(&writer, publish->id);
    put_bytes(&writer, publish->payload, publish->payload_size);
    return finish(&writer);
}

size_t mqtt_packet_write_puback(uint16_t id, uint8_t *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};

    put_header(&writer, MQTT_PACKET_PUBACK, 0, 2);
    put_u16(&writer, id);
    return finish(&writer);
}

size_t mqtt_packet_write_empty(enum mqtt_packet_type type, uint8_t *out, size_t size)
{
    struct writer writer = {.out = out, .size = size};

    put_header(&writer, type, 0, 0);
    return finish(&writer);
}
