// What Home Assistant orders, told to the daemon.
#include "server/broker/gate_orders.h"

#include <stdio.h>
#include <string.h>

#include "server/broker/gate_internal.h"
#include "server/model/broker_topic.h"

#define TEXT_SIZE 192 // a name is plain text without quotes (identity.h)

static bool read_order(
    const struct identity *identity, const char *topic, struct homeassistant_topic *out)
{
    return identity->role == ACCESS_TABLE_HOMEASSISTANT && homeassistant_topic_parse(topic, out) &&
           homeassistant_topic_order(out->kind) != NULL;
}

bool gate_orders_is_order(const struct identity *identity, const char *topic)
{
    struct homeassistant_topic order;

    return read_order(identity, topic, &order);
}

bool gate_orders_take(struct gate *gate, const struct identity *identity, const char *topic)
{
    struct gate_orders *orders = &gate->orders;
    struct gate_order order;

    if (orders->count == GATE_ORDERS_MAX || !read_order(identity, topic, &order.topic))
        return false;
    memcpy(order.client, identity->name, sizeof order.client);
    orders->items[orders->count++] = order;
    return true;
}

void gate_orders_tell(struct gate *gate, bool daemon_is_here)
{
    struct gate_orders *orders = &gate->orders;
    char text[TEXT_SIZE];

    for (size_t i = 0; daemon_is_here && i < orders->count; i++) {
        const struct gate_order *order = &orders->items[i];

        snprintf(text, sizeof text, "{\"client\": \"%s\", \"mac\": \"%s\", \"order\": \"%s\"}",
            order->client, order->topic.mac, homeassistant_topic_order(order->topic.kind));
        gate->effects->publish(BROKER_TOPIC_ORDERS, text, gate->ctx);
    }
    orders->count = 0;
}
