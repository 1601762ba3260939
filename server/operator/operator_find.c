// From what somebody shows to who he is.
#include "server/operator/operator_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/operator/operator_secret.h"
#include "server/store/user_session_store.h"
#include "server/store/user_store.h"
#include "server/store/user_token_store.h"

struct touch {
    char hash[USER_HASH_SIZE];
    bool is_token;
    int64_t at_ms;
};

// A store_job.
static int run_touch(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct touch *touch = ctx;

    return touch->is_token ? user_token_store_touch(connection, touch->hash, touch->at_ms, err)
                           : user_session_store_touch(connection, touch->hash, touch->at_ms, err);
}

// That a crash loses the last of these is no harm: a session then ends earlier.
static void note_use(struct operator_desk *desk, const char *hash, bool is_token, int64_t at_ms)
{
    struct touch *touch = malloc(sizeof *touch);

    if (touch == NULL)
        return;
    *touch = (struct touch){.is_token = is_token, .at_ms = at_ms};
    memcpy(touch->hash, hash, sizeof touch->hash);
    (void)store_post(desk->store, run_touch, touch, free);
}

static int session_of(struct operator_desk *desk, struct store_connection *connection,
    struct operator* out, int64_t *used_at_ms, struct err *err)
{
    struct user_session session;
    int rc = user_session_store_get(connection, out->hash, &session, err);

    if (rc == ERR_NOT_FOUND ||
        (rc == 0 && !operator_rule_has_session(&session, &desk->limits, clock_now_ms())))
        return err_set(err, ERR_NOBODY, "the session has ended: log in again");
    if (rc < 0)
        return rc;
    out->how = OPERATOR_SESSION;
    out->role = session.role;
    *used_at_ms = session.used_at_ms;
    memcpy(out->user, session.user, sizeof out->user);
    return 0;
}

static int token_of(struct operator_desk *desk, struct store_connection *connection,
    struct operator* out, int64_t *used_at_ms, struct err *err)
{
    struct user_token token;
    int rc = user_token_store_find(connection, out->hash, &token, err);

    (void)desk;
    if (rc == ERR_NOT_FOUND || (rc == 0 && !operator_rule_has_token(&token, clock_now_ms())))
        return err_set(err, ERR_NOBODY, "the token is unknown, or has ended");
    if (rc < 0)
        return rc;
    out->how = OPERATOR_TOKEN;
    out->role = token.role;
    out->ends_at_ms = token.ends_at_ms;
    *used_at_ms = token.used_at_ms;
    memcpy(out->user, token.user, sizeof out->user);
    memcpy(out->token, token.name, sizeof out->token);
    return 0;
}

static int bearer_of(struct operator_desk *desk, struct store_connection *connection,
    struct operator* out, int64_t *used_at_ms, struct err *err)
{
    struct user user;
    int rc = user_store_get(connection, out->user, &user, err);

    (void)desk;
    *used_at_ms = clock_now_ms();
    if (rc == ERR_NOT_FOUND || (rc == 0 && user.role <= ROLE_ANYBODY))
        return err_set(err, ERR_NOBODY, "the certificate is good, but nobody's here");
    if (rc < 0)
        return rc;
    out->how = OPERATOR_CERTIFICATE;
    out->role = user.role;
    return 0;
}

typedef int reader(struct operator_desk *desk, struct store_connection *connection,
    struct operator* out, int64_t *used_at_ms, struct err *err);

// By the hash, or the user's name, that *out has already.
static int find(struct operator_desk *desk, reader *read, struct operator* out, int64_t *used_at_ms,
    struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(desk->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = read(desk, connection, out, used_at_ms, err);
    store_read_end(desk->store, connection);
    return rc;
}

static int find_secret(struct operator_desk *desk, const char *secret, bool is_token,
    struct operator* out, struct err *err)
{
    struct operator found = {.how = OPERATOR_NOBODY};
    int64_t now_ms = clock_now_ms();
    int64_t used_at_ms = 0;
    int rc;

    operator_secret_hash(secret, found.hash);
    rc = find(desk, is_token ? token_of : session_of, &found, &used_at_ms, err);
    if (rc < 0)
        return rc;
    if (operator_rule_is_touch_due(used_at_ms, now_ms))
        note_use(desk, found.hash, is_token, now_ms);
    *out = found;
    return 0;
}

int operator_find_session(
    struct operator_desk *desk, const char *secret, struct operator* out, struct err *err)
{
    return find_secret(desk, secret, false, out, err);
}

int operator_find_token(
    struct operator_desk *desk, const char *secret, struct operator* out, struct err *err)
{
    return find_secret(desk, secret, true, out, err);
}

int operator_find_bearer(
    struct operator_desk *desk, const char *name, struct operator* out, struct err *err)
{
    struct operator found = {.how = OPERATOR_NOBODY};
    int64_t used_at_ms;
    int rc;

    if (strlen(name) >= sizeof found.user)
        return err_set(err, ERR_NOBODY, "the certificate is good, but nobody's here");
    snprintf(found.user, sizeof found.user, "%s", name);
    rc = find(desk, bearer_of, &found, &used_at_ms, err);
    if (rc == 0)
        *out = found;
    return rc;
}

int operator_find_again(struct operator_desk *desk, const struct operator* who, struct err *err)
{
    static reader *const readers[OPERATOR_HOW_COUNT] = {[OPERATOR_SESSION] = session_of,
        [OPERATOR_TOKEN] = token_of,
        [OPERATOR_CERTIFICATE] = bearer_of};
    struct operator now = * who;
    int64_t used_at_ms;
    int rc;

    if (who->how == OPERATOR_SOCKET)
        return 0;
    if (readers[who->how] == NULL)
        return err_set(err, ERR_NOBODY, "nobody asked");
    rc = find(desk, readers[who->how], &now, &used_at_ms, err);
    if (rc == 0 && now.role < who->role)
        return err_set(err, ERR_NOBODY, "the role is less than it was");
    return rc;
}
