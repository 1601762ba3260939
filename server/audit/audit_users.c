// How users and tokens are in the database.
#include "server/audit/audit_users.h"

#include "server/store/user_store.h"
#include "server/store/user_token_store.h"

int audit_users_read(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct user user;
    int rc = user_store_get(connection, name, &user, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "role", role_name(user.role));
    audit_json_add_number(out, "password_at_ms", user.password_at_ms);
    return 0;
}

int audit_users_read_token(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct user_token token;
    int rc = user_token_store_get(connection, name, &token, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "user", token.user);
    audit_json_add_text(out, "role", role_name(token.role));
    audit_json_add_number(out, "ends_at_ms", token.ends_at_ms);
    return 0;
}
