#ifndef USER_TOKEN_STORE_H
#define USER_TOKEN_STORE_H

#include "server/model/user.h"
#include "server/store/store.h"

// What programs show. All: ERR_IO if the database fails.

// ERR_CONFLICT if there is one of that name.
ERR_CHECKED int user_token_store_add(
    struct store_connection *connection, const struct user_token *token, struct err *err);

// By its name, and by the hash of its secret. ERR_NOT_FOUND.
ERR_CHECKED int user_token_store_get(
    struct store_connection *connection, const char *name, struct user_token *out, struct err *err);
ERR_CHECKED int user_token_store_find(
    struct store_connection *connection, const char *hash, struct user_token *out, struct err *err);

// Calls each() for every one, by name, until it returns non-zero, which is then returned.
ERR_CHECKED int user_token_store_each(struct store_connection *connection,
    int (*each)(const struct user_token *token, void *ctx), void *ctx, struct err *err);

ERR_CHECKED int user_token_store_count(
    struct store_connection *connection, int64_t *out, struct err *err);

// Notes that it was used. One that is not there is left so.
ERR_CHECKED int user_token_store_touch(
    struct store_connection *connection, const char *hash, int64_t at_ms, struct err *err);

// That there is none is no error.
ERR_CHECKED int user_token_store_remove(
    struct store_connection *connection, const char *name, struct err *err);

#endif
