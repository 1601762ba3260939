#ifndef OPERATOR_LOGIN_H
#define OPERATOR_LOGIN_H

#include "server/model/audit.h"
#include "server/operator/operator_desk.h"
#include "server/operator/operator_secret.h"

// Names with their passwords.

struct operator_login {
    const char *name;
    const char *password;
    const char *address; // from where
};

// Logs in: writes the session's secret, and the role. Who is not known costs as much as who is.
// ERR_NOBODY if name or password is wrong; ERR_BUSY and ERR_UNAVAILABLE, before anything was
// computed, if it was tried too often or too many do: *wait_s is after how many seconds to try
// again. ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int operator_login_run(struct operator_desk *desk, const struct operator_login *login,
    char secret[OPERATOR_SECRET_SIZE], enum role *role, unsigned *wait_s, struct err *err);

// Whether it is the password, of who is logged in already; as above.
ERR_CHECKED int operator_login_check(struct operator_desk *desk, const struct operator_login *login,
    unsigned *wait_s, struct err *err);

// Ends a session, by its hash.
ERR_CHECKED int operator_login_end(struct operator_desk *desk, const char *user, const char *hash,
    const struct audit_author *by, struct err *err);

#endif
