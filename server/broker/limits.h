#ifndef LIMITS_H
#define LIMITS_H

#include <stdint.h>

#include "server/base/err.h"

// What one identity may cost the broker, each an option of the plugin by that name
// (plugin_opt_NAME). The defaults leave room for a device that says something each second, and for
// one that comes back after a while and says all that happened.
struct limits {
    uint32_t messages_per_second; // in the long run
    uint32_t messages_burst;      // at once
    uint32_t bytes_per_second;    // topics and payloads
    uint32_t bytes_burst;
    // What is no message: requests for an answer, acknowledgements, what is taken back. The burst
    // is beside a message that is under way. Who is over is disconnected, and refused for a while.
    uint32_t control_bytes_per_second;
    uint32_t control_bytes_burst;
    uint32_t payload_bytes; // of one message; the daemon itself counts and drops above 4 KB
    uint32_t topic_bytes;   // of a topic or filter
    uint32_t topic_levels;
    uint32_t subscriptions; // at the same time
    // mosquitto 2.0.11 loses some memory with each that is there already.
    uint32_t subscribes_per_minute;
    uint32_t subscribes_burst;
    uint32_t connections_per_minute;
    uint32_t connections_burst;
    uint32_t identifiers_per_day; // client identifiers of sessions that outlive their connections
    uint32_t identifiers_burst;
    uint32_t client_id_bytes;
    // For so long after its owner was here the client identifier of a session that is kept is
    // nobody else's: a day more than the broker keeps it (persistent_client_expiration).
    uint32_t session_days;
    uint32_t waiting_messages; // of it, for a daemon that is away
    uint32_t waiting_bytes;
    uint32_t waiting_commands; // for it, while it is away itself
    // What is over is dropped; who goes on beyond so much of that is disconnected, and refused for
    // a while.
    uint32_t dropped_per_minute;
    uint32_t dropped_burst;
    uint32_t shut_out_seconds;
};

// The defaults.
void limits_init(struct limits *limits);

// Sets the one of that name. ERR_NOT_FOUND if there is none, ERR_INVALID if the text is no number
// in its range.
ERR_CHECKED int limits_set(
    struct limits *limits, const char *name, const char *text, struct err *err);

#endif
