// Which devices may fetch their private key.
#include "server/store/key_permit_store.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_one[] = "SELECT allowed_by, allowed_at_ms, fetched_at_ms, fetched_from"
                                 " FROM key_permits WHERE device = ?1";

static const char select_sealed[] = "SELECT sealed FROM key_permits"
                                    " WHERE device = ?1 AND sealed IS NOT NULL";

static const char upsert[] =
    "INSERT INTO key_permits (device, allowed_by, allowed_at_ms, fetched_at_ms, fetched_from,"
    " sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT (device) DO UPDATE SET allowed_by = excluded.allowed_by,"
    " allowed_at_ms = excluded.allowed_at_ms, fetched_at_ms = excluded.fetched_at_ms,"
    " fetched_from = excluded.fetched_from, sealed = excluded.sealed";

static const char delete_one[] = "DELETE FROM key_permits WHERE device = ?1";

int key_permit_store_get(
    struct store_connection *connection, const char *mac, struct key_permit *out, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_one);
    statement_bind_int(&s, key);
    rc = statement_step(&s, err);
    if (rc > 0) {
        memset(out, 0, sizeof *out);
        mac_key_to_text(key, out->mac);
        statement_text(&s, 0, out->allowed_by, sizeof out->allowed_by);
        out->allowed_at_ms = statement_int(&s, 1);
        out->fetched_at_ms = statement_int(&s, 2);
        statement_text(&s, 3, out->fetched_from, sizeof out->fetched_from);
    }
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "device %s may not fetch its private key", mac);
    return rc < 0 ? rc : 0;
}

static int copy_sealed(struct statement *s, uint8_t **out, size_t *size, struct err *err)
{
    uint8_t *sealed = malloc(KEY_PERMIT_SEALED_MAX);

    if (sealed == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a key");
    *size = statement_blob(s, 0, sealed, KEY_PERMIT_SEALED_MAX);
    *out = sealed;
    return 0;
}

int key_permit_store_get_sealed(struct store_connection *connection, const char *mac, uint8_t **out,
    size_t *size, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_sealed);
    statement_bind_int(&s, key);
    rc = statement_step(&s, err);
    if (rc > 0)
        rc = copy_sealed(&s, out, size, err);
    else if (rc == 0)
        rc = err_set(err, ERR_NOT_FOUND, "no private key waits for device %s", mac);
    statement_close(&s);
    return rc;
}

int key_permit_store_put(
    struct store_connection *connection, const struct key_permit *permit, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, upsert, permit->mac, err);

    if (rc < 0)
        return rc;
    statement_bind_text(&s, permit->allowed_by);
    statement_bind_int(&s, permit->allowed_at_ms);
    statement_bind_int(&s, permit->fetched_at_ms);
    statement_bind_text(&s, permit->fetched_from);
    statement_bind_blob(&s, permit->sealed_size > 0 ? permit->sealed : NULL, permit->sealed_size);
    return statement_run(&s, err);
}

int key_permit_store_remove(struct store_connection *connection, const char *mac, struct err *err)
{
    return device_rows_delete(connection, delete_one, mac, err);
}
