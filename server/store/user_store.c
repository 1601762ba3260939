// Users of the API in the database.
#include "server/store/user_store.h"

#include <string.h>

#include "server/store/statement.h"

#define COLUMNS "name, role, password, created_at_ms, password_at_ms"

static const char insert[] = "INSERT INTO users (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5)";

static const char select_one[] = "SELECT " COLUMNS " FROM users WHERE name = ?1";

static const char select_all[] = "SELECT " COLUMNS " FROM users ORDER BY name";

static const char select_counts[] =
    "SELECT count(*), COALESCE(SUM(CASE WHEN role = ?1 THEN 1 ELSE 0 END), 0) FROM users";

static const char update[] =
    "UPDATE users SET role = ?2, password = ?3, password_at_ms = ?4 WHERE name = ?1";

static const char renew[] = "UPDATE users SET password = ?3 WHERE name = ?1 AND password = ?2";

static const char delete_one[] = "DELETE FROM users WHERE name = ?1";

// Of a role that this program does not know he has none.
static void read_row(struct statement *s, struct user *out)
{
    char role[32];

    memset(out, 0, sizeof *out);
    statement_text(s, 0, out->name, sizeof out->name);
    statement_text(s, 1, role, sizeof role);
    if (!role_find(role, &out->role))
        out->role = ROLE_ANYBODY;
    statement_text(s, 2, out->password, sizeof out->password);
    out->created_at_ms = statement_int(s, 3);
    out->password_at_ms = statement_int(s, 4);
}

int user_store_add(struct store_connection *connection, const struct user *user, struct err *err)
{
    struct statement s;
    int rc;

    statement_open(&s, connection, insert);
    statement_bind_text(&s, user->name);
    statement_bind_text(&s, role_name(user->role));
    statement_bind_text(&s, user->password);
    statement_bind_int(&s, user->created_at_ms);
    statement_bind_int(&s, user->password_at_ms);
    rc = statement_run(&s, err);
    return rc == ERR_CONFLICT ? err_set(err, rc, "there is a user %s", user->name) : rc;
}

int user_store_get(
    struct store_connection *connection, const char *name, struct user *out, struct err *err)
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
            err, ERR_NOT_FOUND, "no user %.32s; 'secureesp users list' shows them", name);
    return rc < 0 ? rc : 0;
}

int user_store_each(struct store_connection *connection,
    int (*each)(const struct user *user, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct user user;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &user);
        rc = each(&user, ctx);
    }
    return rc;
}

int user_store_count(
    struct store_connection *connection, int64_t *users, int64_t *administrators, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_counts);
    statement_bind_text(&s, role_name(ROLE_ADMINISTRATOR));

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *users = statement_int(&s, 0);
        *administrators = statement_int(&s, 1);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int user_store_update(struct store_connection *connection, const struct user *user, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, update);
    statement_bind_text(&s, user->name);
    statement_bind_text(&s, role_name(user->role));
    statement_bind_text(&s, user->password);
    statement_bind_int(&s, user->password_at_ms);
    return statement_run(&s, err);
}

int user_store_renew(struct store_connection *connection, const char *name, const char *old,
    const char *password, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, renew);
    statement_bind_text(&s, name);
    statement_bind_text(&s, old);
    statement_bind_text(&s, password);
    return statement_run(&s, err);
}

int user_store_remove(struct store_connection *connection, const char *name, struct err *err)
{
    struct statement s;
    struct user user;
    int rc = user_store_get(connection, name, &user, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, delete_one);
    statement_bind_text(&s, name);
    return statement_run(&s, err);
}
