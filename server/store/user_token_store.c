// What programs show, in the database.
#include "server/store/user_token_store.h"

#include <string.h>

#include "server/store/statement.h"

#define SELECT                                                                                     \
    "SELECT t.name, t.hash, t.user_name, t.role, u.role, t.created_at_ms, t.ends_at_ms,"           \
    " t.used_at_ms FROM tokens AS t LEFT JOIN users AS u ON u.name = t.user_name"

static const char insert[] =
    "INSERT INTO tokens (name, hash, user_name, role, created_at_ms, ends_at_ms, used_at_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)";

static const char select_by_name[] = SELECT " WHERE t.name = ?1";

static const char select_by_hash[] = SELECT " WHERE t.hash = ?1";

static const char select_all[] = SELECT " ORDER BY t.name";

static const char select_count[] = "SELECT count(*) FROM tokens";

static const char touch[] = "UPDATE tokens SET used_at_ms = ?2 WHERE hash = ?1";

static const char delete_one[] = "DELETE FROM tokens WHERE name = ?1";

static void read_role(struct statement *s, int column, enum role *out)
{
    char text[32];

    statement_text(s, column, text, sizeof text);
    if (!role_find(text, out))
        *out = ROLE_ANYBODY;
}

static void read_row(struct statement *s, struct user_token *out)
{
    memset(out, 0, sizeof *out);
    statement_text(s, 0, out->name, sizeof out->name);
    statement_text(s, 1, out->hash, sizeof out->hash);
    out->user_role = ROLE_ADMINISTRATOR;
    if (!statement_is_null(s, 2)) {
        statement_text(s, 2, out->user, sizeof out->user);
        read_role(s, 4, &out->user_role);
    }
    read_role(s, 3, &out->role);
    out->created_at_ms = statement_int(s, 5);
    out->ends_at_ms = statement_int(s, 6);
    out->used_at_ms = statement_int(s, 7);
}

int user_token_store_add(
    struct store_connection *connection, const struct user_token *token, struct err *err)
{
    struct statement s;
    int rc;

    statement_open(&s, connection, insert);
    statement_bind_text(&s, token->name);
    statement_bind_text(&s, token->hash);
    statement_bind_text(&s, token->user[0] != '\0' ? token->user : NULL);
    statement_bind_text(&s, role_name(token->role));
    statement_bind_int(&s, token->created_at_ms);
    statement_bind_int(&s, token->ends_at_ms);
    rc = statement_run(&s, err);
    return rc == ERR_CONFLICT ? err_set(err, rc, "there is a token %s", token->name) : rc;
}

static int read_one(struct store_connection *connection, const char *sql, const char *key,
    struct user_token *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_text(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    return rc;
}

int user_token_store_get(
    struct store_connection *connection, const char *name, struct user_token *out, struct err *err)
{
    int rc = read_one(connection, select_by_name, name, out, err);

    if (rc == 0)
        return err_set(
            err, ERR_NOT_FOUND, "no token %.32s; 'secureesp tokens list' shows them", name);
    return rc < 0 ? rc : 0;
}

int user_token_store_find(
    struct store_connection *connection, const char *hash, struct user_token *out, struct err *err)
{
    int rc = read_one(connection, select_by_hash, hash, out, err);

    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no such token");
    return rc < 0 ? rc : 0;
}

int user_token_store_each(struct store_connection *connection,
    int (*each)(const struct user_token *token, void *ctx), void *ctx, struct err *err)
{
    struct user_token token;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &token);
        rc = each(&token, ctx);
    }
    return rc;
}

int user_token_store_count(struct store_connection *connection, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_count);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *out = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int user_token_store_touch(
    struct store_connection *connection, const char *hash, int64_t at_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, touch);
    statement_bind_text(&s, hash);
    statement_bind_int(&s, at_ms);
    return statement_run(&s, err);
}

int user_token_store_remove(struct store_connection *connection, const char *name, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_one);
    statement_bind_text(&s, name);
    return statement_run(&s, err);
}
