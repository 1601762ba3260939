// Events in the database.
#include "server/store/event_store.h"

#include "server/store/device_rows.h"
#include "server/store/event_row.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define DELETE_ROWS 10000

// Before the event, so that two writers take numbers in the order in which they commit. Of one row,
// by its key: for what may change many, SQLite keeps a copy of all pages, and an event costs twice.
static const char tick[] = "UPDATE event_clock SET newest = newest + 1 WHERE id = 1";

static const char insert[] =
    "INSERT INTO events (id, device, at_ms, kind, command, command_id, result, image, detail,"
    " class, step, code)"
    " VALUES ((SELECT newest FROM event_clock), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char select_newest[] =
    "SELECT " EVENT_ROW_COLUMNS
    " FROM events INDEXED BY events_order" // the order of arrival: a clock may have been wrong
    " WHERE device = ? ORDER BY id DESC LIMIT ?";

static const char select_page[] =
    "SELECT " EVENT_ROW_COLUMNS " FROM events INDEXED BY events_order"
    " WHERE device = ?1 AND id < ?2 AND (?3 = '' OR kind = ?3) ORDER BY id DESC LIMIT ?4";

static const char select_since[] =
    "SELECT 1 FROM events WHERE device = ? AND at_ms > ? AND kind = ? LIMIT 1";

static const char select_error_since[] =
    "SELECT 1 FROM events WHERE device = ?1 AND at_ms > ?2 AND kind = 'error' AND result = ?3"
    " LIMIT 1";

static const char delete_of_device[] = "DELETE FROM events WHERE device = ?";

static const char move_of_device[] = "UPDATE events SET device = ?2 WHERE device = ?1";
// By their order of arrival, whatever the clock was.
static const char delete_of_class[] =
    "DELETE FROM events WHERE device = ?1 AND class = ?2 AND id <="
    " (SELECT id FROM events AS e WHERE e.device = ?1 AND e.class = ?2"
    "  ORDER BY id DESC LIMIT 1 OFFSET ?3)";

static const char delete_oldest[] =
    "DELETE FROM events WHERE id IN"
    " (SELECT id FROM events WHERE at_ms < ? ORDER BY at_ms LIMIT ?)";

int event_store_add(struct store_connection *connection, const struct event *event,
    enum event_class class, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(event->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", event->mac);
    statement_open(&s, connection, tick);

    int rc = statement_run(&s, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, insert);
    statement_bind_int(&s, key);
    statement_bind_int(&s, event->at_ms);
    statement_bind_text(&s, event->kind);
    statement_bind_text(&s, event->command);
    statement_bind_int(&s, event->command_id);
    statement_bind_text(&s, event->result);
    statement_bind_text(&s, event->image);
    statement_bind_text(&s, event->detail);
    statement_bind_int(&s, class);
    statement_bind_text(&s, event->step);
    statement_bind_int(&s, event->code);
    return statement_run(&s, err);
}

int event_store_each(struct store_connection *connection, const char *mac, int64_t limit,
    int (*each)(const struct event *event, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct event event;
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_newest);
    statement_bind_int(&s, key);
    statement_bind_int(&s, limit);
    while (statement_next(&s, &rc, err)) {
        event_row_read(&s, &event);
        rc = each(&event, ctx);
    }
    return rc;
}

int event_store_page(struct store_connection *connection, const struct event_store_wish *wish,
    int (*each)(const struct event *event, int64_t id, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct event event;
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(wish->mac, &key))
        return 0;
    statement_open(&s, connection, select_page);
    statement_bind_int(&s, key);
    statement_bind_int(&s, wish->before);
    statement_bind_text(&s, wish->kind);
    statement_bind_int(&s, wish->limit);
    while (statement_next(&s, &rc, err)) {
        event_row_read(&s, &event);
        rc = each(&event, statement_int(&s, EVENT_ROW_ID), ctx);
    }
    return rc;
}

int event_store_has_since(struct store_connection *connection, const char *mac, const char *kind,
    int64_t since_ms, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_since);
    statement_bind_int(&s, key);
    statement_bind_int(&s, since_ms);
    statement_bind_text(&s, kind);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

int event_store_has_error_since(struct store_connection *connection, const char *mac,
    const char *result, int64_t since_ms, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_error_since);
    statement_bind_int(&s, key);
    statement_bind_int(&s, since_ms);
    statement_bind_text(&s, result);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

int event_store_delete_before(
    struct store_connection *connection, int64_t before_ms, bool *more, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_oldest);
    statement_bind_int(&s, before_ms);
    statement_bind_int(&s, DELETE_ROWS);

    int rc = statement_run(&s, err);

    if (rc == 0)
        *more = sqlite3_changes(connection->db) == DELETE_ROWS;
    return rc;
}

int event_store_trim(struct store_connection *connection, const char *mac, enum event_class class,
    int64_t keep, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, delete_of_class);
    statement_bind_int(&s, key);
    statement_bind_int(&s, class);
    statement_bind_int(&s, keep);
    return statement_run(&s, err);
}

int event_store_forget(struct store_connection *connection, const char *mac, struct err *err)
{
    return device_rows_delete(connection, delete_of_device, mac, err);
}

int event_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err)
{
    return device_rows_move(connection, move_of_device, macs, err);
}
