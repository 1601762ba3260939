// How many there are of what, in the database.
#include "server/store/metrics_store.h"

#include <string.h>

#include "server/store/statement.h"

_Static_assert(COMMAND_QUEUED == 0 && COMMAND_SENT == 1 && COMMAND_WAITING == 6,
    "the states are stored as these numbers");
_Static_assert(ROLLOUT_DONE == 3, "those before it have not ended");

// By the index devices_image alone: the rows are long.
static const char select_images[] = "SELECT image, online, count(*)"
                                    " FROM devices INDEXED BY devices_image GROUP BY image, online";

static const char select_revoked[] =
    "SELECT d.image, d.online, count(*) FROM device_revocations AS r"
    " JOIN devices AS d ON d.mac = r.device WHERE r.readmitted_at_ms = 0"
    " GROUP BY d.image, d.online";

static const char select_kinds[] =
    "SELECT kind, count(*) FROM events WHERE id > ?1 AND id <= ?2 GROUP BY kind";

static const char select_newest_command[] = "SELECT coalesce(max(id), 0) FROM commands";

static const char select_commands[] =
    "SELECT id, name, state, result, ended_at_ms FROM commands WHERE id > ?1 ORDER BY id";

static const char count_commands[] =
    "SELECT 0, count(*) FROM commands INDEXED BY commands_queued WHERE state = 0"
    " UNION ALL SELECT 1, count(*) FROM commands INDEXED BY commands_sent WHERE state = 1"
    " UNION ALL SELECT 6, count(*) FROM commands INDEXED BY commands_waiting WHERE state = 6";

static const char count_images[] = "SELECT state, count(*) FROM images GROUP BY state";

static const char count_rollouts[] = "SELECT state, count(*) FROM rollouts GROUP BY state";

static const char count_messages[] = "SELECT 0, count(*) FROM webhook_messages";

static const char select_rollouts[] =
    "SELECT id, name, image FROM rollouts WHERE state < 3 ORDER BY id";

static const char select_stages[] =
    "SELECT stage, count(*) FROM rollout_devices INDEXED BY rollout_devices_stage"
    " WHERE rollout = ?1 GROUP BY stage ORDER BY stage";

static int each_devices(struct store_connection *connection, const char *sql,
    metrics_store_each_devices *each, void *ctx, struct err *err)
{
    struct metrics_store_devices devices;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, sql);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, devices.image, sizeof devices.image);
        devices.online = statement_int(&s, 1) != 0;
        devices.count = statement_int(&s, 2);
        rc = each(&devices, ctx);
    }
    return rc;
}

int metrics_store_each_image(struct store_connection *connection, metrics_store_each_devices *each,
    void *ctx, struct err *err)
{
    return each_devices(connection, select_images, each, ctx, err);
}

int metrics_store_each_revoked(struct store_connection *connection,
    metrics_store_each_devices *each, void *ctx, struct err *err)
{
    return each_devices(connection, select_revoked, each, ctx, err);
}

int metrics_store_each_kind(struct store_connection *connection, const int64_t range[2],
    int (*each)(const char *kind, int64_t count, void *ctx), void *ctx, struct err *err)
{
    char kind[EVENT_KIND_SIZE];
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_kinds);
    statement_bind_int(&s, range[0]);
    statement_bind_int(&s, range[1]);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, kind, sizeof kind);
        rc = each(kind, statement_int(&s, 1), ctx);
    }
    return rc;
}

int metrics_store_newest_command(struct store_connection *connection, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_newest_command);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *out = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int metrics_store_each_command(struct store_connection *connection, int64_t after,
    int (*each)(const struct metrics_store_command *command, void *ctx), void *ctx, struct err *err)
{
    struct metrics_store_command command;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_commands);
    statement_bind_int(&s, after);
    while (statement_next(&s, &rc, err)) {
        command.id = statement_int(&s, 0);
        statement_text(&s, 1, command.name, sizeof command.name);
        command.state = (enum command_state)statement_int(&s, 2);
        statement_text(&s, 3, command.result, sizeof command.result);
        command.ended_at_ms = statement_int(&s, 4);
        rc = each(&command, ctx);
    }
    return rc;
}

// Rows of a state and a count; n: of the states.
static int read_counts(struct store_connection *connection, const char *sql, int64_t *counts,
    size_t n, struct err *err)
{
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, sql);
    while (statement_next(&s, &rc, err)) {
        int64_t state = statement_int(&s, 0);

        if (state >= 0 && (size_t)state < n)
            counts[state] = statement_int(&s, 1);
    }
    return rc;
}

int metrics_store_count(
    struct store_connection *connection, struct metrics_store_counts *out, struct err *err)
{
    struct metrics_store_counts counts = {.messages = 0};
    int rc = read_counts(connection, count_commands, counts.commands, COMMAND_STATE_COUNT, err);

    if (rc == 0)
        rc = read_counts(connection, count_images, counts.images, IMAGE_STATE_COUNT, err);
    if (rc == 0)
        rc = read_counts(connection, count_rollouts, counts.rollouts, ROLLOUT_STATE_COUNT, err);
    if (rc == 0)
        rc = read_counts(connection, count_messages, &counts.messages, 1, err);
    if (rc == 0)
        *out = counts;
    return rc;
}

// The stages of one rollout; stage: its name and image are filled in.
static int each_stage(struct store_connection *connection, int64_t rollout,
    struct metrics_store_stage *stage, const struct metrics_store_stage_visitor *visitor,
    struct err *err)
{
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_stages);
    statement_bind_int(&s, rollout);
    while (statement_next(&s, &rc, err)) {
        stage->stage = (enum rollout_stage)statement_int(&s, 0);
        stage->count = statement_int(&s, 1);
        rc = visitor->each(stage, visitor->ctx);
    }
    return rc;
}

int metrics_store_each_stage(struct store_connection *connection,
    const struct metrics_store_stage_visitor *visitor, struct err *err)
{
    struct metrics_store_stage stage;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_rollouts);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 1, stage.rollout, sizeof stage.rollout);
        statement_text(&s, 2, stage.image, sizeof stage.image);
        rc = each_stage(connection, statement_int(&s, 0), &stage, visitor, err);
    }
    return rc;
}
