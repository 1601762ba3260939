#ifndef STATEMENT_H
#define STATEMENT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store_connection.h"

// One use of a prepared statement. Lives on the caller's stack between statement_open() and
// statement_close(); errors of opening and binding are kept and come out of the first step.
struct statement {
    struct store_connection *connection;
    sqlite3_stmt *handle;
    bool cached;
    int position; // of the next parameter
    int code;     // SQLite's first complaint
};

// Takes the connection's prepared statement for a constant text, preparing it at its first use.
// While one is under way, a second use of the same text gets one of its own.
void statement_open(
    struct statement *statement, struct store_connection *connection, const char *sql);
void statement_close(struct statement *statement);

// The same for a text that was put together; it need not outlive the call.
void statement_open_once(
    struct statement *statement, struct store_connection *connection, const char *sql);

// Back before the first step, for another run: the next parameter is the first one again, and what
// was bound stays so.
void statement_again(struct statement *statement);

// Bind the next parameter. Texts and bytes are borrowed until statement_close(); NULL binds NULL.
void statement_bind_int(struct statement *statement, int64_t value);
void statement_bind_text(struct statement *statement, const char *text);
void statement_bind_blob(struct statement *statement, const uint8_t *p, size_t n);
void statement_bind_null(struct statement *statement);

// Runs to the next row: 1 if there is one, 0 at the end, or an error as store_connection_fail().
ERR_CHECKED int statement_step(struct statement *statement, struct err *err);

// Goes through the rows: true if there is another one. At their end, after an error, or once the
// caller has set *rc to what is not 0, false: then the statement is closed, and *rc says which of
// these it was (0, the error, the caller's). *rc is 0 before the first; no other way out of the
// loop.
//
//     while (statement_next(&s, &rc, err)) {
//         read_row(&s, &user);
//         rc = each(&user, ctx);
//     }
bool statement_next(struct statement *statement, int *rc, struct err *err);

// Runs a statement without rows and closes it. 0 or an error.
ERR_CHECKED int statement_run(struct statement *statement, struct err *err);

// The row's columns, from 0. Integers out of the type's range do not occur: the store wrote them.
int64_t statement_int(struct statement *statement, int column);
bool statement_is_null(struct statement *statement, int column);
void statement_text(struct statement *statement, int column, char *out, size_t size);
char *statement_text_copy(struct statement *statement, int column); // the caller frees it
size_t statement_blob(struct statement *statement, int column, uint8_t *out, size_t size);
double statement_double(struct statement *statement, int column);

#endif
