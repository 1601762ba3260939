#ifndef GATE_ACCESS_H
#define GATE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/broker/gate.h"

// What is taken from clients and given to them. name: the client's user name, or NULL. A will comes
// after its connection, and a session may have none: both are judged by their names.

// What a message is, without its payload of n bytes.
struct gate_message {
    const char *topic;
    size_t n;
    unsigned qos;
    bool retain;
    bool has_properties; // of MQTT 5
};

// Whether it may subscribe to a filter; count: how many it has.
bool gate_access_subscribe(struct gate *gate, const char *name, const char *filter, int count);

// Whether it may say that, now or as its will.
bool gate_access_write(struct gate *gate, const char *name, const struct gate_message *message);

// Whether what it says now, and may, is within its bounds.
bool gate_access_take(struct gate *gate, const char *name, const struct gate_message *message);

// Whether it is given that; if it is not connected it will wait.
bool gate_access_read(
    struct gate *gate, const char *name, const struct gate_message *message, bool is_connected);

#endif
