// The history of statuses and its hourly roll-ups in the database.
#include "server/store/status_store.h"

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define HOUR_MS 3600000
#define DAY_MS (24 * (int64_t)HOUR_MS)
#define ROLL_UP_ROWS 20000 // of one call
#define DELETE_ROWS 10000  // of one call, of either kind

// One row, so that SQLite needs no savepoint for the statement: among 100,000 devices that would
// cost more than all the rest.
static const char insert[] =
    "INSERT INTO statuses"
    " (device, at_ms, uptime_ms, max_loop_ms, mqtt_ms, rssi_dbm, free_heap_bytes, new_errors)"
    " VALUES ((SELECT mac FROM devices WHERE mac = ?), ?, ?, ?, ?, ?, ?, ?)";

// Where the roll-up stands, the last status, and the first one not rolled up that belongs to the
// hour that is not over yet (or NULL).
static const char select_progress[] =
    "SELECT p.value, (SELECT max(id) FROM statuses),"
    " (SELECT min(id) FROM statuses"
    "  WHERE id > p.value AND id <= p.value + ?1 AND at_ms >= ?2 AND at_ms < ?2 + 3600000)"
    " FROM progress AS p WHERE p.name = 'rolled-up'";

static const char update_progress[] = "UPDATE progress SET value = ? WHERE name = 'rolled-up'";

// Two parts of an hour are one.
#define MERGE_HOURS                                                                                \
    " ON CONFLICT (device, hour_ms) DO UPDATE SET count = status_hours.count + excluded.count,"    \
    "  has = status_hours.has | excluded.has,"                                                     \
    "  rssi_min = min(coalesce(rssi_min, excluded.rssi_min),"                                      \
    "   coalesce(excluded.rssi_min, rssi_min)),"                                                   \
    "  rssi_max = max(coalesce(rssi_max, excluded.rssi_max),"                                      \
    "   coalesce(excluded.rssi_max, rssi_max)),"                                                   \
    "  rssi_sum = rssi_sum + excluded.rssi_sum, rssi_count = rssi_count + excluded.rssi_count,"    \
    "  free_heap_min = min(coalesce(free_heap_min, excluded.free_heap_min),"                       \
    "   coalesce(excluded.free_heap_min, free_heap_min)),"                                         \
    "  max_loop_max = max(coalesce(max_loop_max, excluded.max_loop_max),"                          \
    "   coalesce(excluded.max_loop_max, max_loop_max)),"                                           \
    "  new_errors = status_hours.new_errors + excluded.new_errors,"

// An hour may be rolled up in parts, and a part may come late if a clock was set back.
static const char roll_up[] =
    "INSERT INTO status_hours (device, hour_ms, count, has, rssi_min, rssi_max, rssi_sum,"
    "  rssi_count, free_heap_min, max_loop_max, new_errors, reboots)"
    " SELECT device, at_ms - at_ms % 3600000 AS hour, count(*),"
    "  max(rssi_dbm IS NOT NULL) * ?3 + max(free_heap_bytes IS NOT NULL) * ?4"
    "  + max(max_loop_ms IS NOT NULL) * ?5 + max(uptime_ms IS NOT NULL) * ?6"
    "  + max(mqtt_ms IS NOT NULL) * ?7,"
    "  min(rssi_dbm), max(rssi_dbm), coalesce(sum(rssi_dbm), 0), count(rssi_dbm),"
    "  min(free_heap_bytes), max(max_loop_ms), sum(new_errors),"
    "  (SELECT count(*) FROM events AS e WHERE e.device = s.device AND e.kind = 'reboot'"
    "   AND e.at_ms >= s.at_ms - s.at_ms % 3600000"
    "   AND e.at_ms < s.at_ms - s.at_ms % 3600000 + 3600000)"
    " FROM statuses AS s WHERE id > ?1 AND id <= ?2 AND device IN (SELECT mac FROM devices)"
    " GROUP BY device, hour" MERGE_HOURS "  reboots = excluded.reboots";

// From the oldest on, only what is rolled up. A clock that ran ahead must not keep a row for ever.
static const char delete_statuses[] =
    "DELETE FROM statuses WHERE id < (SELECT min(id) FROM statuses) + ?1"
    " AND id <= (SELECT value FROM progress WHERE name = 'rolled-up')"
    " AND (at_ms < ?2 OR at_ms > ?3)";

// Row numbers begin anew when the table's end is deleted.
static const char correct_progress[] =
    "UPDATE progress SET value = min(value, coalesce((SELECT max(id) FROM statuses), 0))"
    " WHERE name = 'rolled-up'";

static const char delete_hours[] =
    "DELETE FROM status_hours WHERE (device, hour_ms) IN"
    " (SELECT device, hour_ms FROM status_hours WHERE hour_ms < ?2 OR hour_ms > ?3 LIMIT ?1)";

