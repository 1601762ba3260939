// Batches of commands in the database.
#include "server/store/batch_store.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/utf8.h"
#include "server/store/mac_key.h"
#include "server/store/payload_store.h"
#include "server/store/statement.h"

_Static_assert(COMMAND_QUEUED == 0 && COMMAND_SENT == 1 && COMMAND_DONE == 2 &&
                   COMMAND_FAILED == 3 && COMMAND_EXPIRED == 4 && COMMAND_CANCELLED == 5 &&
                   COMMAND_WAITING == 6 && COMMAND_STATE_COUNT == 7,
    "the states are stored as these numbers");

#define DETAIL_MAX 150 // of another command's detail

static const char begin[] = "UPDATE commands SET batch = id WHERE id = ?1";

static const char select_waiting[] = "SELECT batch FROM commands"
                                     " INDEXED BY commands_waiting"
                                     " WHERE state = 6 AND batch > ?1 ORDER BY batch LIMIT 1";

// The next wave.
static const char select_wave[] = "SELECT min(wave) FROM commands INDEXED BY commands_waiting"
                                  " WHERE batch = ?1 AND state = 6";

// What stands before it: first who has failed, in whatever wave, else who is under way.
static const char select_undone[] =
    "SELECT device, state, detail, name FROM commands INDEXED BY commands_batch"
    " WHERE batch = ?1 AND batch > 0 AND wave < ?2 AND state <> 2"
    " ORDER BY CASE WHEN state IN (3, 4, 5) THEN 0 ELSE 1 END, wave, id LIMIT 1";

static const char release[] = "UPDATE commands SET state = 0"
                              " WHERE batch = ?1 AND batch > 0 AND wave = ?2 AND state = 6";

static const char give_up[] =
    "UPDATE commands SET state = 3, result = ?2, detail = ?3, ended_at_ms = ?4"
    " WHERE batch = ?1 AND batch > 0 AND state = 6";

static const char leave[] =
    "UPDATE commands SET state = 5, result = ?2, detail = 'the device was forgotten',"
    " ended_at_ms = ?3 WHERE device = ?1 AND batch > 0 AND state IN (0, 1, 6)";

static const char select_summaries[] =
    "SELECT batch, min(created_at_ms), count(CASE WHEN state = 0 THEN 1 END),"
    " count(CASE WHEN state = 1 THEN 1 END), count(CASE WHEN state = 2 THEN 1 END),"
    " count(CASE WHEN state = 3 THEN 1 END), count(CASE WHEN state = 4 THEN 1 END),"
    " count(CASE WHEN state = 5 THEN 1 END), count(CASE WHEN state = 6 THEN 1 END),"
    " count(CASE WHEN state = 1 AND accepted_at_ms > 0 THEN 1 END)"
    " FROM commands INDEXED BY commands_batch"
    " WHERE batch > 0 AND batch >= ?1 AND batch <= ?2 AND name = ?3"
    " GROUP BY batch ORDER BY batch DESC LIMIT ?4";

int batch_store_begin(struct store_connection *connection, struct command *first, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, begin);
    statement_bind_int(&s, first->id);

    int rc = statement_run(&s, err);

    if (rc == 0)
        first->batch = first->id;
    return rc;
}

// Runs a text that has one row of one number, which may be NULL: 1, 0 for NULL, or an error.
static int read_number(struct statement *s, int64_t *out, struct err *err)
{
    int rc = statement_step(s, err);

    if (rc > 0 && statement_is_null(s, 0))
        rc = 0;
    if (rc > 0)
        *out = statement_int(s, 0);
    statement_close(s);
    return rc;
}

// What keeps the next wave from going.
struct obstacle {
    char mac[MAC_SIZE];
    enum command_state state;
    char detail[COMMAND_DETAIL_SIZE];
    char name[TOPIC_COMMAND_MAX + 1];
};

// 1 if there is one, or 0, or an error.
static int find_obstacle(struct store_connection *connection, int64_t batch, int64_t wave,
    struct obstacle *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_undone);
    statement_bind_int(&s, batch);
    statement_bind_int(&s, wave);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        mac_key_to_text(statement_int(&s, 0), out->mac);
        out->state = (enum command_state)statement_int(&s, 1);
        statement_text(&s, 2, out->detail, sizeof out->detail);
        statement_text(&s, 3, out->name, sizeof out->name);
    }
    statement_close(&s);
    return rc;
}

