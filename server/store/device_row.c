// A device's row, read and written.
#include "server/store/device_row.h"

#include <string.h>

#include "server/store/mac_key.h"

// Parameters as those of `upsert`. For the usual status: the indexed columns stay as they are, so
// their indexes need not be touched.
static const char update_usual[] =
    "UPDATE devices SET reason = ?4, first_seen_ms = ?5, last_seen_ms = ?6, uptime_ms = ?7,"
    " max_loop_ms = ?8, mqtt_ms = ?9, rssi_dbm = ?10, free_heap_bytes = ?11, name = ?12,"
    " build = ?13, ip = ?14, error = ?15, speaks_events = ?16, reboots = ?17, bad_payloads = ?18,"
    " boot_ms = ?19, previous_boot_ms = ?20, shared_identity_at_ms = ?21, bad_payload_at_ms = ?22,"
    " spelling = ?23, config_hash = ?24, status_json = coalesce(?25, status_json)"
    " WHERE mac = ?1 AND online = ?2 AND image = ?3";

static const char upsert[] =
    "INSERT INTO devices (" DEVICE_ROW_COLUMNS ", status_json)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, ?20, ?21, ?22, ?23, ?24, ?25)"
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
    " bad_payload_at_ms = excluded.bad_payload_at_ms, spelling = excluded.spelling,"
    " config_hash = excluded.config_hash, status_json = coalesce(excluded.status_json, "
    "status_json)";

static int64_t read_optional(struct statement *s, int column, unsigned bit, unsigned *has)
{
    if (statement_is_null(s, column))
        return 0;
    *has |= bit;
    return statement_int(s, column);
}

void device_row_read(struct statement *s, struct device_record *out)
{
    struct device_status *status = &out->status;

    memset(out, 0, sizeof *out);
    mac_key_to_text(statement_int(s, 0), out->mac);
    out->online = statement_int(s, 1) != 0;
    statement_text(s, 2, status->image, sizeof status->image);
    out->reason = (enum device_reason)statement_int(s, 3);
    out->first_seen_ms = statement_int(s, 4);
    out->last_seen_ms = statement_int(s, 5);
    status->uptime_ms = read_optional(s, 6, DEVICE_HAS_UPTIME, &status->has);
    status->max_loop_ms = read_optional(s, 7, DEVICE_HAS_MAX_LOOP, &status->has);
    status->mqtt_ms = read_optional(s, 8, DEVICE_HAS_MQTT, &status->has);
    status->rssi_dbm = (int32_t)read_optional(s, 9, DEVICE_HAS_RSSI, &status->has);
    status->free_heap_bytes = (uint32_t)read_optional(s, 10, DEVICE_HAS_FREE_HEAP, &status->has);
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
    out->bad_payload_at_ms = statement_int(s, 21);
    statement_text(s, 22, out->spelling, sizeof out->spelling);
    statement_text(s, 23, status->config_hash, sizeof status->config_hash);
    out->revoked_at_ms = statement_int(s, 24); // NULL is 0
    out->limited_at_ms = statement_int(s, 25);
}

static void bind_optional(struct statement *s, bool has, int64_t value)
{
    if (has)
        statement_bind_int(s, value);
    else
        statement_bind_null(s);
}

static void bind_device(
    struct statement *s, int64_t key, const struct device_record *device, const char *status_json)
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
    statement_bind_int(s, device->bad_payload_at_ms);
    statement_bind_text(s, device->spelling);
    statement_bind_text(s, status->config_hash);
    statement_bind_text(s, status_json);
}

int device_row_write(struct store_connection *connection, int64_t key,
    const struct device_record *device, const char *status_json, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update_usual);
    bind_device(&s, key, device, status_json);

    int rc = statement_run(&s, err);

    if (rc < 0 || sqlite3_changes(connection->db) > 0)
        return rc;
    statement_open(&s, connection, upsert);
    bind_device(&s, key, device, status_json);
    return statement_run(&s, err);
}