static const char delete_one[] = "DELETE FROM statuses WHERE id = ? AND device = ?";

static const char delete_newer[] = "DELETE FROM statuses WHERE id > ? AND device = ?";

static const char delete_hours_of_device[] = "DELETE FROM status_hours WHERE device = ?";

static const char move_one[] = "UPDATE statuses SET device = ?3 WHERE id = ?1 AND device = ?2";

static const char move_newer[] = "UPDATE statuses SET device = ?3 WHERE id > ?1 AND device = ?2";

static const char move_hours[] =
    "INSERT INTO status_hours (device, hour_ms, count, has, rssi_min, rssi_max, rssi_sum,"
    "  rssi_count, free_heap_min, max_loop_max, new_errors, reboots)"
    " SELECT ?1, hour_ms, count, has, rssi_min, rssi_max, rssi_sum, rssi_count, free_heap_min,"
    "  max_loop_max, new_errors, reboots FROM status_hours WHERE device = ?2" MERGE_HOURS
    "  reboots = status_hours.reboots + excluded.reboots";

#define HOURS                                                                                      \
    "SELECT hour_ms, count, has, rssi_min, rssi_max,"                                              \
    " CASE WHEN rssi_count > 0 THEN CAST(rssi_sum AS DOUBLE PRECISION) / rssi_count ELSE 0 END,"   \
    " free_heap_min, max_loop_max, reboots, new_errors FROM status_hours"
static const char select_hours[] = HOURS " WHERE device = ? ORDER BY hour_ms DESC LIMIT ?";
static const char select_hours_after[] =
    HOURS " WHERE device = ?1 AND hour_ms > ?2 ORDER BY hour_ms LIMIT ?3";

static void bind_member(
    struct statement *s, const struct device_status *status, unsigned member, int64_t value)
{
    if ((status->has & member) != 0)
        statement_bind_int(s, value);
    else
        statement_bind_null(s);
}

int status_store_add(struct store_connection *connection, const char *mac, int64_t at_ms,
    const struct device_status *status, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", mac);
    statement_open(&s, connection, insert);
    statement_bind_int(&s, key);
    statement_bind_int(&s, at_ms);
    bind_member(&s, status, DEVICE_HAS_UPTIME, status->uptime_ms);
    bind_member(&s, status, DEVICE_HAS_MAX_LOOP, status->max_loop_ms);
    bind_member(&s, status, DEVICE_HAS_MQTT, status->mqtt_ms);
    bind_member(&s, status, DEVICE_HAS_RSSI, status->rssi_dbm);
    bind_member(&s, status, DEVICE_HAS_FREE_HEAP, status->free_heap_bytes);
    statement_bind_int(&s, status->is_new_error);

    int rc = statement_run(&s, err);

    if (rc == ERR_NOT_FOUND)
        return err_set(err, ERR_NOT_FOUND, "no device %s is known", mac);
    return rc;
}

struct progress {
    int64_t done;  // the last status that is rolled up
    int64_t until; // the last one that can be now
    bool more;
};

static int read_progress(
    struct store_connection *connection, int64_t hour_ms, struct progress *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_progress);
    statement_bind_int(&s, ROLL_UP_ROWS);
    statement_bind_int(&s, hour_ms);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        int64_t last = statement_int(&s, 1);

        out->done = statement_int(&s, 0);
        out->until = out->done + ROLL_UP_ROWS < last ? out->done + ROLL_UP_ROWS : last;
        if (!statement_is_null(&s, 2))
            out->until = statement_int(&s, 2) - 1;
        out->more = out->until == out->done + ROLL_UP_ROWS && out->until < last;
    }
    statement_close(&s);
    return rc < 0 ? rc : rc == 0 ? err_set(err, ERR_IO, "database: progress is lost") : 0;
}

static int run_roll_up(
    struct store_connection *connection, const struct progress *progress, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, roll_up);
    statement_bind_int(&s, progress->done);
    statement_bind_int(&s, progress->until);
    statement_bind_int(&s, DEVICE_HAS_RSSI);
    statement_bind_int(&s, DEVICE_HAS_FREE_HEAP);
    statement_bind_int(&s, DEVICE_HAS_MAX_LOOP);
    statement_bind_int(&s, DEVICE_HAS_UPTIME);
    statement_bind_int(&s, DEVICE_HAS_MQTT);

    int rc = statement_run(&s, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, update_progress);
    statement_bind_int(&s, progress->until);
    return statement_run(&s, err);
}

// Deletes at most DELETE_ROWS. 1 if there may be more.
static int run_delete(struct store_connection *connection, const char *sql, int64_t before_ms,
    int64_t after_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_int(&s, DELETE_ROWS);
    statement_bind_int(&s, before_ms);
    statement_bind_int(&s, after_ms);

    int rc = statement_run(&s, err);

    return rc < 0 ? rc : sqlite3_changes(connection->db) == DELETE_ROWS;
}

