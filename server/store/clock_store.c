// Times that move along with the clock.
#include "server/store/clock_store.h"

#include "server/store/statement.h"

#define MINUTE_MS 60000

// ?1: by how much. A device whose time would lie ahead of the clock is taken along, online or not.
static const char move_devices[] =
    "UPDATE devices SET last_seen_ms = last_seen_ms + ?1,"
    " boot_ms = CASE WHEN boot_ms > 0 THEN boot_ms + ?1 ELSE 0 END,"
    " previous_boot_ms = CASE WHEN previous_boot_ms > 0 THEN previous_boot_ms + ?1 ELSE 0 END"
    " WHERE last_seen_ms <= ?2 AND (last_seen_ms > ?2 + ?1 OR (online = 1 AND last_seen_ms >= ?3))";

// ?2: since when a command of that state has not expired.
static const char move_queued[] =
    "UPDATE commands INDEXED BY commands_queued SET created_at_ms = created_at_ms + ?1"
    " WHERE state = 0 AND created_at_ms >= ?2";

// They are queued later, and go by the same time then.
static const char move_waiting[] =
    "UPDATE commands INDEXED BY commands_waiting SET created_at_ms = created_at_ms + ?1"
    " WHERE state = 6 AND created_at_ms >= ?2";

static const char move_sent[] =
    "UPDATE commands INDEXED BY commands_sent SET created_at_ms = created_at_ms + ?1,"
    " sent_at_ms = sent_at_ms + ?1, due_at_ms = due_at_ms + ?1,"
    " last_sent_at_ms = last_sent_at_ms + ?1,"
    " accepted_at_ms = CASE WHEN accepted_at_ms > 0 THEN accepted_at_ms + ?1 ELSE 0 END"
    " WHERE state = 1 AND due_at_ms >= ?2";

// What a rollout counts by: who has begun of late, and since when it soaks.
static const char move_begun[] =
    "UPDATE rollout_devices SET began_at_ms = began_at_ms + ?1 WHERE began_at_ms >= ?2"
    " AND began_at_ms > 0";
static const char move_soaks[] =
    "UPDATE rollouts SET soak_at_ms = soak_at_ms + ?1 WHERE soak_at_ms >= ?2 AND soak_at_ms > 0";

static const char select_newest[] = "SELECT at_ms FROM statuses ORDER BY id DESC LIMIT 1";

static int move_times(struct store_connection *connection, const char *sql, int64_t by_ms,
    int64_t since_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_int(&s, by_ms);
    statement_bind_int(&s, since_ms);
    return statement_run(&s, err);
}

int clock_store_move(
    struct store_connection *connection, const struct clock_store_move *move, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, move_devices);
    statement_bind_int(&s, move->by_ms);
    statement_bind_int(&s, move->now_ms);
    statement_bind_int(&s, move->now_ms - move->offline_after_ms);

    int rc = statement_run(&s, err);

    if (rc == 0)
        rc = move_times(
            connection, move_queued, move->by_ms, move->now_ms - move->queued_timeout_ms, err);
    if (rc == 0)
        rc = move_times(
            connection, move_waiting, move->by_ms, move->now_ms - move->queued_timeout_ms, err);
    if (rc == 0)
        rc = move_times(
            connection, move_sent, move->by_ms, move->now_ms - move->sent_timeout_ms, err);
    if (rc == 0)
        rc = move_times(connection, move_begun, move->by_ms, move->now_ms - MINUTE_MS, err);
    if (rc == 0)
        rc = move_times(connection, move_soaks, move->by_ms, 0, err);
    return rc;
}

int clock_store_newest(struct store_connection *connection, int64_t *at_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_newest);

    int rc = statement_step(&s, err);

    if (rc >= 0)
        *at_ms = rc > 0 ? statement_int(&s, 0) : 0;
    statement_close(&s);
    return rc < 0 ? rc : 0;
}
