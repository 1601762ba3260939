// Devices in the database.
#include "server/store/device_store.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/device_row.h"
#include "server/store/device_rows.h"
#include "server/store/device_where.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_one[] = "SELECT " DEVICE_ROW_SELECTED " FROM devices WHERE mac = ?";

static const char select_json[] = "SELECT status_json FROM devices WHERE mac = ?";

// In the order of their MACs at any rate: by an index that a condition fits, all that it finds
// would be sorted anew for each page.
static const struct device_where_frame page_frame = {
    "SELECT " DEVICE_ROW_SELECTED " FROM devices NOT INDEXED WHERE mac > ?1",
    " ORDER BY mac LIMIT ?2",
    2,
};

static const struct device_where_frame count_frame = {
    "SELECT count(*) FROM devices NOT INDEXED WHERE mac >= 0", "", 0};

static const char expire[] = "UPDATE devices SET online = 0, reason = ?1"
                             " WHERE online = 1 AND last_seen_ms < ?2";

static const char delete_one[] = "DELETE FROM devices WHERE mac = ?";

static const char count_all[] =
    "SELECT (SELECT count(*) FROM devices),"
    " (SELECT count(*) FROM devices INDEXED BY devices_online WHERE online = 1)";

static const char select_images[] =
    "SELECT image, count(*) FROM devices WHERE image <> '' GROUP BY image";

static const char select_macs[] = "SELECT mac FROM devices ORDER BY mac";

static const char select_running[] = "SELECT mac FROM devices WHERE image = ? ORDER BY mac";

static int fail_unknown(const char *mac, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND,
        "no device %s; 'secureesp devices list' shows those that have reported", mac);
}

// Writes what is held back; it stays at hand.
static int write_gathered(struct store_connection *connection, struct err *err)
{
    struct device_gather_row *row;
    int rc = 0;

    if (!connection->gathering)
        return 0;
    for (size_t i = 0; rc == 0 && (row = device_gather_at(connection->gather, i)) != NULL; i++) {
        if (row->changed)
            rc = device_row_write(connection, row->key, &row->device, row->status_json, err);
        row->changed = rc < 0;
    }
    return rc;
}

// Before a statement that looks at all rows, or changes some.
static int write_and_clear(struct store_connection *connection, struct err *err)
{
    int rc = write_gathered(connection, err);

    if (rc == 0 && connection->gathering)
        device_gather_clear(connection->gather);
    return rc;
}

void device_store_gather(struct store_connection *connection)
{
    connection->gathering = connection->gather != NULL;
}

int device_store_settle(struct store_connection *connection, struct err *err)
{
    int rc = write_gathered(connection, err);

    device_store_forget(connection);
    return rc;
}

void device_store_forget(struct store_connection *connection)
{
    if (connection->gathering)
        device_gather_clear(connection->gather);
    connection->gathering = false;
}

// Keeps a row that the database has, for the next time that it is asked for.
static int keep(struct store_connection *connection, int64_t key,
    const struct device_record *device, struct err *err)
{
    if (!connection->gathering || device_gather_add(connection->gather, key, device) != NULL)
        return 0;

    int rc = write_and_clear(connection, err); // they are too many

    if (rc == 0)
        (void)device_gather_add(connection->gather, key, device);
    return rc;
}

static struct device_gather_row *find_kept(const struct store_connection *connection, int64_t key)
{
    return connection->gathering ? device_gather_find(connection->gather, key) : NULL;
}

int device_store_get(struct store_connection *connection, const char *mac,
    struct device_record *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return fail_unknown(mac, err);

    const struct device_gather_row *kept = find_kept(connection, key);

    if (kept != NULL) {
        *out = kept->device;
        return 0;
    }
    statement_open(&s, connection, select_one);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        device_row_read(&s, out);
    statement_close(&s);
    return rc == 0 ? fail_unknown(mac, err) : rc < 0 ? rc : keep(connection, key, out, err);
}

// False without memory.
static bool change(
    struct device_gather_row *row, const struct device_record *device, const char *status_json)
{
    char *copy = NULL;

    if (status_json != NULL) {
        copy = strdup(status_json);
        if (copy == NULL)
            return false;
        free(row->status_json);
        row->status_json = copy;
    }
    row->device = *device;
    row->changed = true;
    return true;
}