static int correct(struct store_connection *connection, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, correct_progress);
    return statement_run(&s, err);
}

int status_store_maintain(struct store_connection *connection, int64_t now_ms,
    int64_t keep_status_ms, int64_t keep_hours_ms, bool *more, struct err *err)
{
    struct progress progress = {0};
    int rc = read_progress(connection, now_ms - now_ms % HOUR_MS, &progress, err);

    if (rc == 0 && progress.until > progress.done)
        rc = run_roll_up(connection, &progress, err);
    if (rc < 0)
        return rc;

    int statuses =
        run_delete(connection, delete_statuses, now_ms - keep_status_ms, now_ms + DAY_MS, err);

    if (statuses < 0)
        return statuses;
    rc = correct(connection, err);
    if (rc < 0)
        return rc;

    int hours = run_delete(connection, delete_hours, now_ms - keep_hours_ms, now_ms + DAY_MS, err);

    if (hours < 0)
        return hours;
    *more = progress.more || statuses > 0 || hours > 0;
    return 0;
}

static void read_hour(struct statement *s, struct status_hour *out)
{
    *out = (struct status_hour){
        .hour_ms = statement_int(s, 0),
        .count = statement_int(s, 1),
        .has = (unsigned)statement_int(s, 2),
        .rssi_min_dbm = (int32_t)statement_int(s, 3),
        .rssi_max_dbm = (int32_t)statement_int(s, 4),
        .rssi_avg_dbm = statement_double(s, 5),
        .free_heap_min_bytes = (uint32_t)statement_int(s, 6),
        .max_loop_max_ms = (uint32_t)statement_int(s, 7),
        .reboots = statement_int(s, 8),
        .new_errors = statement_int(s, 9),
    };
}

// Closes the statement.
static int each_row(struct statement *s, int (*each)(const struct status_hour *hour, void *ctx),
    void *ctx, struct err *err)
{
    struct status_hour hour;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        read_hour(s, &hour);
        rc = each(&hour, ctx);
    }
    return rc;
}

int status_store_each_hour(struct store_connection *connection, const char *mac, int64_t limit,
    int (*each)(const struct status_hour *hour, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_hours);
    statement_bind_int(&s, key);
    statement_bind_int(&s, limit);
    return each_row(&s, each, ctx, err);
}

int status_store_each_hour_after(struct store_connection *connection,
    const struct status_store_wish *wish, int (*each)(const struct status_hour *hour, void *ctx),
    void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(wish->mac, &key))
        return 0;
    statement_open(&s, connection, select_hours_after);
    statement_bind_int(&s, key);
    statement_bind_int(&s, wish->after_ms);
    statement_bind_int(&s, wish->limit);
    return each_row(&s, each, ctx, err);
}

static int run_with(
    struct store_connection *connection, const char *sql, const int64_t numbers[2], struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_int(&s, numbers[0]);
    statement_bind_int(&s, numbers[1]);
    return statement_run(&s, err);
}

int status_store_forget(struct store_connection *connection, const char *mac,
    const struct status_found *found, struct err *err)
{
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(mac, &key))
        return 0;
    for (size_t i = 0; rc == 0 && i < found->count; i++)
        rc = run_with(connection, delete_one, (const int64_t[]){found->ids[i], key}, err);
    if (rc == 0)
        rc = run_with(connection, delete_newer, (const int64_t[]){found->until, key}, err);
    if (rc == 0)
        rc = device_rows_delete(connection, delete_hours_of_device, mac, err);
    return rc < 0 ? rc : correct(connection, err);
}

static int move_statuses(struct store_connection *connection, const int64_t keys[2],
    const struct status_found *found, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i <= found->count; i++) {
        struct statement s;
        bool is_last = i == found->count; // what came later

        statement_open(&s, connection, is_last ? move_newer : move_one);
        statement_bind_int(&s, is_last ? found->until : found->ids[i]);
        statement_bind_int(&s, keys[0]);
        statement_bind_int(&s, keys[1]);
        rc = statement_run(&s, err);
    }
    return rc;
}

int status_store_move(struct store_connection *connection, const char *const macs[2],
    const struct status_found *found, struct err *err)
{
    int64_t keys[2];

    if (!mac_key_from_text(macs[0], &keys[0]) || !mac_key_from_text(macs[1], &keys[1]))
        return 0;

    int rc = move_statuses(connection, keys, found, err);

    if (rc == 0)
        rc = run_with(connection, move_hours, (const int64_t[]){keys[1], keys[0]}, err);
    return rc < 0 ? rc : device_rows_delete(connection, delete_hours_of_device, macs[0], err);
}
