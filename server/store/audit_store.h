#ifndef AUDIT_STORE_H
#define AUDIT_STORE_H

#include <stdint.h>

#include "server/model/audit.h"
#include "server/store/store.h"

// The audit log: rows are added behind the last, and neither changed nor removed. All: ERR_IO if
// the database fails.

// Adds a row with all its members. ERR_CONFLICT if there is one of its number.
ERR_CHECKED int audit_store_add(
    struct store_connection *connection, const struct audit_row *row, struct err *err);

// Number and hash of the last row. ERR_NOT_FOUND if there is none; *number is 0 then.
ERR_CHECKED int audit_store_get_head(struct store_connection *connection, int64_t *number,
    char hash[AUDIT_HASH_SIZE], struct err *err);

// Number of the last row of an object; 0: there is none.
ERR_CHECKED int audit_store_get_last_of(struct store_connection *connection, const char *kind,
    const char *object, int64_t *number, struct err *err);

// Which rows: those behind the number `after`, no older than since_ms, of an author and an object:
// who is his `who`, that without "user " or "token ", his name here, his address or, with "token "
// or without, the user's token that it was (of "ADDRESS, token NAME"); object the kind
// or its name; "" is any.
struct audit_store_wish {
    int64_t after;
    int64_t since_ms;
    const char *who;
    const char *object;
    int64_t limit;
};

// Calls each() for them, by number, until it returns non-zero, which is then returned. A row whose
// texts are longer than any that is written, or hold a NUL, has "" for its hash: it was altered.
ERR_CHECKED int audit_store_page(struct store_connection *connection,
    const struct audit_store_wish *wish, int (*each)(const struct audit_row *row, void *ctx),
    void *ctx, struct err *err);

#endif
