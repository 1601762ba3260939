// Webhooks in the database.
#include "server/store/webhook_store.h"

#include <stdlib.h>
#include <string.h>

#include "server/select/select_tree.h"
#include "server/store/statement.h"

_Static_assert(WEBHOOK_FILTER_SIZE == SELECT_FILTER_MAX + 1, "each filter fits");

#define GIVEN "name, url, kinds, filter, sealed, set_by, created_at_ms"
#define KEPT                                                                                       \
    "state, event_cursor, audit_cursor, sent, failed, given_up, dropped, last_message,"            \
    " last_at_ms, last_status, last_error, alert_cursor"

static const char insert[] =
    "INSERT INTO webhooks (" GIVEN ", event_cursor, audit_cursor, alert_cursor)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT newest FROM event_clock),"
    " (SELECT COALESCE(MAX(number), 0) FROM audit),"
    " (SELECT COALESCE(MAX(number), 0) FROM alert_notes)) RETURNING id";

static const char select_one[] = "SELECT id, " GIVEN ", " KEPT " FROM webhooks WHERE name = ?1";

static const char select_all[] = "SELECT id, " GIVEN ", " KEPT " FROM webhooks ORDER BY name";

static const char delete_one[] = "DELETE FROM webhooks WHERE name = ?1";

static const char update[] =
    "UPDATE webhooks SET state = ?2, event_cursor = ?3, audit_cursor = ?4, sent = ?5, failed = ?6,"
    " given_up = ?7, dropped = ?8, last_message = ?9, last_at_ms = ?10, last_status = ?11,"
    " last_error = ?12, alert_cursor = ?13 WHERE id = ?1";

static const char count_messages[] =
    "SELECT count(*), COALESCE(MIN(queued_at_ms), 0) FROM webhook_messages WHERE webhook = ?1";

static const char insert_message[] =
    "INSERT INTO webhook_messages (webhook, message, queued_at_ms, next_at_ms, tries, body)"
    " VALUES (?1, ?2, ?3, ?4, 0, ?5)";

static const char delete_oldest[] = "DELETE FROM webhook_messages WHERE webhook = ?1 AND id <="
                                    " (SELECT id FROM webhook_messages AS m WHERE m.webhook = ?1"
                                    "  ORDER BY id DESC LIMIT 1 OFFSET ?2)";

static const char select_first[] =
    "SELECT id, message, queued_at_ms, next_at_ms, tries, body FROM webhook_messages"
    " WHERE webhook = ?1 AND (next_at_ms <= ?2 OR next_at_ms > ?3) ORDER BY id LIMIT 1";

static const char select_message[] =
    "SELECT 1 FROM webhook_messages WHERE id = ?1 AND message = ?2";

static const char delay_message[] =
    "UPDATE webhook_messages SET next_at_ms = ?3, tries = ?4 WHERE id = ?1 AND message = ?2";

static const char delete_message[] = "DELETE FROM webhook_messages WHERE id = ?1 AND message = ?2";

static void read_row(struct statement *s, struct webhook *out)
{
    memset(out, 0, sizeof *out);
    out->id = statement_int(s, 0);
    statement_text(s, 1, out->name, sizeof out->name);
    statement_text(s, 2, out->url, sizeof out->url);
    statement_text(s, 3, out->kinds, sizeof out->kinds);
    statement_text(s, 4, out->filter, sizeof out->filter);
    out->sealed_size = statement_blob(s, 5, out->sealed, sizeof out->sealed);
    statement_text(s, 6, out->set_by, sizeof out->set_by);
    out->created_at_ms = statement_int(s, 7);
    out->state = statement_int(s, 8) == WEBHOOK_ON ? WEBHOOK_ON : WEBHOOK_GONE;
    out->event_cursor = statement_int(s, 9);
    out->audit_cursor = statement_int(s, 10);
    out->sent = statement_int(s, 11);
    out->failed = statement_int(s, 12);
    out->given_up = statement_int(s, 13);
    out->dropped = statement_int(s, 14);
    statement_text(s, 15, out->last.message, sizeof out->last.message);
    out->last.at_ms = statement_int(s, 16);
    out->last.status = statement_int(s, 17);
    statement_text(s, 18, out->last.error, sizeof out->last.error);
    out->alert_cursor = statement_int(s, 19);
}

int webhook_store_add(struct store_connection *connection, struct webhook *webhook, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert);
    statement_bind_text(&s, webhook->name);
    statement_bind_text(&s, webhook->url);
    statement_bind_text(&s, webhook->kinds);
    statement_bind_text(&s, webhook->filter);
    statement_bind_blob(&s, webhook->sealed, webhook->sealed_size);
    statement_bind_text(&s, webhook->set_by);
    statement_bind_int(&s, webhook->created_at_ms);

    int rc = statement_step(&s, err);

    if (rc > 0)
        webhook->id = statement_int(&s, 0);
    statement_close(&s);
    if (rc == ERR_CONFLICT)
        return err_set(
            err, rc, "there is a webhook %s; give this one another --name", webhook->name);
    return rc < 0 ? rc : 0;
}

