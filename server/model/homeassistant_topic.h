#ifndef HOMEASSISTANT_TOPIC_H
#define HOMEASSISTANT_TOPIC_H

#include <stdbool.h>

#include "common/mac.h"

// The topics between the daemon and Home Assistant: what is announced by its MQTT discovery, and
// what the announcements name. <mac>: as in struct topic.

#define HOMEASSISTANT_TOPIC_SIZE 64 // any of them with its NUL
#define HOMEASSISTANT_TOPIC_ID_SIZE (sizeof "secureesp_" + MAC_LENGTH)

#define HOMEASSISTANT_TOPIC_BIRTH "homeassistant/status"    // Home Assistant says that it is there
#define HOMEASSISTANT_TOPIC_DAEMON "secureesp/availability" // whether the daemon is there
#define HOMEASSISTANT_TOPIC_CONFIGS "homeassistant/device/+/config"

enum homeassistant_topic_kind {
    HOMEASSISTANT_TOPIC_CONFIG,       // homeassistant/device/secureesp_<mac>/config
    HOMEASSISTANT_TOPIC_STATE,        // secureesp/<mac>/state
    HOMEASSISTANT_TOPIC_AVAILABILITY, // secureesp/<mac>/availability
    HOMEASSISTANT_TOPIC_INSTALL,      // secureesp/<mac>/install; this and the next to us
    HOMEASSISTANT_TOPIC_RESTART,      // secureesp/<mac>/restart
    HOMEASSISTANT_TOPIC_COUNT
};

struct homeassistant_topic {
    enum homeassistant_topic_kind kind;
    char mac[MAC_SIZE];
};

// Reads a topic. False, and *out untouched, if it is none of the above.
bool homeassistant_topic_parse(const char *topic, struct homeassistant_topic *out);

void homeassistant_topic_format(
    char out[HOMEASSISTANT_TOPIC_SIZE], enum homeassistant_topic_kind kind, const char *mac);

// What orders are called: "install", "restart"; NULL for what is no order.
const char *homeassistant_topic_order(enum homeassistant_topic_kind kind);

// Back. False, and *out untouched, if no order is called so.
bool homeassistant_topic_find_order(const char *name, enum homeassistant_topic_kind *out);

#endif
