// What one identity may cost the broker, counted.
#include "server/broker/client_bounds.h"

#include <string.h>

static struct token_bucket_rate per_second(uint32_t rate, uint32_t burst)
{
    return (struct token_bucket_rate){(int64_t)rate * 1000, burst};
}

static struct token_bucket_rate per_minute(uint32_t rate, uint32_t burst)
{
    return (struct token_bucket_rate){(int64_t)rate * 1000 / 60, burst};
}

static struct token_bucket_rate per_day(uint32_t rate, uint32_t burst)
{
    return (struct token_bucket_rate){((int64_t)rate * 1000 + 86399) / 86400, burst};
}

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
    struct token_bucket_rate messages =
        per_second(limits->messages_per_second, limits->messages_burst);
    struct token_bucket_rate bytes = per_second(limits->bytes_per_second, limits->bytes_burst);

    if (client_bounds_size(limits, n) != NULL)
        return client_bounds_size(limits, n);
    if (!token_bucket_take(&client->messages, &messages, now_ms, 1))
        return "messages-per-second";
    // both are bounded, so that it fits
    if (!token_bucket_take(&client->bytes, &bytes, now_ms, (uint32_t)(topic_n + n)))
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
    if (count >= 0 && (uint32_t)count >= limits->subscriptions)
        return "subscriptions";
    return client_bounds_message(limits, client, now_ms, 0, 0);
}

const char *client_bounds_attempt(
    const struct limits *limits, struct client *client, int64_t now_ms)
{
    struct token_bucket_rate rate =
        per_minute(limits->connections_per_minute, limits->connections_burst);

    return token_bucket_take(&client->attempts, &rate, now_ms, 1) ? NULL : "connections-per-minute";
}

const char *client_bounds_identifier(
    const struct limits *limits, struct client *client, int64_t now_ms)
{
    struct token_bucket_rate rate = per_day(limits->identifiers_per_day, limits->identifiers_burst);

    return token_bucket_take(&client->identifiers, &rate, now_ms, 1) ? NULL : "identifiers-per-day";
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
    struct token_bucket_rate rate = per_minute(limits->dropped_per_minute, limits->dropped_burst);

    client->reason = reason;
    if (token_bucket_take(&client->drops, &rate, now_ms, 1) ||
        client_bounds_is_shut_out(client, now_ms))
        return false;
    client->shut_out_until_ms = now_ms + (int64_t)limits->shut_out_seconds * 1000;
    return true;
}

bool client_bounds_is_shut_out(const struct client *client, int64_t now_ms)
{
    return now_ms < client->shut_out_until_ms;
}
