// What the broker dropped of devices, in the database.
#include "server/store/broker_limit_store.h"

#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char upsert[] =
    "INSERT INTO device_broker_limits (device, messages, bytes, subscriptions, connections, reason,"
    " disconnected_s, since_ms, at_ms)"
    " VALUES ((SELECT mac FROM devices WHERE mac = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)"
    " ON CONFLICT (device) DO UPDATE SET"
    " messages = device_broker_limits.messages + excluded.messages,"
    " bytes = device_broker_limits.bytes + excluded.bytes,"
    " subscriptions = device_broker_limits.subscriptions + excluded.subscriptions,"
    " connections = device_broker_limits.connections + excluded.connections,"
    " reason = excluded.reason, disconnected_s = excluded.disconnected_s, at_ms = excluded.at_ms";

static const char mark[] = "UPDATE devices SET limited_at_ms = ?2 WHERE mac = ?1";

static const char select_one[] =
    "SELECT messages, bytes, subscriptions, connections, reason, disconnected_s, since_ms, at_ms"
    " FROM device_broker_limits WHERE device = ?1";

int broker_limit_store_add(struct store_connection *connection, const char *mac,
    const struct broker_limit *limit, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", mac);
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, key);
    statement_bind_int(&s, limit->messages);
    statement_bind_int(&s, limit->bytes);
    statement_bind_int(&s, limit->subscriptions);
    statement_bind_int(&s, limit->connections);
    statement_bind_text(&s, limit->reason);
    statement_bind_int(&s, limit->disconnected_s);
    statement_bind_int(&s, limit->at_ms);

    int rc = statement_run(&s, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, mark);
    statement_bind_int(&s, key);
    statement_bind_int(&s, limit->at_ms);
    return statement_run(&s, err);
}

int broker_limit_store_get(
    struct store_connection *connection, const char *mac, struct broker_limit *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_NOT_FOUND, "no MAC: %s", mac);
    statement_open(&s, connection, select_one);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *out = (struct broker_limit){.messages = statement_int(&s, 0),
            .bytes = statement_int(&s, 1),
            .subscriptions = statement_int(&s, 2),
            .connections = statement_int(&s, 3),
            .disconnected_s = statement_int(&s, 5),
            .since_ms = statement_int(&s, 6),
            .at_ms = statement_int(&s, 7)};
        statement_text(&s, 4, out->reason, sizeof out->reason);
    }
    statement_close(&s);
    return rc == 0  ? err_set(err, ERR_NOT_FOUND, "nothing was dropped of %s", mac)
           : rc < 0 ? rc
                    : 0;
}