static int fail_waiting(struct store_connection *connection, int64_t batch,
    const struct obstacle *obstacle, int64_t now_ms, struct err *err)
{
    struct statement s;
    char why[COMMAND_DETAIL_SIZE];
    int fit = (int)utf8_fit(obstacle->detail, DETAIL_MAX);

    // Waves of one device are steps of an update.
    snprintf(why, sizeof why, "not sent, since %s: %s %s%s%.*s",
        strcmp(obstacle->name, CONTRACT_COMMAND_FIRMWARE) == 0 ? "the download did not end well"
                                                               : "a canary did not move",
        obstacle->mac, command_state_name(obstacle->state), obstacle->detail[0] != '\0' ? ": " : "",
        fit, obstacle->detail);
    statement_open(&s, connection, give_up);
    statement_bind_int(&s, batch);
    statement_bind_text(&s, COMMAND_RESULT_HELD);
    statement_bind_text(&s, why);
    statement_bind_int(&s, now_ms);

    int rc = statement_run(&s, err);

    return rc < 0 ? rc : payload_store_sweep(connection, err);
}

static int release_wave(
    struct store_connection *connection, int64_t batch, int64_t wave, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, release);
    statement_bind_int(&s, batch);
    statement_bind_int(&s, wave);
    return statement_run(&s, err);
}

// 1 if one waits after that batch, which is then in *batch.
static int find_waiting(
    struct store_connection *connection, int64_t after, int64_t *batch, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_waiting);
    statement_bind_int(&s, after);
    return read_number(&s, batch, err);
}

int batch_store_settle(
    struct store_connection *connection, int64_t batch, int64_t now_ms, struct err *err)
{
    struct obstacle obstacle;
    struct statement s;
    int64_t wave = 0;

    if (batch <= 0)
        return 0;
    statement_open(&s, connection, select_wave);
    statement_bind_int(&s, batch);

    int rc = read_number(&s, &wave, err);

    if (rc <= 0)
        return rc;
    rc = find_obstacle(connection, batch, wave, &obstacle, err);
    if (rc == 0)
        return release_wave(connection, batch, wave, err);
    if (rc < 0 || !command_state_is_end(obstacle.state))
        return rc < 0 ? rc : 0;
    return fail_waiting(connection, batch, &obstacle, now_ms, err);
}

int batch_store_settle_all(struct store_connection *connection, int64_t now_ms, struct err *err)
{
    int64_t batch = 0;
    int rc;

    while ((rc = find_waiting(connection, batch, &batch, err)) > 0) {
        rc = batch_store_settle(connection, batch, now_ms, err);
        if (rc < 0)
            break;
    }
    return rc;
}

int batch_store_leave(
    struct store_connection *connection, const char *mac, int64_t now_ms, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, leave);
    statement_bind_int(&s, key);
    statement_bind_text(&s, COMMAND_RESULT_CANCELLED);
    statement_bind_int(&s, now_ms);

    int rc = statement_run(&s, err);

    return rc < 0 ? rc : batch_store_settle_all(connection, now_ms, err);
}

static void open_summaries(struct statement *s, struct store_connection *connection,
    const int64_t range[2], const char *name)
{
    statement_open(s, connection, select_summaries);
    statement_bind_int(s, range[0]);
    statement_bind_int(s, range[1]);
    statement_bind_text(s, name);
}

static int read_summary(struct statement *s, struct batch_summary *out, struct err *err)
{
    int rc = statement_step(s, err);

    if (rc <= 0)
        return rc;
    out->id = statement_int(s, 0);
    out->created_at_ms = statement_int(s, 1);
    for (int i = 0; i < COMMAND_STATE_COUNT; i++)
        out->counts[i] = statement_int(s, 2 + i);
    out->accepted = statement_int(s, 2 + COMMAND_STATE_COUNT);
    return rc;
}

int batch_store_get(struct store_connection *connection, const char *name, int64_t id,
    struct batch_summary *out, struct err *err)
{
    struct statement s;

    open_summaries(&s, connection, (const int64_t[2]){id, id}, name);
    statement_bind_int(&s, 1);

    int rc = read_summary(&s, out, err);

    statement_close(&s);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "no such batch") : rc < 0 ? rc : 0;
}

int batch_store_each(struct store_connection *connection, const char *name, int64_t limit,
    int (*each)(const struct batch_summary *summary, void *ctx), void *ctx, struct err *err)
{
    struct batch_summary summary;
    struct statement s;
    int rc;

    open_summaries(&s, connection, (const int64_t[2]){1, INT64_MAX}, name);
    statement_bind_int(&s, limit);
    while ((rc = read_summary(&s, &summary, err)) > 0) {
        rc = each(&summary, ctx);
        if (rc != 0)
            break;
    }
    statement_close(&s);
    return rc;
}
