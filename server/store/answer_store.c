// Answers to requests with a key, in the database.
#include "server/store/answer_store.h"

#include <stdio.h>

#include "server/store/statement.h"

static const char insert[] = "INSERT INTO answers (key_hash, request_hash, at_ms, status, body)"
                             " VALUES (?1, ?2, ?3, ?4, ?5)";

static const char delete_old[] = "DELETE FROM answers WHERE at_ms <= ?1";

static const char delete_surplus[] =
    "DELETE FROM answers WHERE key_hash IN ("
    " SELECT key_hash FROM answers ORDER BY at_ms DESC, key_hash LIMIT ?1 OFFSET ?2)";

static const char select_one[] = "SELECT request_hash, at_ms, status, body FROM answers"
                                 " WHERE key_hash = ?1 AND at_ms > ?2";

static int prune(struct store_connection *connection, int64_t now_ms, struct err *err)
{
    struct statement s;
    int rc;

    statement_open(&s, connection, delete_old);
    statement_bind_int(&s, now_ms - ANSWER_STORE_AGE_MS);
    rc = statement_run(&s, err);
    if (rc < 0)
        return rc;
    statement_open(&s, connection, delete_surplus);
    statement_bind_int(&s, ANSWER_STORE_MAX);
    statement_bind_int(&s, ANSWER_STORE_MAX - 1);
    return statement_run(&s, err);
}

int answer_store_add(
    struct store_connection *connection, const struct answer *answer, struct err *err)
{
    struct statement s;
    int rc = prune(connection, answer->at_ms, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, insert);
    statement_bind_text(&s, answer->key_hash);
    statement_bind_text(&s, answer->request_hash);
    statement_bind_int(&s, answer->at_ms);
    statement_bind_int(&s, answer->status);
    statement_bind_text(&s, answer->body);
    return statement_run(&s, err);
}

int answer_store_get(struct store_connection *connection, const char *key_hash, int64_t now_ms,
    struct answer *out, struct err *err)
{
    struct statement s;
    bool lacks_memory = false;

    statement_open(&s, connection, select_one);
    statement_bind_text(&s, key_hash);
    statement_bind_int(&s, now_ms - ANSWER_STORE_AGE_MS);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *out = (struct answer){.at_ms = statement_int(&s, 1),
            .status = (unsigned)statement_int(&s, 2),
            .body = statement_is_null(&s, 3) ? NULL : statement_text_copy(&s, 3)};
        snprintf(out->key_hash, sizeof out->key_hash, "%s", key_hash);
        statement_text(&s, 0, out->request_hash, sizeof out->request_hash);
        lacks_memory = out->body == NULL && !statement_is_null(&s, 3);
    }
    statement_close(&s);
    if (lacks_memory)
        return err_set(err, ERR_NO_MEMORY, "no memory for an answer that was kept");
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no answer is kept");
    return rc < 0 ? rc : 0;
}
