// The audit log in the database.
#include "server/store/audit_store.h"

#include <string.h>

#include "server/store/statement.h"

static const char insert[] =
    "INSERT INTO audit (number, at_ms, who, user_name, pid, verb, kind, object, forced,"
    " before_json, after_json, hash)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

static const char select_head[] = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";

static const char select_last_of[] = "SELECT number FROM audit WHERE kind = ?1 AND object = ?2"
                                     " ORDER BY number DESC LIMIT 1";

static const char select_page[] =
    "SELECT number, at_ms, who, user_name, pid, verb, kind, object, forced, before_json,"
    " after_json, hash FROM audit"
    " WHERE number > ?1 AND at_ms >= ?2"
    " AND (?3 = '' OR who = ?3 OR user_name = ?3 OR who = 'user ' || ?3 OR who = 'token ' || ?3"
    " OR substr(user_name, 1, length(?3) + 8) = ?3 || ', token '"
    " OR substr(user_name, length(user_name) - length(?3) - 7) = ', token ' || ?3"
    " OR substr(user_name, length(user_name) - length(?3) - 1) = ', ' || ?3)"
    " AND (?4 = '' OR kind = ?4 OR object = ?4)"
    " ORDER BY number LIMIT ?5";

int audit_store_add(
    struct store_connection *connection, const struct audit_row *row, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert);
    statement_bind_int(&s, row->number);
    statement_bind_int(&s, row->at_ms);
    statement_bind_text(&s, row->author.who);
    statement_bind_text(&s, row->author.user);
    statement_bind_int(&s, row->author.pid);
    statement_bind_text(&s, row->verb);
    statement_bind_text(&s, row->kind);
    statement_bind_text(&s, row->object);
    statement_bind_int(&s, row->forced);
    statement_bind_text(&s, row->before);
    statement_bind_text(&s, row->after);
    statement_bind_text(&s, row->hash);
    return statement_run(&s, err);
}

int audit_store_get_head(struct store_connection *connection, int64_t *number,
    char hash[AUDIT_HASH_SIZE], struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_head);

    int rc = statement_step(&s, err);

    *number = 0;
    if (rc > 0) {
        *number = statement_int(&s, 0);
        statement_text(&s, 1, hash, AUDIT_HASH_SIZE);
    }
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "the audit log is empty");
    return rc < 0 ? rc : 0;
}

int audit_store_get_last_of(struct store_connection *connection, const char *kind,
    const char *object, int64_t *number, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_last_of);
    statement_bind_text(&s, kind);
    statement_bind_text(&s, object);

    int rc = statement_step(&s, err);

    if (rc >= 0)
        *number = rc > 0 ? statement_int(&s, 0) : 0;
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

// Whether the text is whole: what does not fit, or what stands behind a NUL, would not be seen.
static bool read_text(struct statement *s, int column, char *out, size_t size)
{
    size_t n = statement_blob(s, column, (uint8_t *)out, size);
    bool fits = n < size && memchr(out, '\0', n) == NULL;

    out[fits ? n : 0] = '\0';
    return fits;
}

static void read_row(struct statement *s, struct audit_row *out)
{
    bool is_whole = true;

    *out = (struct audit_row){.number = statement_int(s, 0),
        .at_ms = statement_int(s, 1),
        .author.pid = statement_int(s, 4),
        .forced = statement_int(s, 8) != 0};
    is_whole &= read_text(s, 2, out->author.who, sizeof out->author.who);
    is_whole &= read_text(s, 3, out->author.user, sizeof out->author.user);
    is_whole &= read_text(s, 5, out->verb, sizeof out->verb);
    is_whole &= read_text(s, 6, out->kind, sizeof out->kind);
    is_whole &= read_text(s, 7, out->object, sizeof out->object);
    is_whole &= statement_int(s, 8) == out->forced;
    is_whole &= read_text(s, 9, out->before, sizeof out->before);
    is_whole &= read_text(s, 10, out->after, sizeof out->after);
    is_whole &= read_text(s, 11, out->hash, sizeof out->hash);
    if (!is_whole)
        out->hash[0] = '\0';
}

int audit_store_page(struct store_connection *connection, const struct audit_store_wish *wish,
    int (*each)(const struct audit_row *row, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct audit_row row;
    int rc = 0;

    statement_open(&s, connection, select_page);
    statement_bind_int(&s, wish->after);
    statement_bind_int(&s, wish->since_ms);
    statement_bind_text(&s, wish->who);
    statement_bind_text(&s, wish->object);
    statement_bind_int(&s, wish->limit);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &row);
        rc = each(&row, ctx);
    }
    return rc;
}
