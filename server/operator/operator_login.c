// Names with their passwords.
#include "server/operator/operator_login.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/operator/operator_name.h"
#include "server/pki/password_hash.h"
#include "server/store/user_session_store.h"
#include "server/store/user_store.h"

#define AUDIT_EVERY_MS 60000
#define LOG_EVERY_MS 10000

// --- who may try

static void note_address(struct operator_desk *desk, const struct operator_login *login)
{
    pthread_mutex_lock(&desk->lock);
    snprintf(desk->refused_from, sizeof desk->refused_from, "%s", login->address);
    pthread_mutex_unlock(&desk->lock);
}

static int slow_down(struct operator_desk *desk, const struct operator_login *login,
    unsigned *wait_s, struct err *err)
{
    pthread_mutex_lock(&desk->lock);
    *wait_s =
        operator_throttle_take(&desk->throttle, login->name, login->address, clock_monotonic_ms());
    pthread_mutex_unlock(&desk->lock);
    if (*wait_s == 0)
        return 0;
    note_address(desk, login);
    if (tally_add(&desk->slowed, 1, LOG_EVERY_MS))
        log_warning("operator", "log-in refused, it failed too often before address=%s count=%llu",
            login->address, (unsigned long long)desk->slowed.total);
    return err_set(err, ERR_BUSY, "too many log-ins have failed: try again in %u seconds", *wait_s);
}

static void be_lenient(struct operator_desk *desk, const struct operator_login *login)
{
    pthread_mutex_lock(&desk->lock);
    operator_throttle_give(&desk->throttle, login->name, login->address);
    pthread_mutex_unlock(&desk->lock);
}

// Who has logged in from there before has a longer line to stand in than strangers.
static int look_up(struct operator_desk *desk, const struct operator_login *login,
    struct user *user, size_t *behind, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(desk->store, &connection, err);

    if (rc < 0)
        return rc;
    *user = (struct user){.role = ROLE_ANYBODY};
    rc = user_store_get(connection, login->name, user, err);
    if (rc == 0 || rc == ERR_NOT_FOUND)
        rc = user_session_store_is_from(connection, login->name, login->address, err);
    store_read_end(desk->store, connection);
    *behind = rc > 0 ? OPERATOR_GATE_KNOWN : OPERATOR_GATE_STRANGERS;
    return rc < 0 ? rc : 0;
}

// --- that it failed

struct failure {
    uint64_t count;
    const char *address;
};

static int do_nothing(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)connection;
    (void)ctx;
    (void)err;
    return 0;
}

static void tell_failure(struct audit_told *told, const void *ctx)
{
    const struct failure *failure = ctx;

    audit_json_add_number(&told->after, "failed", (int64_t)failure->count);
    audit_json_add_text(&told->after, "last_from", failure->address);
}

// One row a minute, whatever comes. A name that is nobody's may be a password, typed too early.
static void note_failure(
    struct operator_desk *desk, const struct operator_login *login, const struct user *user)
{
    struct audit_change change = {
        .verb = "log-in-failed", .kind = AUDIT_USER, .object = user->name, .tell = tell_failure};
    struct err err = {0};

    desk->unaudited++;
    note_address(desk, login);
    if (tally_add(&desk->failed, 1, LOG_EVERY_MS))
        log_warning("operator", "log-in failed user=%s address=%s count=%llu",
            user->name[0] != '\0' ? user->name : "-", login->address,
            (unsigned long long)desk->failed.total);
    if (!pace_is_due(&desk->audit, AUDIT_EVERY_MS))
        return;

    struct failure failure = {atomic_exchange(&desk->unaudited, 0), login->address};

    if (audit_run(desk->store, &change, do_nothing, &failure, &err) < 0)
        log_error("operator", "a log-in that failed is not in the audit log: %s", err.message);
}

// --- that it is right

// In front of the gate that is entered. *renewed: another hash of it, if that is due, or "".
static int judge(const struct user *user, const char *password, char renewed[PASSWORD_HASH_SIZE],
    struct err *err)
{
    bool is_old;
    int rc = password_hash_check(user->password, password, &is_old, err);

    renewed[0] = '\0';
    if (rc == 0 && is_old)
        rc = password_hash_make(password, renewed, err);
    return rc;
}

