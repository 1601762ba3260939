// What is taken from clients and given to them.
#include "server/broker/gate_access.h"

#include <stdio.h>
#include <string.h>

#include "common/topic.h"
#include "server/broker/client_bounds.h"
#include "server/broker/gate_internal.h"
#include "server/broker/gate_traffic.h"
#include "server/model/broker_topic.h"

#define UNASKED_PACE_MS 10000
#define PROPERTIES_MAX 16384 // what MQTT 5's properties are taken for: they are not shown to us

// Who asks.
struct asker {
    struct client *client;           // NULL: it has not been here since the broker started
    const struct identity *identity; // the client's, or:
    struct identity by_name;
    int64_t now_ms; // monotonic
};

static bool is_bounded(const struct gate *gate, const struct asker *asker)
{
    return asker->client != NULL && !gate->is_ending &&
           !access_table_is_unbounded(gate->table, asker->identity->role);
}

// False if it is nobody, or may do nothing at all.
static bool who(struct gate *gate, const char *name, struct asker *asker)
{
    asker->now_ms = gate_refresh(gate);
    if (name == NULL)
        return false;
    asker->client = client_table_find(gate->clients, name);
    if (asker->client != NULL)
        asker->identity = &asker->client->identity;
    else if (identity_from_name(name, gate->daemon, &asker->by_name))
        asker->identity = &asker->by_name;
    else
        return false;
    return !trust_is_device_revoked(gate->trust, asker->identity->mac);
}

// Whether we let it in. With some of the broker's settings it asks its plugins about nobody.
static bool was_let_in(struct gate *gate, const struct asker *asker)
{
    if (asker->client != NULL && asker->client->connections > 0)
        return true;

    if (asker->now_ms >= gate->next_unasked_ms) {
        gate->next_unasked_ms = asker->now_ms + UNASKED_PACE_MS;
        snprintf(gate->notes[GATE_NOTE_UNASKED], sizeof gate->notes[0],
            "%s was let in without this plugin, and may do nothing; set use_identity_as_username "
            "and use_subject_as_username false, and restart the broker",
            asker->identity->name);
    }
    return false;
}

// So much of what it sent is bounded otherwise, whatever comes of it.
static void note_sent(const struct asker *asker, size_t n)
{
    if (asker->client != NULL)
        gate_traffic_count(asker->client, n);
}

// Whether a connection of its is about to end: nothing more is taken from it.
static bool is_ending(struct gate *gate, const struct asker *asker)
{
    struct client *client = asker->client;

    if (client == NULL || client->connections == 0)
        return false;
    if (!client->is_out && !client_bounds_is_shut_out(client, asker->now_ms))
        return false;
    client->end_connections = true;
    client_table_wait(gate->clients, client);
    return true;
}

// What is over is dropped; who goes on is shut out.
static bool drop(struct gate *gate, const struct asker *asker, const char *reason)
{
    struct client *client = asker->client;

    if (client_bounds_drop(&gate->limits, client, asker->now_ms, reason))
        client->end_connections = true;
    client_table_wait(gate->clients, client);
    return false;
}

static bool drop_message(struct gate *gate, const struct asker *asker, const char *reason,
    const struct gate_message *message)
{
    asker->client->dropped.messages++;
    asker->client->dropped.bytes += message->n;
    return drop(gate, asker, reason);
}

// What it may not do costs it something, too.
static bool deny(struct gate *gate, const struct asker *asker, uint64_t *dropped)
{
    const char *reason = NULL;

    if (is_bounded(gate, asker))
        reason = client_bounds_refused(&gate->limits, asker->client, asker->now_ms);
    if (reason == NULL)
        return false;
    ++*dropped;
    return drop(gate, asker, reason);
}

static const char *bound_subscription(const struct gate *gate, const struct asker *asker, int count)
{
    return asker->identity->role == ACCESS_TABLE_HOMEASSISTANT
               ? client_bounds_many_subscriptions(asker->client, asker->now_ms, count)
               : client_bounds_subscription(&gate->limits, asker->client, asker->now_ms, count);
}

bool gate_access_subscribe(struct gate *gate, const char *name, const char *filter, int count)
{
    struct asker asker;
    const char *reason;

    // The broker asks once more about each of a session whose connection we end, and loses the
    // memory of those that it takes away. What it hears by them is denied when it is delivered.
    if (gate->is_ending)
        return true;
    if (!who(gate, name, &asker))
        return false;
    note_sent(&asker, strlen(filter));
    if (!was_let_in(gate, &asker) || is_ending(gate, &asker))
        return false;
    reason = is_bounded(gate, &asker) ? client_bounds_topic(&gate->limits, filter) : NULL;
    if (reason == NULL &&
        !access_table_allows_filter(gate->table, asker.identity->role, asker.identity->mac, filter))
        return deny(gate, &asker, &(uint64_t){0});
    if (reason == NULL && is_bounded(gate, &asker))
        reason = bound_subscription(gate, &asker, count);
    if (reason != NULL) {
        asker.client->dropped.subscriptions++;
        return drop(gate, &asker, reason);
    }
    if (asker.identity->role == ACCESS_TABLE_DAEMON &&
        strncmp(filter, BROKER_TOPIC_ROOT, sizeof BROKER_TOPIC_ROOT - 1) == 0) {
        gate->list_is_due = true;
        gate_meet_begin(gate);
    }
    return true;
}

