// Devices follow channels.
#include "server/release/release_follow.h"

#include "server/release/release_channel.h"
#include "server/release/release_find.h"
#include "server/store/device_channel.h"

int release_follow_channel(
    struct store_connection *connection, const char *mac, enum channel *out, struct err *err)
{
    struct device_channel channel;
    struct device_mark mark;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc == 0)
        rc = device_channel_get(connection, mac, &mark, &channel, err);
    if (rc == 0)
        *out = channel.channel;
    return rc;
}

int release_follow_find(struct store *store, struct release_follow *follow, struct err *err)
{
    enum channel channel = CHANNEL_STABLE;
    struct store_connection *connection;
    size_t first;
    int rc;

    follow->n = release_find_board(follow->catalogue, follow->running->board, &first);
    if (follow->catalogue->stable != NULL &&
        release_channel_matters(follow->catalogue->members + first, follow->n, follow->running)) {
        rc = store_read_begin(store, &connection, err);
        if (rc < 0)
            return rc;
        rc = release_follow_channel(connection, follow->mac, &channel, err);
        store_read_end(store, connection);
        if (rc < 0)
            return rc;
    }
    follow->members = release_find_channel(follow->catalogue, channel) + first;
    return 0;
}
