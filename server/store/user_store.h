#ifndef USER_STORE_H
#define USER_STORE_H

#include "server/model/user.h"
#include "server/store/store.h"

// Users of the API. With one go his sessions and tokens. All: ERR_IO if the database fails.

// ERR_CONFLICT if there is one of that name.
ERR_CHECKED int user_store_add(
    struct store_connection *connection, const struct user *user, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int user_store_get(
    struct store_connection *connection, const char *name, struct user *out, struct err *err);

// Calls each() for every one, by name, until it returns non-zero, which is then returned.
ERR_CHECKED int user_store_each(struct store_connection *connection,
    int (*each)(const struct user *user, void *ctx), void *ctx, struct err *err);

// How many there are, and how many of them are administrators.
ERR_CHECKED int user_store_count(
    struct store_connection *connection, int64_t *users, int64_t *administrators, struct err *err);

// Sets role and password. One that is not there is left so.
ERR_CHECKED int user_store_update(
    struct store_connection *connection, const struct user *user, struct err *err);

// Puts another hash of the same password into the place of one, unless that is another by now.
ERR_CHECKED int user_store_renew(struct store_connection *connection, const char *name,
    const char *old, const char *password, struct err *err);

ERR_CHECKED int user_store_remove(
    struct store_connection *connection, const char *name, struct err *err);

#endif
