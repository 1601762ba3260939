// Commands in the database.
#include "server/store/command_store.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/store/batch_store.h"
#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/payload_store.h"
#include "server/store/statement.h"

// The numbers of enum command_state stand in these texts and in the indexes' conditions.
_Static_assert(COMMAND_QUEUED == 0 && COMMAND_SENT == 1 && COMMAND_DONE == 2 &&
                   COMMAND_FAILED == 3 && COMMAND_EXPIRED == 4 && COMMAND_CANCELLED == 5 &&
                   COMMAND_WAITING == 6,
    "the states are stored as these numbers");

#define COLUMNS                                                                                    \
    "c.id, c.device, c.name, c.state, c.result, c.image, c.detail, c.created_at_ms,"               \
    " c.sent_at_ms, c.ended_at_ms, c.forced, c.batch, c.wave, c.step, c.code, c.accepted_at_ms,"   \
    " c.due_at_ms, c.sends, c.inferred, c.last_sent_at_ms"
#define COLUMN_COUNT 20 // of these; what else is selected stands behind them
#define SELECT "SELECT " COLUMNS " FROM commands AS c"
#define PAGE                                                                                       \
    SELECT " WHERE c.id < ?1 AND (?2 < 0 OR c.state = ?2) AND (?3 = '' OR c.name = ?3)"            \
           " AND (?5 < 0 OR CASE WHEN c.accepted_at_ms > 0 THEN 1 ELSE 0 END = ?5)"

static const char insert[] =
    "INSERT INTO commands"
    " (device, name, state, result, image, detail, created_at_ms, sent_at_ms, ended_at_ms, step,"
    " code, accepted_at_ms, due_at_ms, sends, inferred, last_sent_at_ms, forced, batch, wave)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char update[] =
    "UPDATE commands SET state = ?, result = ?, image = ?, detail = ?, created_at_ms = ?,"
    " sent_at_ms = ?, ended_at_ms = ?, step = ?, code = ?, accepted_at_ms = ?, due_at_ms = ?,"
    " sends = ?, inferred = ?, last_sent_at_ms = ? WHERE id = ? RETURNING batch";

static const char select_one[] = SELECT " WHERE c.id = ?";

static const char select_newest[] = SELECT " ORDER BY c.id DESC LIMIT ?";

static const char select_newest_of_device[] =
    SELECT " WHERE c.device = ? ORDER BY c.id DESC LIMIT ?";
static const char select_page[] = PAGE " ORDER BY c.id DESC LIMIT ?4";
static const char select_page_of_device[] = PAGE " AND c.device = ?6 ORDER BY c.id DESC LIMIT ?4";
static const char select_of_batch[] =
    SELECT " INDEXED BY commands_batch"
           " WHERE c.batch = ?1 AND c.batch > 0 AND c.name = ?2 ORDER BY c.wave, c.id";

static const char select_open_of_device[] =
    SELECT " WHERE c.device = ? AND c.state IN (0, 1, 6) ORDER BY c.id";

static const char delete_of_device[] = "DELETE FROM commands WHERE device = ?";

static const char select_due[] =
    "SELECT " COLUMNS ", d.spelling FROM devices AS d INDEXED BY devices_due"
    " CROSS JOIN commands AS c ON c.id ="
    "  (SELECT min(q.id) FROM commands AS q INDEXED BY commands_queued_device"
    "   WHERE q.device = d.mac AND q.state = 0)"
    " WHERE d.online = 1 AND d.queued > 0 AND d.sent = 0 AND d.last_seen_ms >= ? ORDER BY c.id";

static const char select_sent[] =
    SELECT " INDEXED BY commands_sent_device"
           " WHERE c.device = ? AND c.state = 1 ORDER BY c.id LIMIT 1";

static const char select_expired[] =
    "SELECT EXISTS (SELECT 1 FROM commands INDEXED BY commands_sent"
    "  WHERE state = 1 AND due_at_ms <= ?)"
    " OR EXISTS (SELECT 1 FROM commands INDEXED BY commands_queued"
    "  WHERE state = 0 AND created_at_ms < ?)";

static const char select_overdue[] =
    SELECT " INDEXED BY commands_sent"
           " WHERE c.state = 1 AND c.due_at_ms <= ? ORDER BY c.due_at_ms LIMIT ?";

