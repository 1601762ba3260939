// The time in which everybody gets a certificate, in the database.
#include "server/store/enrolment_window_store.h"

#include <string.h>

#include "server/store/statement.h"

static const char select_window[] = "SELECT until_ms, at_most, let_in, decided_by, decided_at_ms"
                                    " FROM enrolment_window WHERE id = 1";

static const char upsert_window[] =
    "INSERT INTO enrolment_window (id, until_ms, at_most, let_in, decided_by, decided_at_ms)"
    " VALUES (1, ?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms, at_most = excluded.at_most,"
    " let_in = excluded.let_in, decided_by = excluded.decided_by,"
    " decided_at_ms = excluded.decided_at_ms";

bool enrolment_window_store_is_on(const struct enrolment_window *window, int64_t now_ms)
{
    return window->until_ms > now_ms;
}

bool enrolment_window_store_has_room(const struct enrolment_window *window, int64_t now_ms)
{
    return enrolment_window_store_is_on(window, now_ms) && window->let_in < window->at_most;
}

int enrolment_window_store_get(
    struct store_connection *connection, struct enrolment_window *out, struct err *err)
{
    struct statement s;

    memset(out, 0, sizeof *out);
    statement_open(&s, connection, select_window);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        out->until_ms = statement_int(&s, 0);
        out->at_most = statement_int(&s, 1);
        out->let_in = statement_int(&s, 2);
        statement_text(&s, 3, out->decided_by, sizeof out->decided_by);
        out->decided_at_ms = statement_int(&s, 4);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int enrolment_window_store_put(
    struct store_connection *connection, const struct enrolment_window *window, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, upsert_window);
    statement_bind_int(&s, window->until_ms);
    statement_bind_int(&s, window->at_most);
    statement_bind_int(&s, window->let_in);
    statement_bind_text(&s, window->decided_by);
    statement_bind_int(&s, window->decided_at_ms);
    return statement_run(&s, err);
}
