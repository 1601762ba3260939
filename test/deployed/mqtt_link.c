// MQTT as far as deployed sketches speak it.
#include "test/deployed/mqtt_link.h"

#include <stdbool.h>
#include <string.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_report.h"

// MQTT 3.1.1, 2.2.1, with the flags that a packet must have.
enum packet {
    CONNECT = 0x10,
    CONNACK = 0x20,
    PUBLISH = 0x30,
    SUBSCRIBE = 0x82,
    SUBACK = 0x90,
    DISCONNECT = 0xE0,
};

#define HEADER_SIZE 3 // type, and a length of one byte or two: 16383 at most
#define KEEP_ALIVE_S 15
#define CLEAN_SESSION_AND_WILL 0x06 // will of QoS 0, not retained
#define ANSWER_MS 15000

// A packet that is being written, behind room for its header.
struct writer {
    uint8_t *p;
    size_t n;
    bool full;
};

static void write_bytes(struct writer *writer, const void *p, size_t n)
{
    if (n > MQTT_LINK_BUFFER - writer->n) {
        writer->full = true;
        return;
    }
    memcpy(writer->p + writer->n, p, n);
    writer->n += n;
}

static void write_u16(struct writer *writer, size_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

    write_bytes(writer, bytes, sizeof bytes);
}

static void write_text(struct writer *writer, const char *text)
{
    write_u16(writer, strlen(text));
    write_bytes(writer, text, strlen(text));
}

static struct writer begin(struct mqtt_link *mqtt)
{
    return (struct writer){mqtt->buffer, HEADER_SIZE, false};
}

static int send_bytes(struct mqtt_link *mqtt, const uint8_t *p, size_t n)
{
    int rc = tls_link_write(mqtt->tls, p, n);

    return rc < 0 ? rc : tls_link_flush(mqtt->tls);
}

static int send_packet(struct mqtt_link *mqtt, const struct writer *writer, enum packet packet)
{
    size_t rest = writer->n - HEADER_SIZE;
    uint8_t *start = mqtt->buffer;

    if (writer->full)
        return deployed_report_failure(
            FAILURE_ARENA, "an MQTT packet does not fit into its buffer");
    if (rest < 0x80) {
        start++;
        start[1] = (uint8_t)rest;
    } else {
        start[1] = (uint8_t)(0x80 | (rest & 0x7f));
        start[2] = (uint8_t)(rest >> 7);
    }
    start[0] = (uint8_t)packet;
    return send_bytes(mqtt, start, (size_t)(mqtt->buffer + writer->n - start));
}

// --- receiving

// Reads n bytes; MQTT_LINK_QUIET only if not even the first comes.
static int read_bytes(struct mqtt_link *mqtt, int timeout_ms, uint8_t *out, size_t n)
{
    for (size_t used = 0; used < n;) {
        const uint8_t *p;
        size_t got;
        int rc = tls_link_receive(mqtt->tls, used == 0 ? timeout_ms : ANSWER_MS, &p, &got);

        if (rc != 0)
            return rc < 0 || used == 0 ? rc
                                       : deployed_report_failure(FAILURE_MQTT, "half a packet");
        if (got > n - used)
            got = n - used;
        memcpy(out + used, p, got);
        tls_link_consume(mqtt->tls, got);
        used += got;
    }
    return 0;
}

static int read_length(struct mqtt_link *mqtt, size_t *out)
{
    size_t length = 0;
    uint8_t byte = 0x80;

    for (unsigned shift = 0; (byte & 0x80) != 0; shift += 7) {
        int rc = shift > 21
                     ? deployed_report_failure(FAILURE_MQTT, "a length of more than four bytes")
                     : read_bytes(mqtt, ANSWER_MS, &byte, 1);

        if (rc < 0)
            return rc;
        if (rc > 0)
            return deployed_report_failure(FAILURE_MQTT, "half a packet");
        length |= (size_t)(byte & 0x7f) << shift;
    }
    *out = length;
    return 0;
}

