#ifndef MQTT_PROBE_H
#define MQTT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether the broker lets through what it should. MQTT 3.1.1 has no word for "denied": the broker
// grants a subscription, confirms a message, and drops it. So the client says something on each
// path itself, and expects to hear it. Pure; times are monotonic.

#define MQTT_PROBE_PATHS_MAX 8
#define MQTT_PROBE_TOPIC_SIZE 64
#define MQTT_PROBE_TEXT_SIZE 256

struct mqtt_probe {
    size_t count;
    struct mqtt_probe_path {
        const char *filter; // that hears it
        const char *rule;   // that the broker's ACL must let us write to
        char topic[MQTT_PROBE_TOPIC_SIZE];
        bool heard; // since the round began
        bool lost;  // in the last round that was judged
    } paths[MQTT_PROBE_PATHS_MAX];
    bool running; // a round
    int64_t began_ms, heard_ms, next_ms;
};

// filters: NULL-terminated, borrowed; each level '+' becomes `name` in the topic of its probe.
// publishes: the filter of what the client publishes (or NULL), heard through the topic alone.
// Returns the latter, which is to be subscribed, too; or NULL. What does not fit is not probed.
const char *mqtt_probe_init(
    struct mqtt_probe *probe, const char *const *filters, const char *publishes, const char *name);

// A connection has come about: a round is due.
void mqtt_probe_reset(struct mqtt_probe *probe);

// Whether a round is to begin now; if so it has, and the caller publishes to each path's topic.
bool mqtt_probe_is_due(struct mqtt_probe *probe, int64_t now_ms);

// Takes a message that arrived. True if it is a probe, and nobody else's concern. A device's
// message proves its path as well.
bool mqtt_probe_hear(struct mqtt_probe *probe, const char *topic, int64_t now_ms);

// Whether the round has ended by now, with all heard or for want of time.
bool mqtt_probe_has_ended(struct mqtt_probe *probe, int64_t now_ms);

// What was lost in the last round, and which rules the broker lacks; "" if all was heard.
// certificate: the client's file, by whose common name the broker knows it.
void mqtt_probe_describe(
    const struct mqtt_probe *probe, const char *certificate, char text[MQTT_PROBE_TEXT_SIZE]);

#endif
