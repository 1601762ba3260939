#ifndef TEST_DEPLOYED_MQTT_LINK_H
#define TEST_DEPLOYED_MQTT_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "test/deployed/tls_link.h"

#define MQTT_LINK_BUFFER 512 // the longest packet either way
#define MQTT_LINK_TOPIC_SIZE 64
#define MQTT_LINK_QUIET 1

// MQTT 3.1.1 over a TLS connection, QoS 0.
struct mqtt_link {
    struct tls_link *tls;
    uint8_t *buffer; // MQTT_LINK_BUFFER bytes in the arena, released with the connection
};

struct mqtt_link_will {
    const char *topic;
    const char *message;
};

// Sends CONNECT and waits for CONNACK. 0 or a failure, reported, as everywhere here.
int mqtt_link_connect(struct mqtt_link *mqtt, struct tls_link *tls, const char *client_id,
    const struct mqtt_link_will *will);

// Sends SUBSCRIBE and waits for SUBACK.
int mqtt_link_subscribe(struct mqtt_link *mqtt, const char *filter);

int mqtt_link_publish(struct mqtt_link *mqtt, const char *topic, const char *message);

// Waits for a message: its topic. MQTT_LINK_QUIET if none comes within timeout_ms, or one that is
// longer than the buffer, which is dropped.
int mqtt_link_wait(struct mqtt_link *mqtt, int timeout_ms, char topic[MQTT_LINK_TOPIC_SIZE]);

// Says good-bye, so that no will is published.
int mqtt_link_disconnect(struct mqtt_link *mqtt);

#endif
