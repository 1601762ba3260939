// Takes over a database that was put back.
#include "server/store/restored_store.h"

#include "server/store/statement.h"
#include "server/store/store_copy.h"

// Larger than what can have been given since: 2^30 events are a thousand a second for 12 days, or
// ten a second for three years. A device's command keeps its number in 32 bits.
#define EVENTS_LEAP 1073741824
#define COMMANDS_LEAP 1048576

static const char select_mark[] = "PRAGMA application_id";
static const char take_mark[] = "PRAGMA application_id = 1397051216";
_Static_assert(STORE_COPY_UNMARKED == 1397051216, "the mark stands in this text");

static const char select_made[] =
    "SELECT at_ms FROM audit WHERE kind = 'backup' AND verb = 'make' ORDER BY number DESC LIMIT 1";

static const char leap_events[] = "UPDATE event_clock SET newest = newest + ?1 WHERE id = 1";

// The table is SQLite's own; that of commands has a row in it once there was a command.
static const char leap_commands[] =
    "UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'commands'";

static const char end_commands[] =
    "UPDATE commands SET state = 4, ended_at_ms = ?1, result = 'timeout',"
    " detail = 'under way when the backup was made that was put back: it may have been done'"
    " WHERE state IN (0, 1, 6)";

static const char *const end_rest[] = {
    "DELETE FROM command_payloads",
    "DELETE FROM key_permits WHERE fetched_at_ms = 0",
    "UPDATE enrolment_window SET until_ms = 0",
};

static int read_number(
    struct store_connection *connection, const char *sql, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);

    int rc = statement_step(&s, err);

    *out = rc > 0 ? statement_int(&s, 0) : 0;
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

static int run_with(
    struct store_connection *connection, const char *sql, int64_t number, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_int(&s, number);
    return statement_run(&s, err);
}

int restored_store_is_marked(struct store_connection *connection, bool *out, struct err *err)
{
    int64_t application;
    int rc = read_number(connection, select_mark, &application, err);

    if (rc == 0)
        *out = application == STORE_COPY_MARK;
    return rc;
}

int restored_store_adopt(struct store_connection *connection, int64_t now_ms,
    struct restored_store_facts *out, struct err *err)
{
    int rc = read_number(connection, select_made, &out->made_at_ms, err);

    if (rc == 0)
        rc = run_with(connection, leap_events, EVENTS_LEAP, err);
    if (rc == 0)
        rc = run_with(connection, leap_commands, COMMANDS_LEAP, err);
    if (rc == 0)
        rc = run_with(connection, end_commands, now_ms, err);
    out->commands = sqlite3_changes(connection->db);
    for (size_t i = 0; i < sizeof end_rest / sizeof end_rest[0] && rc == 0; i++)
        rc = store_connection_execute(connection, end_rest[i], err);
    return rc < 0 ? rc : store_connection_execute(connection, take_mark, err);
}
