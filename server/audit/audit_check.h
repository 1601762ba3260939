#ifndef AUDIT_CHECK_H
#define AUDIT_CHECK_H

#include "server/audit/audit_chain.h"
#include "server/base/err.h"
#include "server/store/store.h"

// The audit log of a database, looked at whole.

// The last row. ERR_IO if the database fails.
ERR_CHECKED int audit_check_head(
    struct store_connection *connection, struct audit_anchor *out, struct err *err);

// Looks at all rows, in pieces, each in a read of its own, so that none keeps the log of the
// database from being emptied. A bad row is no error: *out says. anchor: NULL, or borrowed as long
// as *out.
ERR_CHECKED int audit_check_store(struct store *store, const struct audit_anchor *anchor,
    struct audit_chain *out, struct err *err);

// The same for a database that no daemon has open, or one alone (store_look_open()).
ERR_CHECKED int audit_check_file(
    const char *path, const struct audit_anchor *anchor, struct audit_chain *out, struct err *err);

#endif
