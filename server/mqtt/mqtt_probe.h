#ifndef MQTT_PROBE_H
#define MQTT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether the broker lets through what it should, and that alone. MQTT 3.1.1 has no word for
// "denied": the broker grants a subscription, confirms a message, and drops it. So the client says
// something on each path itself, and expects to hear it; it says something where it may not, and
// expects to hear nothing. Pure; times are monotonic.

#define MQTT_PROBE_PATHS_MAX 10
#define MQTT_PROBE_TOPIC_SIZE 64
#define MQTT_PROBE_TEXT_SIZE 384

// What to probe; all borrowed.
struct mqtt_probe_plan {
    const char *const *filters; // NULL-terminated; '+' becomes `name` in the topic of a probe
    const char *publishes; // NULL, or the filter of what the client publishes, heard through the
                           // topic alone
    const char *name;
    const char *forbidden; // NULL, or a topic that a filter hears and the client may not write
    const char *told; // NULL, or a topic on which the broker itself must say something to who has
                      // subscribed
};

enum mqtt_probe_kind {
    MQTT_PROBE_OPEN,      // to be heard in each round
    MQTT_PROBE_FORBIDDEN, // not to be heard
    MQTT_PROBE_TOLD,      // to be heard in each connection
};

struct mqtt_probe {
    size_t count;
    struct mqtt_probe_path {
        enum mqtt_probe_kind kind;
        const char *filter; // that hears it
        const char *rule;   // that the broker must let us write to
        char topic[MQTT_PROBE_TOPIC_SIZE];
        bool heard; // since the round, or connection, began
        bool lost;  // in the last round that was judged: not so as it should be
    } paths[MQTT_PROBE_PATHS_MAX];
    bool running; // a round
    int64_t began_ms, heard_ms, next_ms;
};

// Returns the topic by which what the client publishes is heard, which is to be subscribed, too; or
// NULL. What does not fit is not probed.
const char *mqtt_probe_init(struct mqtt_probe *probe, const struct mqtt_probe_plan *plan);

// A connection has come about: a round is due.
void mqtt_probe_reset(struct mqtt_probe *probe);

// Whether a round is to begin now; if so it has, and the caller publishes to each path's topic, in
// their order, but for those that the broker tells.
bool mqtt_probe_is_due(struct mqtt_probe *probe, int64_t now_ms);

// Takes a message that arrived. True if it is a probe, and nobody else's concern. A device's
// message proves its path as well.
bool mqtt_probe_hear(struct mqtt_probe *probe, const char *topic, int64_t now_ms);

// Whether the round has ended by now, with all heard or for want of time.
bool mqtt_probe_has_ended(struct mqtt_probe *probe, int64_t now_ms);

// What was wrong in the last round, and what to do; "" if all was as it should be. certificate: the
// client's file, by whose common name the broker knows it.
void mqtt_probe_describe(
    const struct mqtt_probe *probe, const char *certificate, char text[MQTT_PROBE_TEXT_SIZE]);

#endif
