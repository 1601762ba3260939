// Changes of tokens.
#include "server/operator/operator_tokens.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/operator/operator_name.h"
#include "server/store/user_token_store.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static int run(const struct operator_users_change *change, const char *verb, store_job job,
    void *ctx, struct err *err)
{
    struct audit_change audited = {
        .by = change->by, .verb = verb, .kind = AUDIT_TOKEN, .object = change->name};

    return audit_run(change->desk->store, &audited, job, ctx, err);
}

struct tally_of {
    const char *user;
    int64_t now_ms;
    int count;
};

static int count_one(const struct user_token *token, void *ctx)
{
    struct tally_of *tally = ctx;

    tally->count += strcmp(token->user, tally->user) == 0 && token->ends_at_ms > tally->now_ms;
    return 0;
}

// So that nobody takes all the room there is, and with it others' log-ins. The machine itself may.
static int check_share(
    struct store_connection *connection, const struct user_token *token, struct err *err)
{
    struct tally_of tally = {token->user, clock_now_ms(), 0};
    int rc = 0;

    if (token->user[0] != '\0')
        rc = user_token_store_each(connection, count_one, &tally, err);
    if (rc == 0 && tally.count >= USER_TOKENS_OF_ONE_MAX)
        rc = err_set(err, ERR_CONFLICT, "%s has %d tokens, and can have no more: remove one first",
            token->user, tally.count);
    return rc;
}

// A store_job.
static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct user_token *token = ctx;
    int64_t count = 0;
    int rc = user_token_store_count(connection, &count, err);

    if (rc == 0 && count >= USER_TOKENS_MAX)
        rc = err_set(err, ERR_CONFLICT, "there are %d tokens, and can be no more", USER_TOKENS_MAX);
    if (rc == 0)
        rc = check_share(connection, token, err);
    return rc < 0 ? rc : user_token_store_add(connection, token, err);
}

static int judge(const struct operator_users_change *change, const struct operator* who,
    const struct user_token *token, int64_t days, struct err *err)
{
    int rc = operator_name_check(change->name, err);

    if (rc < 0)
        return rc;
    if (days < 1 || days > OPERATOR_TOKENS_DAYS_MAX)
        return err_set(err, ERR_INVALID, "a token lasts 1 to %d days", OPERATOR_TOKENS_DAYS_MAX);
    if (token->role > who->role)
        return err_set(err, ERR_DENIED, "a token may do no more than who makes it, and %s may not",
            role_name(who->role));
    return 0;
}

int operator_tokens_add(const struct operator_users_change *change, const struct operator* who,
    struct user_token *token, int64_t days, char secret[OPERATOR_SECRET_SIZE], struct err *err)
{
    int rc = judge(change, who, token, days, err);

    if (rc == 0)
        rc = operator_secret_make_token(secret, err);
    if (rc < 0)
        return rc;
    operator_secret_hash(secret, token->hash);
    snprintf(token->name, sizeof token->name, "%s", change->name);
    memcpy(token->user, who->user, sizeof token->user);
    token->created_at_ms = clock_now_ms();
    token->ends_at_ms = token->created_at_ms + days * DAY_MS;
    if (who->how == OPERATOR_TOKEN && token->ends_at_ms > who->ends_at_ms)
        token->ends_at_ms = who->ends_at_ms;
    return run(change, "add", add, token, err);
}

struct removal {
    const char *name;
    const struct operator* who;
};

// A store_job.
static int take_away(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct removal *removal = ctx;
    struct user_token token;
    int rc = user_token_store_get(connection, removal->name, &token, err);

    if (rc == 0 && removal->who->role < ROLE_ADMINISTRATOR &&
        strcmp(token.user, removal->who->user) != 0)
        rc = err_set(err, ERR_DENIED, "token %s is another's", token.name);
    if (rc == 0 && token.role > removal->who->role)
        rc = err_set(err, ERR_DENIED, "token %s may do more than who removes it", token.name);
    return rc < 0 ? rc : user_token_store_remove(connection, removal->name, err);
}

int operator_tokens_remove(
    const struct operator_users_change *change, const struct operator* who, struct err *err)
{
    struct removal removal = {change->name, who};

    return run(change, "remove", take_away, &removal, err);
}
