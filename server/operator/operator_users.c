// Changes of users.
#include "server/operator/operator_users.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/operator/operator_name.h"
#include "server/pki/password_hash.h"
#include "server/store/user_session_store.h"
#include "server/store/user_store.h"
#include "server/store/user_token_store.h"

_Static_assert(PASSWORD_HASH_SIZE <= USER_PASSWORD_SIZE, "it fits");

struct wish {
    const char *name;
    enum role role;
    const char *password; // its hash
};

static int hash_password(const struct operator_users_change *change, const char *password,
    char out[PASSWORD_HASH_SIZE], struct err *err)
{
    int rc = operator_name_check_password(change->name, password, err);

    if (rc == 0)
        rc = operator_gate_enter(&change->desk->gate, OPERATOR_GATE_ALL, err);
    if (rc < 0)
        return rc;
    rc = password_hash_make(password, out, err);
    operator_gate_leave(&change->desk->gate);
    return rc;
}

static int run(const struct operator_users_change *change, const char *verb, store_job job,
    struct wish *wish, struct err *err)
{
    struct audit_change audited = {
        .by = change->by, .verb = verb, .kind = AUDIT_USER, .object = change->name};

    wish->name = change->name;
    return audit_run(change->desk->store, &audited, job, wish, err);
}

// A store_job.
static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;
    int64_t now_ms = clock_now_ms();
    struct user user = {.role = wish->role, .created_at_ms = now_ms};
    int64_t users = 0;
    int64_t administrators = 0;
    int rc = user_store_count(connection, &users, &administrators, err);

    if (rc == 0 && users >= USER_MAX)
        rc = err_set(err, ERR_CONFLICT, "there are %d users, and can be no more", USER_MAX);
    if (rc < 0)
        return rc;
    snprintf(user.name, sizeof user.name, "%s", wish->name);
    snprintf(user.password, sizeof user.password, "%s", wish->password);
    user.password_at_ms = wish->password[0] != '\0' ? now_ms : 0;
    return user_store_add(connection, &user, err);
}

int operator_users_add(const struct operator_users_change *change, enum role role,
    const char *password, struct err *err)
{
    char hash[PASSWORD_HASH_SIZE] = "";
    struct wish wish = {.role = role, .password = hash};
    int rc = operator_name_check(change->name, err);

    if (rc == 0 && password != NULL)
        rc = hash_password(change, password, hash, err);
    return rc < 0 ? rc : run(change, "add", add, &wish, err);
}

// Somebody must be left who may do everything.
static int check_last(struct store_connection *connection, const struct user *user, struct err *err)
{
    int64_t users = 0;
    int64_t administrators = 0;
    int rc;

    if (user->role != ROLE_ADMINISTRATOR)
        return 0;
    rc = user_store_count(connection, &users, &administrators, err);
    if (rc == 0 && administrators <= 1)
        rc = err_set(err, ERR_CONFLICT,
            "%s is the last administrator: give another user that role first", user->name);
    return rc;
}

struct too_much {
    const struct user *user;
    char name[USER_NAME_SIZE]; // of a token that may do more than he
};

static int find_too_much(const struct user_token *token, void *ctx)
{
    struct too_much *found = ctx;

    if (strcmp(token->user, found->user->name) != 0 || token->role <= found->user->role)
        return 0;
    memcpy(found->name, token->name, sizeof found->name);
    return 1;
}

static int end_tokens(struct store_connection *connection, const struct user *user, struct err *err)
{
    struct too_much found = {.user = user};
    int rc;

    while ((rc = user_token_store_each(connection, find_too_much, &found, err)) > 0) {
        rc = user_token_store_remove(connection, found.name, err);
        if (rc < 0)
            return rc;
    }
    return rc;
}

// A store_job.
static int set_role(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;
    struct user user;
    int rc = user_store_get(connection, wish->name, &user, err);

    if (rc < 0 || user.role == wish->role)
        return rc;
    rc = check_last(connection, &user, err);
    user.role = wish->role;
    if (rc == 0)
        rc = user_store_update(connection, &user, err);
    if (rc == 0)
        rc = user_session_store_remove_of(connection, user.name, err);
    return rc < 0 ? rc : end_tokens(connection, &user, err);
}

int operator_users_set_role(
    const struct operator_users_change *change, enum role role, struct err *err)
{
    struct wish wish = {.role = role};

    return run(change, "role", set_role, &wish, err);
}

// A store_job. Who knew the old password may have made a token, as a log-in from a laptop does.
static int set_password(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;
    struct user user;
    int rc = user_store_get(connection, wish->name, &user, err);

    if (rc < 0)
        return rc;
    snprintf(user.password, sizeof user.password, "%s", wish->password);
    user.password_at_ms = clock_now_ms();
    rc = user_store_update(connection, &user, err);
    if (rc == 0)
        rc = user_session_store_remove_of(connection, user.name, err);
    user.role = ROLE_ANYBODY; // all of them may do more
    return rc < 0 ? rc : end_tokens(connection, &user, err);
}

int operator_users_set_password(
    const struct operator_users_change *change, const char *password, struct err *err)
{
    char hash[PASSWORD_HASH_SIZE];
    struct wish wish = {.password = hash};
    int rc = hash_password(change, password, hash, err);

    return rc < 0 ? rc : run(change, "password", set_password, &wish, err);
}

// A store_job.
static int take_away(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;
    struct user user;
    int rc = user_store_get(connection, wish->name, &user, err);

    if (rc == 0)
        rc = check_last(connection, &user, err);
    return rc < 0 ? rc : user_store_remove(connection, wish->name, err);
}

int operator_users_remove(const struct operator_users_change *change, struct err *err)
{
    struct wish wish = {.name = NULL};

    return run(change, "remove", take_away, &wish, err);
}
