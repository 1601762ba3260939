// What one identity may cost the broker, counted.
#include "server/broker/client_bounds.h"

#include <string.h>

#define SECOND_MS 1000
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define DAY_MS 86400000
#define MANY_SUBSCRIPTIONS 50000

const char *client_bounds_topic(const struct limits *limits, const char *topic)
{
    uint32_t levels = 1;
    size_t n = strnlen(topic, (size_t)limits->topic_bytes + 1);

    if (n > limits->topic_bytes)
        return "topic-bytes";
    for (const char *s = topic; *s != '\0'; s++)
        levels += *s == '/';
    return levels > limits->topic_levels ? "topic-levels" : NULL;
}

const char *client_bounds_size(const struct limits *limits, size_t n)
{
    return n > limits->payload_bytes ? "payload-bytes" : NULL;
}

const char *client_bounds_message(
    const struct limits *limits, struct client *client, int64_t now_ms, size_t topic_n, size_t n)
{
    struct rate messages = {limits->messages_per_second, SECOND_MS, limits->messages_burst};
    struct rate bytes = {limits->bytes_per_second, SECOND_MS, limits->bytes_burst};

    if (client_bounds_size(limits, n) != NULL)
        return client_bounds_size(limits, n);
    if (!rate_take(&client->messages, &messages, 1, now_ms))
        return "messages-per-second";
    // both are bounded, so that it fits
    if (!rate_take(&client->bytes, &bytes, (uint32_t)(topic_n + n), now_ms))
        return "bytes-per-second";
    return NULL;
}

const char *client_bounds_refused(
    const struct limits *limits, struct client *client, int64_t now_ms)
{
    return client_bounds_message(limits, client, now_ms, 0, 0);
}

const char *client_bounds_subscription(
    const struct limits *limits, struct client *client, int64_t now_ms, int count)
{
    struct rate rate = {limits->subscribes_per_minute, MINUTE_MS, limits->subscribes_burst};

    if (count >= 0 && (uint32_t)count >= limits->subscriptions)
        return "subscriptions";
    if (!rate_take(&client->subscribes, &rate, 1, now_ms))
        return "subscribes-per-minute";
    return client_bounds_message(limits, client, now_ms, 0, 0);
}

const char *client_bounds_many_subscriptions(struct client *client, int64_t now_ms, int count)
{
    static const struct rate rate = {MANY_SUBSCRIPTIONS, HOUR_MS, 2 * MANY_SUBSCRIPTIONS};

    if (count >= MANY_SUBSCRIPTIONS)
        return "subscriptions";
    return rate_take(&client->subscribes, &rate, 1, now_ms) ? NULL : "subscribes-per-minute";
}

const char *client_bounds_attempt(
    const struct limits *limits, struct client *client, int64_t now_ms)
{
    struct rate rate = {limits->connections_per_minute, MINUTE_MS, limits->connections_burst};

    return rate_take(&client->attempts, &rate, 1, now_ms) ? NULL : "connections-per-minute";
}

const char *client_bounds_identifier(
    const struct limits *limits, struct client *client, int64_t now_ms)
{
    struct rate rate = {limits->identifiers_per_day, DAY_MS, limits->identifiers_burst};

    return rate_take(&client->identifiers, &rate, 1, now_ms) ? NULL : "identifiers-per-day";
}

const char *client_bounds_waiting(
    const struct limits *limits, struct client *client, uint64_t epoch, size_t n)
{
    if (client->waiting_epoch != epoch) {
        client->waiting_epoch = epoch;
        client->waiting_messages = 0;
        client->waiting_bytes = 0;
    }
    if (client->waiting_messages >= limits->waiting_messages)
        return "waiting-messages";
    if (client->waiting_bytes + n > limits->waiting_bytes)
        return "waiting-bytes";
    client->waiting_messages++;
    client->waiting_bytes += n;
    return NULL;
}

const char *client_bounds_command(const struct limits *limits, struct client *client)
{
    if (client->waiting_commands >= limits->waiting_commands)
        return "waiting-commands";
    client->waiting_commands++;
    return NULL;
}

bool client_bounds_drop(
    const struct limits *limits, struct client *client, int64_t now_ms, const char *reason)
{
    struct rate rate = {limits->dropped_per_minute, MINUTE_MS, limits->dropped_burst};

    client->reason = reason;
    if (rate_take(&client->drops, &rate, 1, now_ms) || client_bounds_is_shut_out(client, now_ms))
        return false;
    client_bounds_shut_out(client, now_ms, limits->shut_out_seconds, reason);
    return true;
}

void client_bounds_shut_out(
    struct client *client, int64_t now_ms, uint32_t seconds, const char *reason)
{
    int64_t until_ms = now_ms + (int64_t)seconds * 1000;

    if (until_ms > client->shut_out_until_ms)
        client->shut_out_until_ms = until_ms;
    client->reason = reason;
}

bool client_bounds_is_shut_out(const struct client *client, int64_t now_ms)
{
    return now_ms < client->shut_out_until_ms;
}
