#ifndef CLIENT_BOUNDS_H
#define CLIENT_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/broker/client_table.h"
#include "server/broker/limits.h"

// What a client asks for, judged by the bounds and counted. Each returns NULL if it is within them,
// else which bound it is, constant text: the caller drops it and says so by client_bounds_drop().
// now_ms: monotonic.

const char *client_bounds_topic(const struct limits *limits, const char *topic);
const char *client_bounds_message(
    const struct limits *limits, struct client *client, int64_t now_ms, size_t topic_n, size_t n);
const char *client_bounds_size(const struct limits *limits, size_t n);
// A topic or filter that it may not use costs it as much as an empty message.
const char *client_bounds_refused(
    const struct limits *limits, struct client *client, int64_t now_ms);
// count: how many it has.
const char *client_bounds_subscription(
    const struct limits *limits, struct client *client, int64_t now_ms, int count);
// The same for Home Assistant, which has some for each device, and makes all of them whenever it
// starts.
const char *client_bounds_many_subscriptions(struct client *client, int64_t now_ms, int count);
const char *client_bounds_attempt(
    const struct limits *limits, struct client *client, int64_t now_ms);
const char *client_bounds_identifier(
    const struct limits *limits, struct client *client, int64_t now_ms);

// A message of n bytes that will wait for the daemon, which was here for the epoch-th time.
const char *client_bounds_waiting(
    const struct limits *limits, struct client *client, uint64_t epoch, size_t n);
// A command that will wait for the client.
const char *client_bounds_command(const struct limits *limits, struct client *client);

// Notes that something was dropped. True if that is too much: the client is shut out from now on.
bool client_bounds_drop(
    const struct limits *limits, struct client *client, int64_t now_ms, const char *reason);

// Shuts it out for so long, at least.
void client_bounds_shut_out(
    struct client *client, int64_t now_ms, uint32_t seconds, const char *reason);
bool client_bounds_is_shut_out(const struct client *client, int64_t now_ms);

#endif
