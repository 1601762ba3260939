// Devices in the database.
#include "server/store/device_store.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define COLUMNS                                                                                    \
    "mac, online, image, reason, first_seen_ms, last_seen_ms, uptime_ms, max_loop_ms, mqtt_ms, "   \
    "rssi_dbm, free_heap_bytes, name, build, ip, error, speaks_events, reboots, bad_payloads, "    \
    "boot_ms, previous_boot_ms, shared_identity_at_ms"

static const char select_one[] = "SELECT " COLUMNS " FROM devices WHERE mac = ?";

// Parameters as those of `upsert`. For the usual status: the indexed columns stay as they are, so
// their indexes need not be touched.
static const char update_usual[] =
    "UPDATE devices SET reason = ?4, first_seen_ms = ?5, last_seen_ms = ?6, uptime_ms = ?7,"
    " max_loop_ms = ?8, mqtt_ms = ?9, rssi_dbm = ?10, free_heap_bytes = ?11, name = ?12,"
    " build = ?13, ip = ?14, error = ?15, speaks_events = ?16, reboots = ?17, bad_payloads = ?18,"
    " boot_ms = ?19, previous_boot_ms = ?20, shared_identity_at_ms = ?21,"
    " status_json = coalesce(?22, status_json)"
    " WHERE mac = ?1 AND online = ?2 AND image = ?3";

static const char upsert[] =
    "INSERT INTO devices (" COLUMNS ", status_json)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, ?20, ?21, ?22)"
    " ON CONFLICT (mac) DO UPDATE SET online = excluded.online, image = excluded.image,"
    " reason = excluded.reason, first_seen_ms = excluded.first_seen_ms,"
    " last_seen_ms = excluded.last_seen_ms, uptime_ms = excluded.uptime_ms,"
    " max_loop_ms = excluded.max_loop_ms, mqtt_ms = excluded.mqtt_ms,"
    " rssi_dbm = excluded.rssi_dbm, free_heap_bytes = excluded.free_heap_bytes,"
    " name = excluded.name, build = excluded.build, ip = excluded.ip, error = excluded.error,"
    " speaks_events = excluded.speaks_events, reboots = excluded.reboots,"
    " bad_payloads = excluded.bad_payloads, boot_ms = excluded.boot_ms,"
    " previous_boot_ms = excluded.previous_boot_ms,"
    " shared_identity_at_ms = excluded.shared_identity_at_ms,"
    " status_json = coalesce(excluded.status_json, status_json)";

static const char select_json[] = "SELECT status_json FROM devices WHERE mac = ?";

static const char select_page[] =
    "SELECT " COLUMNS " FROM devices WHERE mac > ?1"
    " AND (?2 = 0 OR online = (?2 > 0)) AND (?3 IS NULL OR image GLOB ?3)"
    " ORDER BY mac LIMIT ?4";

static const char expire[] = "UPDATE devices SET online = 0, reason = ?1"
                             " WHERE online = 1 AND last_seen_ms < ?2";

static const char count_all[] = "SELECT (SELECT count(*) FROM devices),"
                                " (SELECT count(*) FROM devices WHERE online = 1)";

static const char select_images[] =
    "SELECT image, count(*) FROM devices WHERE image <> '' GROUP BY image";

static uint32_t read_u32(struct statement *s, int column, unsigned bit, unsigned *has)
{
    if (statement_is_null(s, column))
        return 0;
    *has |= bit;
    return (uint32_t)statement_int(s, column);
}

static void read_device(struct statement *s, struct device *out)
{
    struct device_status *status = &out->status;

    memset(out, 0, sizeof *out);
    mac_key_to_text(statement_int(s, 0), out->mac);
    out->online = statement_int(s, 1) != 0;
    statement_text(s, 2, status->image, sizeof status->image);
    out->reason = (enum device_reason)statement_int(s, 3);
    out->first_seen_ms = statement_int(s, 4);
    out->last_seen_ms = statement_int(s, 5);
    status->uptime_ms = read_u32(s, 6, DEVICE_HAS_UPTIME, &status->has);
    status->max_loop_ms = read_u32(s, 7, DEVICE_HAS_MAX_LOOP, &status->has);
    status->mqtt_ms = read_u32(s, 8, DEVICE_HAS_MQTT, &status->has);
    status->rssi_dbm = (int32_t)read_u32(s, 9, DEVICE_HAS_RSSI, &status->has);
    status->free_heap_bytes = read_u32(s, 10, DEVICE_HAS_FREE_HEAP, &status->has);
    statement_text(s, 11, status->name, sizeof status->name);
    statement_text(s, 12, status->build, sizeof status->build);
    statement_text(s, 13, status->ip, sizeof status->ip);
    statement_text(s, 14, status->error, sizeof status->error);
    out->speaks_events = statement_int(s, 15) != 0;
    out->reboots = statement_int(s, 16);
    out->bad_payloads = statement_int(s, 17);
    out->boot_ms = statement_int(s, 18);
    out->previous_boot_ms = statement_int(s, 19);
    out->shared_identity_at_ms = statement_int(s, 20);
}

