// What devices have downloaded, in the database.
#include "server/store/download_store.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_parts[] =
    "SELECT spans FROM downloads WHERE device = ? AND file = ? AND sha256 = ? AND size_bytes = ?";

static const char put_parts[] =
    "INSERT INTO downloads (device, file, sha256, size_bytes, spans) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (device, file) DO UPDATE SET sha256 = excluded.sha256,"
    " size_bytes = excluded.size_bytes, spans = excluded.spans";

static const char delete_parts[] = "DELETE FROM downloads WHERE device = ? AND file = ?";

static const char delete_all_parts[] = "DELETE FROM downloads WHERE device = ?";

static const char select_staged[] = "SELECT image, sha256, at_ms FROM staged WHERE device = ?";

static const char put_staged[] =
    "INSERT INTO staged (device, image, sha256, at_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (device) DO UPDATE SET image = excluded.image, sha256 = excluded.sha256,"
    " at_ms = excluded.at_ms";

static const char delete_staged[] = "DELETE FROM staged WHERE device = ?";

static const char count_staged[] = "SELECT image, count(*) FROM staged GROUP BY image";

static const char select_holders[] = "SELECT device FROM staged WHERE image = ? ORDER BY device";

static int fail_unknown(const char *mac, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND, "nothing is known of downloads of %s", mac);
}

int download_store_get_parts(struct store_connection *connection,
    const struct download_store_parts *parts, char **spans, struct err *err)
{
    struct statement s;
    int64_t key;
    char *copy = NULL;

    if (!mac_key_from_text(parts->mac, &key))
        return fail_unknown(parts->mac, err);
    statement_open(&s, connection, select_parts);
    statement_bind_int(&s, key);
    statement_bind_text(&s, parts->file);
    statement_bind_text(&s, parts->sha256);
    statement_bind_int(&s, parts->size_bytes);

    int rc = statement_step(&s, err);

    if (rc > 0 && (copy = statement_text_copy(&s, 0)) == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for parts of a file");
    statement_close(&s);
    if (rc < 0)
        return rc;
    *spans = copy;
    return 0;
}

int download_store_put_parts(struct store_connection *connection,
    const struct download_store_parts *parts, const char *spans, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(parts->mac, &key))
        return fail_unknown(parts->mac, err);
    statement_open(&s, connection, put_parts);
    statement_bind_int(&s, key);
    statement_bind_text(&s, parts->file);
    statement_bind_text(&s, parts->sha256);
    statement_bind_int(&s, parts->size_bytes);
    statement_bind_text(&s, spans);
    return statement_run(&s, err);
}

int download_store_remove_parts(
    struct store_connection *connection, const char *mac, const char *file, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return fail_unknown(mac, err);
    statement_open(&s, connection, delete_parts);
    statement_bind_int(&s, key);
    statement_bind_text(&s, file);
    return statement_run(&s, err);
}

int download_store_get_staged(struct store_connection *connection, const char *mac,
    struct download_store_staged *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return fail_unknown(mac, err);
    statement_open(&s, connection, select_staged);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        memcpy(out->mac, mac, sizeof out->mac);
        statement_text(&s, 0, out->image, sizeof out->image);
        statement_text(&s, 1, out->sha256, sizeof out->sha256);
        out->at_ms = statement_int(&s, 2);
    }
    statement_close(&s);
    return rc < 0 ? rc : rc == 0 ? fail_unknown(mac, err) : 0;
}

int download_store_stage(struct store_connection *connection,
    const struct download_store_staged *staged, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(staged->mac, &key))
        return fail_unknown(staged->mac, err);
    statement_open(&s, connection, put_staged);
    statement_bind_int(&s, key);
    statement_bind_text(&s, staged->image);
    statement_bind_text(&s, staged->sha256);
    statement_bind_int(&s, staged->at_ms);
    return statement_run(&s, err);
}

int download_store_unstage(struct store_connection *connection, const char *mac, struct err *err)
{
    return device_rows_delete(connection, delete_staged, mac, err);
}

int download_store_each_staged(struct store_connection *connection,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_staged);
    return device_rows_each_image(&s, each, ctx, err);
}

int download_store_each_holder(struct store_connection *connection, const char *image,
    int (*each)(const char *mac, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_holders);
    statement_bind_text(&s, image);
    return device_rows_each_mac(&s, each, ctx, err);
}

int download_store_forget(struct store_connection *connection, const char *mac, struct err *err)
{
    int rc = device_rows_delete(connection, delete_all_parts, mac, err);

    return rc < 0 ? rc : device_rows_delete(connection, delete_staged, mac, err);
}
