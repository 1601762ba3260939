#ifndef USER_SESSION_STORE_H
#define USER_SESSION_STORE_H

#include "server/model/user.h"
#include "server/store/store.h"

// Where users are logged in. All: ERR_IO if the database fails.

// Adds one. If its user has as many as he may have, the oldest end. ERR_CONFLICT if there is one of
// that hash.
ERR_CHECKED int user_session_store_add(
    struct store_connection *connection, const struct user_session *session, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int user_session_store_get(struct store_connection *connection, const char *hash,
    struct user_session *out, struct err *err);

// Whether a user has one that he began at that address: 1 or 0, or an error.
ERR_CHECKED int user_session_store_is_from(
    struct store_connection *connection, const char *user, const char *address, struct err *err);

// Notes that it was used. One that is not there is left so.
ERR_CHECKED int user_session_store_touch(
    struct store_connection *connection, const char *hash, int64_t at_ms, struct err *err);

// End one, all of a user, and those that were begun or used last before a time. That there are none
// is no error.
ERR_CHECKED int user_session_store_remove(
    struct store_connection *connection, const char *hash, struct err *err);
ERR_CHECKED int user_session_store_remove_of(
    struct store_connection *connection, const char *user, struct err *err);
ERR_CHECKED int user_session_store_prune(struct store_connection *connection,
    int64_t created_before_ms, int64_t used_before_ms, struct err *err);

#endif
