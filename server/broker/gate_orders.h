#ifndef GATE_ORDERS_H
#define GATE_ORDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/broker/identity.h"
#include "server/model/homeassistant_topic.h"

struct gate;

#define GATE_ORDERS_MAX 64 // that wait for the next tick

// What Home Assistant orders, told to the daemon with the name of who did: no message bears that.
struct gate_order {
    char client[IDENTITY_NAME_SIZE];
    struct homeassistant_topic topic;
};

struct gate_orders {
    size_t count;
    struct gate_order items[GATE_ORDERS_MAX];
};

// Whether what somebody says there is an order.
bool gate_orders_is_order(const struct identity *identity, const char *topic);

// Takes an order. False if too many wait.
bool gate_orders_take(struct gate *gate, const struct identity *identity, const char *topic);

// Tells the daemon of those that wait. If it is away they are dropped: nobody expects a device to
// restart hours later.
void gate_orders_tell(struct gate *gate, bool daemon_is_here);

#endif