int device_store_put(struct store_connection *connection, const struct device_record *device,
    const char *status_json, struct err *err)
{
    struct device_gather_row *kept;
    int64_t key;

    if (!mac_key_from_text(device->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", device->mac);
    kept = find_kept(connection, key);
    if (kept == NULL) // a new one, which other rows are to refer to
        return device_row_write(connection, key, device, status_json, err);
    return change(kept, device, status_json)
               ? 0
               : err_set(err, ERR_NO_MEMORY, "no memory for a device");
}

int device_store_get_status_json(
    struct store_connection *connection, const char *mac, char **out, struct err *err)
{
    struct statement s;
    int64_t key;
    char *copy = NULL;

    if (!mac_key_from_text(mac, &key))
        return fail_unknown(mac, err);

    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_json);
    statement_bind_int(&s, key);
    rc = statement_step(&s, err);

    if (rc == 0)
        rc = fail_unknown(mac, err);
    if (rc > 0 && !statement_is_null(&s, 0)) {
        copy = statement_text_copy(&s, 0);
        if (copy == NULL)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for a status");
    }
    statement_close(&s);
    if (rc < 0)
        return rc;
    *out = copy;
    return 0;
}

static int each_row(struct statement *s, int (*each)(const struct device_record *device, void *ctx),
    void *ctx, struct err *err)
{
    struct device_record device;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        device_row_read(s, &device);
        rc = each(&device, ctx);
    }
    return rc;
}

int device_store_check_filter(
    struct store_connection *connection, const struct device_filter *filter, struct err *err)
{
    struct device_where *where = NULL;
    int rc = device_where_new(connection, filter, &count_frame, &where, err);

    device_where_free(where);
    return rc;
}

int device_store_page(struct store_connection *connection, const struct device_filter *filter,
    const char *after, int64_t limit, int (*each)(const struct device_record *device, void *ctx),
    void *ctx, struct err *err)
{
    struct device_where *where = NULL;
    struct statement s;
    int64_t key = -1;

    if (after[0] != '\0' && !mac_key_from_text(after, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", after);

    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    rc = device_where_new(connection, filter, &page_frame, &where, err);
    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    statement_bind_int(&s, key);
    statement_bind_int(&s, limit);
    device_where_bind(where, &s);
    rc = each_row(&s, each, ctx, err);
    device_where_free(where);
    return rc;
}

int device_store_each(struct store_connection *connection, const struct device_filter *filter,
    int (*each)(const struct device_record *device, void *ctx), void *ctx, struct err *err)
{
    return device_store_page(connection, filter, "", INT64_MAX, each, ctx, err);
}

int device_store_count_filtered(struct store_connection *connection,
    const struct device_filter *filter, int64_t *out, struct err *err)
{
    struct device_where *where = NULL;
    struct statement s;
    int rc = write_and_clear(connection, err);

    if (rc == 0)
        rc = device_where_new(connection, filter, &count_frame, &where, err);
    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    device_where_bind(where, &s);
    rc = statement_step(&s, err);
    if (rc > 0)
        *out = statement_int(&s, 0);
    statement_close(&s);
    device_where_free(where);
    return rc < 0 ? rc : 0;
}

int device_store_expire(
    struct store_connection *connection, int64_t seen_before_ms, struct err *err)
{
    struct statement s;

    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, expire);
    statement_bind_int(&s, DEVICE_REASON_SILENT);
    statement_bind_int(&s, seen_before_ms);
    return statement_run(&s, err);
}

int device_store_count(
    struct store_connection *connection, int64_t *total, int64_t *online, struct err *err)
{
    struct statement s;

    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, count_all);
    rc = statement_step(&s, err);

    if (rc > 0) {
        *total = statement_int(&s, 0);
        *online = statement_int(&s, 1);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int device_store_each_image(struct store_connection *connection,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_images);
    return device_rows_each_image(&s, each, ctx, err);
}

int device_store_each_running(struct store_connection *connection, const char *image,
    int (*each)(const char *mac, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_running);
    statement_bind_text(&s, image);
    return device_rows_each_mac(&s, each, ctx, err);
}

int device_store_each_mac(struct store_connection *connection,
    int (*each)(const char *mac, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int rc = write_and_clear(connection, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_macs);
    return device_rows_each_mac(&s, each, ctx, err);
}

int device_store_remove(struct store_connection *connection, const char *mac, struct err *err)
{
    int rc = write_and_clear(connection, err);

    return rc < 0 ? rc : device_rows_delete(connection, delete_one, mac, err);
}
