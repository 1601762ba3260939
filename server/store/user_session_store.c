// Where users are logged in, in the database.
#include "server/store/user_session_store.h"

#include <string.h>

#include "server/store/statement.h"

static const char insert[] =
    "INSERT INTO sessions (hash, user_name, created_at_ms, used_at_ms, address)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";

static const char delete_surplus[] =
    "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE user_name = ?1"
    " ORDER BY created_at_ms DESC, hash LIMIT ?2 OFFSET ?3)";

static const char select_one[] =
    "SELECT s.user_name, u.role, s.created_at_ms, s.used_at_ms, s.address FROM sessions AS s"
    " JOIN users AS u ON u.name = s.user_name WHERE s.hash = ?1";

static const char select_from[] =
    "SELECT 1 FROM sessions WHERE user_name = ?1 AND address = ?2 LIMIT 1";

static const char touch[] = "UPDATE sessions SET used_at_ms = ?2 WHERE hash = ?1";

static const char delete_one[] = "DELETE FROM sessions WHERE hash = ?1";

static const char delete_of[] = "DELETE FROM sessions WHERE user_name = ?1";

static const char delete_old[] = "DELETE FROM sessions WHERE created_at_ms < ?1 OR used_at_ms < ?2";

static int make_room(struct store_connection *connection, const char *user, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_surplus);
    statement_bind_text(&s, user);
    statement_bind_int(&s, 2 * USER_SESSIONS_MAX);
    statement_bind_int(&s, USER_SESSIONS_MAX - 1);
    return statement_run(&s, err);
}

int user_session_store_add(
    struct store_connection *connection, const struct user_session *session, struct err *err)
{
    struct statement s;
    int rc = make_room(connection, session->user, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, insert);
    statement_bind_text(&s, session->hash);
    statement_bind_text(&s, session->user);
    statement_bind_int(&s, session->created_at_ms);
    statement_bind_int(&s, session->used_at_ms);
    statement_bind_text(&s, session->address);
    return statement_run(&s, err);
}

int user_session_store_get(struct store_connection *connection, const char *hash,
    struct user_session *out, struct err *err)
{
    struct statement s;
    char role[32];

    statement_open(&s, connection, select_one);
    statement_bind_text(&s, hash);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        memset(out, 0, sizeof *out);
        memcpy(out->hash, hash, strnlen(hash, sizeof out->hash - 1));
        statement_text(&s, 0, out->user, sizeof out->user);
        statement_text(&s, 1, role, sizeof role);
        if (!role_find(role, &out->role))
            out->role = ROLE_ANYBODY;
        out->created_at_ms = statement_int(&s, 2);
        out->used_at_ms = statement_int(&s, 3);
        statement_text(&s, 4, out->address, sizeof out->address);
    }
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no such session");
    return rc < 0 ? rc : 0;
}

int user_session_store_is_from(
    struct store_connection *connection, const char *user, const char *address, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_from);
    statement_bind_text(&s, user);
    statement_bind_text(&s, address);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

int user_session_store_touch(
    struct store_connection *connection, const char *hash, int64_t at_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, touch);
    statement_bind_text(&s, hash);
    statement_bind_int(&s, at_ms);
    return statement_run(&s, err);
}

static int run_text(
    struct store_connection *connection, const char *sql, const char *text, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_text(&s, text);
    return statement_run(&s, err);
}

int user_session_store_remove(
    struct store_connection *connection, const char *hash, struct err *err)
{
    return run_text(connection, delete_one, hash, err);
}

int user_session_store_remove_of(
    struct store_connection *connection, const char *user, struct err *err)
{
    return run_text(connection, delete_of, user, err);
}

int user_session_store_prune(struct store_connection *connection, int64_t created_before_ms,
    int64_t used_before_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_old);
    statement_bind_int(&s, created_before_ms);
    statement_bind_int(&s, used_before_ms);
    return statement_run(&s, err);
}
