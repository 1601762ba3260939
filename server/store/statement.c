// Prepared statements: found again, bound, run, read.
#include "server/store/statement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int prepare(
    struct store_connection *connection, const char *sql, unsigned flags, sqlite3_stmt **out)
{
    return sqlite3_prepare_v3(connection->db, sql, -1, flags, out, NULL);
}

// The place in the cache for a text: its own, or the first free one; NULL if the cache is full.
static sqlite3_stmt **find_slot(struct store_connection *connection, const char *sql)
{
    size_t first = ((uintptr_t)sql >> 3) % STORE_CONNECTION_STATEMENTS;

    for (size_t k = 0; k < STORE_CONNECTION_STATEMENTS; k++) {
        size_t i = (first + k) % STORE_CONNECTION_STATEMENTS;

        if (connection->cache[i].sql == NULL)
            connection->cache[i].sql = sql;
        if (connection->cache[i].sql == sql)
            return &connection->cache[i].handle;
    }
    return NULL;
}

void statement_open(
    struct statement *statement, struct store_connection *connection, const char *sql)
{
    sqlite3_stmt **slot = find_slot(connection, sql);

    *statement = (struct statement){.connection = connection, .cached = true, .position = 1};
    if (slot == NULL || (*slot != NULL && sqlite3_stmt_busy(*slot))) {
        statement->cached = false;
        statement->code = prepare(connection, sql, 0, &statement->handle);
        return;
    }
    if (*slot == NULL)
        statement->code = prepare(connection, sql, SQLITE_PREPARE_PERSISTENT, slot);
    statement->handle = *slot;
}

void statement_open_once(
    struct statement *statement, struct store_connection *connection, const char *sql)
{
    *statement = (struct statement){.connection = connection, .position = 1};
    statement->code = prepare(connection, sql, 0, &statement->handle);
}

void statement_close(struct statement *statement)
{
    if (statement->handle == NULL)
        return;
    if (statement->cached)
        sqlite3_reset(statement->handle); // every use binds all parameters anew
    else
        sqlite3_finalize(statement->handle);
    statement->handle = NULL;
}

void statement_again(struct statement *statement)
{
    sqlite3_reset(statement->handle); // its complaint, if any, came out of the step
    statement->position = 1;
}

static void note(struct statement *statement, int code)
{
    if (statement->code == SQLITE_OK)
        statement->code = code;
}

void statement_bind_int(struct statement *statement, int64_t value)
{
    note(statement, sqlite3_bind_int64(statement->handle, statement->position++, value));
}

void statement_bind_text(struct statement *statement, const char *text)
{
    note(statement,
        sqlite3_bind_text(statement->handle, statement->position++, text, -1, SQLITE_STATIC));
}

void statement_bind_blob(struct statement *statement, const uint8_t *p, size_t n)
{
    note(statement,
        sqlite3_bind_blob64(statement->handle, statement->position++, p, n, SQLITE_STATIC));
}

void statement_bind_null(struct statement *statement)
{
    note(statement, sqlite3_bind_null(statement->handle, statement->position++));
}

int statement_step(struct statement *statement, struct err *err)
{
    if (statement->code == SQLITE_OK) {
        errno = 0; // for store_connection_fail()

        int code = sqlite3_step(statement->handle);

        if (code == SQLITE_ROW || code == SQLITE_DONE)
            return code == SQLITE_ROW;
        statement->code = code;
    }
    return store_connection_fail(statement->connection, statement->code, err);
}

bool statement_next(struct statement *statement, int *rc, struct err *err)
{
    if (*rc == 0) {
        int step = statement_step(statement, err);

        if (step > 0)
            return true;
        *rc = step;
    }
    statement_close(statement);
    return false;
}

int statement_run(struct statement *statement, struct err *err)
{
    int rc = statement_step(statement, err);

    statement_close(statement);
    return rc < 0 ? rc : 0;
}

int64_t statement_int(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

bool statement_is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

void statement_text(struct statement *statement, int column, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(statement->handle, column);
    size_t n = text == NULL ? 0 : strnlen(text, size - 1);

    if (n > 0)
        memcpy(out, text, n);
    out[n] = '\0';
}

char *statement_text_copy(struct statement *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement->handle, column);

    return text == NULL ? NULL : strdup(text);
}

size_t statement_blob(struct statement *statement, int column, uint8_t *out, size_t size)
{
    const void *p = sqlite3_column_blob(statement->handle, column);
    size_t n = (size_t)sqlite3_column_bytes(statement->handle, column);

    if (n > size)
        n = size;
    if (n > 0)
        memcpy(out, p, n);
    return n;
}

double statement_double(struct statement *statement, int column)
{
    return sqlite3_column_double(statement->handle, column);
}