// What is kept under a device's topics is kept once: not under each spelling of its MAC.
static bool is_kept_twice(const struct asker *asker, const struct gate_message *message)
{
    return message->retain && asker->identity->role == ACCESS_TABLE_DEVICE &&
           strstr(message->topic, asker->identity->mac) == NULL;
}

// A retained message of no bytes takes away the one that is kept (MQTT 3.1.1, 3.3.1.3).
static bool may_write(
    struct gate *gate, const struct asker *asker, const struct gate_message *message)
{
    const struct identity *identity = asker->identity;

    return access_table_allows(
               gate->table, identity->role, identity->mac, ACCESS_TABLE_WRITE, message->topic) ||
           (message->retain && message->n == 0 &&
               access_table_allows(
                   gate->table, identity->role, identity->mac, ACCESS_TABLE_CLEAR, message->topic));
}

bool gate_access_write(struct gate *gate, const char *name, const struct gate_message *message)
{
    struct asker asker;

    if (!who(gate, name, &asker))
        return false;
    note_sent(&asker, strlen(message->topic) + message->n);
    if (is_ending(gate, &asker))
        return false;
    if (is_bounded(gate, &asker) && client_bounds_topic(&gate->limits, message->topic) != NULL)
        return drop_message(
            gate, &asker, client_bounds_topic(&gate->limits, message->topic), message);
    if (!may_write(gate, &asker, message) || is_kept_twice(&asker, message) ||
        (message->retain && gate_orders_is_order(asker.identity, message->topic)))
        return deny(
            gate, &asker, asker.client != NULL ? &asker.client->dropped.messages : &(uint64_t){0});
    if (is_bounded(gate, &asker) && client_bounds_size(&gate->limits, message->n) != NULL)
        return drop_message(gate, &asker, client_bounds_size(&gate->limits, message->n), message);
    return true;
}

bool gate_access_take(struct gate *gate, const char *name, const struct gate_message *message)
{
    struct asker asker;
    const char *reason = NULL;

    if (!who(gate, name, &asker) || !was_let_in(gate, &asker))
        return false;
    if (is_bounded(gate, &asker))
        reason = client_bounds_message(&gate->limits, asker.client, asker.now_ms,
            strlen(message->topic) + (message->has_properties ? PROPERTIES_MAX : 0), message->n);
    if (reason != NULL)
        return drop_message(gate, &asker, reason, message);
    return !gate_orders_is_order(asker.identity, message->topic) ||
           gate_orders_take(gate, asker.identity, message->topic);
}

// Of the device that it comes from, if it is one's.
static bool may_wait_for_daemon(struct gate *gate, const struct gate_message *message)
{
    struct topic topic;
    struct client *source;
    const char *reason;

    if (!topic_parse(message->topic, strlen(message->topic), &topic))
        return true;
    source = client_table_find(gate->clients, topic.mac);
    if (source == NULL)
        return true;
    reason = client_bounds_waiting(&gate->limits, source, gate->daemon_epoch, message->n);
    if (reason == NULL)
        return true;
    source->dropped.messages++;
    source->dropped.bytes += message->n;
    source->reason = reason; // nobody is shut out because the daemon is away
    client_table_wait(gate->clients, source);
    return false;
}

static bool may_wait_for_client(struct gate *gate, struct client *client)
{
    const char *reason = client_bounds_command(&gate->limits, client);

    if (reason == NULL)
        return true;
    client->dropped.messages++;
    client->reason = reason;
    client_table_wait(gate->clients, client);
    return false;
}

bool gate_access_read(
    struct gate *gate, const char *name, const struct gate_message *message, bool is_connected)
{
    struct asker asker;

    if (!who(gate, name, &asker) || (is_connected && is_ending(gate, &asker)))
        return false;
    if (!access_table_allows(gate->table, asker.identity->role, asker.identity->mac,
            ACCESS_TABLE_READ, message->topic))
        return false;
    // The plugin leaves nothing there: that is from a broker without it.
    if (message->retain &&
        strncmp(message->topic, BROKER_TOPIC_ROOT, sizeof BROKER_TOPIC_ROOT - 1) == 0)
        return false;
    if (is_connected || message->qos == 0)
        return true;
    if (asker.identity->role == ACCESS_TABLE_DAEMON)
        return may_wait_for_daemon(gate, message);
    return !is_bounded(gate, &asker) || may_wait_for_client(gate, asker.client);
}