// A flash is begun by one image, and its end may be told by another.
static const char select_acknowledges[] =
    "SELECT c.accepted_at_ms FROM commands AS c WHERE c.device = ? AND c.state IN (1, 2, 3)"
    " AND (c.state <> 1 OR c.accepted_at_ms > 0) AND c.inferred = 0 AND c.sent_at_ms > 0"
    " AND c.name <> 'flash' AND c.result NOT IN ('busy', 'unknown-command')"
    " ORDER BY c.id DESC LIMIT 1";

static const char expire_queued[] =
    "UPDATE commands INDEXED BY commands_queued SET state = 4, ended_at_ms = ?,"
    " result = 'timeout', detail = 'never sent: the device was not online and free in time'"
    " WHERE state = 0 AND created_at_ms < ?";

static void read_command(struct statement *s, struct command *out)
{
    memset(out, 0, sizeof *out);
    out->id = statement_int(s, 0);
    mac_key_to_text(statement_int(s, 1), out->mac);
    statement_text(s, 2, out->name, sizeof out->name);
    out->state = (enum command_state)statement_int(s, 3);
    statement_text(s, 4, out->result, sizeof out->result);
    statement_text(s, 5, out->image, sizeof out->image);
    statement_text(s, 6, out->detail, sizeof out->detail);
    out->created_at_ms = statement_int(s, 7);
    out->sent_at_ms = statement_int(s, 8);
    out->ended_at_ms = statement_int(s, 9);
    out->forced = statement_int(s, 10) != 0;
    out->batch = statement_int(s, 11);
    out->wave = statement_int(s, 12);
    statement_text(s, 13, out->step, sizeof out->step);
    out->code = statement_int(s, 14);
    out->accepted_at_ms = statement_int(s, 15);
    out->due_at_ms = statement_int(s, 16);
    out->sends = statement_int(s, 17);
    out->inferred = statement_int(s, 18) != 0;
    out->last_sent_at_ms = statement_int(s, 19);
}

static void bind_outcome(struct statement *s, const struct command *command)
{
    statement_bind_int(s, command->state);
    statement_bind_text(s, command->result);
    statement_bind_text(s, command->image);
    statement_bind_text(s, command->detail);
    statement_bind_int(s, command->created_at_ms);
    statement_bind_int(s, command->sent_at_ms);
    statement_bind_int(s, command->ended_at_ms);
    statement_bind_text(s, command->step);
    statement_bind_int(s, command->code);
    statement_bind_int(s, command->accepted_at_ms);
    statement_bind_int(s, command->due_at_ms);
    statement_bind_int(s, command->sends);
    statement_bind_int(s, command->inferred);
    statement_bind_int(s, command->last_sent_at_ms);
}

int command_store_add(struct store_connection *connection, struct command *command, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(command->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", command->mac);
    statement_open(&s, connection, insert);
    statement_bind_int(&s, key);
    statement_bind_text(&s, command->name);
    bind_outcome(&s, command);
    statement_bind_int(&s, command->forced);
    statement_bind_int(&s, command->batch);
    statement_bind_int(&s, command->wave);

    int rc = statement_run(&s, err);

    if (rc == 0)
        command->id = sqlite3_last_insert_rowid(connection->db);
    return rc;
}

// Reads at most one command and closes the statement.
static int read_one(struct statement *s, struct command *out, struct err *err)
{
    int rc = statement_step(s, err);

    if (rc > 0)
        read_command(s, out);
    statement_close(s);
    return rc < 0 ? rc : rc == 0 ? err_set(err, ERR_NOT_FOUND, "no such command") : 0;
}

int command_store_get(
    struct store_connection *connection, int64_t id, struct command *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_one);
    statement_bind_int(&s, id);
    return read_one(&s, out, err);
}

int command_store_update(
    struct store_connection *connection, const struct command *command, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update);
    bind_outcome(&s, command);
    statement_bind_int(&s, command->id);

    int rc = statement_step(&s, err);
    int64_t batch = rc > 0 ? statement_int(&s, 0) : 0;

    statement_close(&s);
    if (rc <= 0)
        return rc < 0 ? rc : err_set(err, ERR_NOT_FOUND, "no such command");
    if (!command_state_is_end(command->state))
        return 0;
    rc = payload_store_remove(connection, command->id, err);
    return rc < 0 ? rc : batch_store_settle(connection, batch, command->ended_at_ms, err);
}

static int each_row(struct statement *s, int (*each)(const struct command *command, void *ctx),
    void *ctx, struct err *err)
{
    struct command command;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        read_command(s, &command);
        rc = each(&command, ctx);
    }
    return rc;
}

