#ifndef MQTT_CLIENT_H
#define MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// A connection to the broker that comes back by itself (back-off from 1 to 30 s). Its session
// outlives the connection: what others publish with QoS 1 meanwhile, the broker keeps for it. Knows
// no topics. The process ignores SIGPIPE: libmosquitto may write to a broker that has gone.
struct mqtt_client;

#define MQTT_CLIENT_HEARS_MAX 4

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
    // NULL, or further ones, on which the broker itself speaks: not probed, and one that it refuses
    // is done without. At most MQTT_CLIENT_HEARS_MAX, NULL-terminated.
    const char *const *hears;
    // NULL, or the same for what others say: with QoS 0, so that nothing waits for us.
    const char *const *overhears;
    // NULL, or what the level '+' becomes in topics by which the client finds out whether the
    // broker lets through what it should: at each connection and each minute it says something
    // there, and is to hear it. Such messages are not told.
    const char *probe_name;
    const char *publishes; // the filter of what is published, to be probed as well, or NULL
    const char *will; // NULL, or a topic where the broker is to keep "offline" once we are gone
    // Both only with a probe_name: a topic of a subscription that the broker must not let us write,
    // and one of `hears` on which the broker says something whenever we have subscribed.
    const char *forbidden; // or NULL
    const char *told;      // or NULL
};

// What is wrong with a connection that seems good: in the order of their coming and going.
enum mqtt_fault {
    MQTT_FAULT_RULES,    // the broker drops what it should let through, or the other way round
    MQTT_FAULT_NO_RULES, // it does not, or no more
    MQTT_FAULT_RIVAL,    // another client takes this one's place, again and again
    MQTT_FAULT_NO_RIVAL, // no more
};

// All run on the client's own thread and, but for on_receipt(), must not block.
struct mqtt_callbacks {
    void (*on_message)(
        const char *topic, const uint8_t *payload, size_t n, bool retained, void *ctx);
    // Also of each attempt that fails. reason: one line.
    void (*on_connection)(bool connected, const char *reason, void *ctx);
    void *ctx;
    // NULL, or told of the broker's certificate each time the broker lets us in.
    void (*on_broker)(const uint8_t *der, size_t n, void *ctx);
    // NULL, or told of a fault each time it is found, and found gone. text: one line, what to do.
    void (*on_fault)(enum mqtt_fault fault, const char *text, void *ctx);
    // NULL, or keeps for good what on_message() was told: the broker hears only then that it may
    // forget what was published with QoS 1. False if that cannot be done now: it is asked again.
    // Nothing is read while it blocks.
    bool (*on_receipt)(void *ctx);
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

// The same for a message that the broker retains, or, with no bytes, takes away.
ERR_CHECKED int mqtt_client_retain(
    struct mqtt_client *client, const char *topic, const uint8_t *payload, size_t n);

#endif