// Reads a packet: its first byte, and what follows the length into the buffer. One that is too
// long is dropped, as sketches' PubSubClient does; then *size is more than the buffer holds.
static int read_packet(struct mqtt_link *mqtt, int timeout_ms, uint8_t *first, size_t *size)
{
    size_t length = 0;
    int rc = read_bytes(mqtt, timeout_ms, first, 1);

    if (rc == 0)
        rc = read_length(mqtt, &length);
    for (size_t left = length; rc == 0 && left > 0;) {
        size_t part = left < MQTT_LINK_BUFFER ? left : MQTT_LINK_BUFFER;

        rc = read_bytes(mqtt, ANSWER_MS, mqtt->buffer, part);
        if (rc > 0)
            rc = deployed_report_failure(FAILURE_MQTT, "half a packet");
        left -= part;
    }
    *size = length;
    return rc;
}

static int expect(struct mqtt_link *mqtt, enum packet packet, size_t size, const char *what)
{
    uint8_t first = 0;
    size_t got = 0;
    int rc = read_packet(mqtt, ANSWER_MS, &first, &got);

    if (rc < 0)
        return rc;
    if (rc == MQTT_LINK_QUIET || first != packet || got != size)
        return deployed_report_failure(FAILURE_MQTT, "no %s", what);
    return 0;
}

// --- packets

int mqtt_link_connect(struct mqtt_link *mqtt, struct tls_link *tls, const char *client_id,
    const struct mqtt_link_will *will)
{
    static const uint8_t level[] = {4, CLEAN_SESSION_AND_WILL};
    struct writer writer;
    int rc;

    mqtt->tls = tls;
    mqtt->buffer = arena_take(MQTT_LINK_BUFFER);
    if (mqtt->buffer == NULL)
        return deployed_report_failure(FAILURE_ARENA, "the arena is full: MQTT");
    writer = begin(mqtt);
    write_text(&writer, "MQTT");
    write_bytes(&writer, level, sizeof level);
    write_u16(&writer, KEEP_ALIVE_S);
    write_text(&writer, client_id);
    write_text(&writer, will->topic);
    write_text(&writer, will->message);
    rc = send_packet(mqtt, &writer, CONNECT);
    if (rc == 0)
        rc = expect(mqtt, CONNACK, 2, "CONNACK");
    if (rc == 0 && mqtt->buffer[1] != 0)
        rc = deployed_report_failure(FAILURE_MQTT, "refused by the broker: %u", mqtt->buffer[1]);
    return rc;
}

int mqtt_link_subscribe(struct mqtt_link *mqtt, const char *filter)
{
    static const uint8_t qos = 0;
    struct writer writer = begin(mqtt);
    int rc;

    write_u16(&writer, 1); // the packet's identifier
    write_text(&writer, filter);
    write_bytes(&writer, &qos, 1);
    rc = send_packet(mqtt, &writer, SUBSCRIBE);
    if (rc == 0)
        rc = expect(mqtt, SUBACK, 3, "SUBACK");
    if (rc == 0 && mqtt->buffer[2] != 0)
        rc = deployed_report_failure(FAILURE_MQTT, "%s may not be subscribed to", filter);
    return rc;
}

int mqtt_link_publish(struct mqtt_link *mqtt, const char *topic, const char *message)
{
    struct writer writer = begin(mqtt);

    write_text(&writer, topic);
    write_bytes(&writer, message, strlen(message));
    return send_packet(mqtt, &writer, PUBLISH);
}

int mqtt_link_wait(struct mqtt_link *mqtt, int timeout_ms, char topic[MQTT_LINK_TOPIC_SIZE])
{
    uint8_t first = 0;
    size_t size = 0, length;
    int rc = read_packet(mqtt, timeout_ms, &first, &size);

    if (rc != 0)
        return rc;
    if (size > MQTT_LINK_BUFFER) {
        deployed_report_note("dropped bytes=%zu", size);
        return MQTT_LINK_QUIET;
    }
    if (first != PUBLISH)
        return deployed_report_failure(FAILURE_MQTT, "unexpected packet %02x", first);
    length = size < 2 ? size : (size_t)mqtt->buffer[0] << 8 | mqtt->buffer[1];
    if (size < 2 || length > size - 2 || length >= MQTT_LINK_TOPIC_SIZE)
        return deployed_report_failure(FAILURE_MQTT, "a message with a bad topic");
    memcpy(topic, mqtt->buffer + 2, length);
    topic[length] = '\0';
    return 0;
}

int mqtt_link_disconnect(struct mqtt_link *mqtt)
{
    static const uint8_t packet[] = {DISCONNECT, 0};

    return send_bytes(mqtt, packet, sizeof packet);
}
