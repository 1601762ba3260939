#ifndef MQTT_CLIENT_H
#define MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// A connection to the broker that comes back by itself (back-off from 1 to 30 s). Its session
// outlives the connection: what others publish with QoS 1 meanwhile, the broker keeps for it. Knows
// no topics.
struct mqtt_client;

// All borrowed until mqtt_client_free(), but for the files: they are read again at each connection.
struct mqtt_settings {
    const char *host; // also the name that the broker's certificate must bear
    uint16_t port;
    const char *ca_file; // PEM
    const char *cert_file;
    const char *key_file;
    const char *client_id;
    const char *const
        *subscriptions; // topic filters, NULL-terminated; made anew at each connection
};

// All run on the client's own thread and must not block.
struct mqtt_callbacks {
    void (*on_message)(
        const char *topic, const uint8_t *payload, size_t n, bool retained, void *ctx);
    void (*on_connection)(bool connected, const char *reason, void *ctx); // reason: one line
    void *ctx;
    // NULL, or told of the broker's certificate each time the broker lets us in.
    void (*on_broker)(const uint8_t *der, size_t n, void *ctx);
};

// Starts it. A broker that cannot be reached yet is no error; unreadable files are.
ERR_CHECKED int mqtt_client_start(const struct mqtt_settings *settings,
    const struct mqtt_callbacks *callbacks, struct mqtt_client **out, struct err *err);

// Disconnects cleanly and ends the thread. NULL is allowed.
void mqtt_client_free(struct mqtt_client *client);

// Checks new certificate files and uses them from the next connection on; the present one goes on.
ERR_CHECKED int mqtt_client_reload(struct mqtt_client *client, struct err *err);

// Hands a message to the broker with QoS 1, not retained. ERR_UNAVAILABLE while not connected. Any
// thread.
ERR_CHECKED int mqtt_client_publish(
    struct mqtt_client *client, const char *topic, const uint8_t *payload, size_t n);

#endif