static void bind_optional(struct statement *s, bool has, int64_t value)
{
    if (has)
        statement_bind_int(s, value);
    else
        statement_bind_null(s);
}

static void bind_device(
    struct statement *s, int64_t key, const struct device *device, const char *status_json)
{
    const struct device_status *status = &device->status;

    statement_bind_int(s, key);
    statement_bind_int(s, device->online);
    statement_bind_text(s, status->image);
    statement_bind_int(s, device->reason);
    statement_bind_int(s, device->first_seen_ms);
    statement_bind_int(s, device->last_seen_ms);
    bind_optional(s, (status->has & DEVICE_HAS_UPTIME) != 0, status->uptime_ms);
    bind_optional(s, (status->has & DEVICE_HAS_MAX_LOOP) != 0, status->max_loop_ms);
    bind_optional(s, (status->has & DEVICE_HAS_MQTT) != 0, status->mqtt_ms);
    bind_optional(s, (status->has & DEVICE_HAS_RSSI) != 0, status->rssi_dbm);
    bind_optional(s, (status->has & DEVICE_HAS_FREE_HEAP) != 0, status->free_heap_bytes);
    statement_bind_text(s, status->name);
    statement_bind_text(s, status->build);
    statement_bind_text(s, status->ip);
    statement_bind_text(s, status->error);
    statement_bind_int(s, device->speaks_events);
    statement_bind_int(s, device->reboots);
    statement_bind_int(s, device->bad_payloads);
    statement_bind_int(s, device->boot_ms);
    statement_bind_int(s, device->previous_boot_ms);
    statement_bind_int(s, device->shared_identity_at_ms);
    statement_bind_text(s, status_json);
}

static int fail_unknown(const char *mac, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND,
        "no device %s; 'secureesp devices list' shows those that have reported", mac);
}

int device_store_get(
    struct store_connection *connection, const char *mac, struct device *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return fail_unknown(mac, err);
    statement_open(&s, connection, select_one);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_device(&s, out);
    statement_close(&s);
    return rc == 0 ? fail_unknown(mac, err) : rc < 0 ? rc : 0;
}

int device_store_put(struct store_connection *connection, const struct device *device,
    const char *status_json, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(device->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", device->mac);
    statement_open(&s, connection, update_usual);
    bind_device(&s, key, device, status_json);

    int rc = statement_run(&s, err);

    if (rc < 0 || sqlite3_changes(connection->db) > 0)
        return rc;
    statement_open(&s, connection, upsert);
    bind_device(&s, key, device, status_json);
    return statement_run(&s, err);
}

int device_store_get_status_json(
    struct store_connection *connection, const char *mac, char **out, struct err *err)
{
    struct statement s;
    int64_t key;
    char *copy = NULL;

    if (!mac_key_from_text(mac, &key))
        return fail_unknown(mac, err);
    statement_open(&s, connection, select_json);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

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

static int each_row(struct statement *s, int (*each)(const struct device *device, void *ctx),
    void *ctx, struct err *err)
{
    struct device device;
    int rc;

    while ((rc = statement_step(s, err)) > 0) {
        read_device(s, &device);

        int answer = each(&device, ctx);

        if (answer != 0) {
            rc = answer;
            break;
        }
    }
    statement_close(s);
    return rc;
}

int device_store_page(struct store_connection *connection, const struct device_filter *filter,
    const char *after, size_t limit, int (*each)(const struct device *device, void *ctx), void *ctx,
    struct err *err)
{
    struct statement s;
    int64_t key = -1;

    if (after[0] != '\0' && !mac_key_from_text(after, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", after);
    statement_open(&s, connection, select_page);
    statement_bind_int(&s, key);
    statement_bind_int(&s, filter != NULL ? filter->online : 0);
    statement_bind_text(&s, filter != NULL ? filter->image_glob : NULL);
    statement_bind_int(&s, limit <= INT64_MAX ? (int64_t)limit : INT64_MAX);
    return each_row(&s, each, ctx, err);
}

int device_store_each(struct store_connection *connection, const struct device_filter *filter,
    int (*each)(const struct device *device, void *ctx), void *ctx, struct err *err)
{
    return device_store_page(connection, filter, "", INT64_MAX, each, ctx, err);
}

int device_store_expire(
    struct store_connection *connection, int64_t seen_before_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, expire);
    statement_bind_int(&s, DEVICE_REASON_SILENT);
    statement_bind_int(&s, seen_before_ms);
    return statement_run(&s, err);
}

int device_store_count(
    struct store_connection *connection, int64_t *total, int64_t *online, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_all);

    int rc = statement_step(&s, err);

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
    char image[IMAGE_NAME_SIZE];
    int rc;

    statement_open(&s, connection, select_images);
    while ((rc = statement_step(&s, err)) > 0) {
        statement_text(&s, 0, image, sizeof image);
        rc = each(image, statement_int(&s, 1), ctx);
        if (rc != 0)
            break;
    }
    statement_close(&s);
    return rc;
}
