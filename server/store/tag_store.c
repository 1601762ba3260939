// Tags of devices in the database.
#include "server/store/tag_store.h"

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char insert[] = "INSERT INTO device_tags (device, tag) VALUES (?1, ?2)"
                             " ON CONFLICT (device, tag) DO NOTHING";

static const char count_of_device[] = "SELECT count(*) FROM device_tags WHERE device = ?1";

static const char delete_one[] = "DELETE FROM device_tags WHERE device = ?1 AND tag = ?2";

static const char select_all[] = "SELECT tag FROM device_tags WHERE device = ?1 ORDER BY tag";

static const char move_of_device[] = "INSERT INTO device_tags (device, tag)"
                                     " SELECT ?2, tag FROM device_tags WHERE device = ?1"
                                     " ON CONFLICT (device, tag) DO NOTHING";

static const char delete_of_device[] = "DELETE FROM device_tags WHERE device = ?1";

static int run(struct store_connection *connection, const char *sql, int64_t key, const char *tag,
    struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_int(&s, key);
    statement_bind_text(&s, tag);
    return statement_run(&s, err);
}

static int check_count(struct store_connection *connection, int64_t key, struct err *err)
{
    struct statement s;
    int64_t count = 0;

    statement_open(&s, connection, count_of_device);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        count = statement_int(&s, 0);
    statement_close(&s);
    if (rc < 0)
        return rc;
    return count <= TAG_STORE_MAX
               ? 0
               : err_set(err, ERR_TOO_LARGE, "a device has at most %d tags", TAG_STORE_MAX);
}

int tag_store_add(
    struct store_connection *connection, const char *mac, const char *tag, struct err *err)
{
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc == 0)
        rc = run(connection, insert, key, tag, err);
    return rc < 0 ? rc : check_count(connection, key, err);
}

int tag_store_remove(
    struct store_connection *connection, const char *mac, const char *tag, struct err *err)
{
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    return rc < 0 ? rc : run(connection, delete_one, key, tag, err);
}

int tag_store_each(struct store_connection *connection, const char *mac,
    int (*each)(const char *tag, void *ctx), void *ctx, struct err *err)
{
    char tag[TAG_STORE_TAG_SIZE];
    struct statement s;
    int rc = device_rows_open(&s, connection, select_all, mac, err);

    if (rc < 0)
        return rc;
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, tag, sizeof tag);
        rc = each(tag, ctx);
    }
    return rc;
}

int tag_store_move(struct store_connection *connection, const char *const macs[2], struct err *err)
{
    int rc = device_rows_move(connection, move_of_device, macs, err);

    return rc < 0 ? rc : device_rows_delete(connection, delete_of_device, macs[0], err);
}