int command_store_each(struct store_connection *connection, const char *mac, int64_t limit,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key = 0;

    if (mac != NULL && !mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, mac != NULL ? select_newest_of_device : select_newest);
    if (mac != NULL)
        statement_bind_int(&s, key);
    statement_bind_int(&s, limit);
    return each_row(&s, each, ctx, err);
}

int command_store_page(struct store_connection *connection, const struct command_store_wish *wish,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key = 0;

    if (wish->mac != NULL && !mac_key_from_text(wish->mac, &key))
        return 0;
    statement_open(&s, connection, wish->mac != NULL ? select_page_of_device : select_page);
    statement_bind_int(&s, wish->before);
    statement_bind_int(&s, wish->state);
    statement_bind_text(&s, wish->name);
    statement_bind_int(&s, wish->limit);
    statement_bind_int(&s, wish->accepted);
    if (wish->mac != NULL)
        statement_bind_int(&s, key);
    return each_row(&s, each, ctx, err);
}

int command_store_each_of_batch(struct store_connection *connection,
    const struct command_store_batch *batch, int (*each)(const struct command *command, void *ctx),
    void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_of_batch);
    statement_bind_int(&s, batch->id);
    statement_bind_text(&s, batch->name);
    return each_row(&s, each, ctx, err);
}

int command_store_each_due(struct store_connection *connection, int64_t seen_since_ms,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct command command;
    int rc = 0;

    statement_open(&s, connection, select_due);
    statement_bind_int(&s, seen_since_ms);
    while (statement_next(&s, &rc, err)) {
        read_command(&s, &command);
        statement_text(&s, COLUMN_COUNT, command.spelling, sizeof command.spelling);
        rc = each(&command, ctx);
    }
    return rc;
}

int command_store_get_sent(
    struct store_connection *connection, const char *mac, struct command *out, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_NOT_FOUND, "no such command");
    statement_open(&s, connection, select_sent);
    statement_bind_int(&s, key);
    return read_one(&s, out, err);
}

int command_store_get_in_hand(
    struct store_connection *connection, const char *mac, struct command *out, struct err *err)
{
    struct statement s;
    struct command newest;
    int64_t key;
    int rc = command_store_get_sent(connection, mac, out, err);

    if (rc != ERR_NOT_FOUND || !mac_key_from_text(mac, &key))
        return rc;
    statement_open(&s, connection, select_newest_of_device);
    statement_bind_int(&s, key);
    statement_bind_int(&s, 1);
    rc = read_one(&s, &newest, err);
    if (rc < 0)
        return rc;
    if (newest.state != COMMAND_CANCELLED || newest.sent_at_ms == 0)
        return err_set(err, ERR_NOT_FOUND, "no such command");
    *out = newest;
    return 0;
}

int command_store_each_open(struct store_connection *connection, const char *mac,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_open_of_device);
    statement_bind_int(&s, key);
    return each_row(&s, each, ctx, err);
}

int command_store_forget(struct store_connection *connection, const char *mac, struct err *err)
{
    int rc = batch_store_leave(connection, mac, clock_now_ms(), err);

    return rc < 0 ? rc : device_rows_delete(connection, delete_of_device, mac, err);
}

int command_store_has_expired(
    struct store_connection *connection, int64_t now_ms, int64_t queued_before_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_expired);
    statement_bind_int(&s, now_ms);
    statement_bind_int(&s, queued_before_ms);

    int rc = statement_step(&s, err);

    if (rc > 0)
        rc = statement_int(&s, 0) != 0;
    statement_close(&s);
    return rc;
}

int command_store_each_overdue(struct store_connection *connection,
    const struct command_store_overdue *overdue,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_overdue);
    statement_bind_int(&s, overdue->now_ms);
    statement_bind_int(&s, overdue->limit);
    return each_row(&s, each, ctx, err);
}

int command_store_acknowledges(
    struct store_connection *connection, const char *mac, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_acknowledges);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        rc = statement_int(&s, 0) != 0;
    statement_close(&s);
    return rc;
}

int command_store_expire(
    struct store_connection *connection, int64_t queued_before_ms, int64_t now_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, expire_queued);
    statement_bind_int(&s, now_ms);
    statement_bind_int(&s, queued_before_ms);

    int rc = statement_run(&s, err);
    int count = rc < 0 ? rc : sqlite3_changes(connection->db);

    if (count <= 0)
        return count;
    rc = payload_store_sweep(connection, err);
    if (rc == 0)
        rc = batch_store_settle_all(connection, now_ms, err);
    return rc < 0 ? rc : count;
}
