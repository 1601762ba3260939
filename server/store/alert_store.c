// Alerts in the database.
#include "server/store/alert_store.h"

#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_all[] =
    "SELECT number, kind, subject, detail, since_ms, seen_ms FROM alerts ORDER BY number";

static const char count_all[] = "SELECT count(*) FROM alerts";

static const char see[] =
    "UPDATE alerts SET detail = ?3, seen_ms = ?4 WHERE kind = ?1 AND subject = ?2 RETURNING number";

static const char insert[] =
    "INSERT INTO alerts (kind, subject, detail, since_ms, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5)";

static const char delete_one[] = "DELETE FROM alerts WHERE kind = ?1 AND subject = ?2";

static const char insert_note[] =
    "INSERT INTO alert_notes (at_ms, state, kind, subject, detail, since_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number";

static const char select_notes[] =
    "SELECT number, at_ms, state, kind, subject, detail, since_ms FROM alert_notes"
    " WHERE number > ?1 ORDER BY number LIMIT ?2";

static const char forget[] = "DELETE FROM alert_notes WHERE at_ms < ?1"
                             " AND number < (SELECT MAX(number) FROM alert_notes)";

static const char select_progress[] =
    "SELECT events, mailed, hour_ms, sent, held FROM alert_progress WHERE id = 1";

static const char update_progress[] = "UPDATE alert_progress SET events = ?1, mailed = ?2,"
                                      " hour_ms = ?3, sent = ?4, held = ?5 WHERE id = 1";

static const char select_silent[] =
    "SELECT mac, last_seen_ms FROM devices WHERE online = 0 AND last_seen_ms < ?1"
    " AND NOT EXISTS (SELECT 1 FROM device_revocations AS r WHERE r.device = devices.mac"
    "  AND r.readmitted_at_ms = 0)"
    " ORDER BY mac LIMIT ?2";

static const char count_events[] =
    "SELECT count(*) FROM events WHERE device = ?1 AND at_ms > ?2 AND kind = ?3";

int alert_store_each(struct store_connection *connection,
    int (*each)(const struct alert *alert, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        struct alert alert = {.number = statement_int(&s, 0)};

        statement_text(&s, 1, alert.kind, sizeof alert.kind);
        statement_text(&s, 2, alert.subject, sizeof alert.subject);
        statement_text(&s, 3, alert.detail, sizeof alert.detail);
        alert.since_ms = statement_int(&s, 4);
        alert.seen_ms = statement_int(&s, 5);
        rc = each(&alert, ctx);
    }
    return rc;
}

int alert_store_count(struct store_connection *connection, int64_t *count, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_all);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *count = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

// 1 if it was there, 0, or an error.
static int see_again(
    struct store_connection *connection, const struct alert *alert, int64_t now_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, see);
    statement_bind_text(&s, alert->kind);
    statement_bind_text(&s, alert->subject);
    statement_bind_text(&s, alert->detail);
    statement_bind_int(&s, now_ms);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

int alert_store_raise(
    struct store_connection *connection, const struct alert *alert, int64_t now_ms, struct err *err)
{
    struct alert_note note = {.at_ms = now_ms, .state = ALERT_RAISED, .alert = *alert};
    struct statement s;
    int rc = see_again(connection, alert, now_ms, err);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    statement_open(&s, connection, insert);
    statement_bind_text(&s, alert->kind);
    statement_bind_text(&s, alert->subject);
    statement_bind_text(&s, alert->detail);
    statement_bind_int(&s, alert->since_ms);
    statement_bind_int(&s, now_ms);
    rc = statement_run(&s, err);
    return rc < 0 ? rc : alert_store_note(connection, &note, err);
}

int alert_store_end(struct store_connection *connection, const struct alert *alert, int64_t now_ms,
    bool is_told, struct err *err)
{
    struct alert_note note = {.at_ms = now_ms, .state = ALERT_RESOLVED, .alert = *alert};
    struct statement s;

    statement_open(&s, connection, delete_one);
    statement_bind_text(&s, alert->kind);
    statement_bind_text(&s, alert->subject);

    int rc = statement_run(&s, err);

    return rc < 0 || !is_told ? rc : alert_store_note(connection, &note, err);
}

int alert_store_note(struct store_connection *connection, struct alert_note *note, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert_note);
    statement_bind_int(&s, note->at_ms);
    statement_bind_int(&s, note->state);
    statement_bind_text(&s, note->alert.kind);
    statement_bind_text(&s, note->alert.subject);
    statement_bind_text(&s, note->alert.detail);
    statement_bind_int(&s, note->alert.since_ms);

    int rc = statement_step(&s, err);

    if (rc > 0)
        note->number = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

static enum alert_state state_of(int64_t number)
{
    return number == ALERT_RAISED     ? ALERT_RAISED
           : number == ALERT_RESOLVED ? ALERT_RESOLVED
                                      : ALERT_TEST;
}

int alert_store_each_note(struct store_connection *connection,
    const struct alert_store_range *range, int (*each)(const struct alert_note *note, void *ctx),
    void *ctx, struct err *err)
{
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_notes);
    statement_bind_int(&s, range->after);
    statement_bind_int(&s, range->limit);
    while (statement_next(&s, &rc, err)) {
        struct alert_note note = {.number = statement_int(&s, 0),
            .at_ms = statement_int(&s, 1),
            .state = state_of(statement_int(&s, 2))};

        statement_text(&s, 3, note.alert.kind, sizeof note.alert.kind);
        statement_text(&s, 4, note.alert.subject, sizeof note.alert.subject);
        statement_text(&s, 5, note.alert.detail, sizeof note.alert.detail);
        note.alert.since_ms = statement_int(&s, 6);
        rc = each(&note, ctx);
    }
    return rc;
}

int alert_store_forget(struct store_connection *connection, int64_t before_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, forget);
    statement_bind_int(&s, before_ms);
    return statement_run(&s, err);
}

int alert_store_read_progress(
    struct store_connection *connection, struct alert_progress *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_progress);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *out = (struct alert_progress){statement_int(&s, 0), statement_int(&s, 1),
            statement_int(&s, 2), statement_int(&s, 3), statement_int(&s, 4)};
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_IO, "the row of alert_progress is gone");
    return rc < 0 ? rc : 0;
}

int alert_store_write_progress(
    struct store_connection *connection, const struct alert_progress *progress, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update_progress);
    statement_bind_int(&s, progress->events);
    statement_bind_int(&s, progress->mailed);
    statement_bind_int(&s, progress->hour_ms);
    statement_bind_int(&s, progress->sent);
    statement_bind_int(&s, progress->held);
    return statement_run(&s, err);
}

int alert_store_each_silent(struct store_connection *connection, const int64_t before_limit[2],
    int (*each)(const char *mac, int64_t last_seen_ms, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_silent);
    statement_bind_int(&s, before_limit[0]);
    statement_bind_int(&s, before_limit[1]);
    while (statement_next(&s, &rc, err)) {
        char mac[MAC_SIZE];

        mac_key_to_text(statement_int(&s, 0), mac);
        rc = each(mac, statement_int(&s, 1), ctx);
    }
    return rc;
}

int alert_store_count_events(struct store_connection *connection,
    const struct alert_store_events *wish, int64_t *count, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, count_events, wish->mac, err);

    if (rc < 0)
        return rc;
    statement_bind_int(&s, wish->since_ms);
    statement_bind_text(&s, wish->kind);
    rc = statement_step(&s, err);
    if (rc > 0)
        *count = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}
