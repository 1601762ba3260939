#ifndef AUDIT_USERS_H
#define AUDIT_USERS_H

#include "server/audit/audit_json.h"
#include "server/base/err.h"
#include "server/store/store.h"

// How a user, and a token, is in the database: parts of audit_state_read(). Neither password nor
// secret, nor their hashes.
ERR_CHECKED int audit_users_read(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err);
ERR_CHECKED int audit_users_read_token(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err);

#endif
