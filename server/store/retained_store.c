// Whose retained messages are to be taken away.
#include "server/store/retained_store.h"

#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char upsert[] =
    "INSERT INTO retained (device, spelling, at_ms) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (device) DO UPDATE SET spelling = excluded.spelling, at_ms = excluded.at_ms";

static const char delete_done[] = "DELETE FROM retained WHERE device = ?1 AND at_ms = ?2";

static const char delete_one[] = "DELETE FROM retained WHERE device = ?1";

static const char select_page[] = "SELECT device, spelling, at_ms FROM retained WHERE device > ?1"
                                  " ORDER BY device LIMIT ?2";

int retained_store_put(
    struct store_connection *connection, const struct retained *retained, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, upsert, retained->mac, err);

    if (rc < 0)
        return rc;
    statement_bind_text(&s, retained->spelling);
    statement_bind_int(&s, retained->at_ms);
    return statement_run(&s, err);
}

int retained_store_remove(
    struct store_connection *connection, const struct retained *retained, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, delete_done, retained->mac, err);

    if (rc < 0)
        return rc;
    statement_bind_int(&s, retained->at_ms);
    return statement_run(&s, err);
}

int retained_store_drop(struct store_connection *connection, const char *mac, struct err *err)
{
    return device_rows_delete(connection, delete_one, mac, err);
}

int retained_store_page(struct store_connection *connection, const char *after, int64_t limit,
    int (*each)(const struct retained *retained, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct retained retained;
    int64_t key = -1;
    int rc = after[0] != '\0' ? mac_key_read(after, &key, err) : 0;

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_page);
    statement_bind_int(&s, key);
    statement_bind_int(&s, limit);
    while (statement_next(&s, &rc, err)) {
        mac_key_to_text(statement_int(&s, 0), retained.mac);
        statement_text(&s, 1, retained.spelling, sizeof retained.spelling);
        retained.at_ms = statement_int(&s, 2);
        rc = each(&retained, ctx);
    }
    return rc;
}
