#ifndef MQTT_SHARED_H
#define MQTT_SHARED_H

#include <mosquitto.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// What the client's thread and those that use the client have in common: the present connection,
// and whether there is to be another one. Any thread, but where something else is said.
struct mqtt_shared {
    int wake_fd; // eventfd: something is to be sent, or to be stopped

    pthread_mutex_t mutex;  // over all below
    struct mosquitto *mosq; // of the present connection
    bool connected;         // and subscribed
    bool stopping;
    bool connecting; // which may hang, and calls nobody back
    bool abandoned;
};

// ERR_NO_MEMORY: there is no descriptor left; it need not be cleared then.
ERR_CHECKED int mqtt_shared_init(struct mqtt_shared *shared);
void mqtt_shared_clear(struct mqtt_shared *shared);

// Ends the wait of the client's thread.
void mqtt_shared_wake(struct mqtt_shared *shared);

// The client is to end.
void mqtt_shared_stop(struct mqtt_shared *shared);
bool mqtt_shared_is_stopping(struct mqtt_shared *shared);

// Whether the client's thread may hang in a connection attempt: then it is left to itself, and
// frees the client.
bool mqtt_shared_abandon(struct mqtt_shared *shared);
bool mqtt_shared_is_abandoned(struct mqtt_shared *shared);

// Of the client's thread: there is another connection, not made yet, or none (NULL), after which
// nobody else uses the one before.
void mqtt_shared_set(struct mqtt_shared *shared, struct mosquitto *mosq, bool connecting);

// Of the client's thread: the broker has confirmed what was subscribed.
void mqtt_shared_set_connected(struct mqtt_shared *shared);
bool mqtt_shared_is_connected(struct mqtt_shared *shared);

struct mqtt_shared_message {
    const char *topic;
    const uint8_t *payload; // n bytes
    size_t n;
    bool is_retained;
};

// As mqtt_client_publish().
ERR_CHECKED int mqtt_shared_publish(
    struct mqtt_shared *shared, const struct mqtt_shared_message *message);

#endif
