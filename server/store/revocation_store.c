// Revoked devices in the database.
#include "server/store/revocation_store.h"

#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define COLUMNS "device, revoked_at_ms, reason, readmitted_at_ms, before_ms"

static const char upsert[] =
    "INSERT INTO device_revocations (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (device) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms,"
    " reason = excluded.reason, readmitted_at_ms = excluded.readmitted_at_ms,"
    " before_ms = excluded.before_ms";

static const char select_one[] = "SELECT " COLUMNS " FROM device_revocations WHERE device = ?1";

static const char select_all[] = "SELECT " COLUMNS " FROM device_revocations ORDER BY device";

static const char count_now[] =
    "SELECT count(*) FROM device_revocations WHERE readmitted_at_ms = 0";

static const char select_number[] = "SELECT value FROM progress WHERE name = 'revocations'";

static const char update_number[] = "INSERT INTO progress (name, value) VALUES ('revocations', ?1)"
                                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value";

static void read_revocation(struct statement *s, struct device_revocation *out)
{
    memset(out, 0, sizeof *out);
    mac_key_to_text(statement_int(s, 0), out->mac);
    out->revoked_at_ms = statement_int(s, 1);
    statement_text(s, 2, out->reason, sizeof out->reason);
    out->readmitted_at_ms = statement_int(s, 3);
    out->before_ms = statement_int(s, 4);
}

int revocation_store_get(struct store_connection *connection, const char *mac,
    struct device_revocation *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_NOT_FOUND, "device %s was never revoked", mac);
    statement_open(&s, connection, select_one);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_revocation(&s, out);
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "device %s was never revoked", mac);
    return rc < 0 ? rc : 0;
}

int revocation_store_put(struct store_connection *connection,
    const struct device_revocation *revocation, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(revocation->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", revocation->mac);
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, key);
    statement_bind_int(&s, revocation->revoked_at_ms);
    statement_bind_text(&s, revocation->reason);
    statement_bind_int(&s, revocation->readmitted_at_ms);
    statement_bind_int(&s, revocation->before_ms);
    return statement_run(&s, err);
}

int revocation_store_each(struct store_connection *connection,
    int (*each)(const struct device_revocation *revocation, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct device_revocation revocation;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_revocation(&s, &revocation);
        rc = each(&revocation, ctx);
    }
    return rc;
}

static int read_number(
    struct store_connection *connection, const char *sql, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);

    int rc = statement_step(&s, err);

    if (rc >= 0)
        *out = rc > 0 ? statement_int(&s, 0) : 0;
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int revocation_store_count(struct store_connection *connection, int64_t *count, struct err *err)
{
    return read_number(connection, count_now, count, err);
}

int revocation_store_get_number(
    struct store_connection *connection, int64_t *number, struct err *err)
{
    return read_number(connection, select_number, number, err);
}

int revocation_store_set_number(
    struct store_connection *connection, int64_t number, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update_number);
    statement_bind_int(&s, number);
    return statement_run(&s, err);
}