int webhook_store_get(
    struct store_connection *connection, const char *name, struct webhook *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_one);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    if (rc == 0)
        return err_set(
            err, ERR_NOT_FOUND, "no webhook %.64s; 'secureesp webhooks list' shows them", name);
    return rc < 0 ? rc : 0;
}

int webhook_store_remove(struct store_connection *connection, const char *name, struct err *err)
{
    struct webhook webhook;
    struct statement s;
    int rc = webhook_store_get(connection, name, &webhook, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, delete_one);
    statement_bind_text(&s, name);
    return statement_run(&s, err);
}

int webhook_store_each(struct store_connection *connection,
    int (*each)(const struct webhook *webhook, void *ctx), void *ctx, struct err *err)
{
    struct webhook webhook;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &webhook);
        rc = each(&webhook, ctx);
    }
    return rc;
}

int webhook_store_count(struct store_connection *connection, int64_t webhook, int64_t *count,
    int64_t *oldest_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_messages);
    statement_bind_int(&s, webhook);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *count = statement_int(&s, 0);
        *oldest_ms = statement_int(&s, 1);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int webhook_store_update(
    struct store_connection *connection, const struct webhook *webhook, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update);
    statement_bind_int(&s, webhook->id);
    statement_bind_int(&s, webhook->state);
    statement_bind_int(&s, webhook->event_cursor);
    statement_bind_int(&s, webhook->audit_cursor);
    statement_bind_int(&s, webhook->sent);
    statement_bind_int(&s, webhook->failed);
    statement_bind_int(&s, webhook->given_up);
    statement_bind_int(&s, webhook->dropped);
    statement_bind_text(&s, webhook->last.message);
    statement_bind_int(&s, webhook->last.at_ms);
    statement_bind_int(&s, webhook->last.status);
    statement_bind_text(&s, webhook->last.error);
    statement_bind_int(&s, webhook->alert_cursor);
    return statement_run(&s, err);
}

int webhook_store_queue(struct store_connection *connection, const struct webhook_message *message,
    const char *body, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert_message);
    statement_bind_int(&s, message->webhook);
    statement_bind_text(&s, message->id);
    statement_bind_int(&s, message->queued_at_ms);
    statement_bind_int(&s, message->next_at_ms);
    statement_bind_text(&s, body);
    return statement_run(&s, err);
}

int webhook_store_bound(struct store_connection *connection, int64_t webhook, int64_t keep,
    int64_t *removed, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_oldest);
    statement_bind_int(&s, webhook);
    statement_bind_int(&s, keep);

    int rc = statement_run(&s, err);

    if (rc == 0)
        *removed = sqlite3_changes(connection->db);
    return rc;
}

int webhook_store_first(struct store_connection *connection, const struct webhook_store_due *due,
    struct webhook_message *out, char **body, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_first);
    statement_bind_int(&s, due->webhook);
    statement_bind_int(&s, due->due_ms);
    statement_bind_int(&s, due->far_ms);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *out = (struct webhook_message){.number = statement_int(&s, 0),
            .webhook = due->webhook,
            .queued_at_ms = statement_int(&s, 2),
            .next_at_ms = statement_int(&s, 3),
            .tries = statement_int(&s, 4)};
        statement_text(&s, 1, out->id, sizeof out->id);
        *body = statement_text_copy(&s, 5);
        rc = *body == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for a message") : 1;
    }
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "nothing is due");
    return rc < 0 ? rc : 0;
}

static void open_message(struct statement *s, struct store_connection *connection, const char *sql,
    const struct webhook_message *message)
{
    statement_open(s, connection, sql);
    statement_bind_int(s, message->number);
    statement_bind_text(s, message->id);
}

int webhook_store_has(
    struct store_connection *connection, const struct webhook_message *message, struct err *err)
{
    struct statement s;

    open_message(&s, connection, select_message, message);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

int webhook_store_delay(
    struct store_connection *connection, const struct webhook_message *message, struct err *err)
{
    struct statement s;

    open_message(&s, connection, delay_message, message);
    statement_bind_int(&s, message->next_at_ms);
    statement_bind_int(&s, message->tries);
    return statement_run(&s, err);
}

int webhook_store_drop(
    struct store_connection *connection, const struct webhook_message *message, struct err *err)
{
    struct statement s;

    open_message(&s, connection, delete_message, message);
    return statement_run(&s, err);
}