static int check(struct operator_desk *desk, const struct operator_login *login, struct user *user,
    char renewed[PASSWORD_HASH_SIZE], unsigned *wait_s, struct err *err)
{
    size_t behind;
    int rc = slow_down(desk, login, wait_s, err);

    if (rc == 0)
        rc = look_up(desk, login, user, &behind, err);
    if (rc < 0)
        return rc;
    rc = operator_gate_enter(&desk->gate, behind, err);
    if (rc < 0) {
        (void)tally_add(&desk->crowded, 1, LOG_EVERY_MS);
        be_lenient(desk, login); // it was not judged
        *wait_s = 1;
        return rc;
    }
    rc = judge(user, login->password, renewed, err);
    operator_gate_leave(&desk->gate);
    if (rc == 0)
        be_lenient(desk, login);
    if (rc != ERR_DENIED)
        return rc;
    note_failure(desk, login, user);
    return err_set(err, ERR_NOBODY, "wrong name or password");
}

struct entry {
    struct operator_desk *desk;
    const char *judged; // the hash of the password that was good
    const char *renewed;
    struct user_session session;
    enum role role;
};

// A store_job. The password may have been changed since it was judged, and the user removed.
static int enter(struct store_connection *connection, void *ctx, struct err *err)
{
    struct entry *entry = ctx;
    struct user_session *session = &entry->session;
    const struct operator_rule_limits *limits = &entry->desk->limits;
    int64_t now_ms = clock_now_ms();
    struct user user;
    int rc = user_store_get(connection, session->user, &user, err);

    if (rc == ERR_NOT_FOUND || (rc == 0 && strcmp(user.password, entry->judged) != 0))
        return err_set(err, ERR_NOBODY, "wrong name or password");
    if (rc == 0 && entry->renewed[0] != '\0')
        rc = user_store_renew(connection, user.name, user.password, entry->renewed, err);
    if (rc == 0)
        rc = user_session_store_prune(
            connection, now_ms - limits->absolute_ms, now_ms - limits->idle_ms, err);
    session->created_at_ms = session->used_at_ms = now_ms;
    entry->role = user.role;
    return rc < 0 ? rc : user_session_store_add(connection, session, err);
}

static void tell_entry(struct audit_told *told, const void *ctx)
{
    const struct entry *entry = ctx;

    audit_json_add_text(&told->after, "role", role_name(entry->role));
}

static int begin_session(struct operator_desk *desk, struct entry *entry, struct err *err)
{
    struct audit_author by = {.pid = 0};
    struct audit_change change = {.by = &by,
        .verb = "log-in",
        .kind = AUDIT_USER,
        .object = entry->session.user,
        .tell = tell_entry};

    snprintf(by.who, sizeof by.who, "user %s", entry->session.user);
    snprintf(by.user, sizeof by.user, "%s", entry->session.address);
    return audit_run(desk->store, &change, enter, entry, err);
}

int operator_login_run(struct operator_desk *desk, const struct operator_login *login,
    char secret[OPERATOR_SECRET_SIZE], enum role *role, unsigned *wait_s, struct err *err)
{
    char renewed[PASSWORD_HASH_SIZE];
    struct user user;
    struct entry entry = {.desk = desk, .judged = user.password, .renewed = renewed};
    int rc = check(desk, login, &user, renewed, wait_s, err);

    if (rc == 0)
        rc = operator_secret_make_session(secret, err);
    if (rc < 0)
        return rc;
    operator_secret_hash(secret, entry.session.hash);
    memcpy(entry.session.user, user.name, sizeof user.name);
    snprintf(entry.session.address, sizeof entry.session.address, "%s", login->address);
    rc = begin_session(desk, &entry, err);
    if (rc < 0)
        return rc;
    desk->log_ins++;
    *role = entry.role;
    log_info("operator", "logged in user=%s address=%s", user.name, login->address);
    return 0;
}

int operator_login_check(struct operator_desk *desk, const struct operator_login *login,
    unsigned *wait_s, struct err *err)
{
    char renewed[PASSWORD_HASH_SIZE];
    struct user user;

    return check(desk, login, &user, renewed, wait_s, err);
}

// A store_job.
static int leave(struct store_connection *connection, void *ctx, struct err *err)
{
    return user_session_store_remove(connection, ctx, err);
}

static void tell_leave(struct audit_told *told, const void *ctx)
{
    (void)ctx;
    audit_json_add_flag(&told->after, "logged_in", false);
}

int operator_login_end(struct operator_desk *desk, const char *user, const char *hash,
    const struct audit_author *by, struct err *err)
{
    struct audit_change change = {
        .by = by, .verb = "log-out", .kind = AUDIT_USER, .object = user, .tell = tell_leave};

    return audit_run(desk->store, &change, leave, (void *)(uintptr_t)hash, err);
}
