// What is known of a device by the hour.
#include "server/store/health_store.h"

#include "server/model/event.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_hours[] =
    "SELECT hour_ms, count, has,"
    " CASE WHEN rssi_count > 0 THEN CAST(rssi_sum AS DOUBLE PRECISION) / rssi_count ELSE 0 END,"
    " free_heap_min, max_loop_max, new_errors"
    " FROM status_hours WHERE device = ?1 AND hour_ms >= ?2 AND hour_ms < ?3 ORDER BY hour_ms";

static const char select_incidents[] =
    "SELECT at_ms - at_ms % 3600000 AS hour_ms, kind, count(*)"
    " FROM events WHERE device = ?1 AND at_ms >= ?2 AND at_ms < ?3"
    " AND kind IN ('reboot', 'boot', 'will', 'error') GROUP BY hour_ms, kind ORDER BY hour_ms, "
    "kind";

static const char select_newest[] = "SELECT max(hour_ms) FROM status_hours";

static void open_span(struct statement *s, struct store_connection *connection, const char *sql,
    int64_t key, const int64_t span_ms[2])
{
    statement_open(s, connection, sql);
    statement_bind_int(s, key);
    statement_bind_int(s, span_ms[0]);
    statement_bind_int(s, span_ms[1]);
}

static void read_hour(struct statement *s, struct health_store_hour *out)
{
    *out = (struct health_store_hour){
        .hour_ms = statement_int(s, 0),
        .statuses = statement_int(s, 1),
        .has = (unsigned)statement_int(s, 2),
        .rssi_avg_dbm = statement_double(s, 3),
        .free_heap_min_bytes = (uint32_t)statement_int(s, 4),
        .max_loop_max_ms = (uint32_t)statement_int(s, 5),
        .new_errors = statement_int(s, 6),
    };
}

int health_store_each_hour(struct store_connection *connection, const char *mac,
    const int64_t span_ms[2], int (*each)(const struct health_store_hour *hour, void *ctx),
    void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(mac, &key))
        return 0;
    open_span(&s, connection, select_hours, key, span_ms);
    while (statement_next(&s, &rc, err)) {
        struct health_store_hour hour;

        read_hour(&s, &hour);
        rc = each(&hour, ctx);
    }
    return rc;
}

int health_store_each_incident(struct store_connection *connection, const char *mac,
    const int64_t span_ms[2], int (*each)(const struct health_store_incidents *found, void *ctx),
    void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(mac, &key))
        return 0;
    open_span(&s, connection, select_incidents, key, span_ms);
    while (statement_next(&s, &rc, err)) {
        char kind[EVENT_KIND_SIZE];
        struct health_store_incidents found = {
            .hour_ms = statement_int(&s, 0), .kind = kind, .count = statement_int(&s, 2)};

        statement_text(&s, 1, kind, sizeof kind);
        rc = each(&found, ctx);
    }
    return rc;
}

int health_store_newest_hour(struct store_connection *connection, int64_t *hour_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_newest);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *hour_ms = statement_is_null(&s, 0) ? 0 : statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}
