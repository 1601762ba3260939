#ifndef MQTT_SUBSCRIPTIONS_H
#define MQTT_SUBSCRIPTIONS_H

#include <mosquitto.h>
#include <stdbool.h>

#include "server/mqtt/mqtt_client.h"

// The subscriptions of one connection, until the broker has confirmed them. Of the client's thread.
struct mqtt_subscriptions {
    size_t unconfirmed;
    int hears[2 * MQTT_CLIENT_HEARS_MAX]; // those that may be refused, by message identifier
    size_t hears_count;
    int failed; // to be sent: a code of libmosquitto, or 0
};

// Sends those of the settings, and probed unless it is NULL.
void mqtt_subscriptions_make(struct mqtt_subscriptions *subscriptions, struct mosquitto *mosq,
    const struct mqtt_settings *settings, const char *probed);

// Takes a confirmation. True if it refuses one that is needed.
bool mqtt_subscriptions_confirm(
    struct mqtt_subscriptions *subscriptions, int mid, int count, const int *granted);

#endif
