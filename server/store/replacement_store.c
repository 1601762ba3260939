// Which device replaced which, in the database.
#include "server/store/replacement_store.h"

#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define COLUMNS "device, old, place, at_ms, given_back"

static const char select_one[] = "SELECT " COLUMNS " FROM replacements WHERE device = ?1";

static const char select_of[] =
    "SELECT " COLUMNS " FROM replacements WHERE old = ?1 AND given_back = 0"
    " ORDER BY at_ms DESC, device LIMIT 1";

static const char upsert[] =
    "INSERT INTO replacements (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (device) DO UPDATE SET old = excluded.old, place = excluded.place,"
    " at_ms = excluded.at_ms, given_back = excluded.given_back";

static const char relink[] = "UPDATE replacements SET old = ?2"
                             " WHERE old = ?1 AND device <> ?2 AND given_back = 0";

static void read_row(struct statement *s, struct replacement *out)
{
    mac_key_to_text(statement_int(s, 0), out->mac);
    mac_key_to_text(statement_int(s, 1), out->old);
    mac_key_to_text(statement_int(s, 2), out->place);
    out->at_ms = statement_int(s, 3);
    out->is_given_back = statement_int(s, 4) == 1;
}

static int get(struct store_connection *connection, const char *sql, const char *mac,
    struct replacement *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_NOT_FOUND, "no MAC: %s", mac);
    statement_open(&s, connection, sql);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "no replacement is known of %s", mac)
                   : (rc < 0 ? rc : 0);
}

int replacement_store_get(
    struct store_connection *connection, const char *mac, struct replacement *out, struct err *err)
{
    return get(connection, select_one, mac, out, err);
}

int replacement_store_get_of(
    struct store_connection *connection, const char *old, struct replacement *out, struct err *err)
{
    return get(connection, select_of, old, out, err);
}

int replacement_store_read_place(
    struct store *store, const char *mac, char out[MAC_SIZE], struct err *err)
{
    struct store_connection *connection;
    struct replacement replacement;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = replacement_store_get(connection, mac, &replacement, err);
    store_read_end(store, connection);
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    memcpy(out, rc == 0 ? replacement.place : mac, MAC_SIZE);
    return 0;
}

int replacement_store_put(
    struct store_connection *connection, const struct replacement *replacement, struct err *err)
{
    struct statement s;
    int64_t keys[3];

    if (!mac_key_from_text(replacement->mac, &keys[0]) ||
        !mac_key_from_text(replacement->old, &keys[1]) ||
        !mac_key_from_text(replacement->place, &keys[2]))
        return err_set(err, ERR_INVALID, "no MAC in the replacement of %s", replacement->old);
    statement_open(&s, connection, upsert);
    for (int i = 0; i < 3; i++)
        statement_bind_int(&s, keys[i]);
    statement_bind_int(&s, replacement->at_ms);
    statement_bind_int(&s, replacement->is_given_back);
    return statement_run(&s, err);
}

int replacement_store_relink(
    struct store_connection *connection, const char *old, const char *other, struct err *err)
{
    struct statement s;
    int64_t keys[2];

    if (!mac_key_from_text(old, &keys[0]) || !mac_key_from_text(other, &keys[1]))
        return err_set(err, ERR_INVALID, "no MAC: %s, %s", old, other);
    statement_open(&s, connection, relink);
    for (int i = 0; i < 2; i++)
        statement_bind_int(&s, keys[i]);
    return statement_run(&s, err);
}
