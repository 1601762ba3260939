#ifndef MQTT_HEALTH_H
#define MQTT_HEALTH_H

#include <mosquitto.h>
#include <stdbool.h>

#include "server/mqtt/mqtt_client.h"
#include "server/mqtt/mqtt_probe.h"
#include "server/mqtt/mqtt_rivalry.h"

// Whether a connection that seems good is: probes and rivals, told to on_fault(). Of the client's
// thread.
struct mqtt_health {
    const struct mqtt_settings *settings;
    const struct mqtt_callbacks *callbacks;
    struct mqtt_probe probe;
    const char *probed; // a further topic to subscribe for it, or NULL
    struct mqtt_rivalry rivalry;
};

// Both are borrowed.
void mqtt_health_init(struct mqtt_health *health, const struct mqtt_settings *settings,
    const struct mqtt_callbacks *callbacks);

// The broker lets us in, and nothing is subscribed yet: what it then tells may come before it
// confirms that.
void mqtt_health_begin(struct mqtt_health *health);

// Takes the topic of a message. True if that is nobody else's concern.
bool mqtt_health_hear(struct mqtt_health *health, const char *topic);

// Sends probes, and says what became of them. Call it about each second while connected.
void mqtt_health_tend(struct mqtt_health *health, struct mosquitto *mosq);

// As mqtt_rivalry_note_end().
void mqtt_health_end(struct mqtt_health *health, bool was_connected, bool by_broker);

#endif
