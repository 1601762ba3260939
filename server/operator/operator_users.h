#ifndef OPERATOR_USERS_H
#define OPERATOR_USERS_H

#include "server/model/audit.h"
#include "server/model/role.h"
#include "server/operator/operator_desk.h"

// Changes of users, by the rules: an administrator stays, and what a user had does not
// outlast what he was. All are in the audit log. ERR_IO, ERR_UNAVAILABLE, ERR_NO_MEMORY.

struct operator_users_change {
    struct operator_desk *desk;
    const struct audit_author *by;
    const char *name;
};

// password: NULL for a user who has none. ERR_INVALID if the name or password cannot be,
// ERR_CONFLICT if there is one of that name, or there are USER_MAX.
ERR_CHECKED int operator_users_add(const struct operator_users_change *change, enum role role,
    const char *password, struct err *err);

// His sessions end, and tokens that may do more. ERR_NOT_FOUND, ERR_CONFLICT of the last
// administrator.
ERR_CHECKED int operator_users_set_role(
    const struct operator_users_change *change, enum role role, struct err *err);

// His sessions and tokens end. ERR_NOT_FOUND, ERR_INVALID.
ERR_CHECKED int operator_users_set_password(
    const struct operator_users_change *change, const char *password, struct err *err);

// His sessions and tokens end. ERR_NOT_FOUND, ERR_CONFLICT of the last administrator.
ERR_CHECKED int operator_users_remove(const struct operator_users_change *change, struct err *err);

#endif
