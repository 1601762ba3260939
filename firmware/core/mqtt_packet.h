#ifndef FIRMWARE_CORE_MQTT_PACKET_H
#define FIRMWARE_CORE_MQTT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The packets of MQTT 3.1.1 that a client with QoS 0 and 1 needs. Section numbers are those of the
// OASIS standard.
enum mqtt_packet_type {
    MQTT_PACKET_CONNECT = 1,
    MQTT_PACKET_CONNACK = 2,
    MQTT_PACKET_PUBLISH = 3,
    MQTT_PACKET_PUBACK = 4,
    MQTT_PACKET_SUBSCRIBE = 8,
    MQTT_PACKET_SUBACK = 9,
    MQTT_PACKET_PINGREQ = 12,
    MQTT_PACKET_PINGRESP = 13,
    MQTT_PACKET_DISCONNECT = 14,
};

#define MQTT_PACKET_REFUSED 0x80 // a SUBACK's code: no subscription

struct mqtt_packet_header {
    unsigned type; // 1 to 14
    unsigned flags;
    size_t header_size; // bytes before the rest
    size_t body_size;   // bytes of the rest
};

struct mqtt_packet_connect {
    const char *client_id;
    uint16_t keepalive_s;
    const char *will_topic; // QoS 0, not retained
    const char *will_payload;
};

// Strings and payload are borrowed, and not NUL-terminated.
struct mqtt_packet_publish {
    const char *topic;
    size_t topic_size;
    const uint8_t *payload;
    size_t payload_size;
    unsigned qos; // 0 or 1
    bool retain;
    uint16_t id; // of QoS 1, not 0
};

// Reads a fixed header (2.2): 1, or 0 if more bytes are needed, or -1 if it is malformed, or of a
// packet that no server sends to such a client.
int mqtt_packet_read_header(const uint8_t *p, size_t n, struct mqtt_packet_header *out);

// Read the n bytes behind the fixed header. False, and the results untouched, if malformed.
bool mqtt_packet_read_connack(const uint8_t *p, size_t n, unsigned *code);              // 3.2
bool mqtt_packet_read_suback(const uint8_t *p, size_t n, uint16_t *id, unsigned *code); // 3.9
bool mqtt_packet_read_puback(const uint8_t *p, size_t n, uint16_t *id);                 // 3.4
bool mqtt_packet_read_publish(
    unsigned flags, const uint8_t *p, size_t n, struct mqtt_packet_publish *out); // 3.3

// Write a whole packet. Return its size, or 0 if it does not fit. write_empty is for PINGREQ and
// DISCONNECT. A CONNECT asks for a clean session (3.1).
size_t mqtt_packet_write_connect(
    const struct mqtt_packet_connect *connect, uint8_t *out, size_t size);
size_t mqtt_packet_write_subscribe(
    uint16_t id, const char *filter, unsigned qos, uint8_t *out, size_t size);
size_t mqtt_packet_write_publish(
    const struct mqtt_packet_publish *publish, uint8_t *out, size_t size);
size_t mqtt_packet_write_puback(uint16_t id, uint8_t *out, size_t size);
size_t mqtt_packet_write_empty(enum mqtt_packet_type type, uint8_t *out, size_t size);

#endif
