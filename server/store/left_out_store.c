// What was left out of what devices say, in the database.
#include "server/store/left_out_store.h"

#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char upsert[] =
    "INSERT INTO device_left_out (device, reason, count, since_ms, at_ms)"
    " VALUES ((SELECT mac FROM devices WHERE mac = ?1), ?2, ?3, ?4, ?5)"
    " ON CONFLICT (device, reason) DO UPDATE SET count = device_left_out.count + excluded.count,"
    " at_ms = excluded.at_ms";

static const char mark[] = "UPDATE devices SET limited_at_ms = ?2 WHERE mac = ?1";

static const char select_all[] =
    "SELECT reason, count, since_ms, at_ms FROM device_left_out WHERE device = ?1"
    " ORDER BY at_ms DESC, reason";

int left_out_store_add(
    struct store_connection *connection, const struct left_out *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(out->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", out->mac);
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, key);
    statement_bind_int(&s, out->reason);
    statement_bind_int(&s, out->count);
    statement_bind_int(&s, out->since_ms);
    statement_bind_int(&s, out->at_ms);

    int rc = statement_run(&s, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, mark);
    statement_bind_int(&s, key);
    statement_bind_int(&s, out->at_ms);
    return statement_run(&s, err);
}

int left_out_store_each(struct store_connection *connection, const char *mac,
    int (*each)(const struct left_out *out, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_all);
    statement_bind_int(&s, key);
    while (statement_next(&s, &rc, err)) {
        struct left_out out = {.reason = (enum left_out_reason)statement_int(&s, 0),
            .count = statement_int(&s, 1),
            .since_ms = statement_int(&s, 2),
            .at_ms = statement_int(&s, 3)};

        mac_key_to_text(key, out.mac);
        rc = each(&out, ctx);
    }
    return rc;
}
