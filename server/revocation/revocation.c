// Shuts out and lets in: database, download server and broker in step.
#include "server/revocation/revocation.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/pace.h"
#include "server/revocation/revocation_audit.h"
#include "server/revocation/revocation_bearer.h"
#include "server/revocation/revocation_begin.h"
#include "server/revocation/revocation_broker.h"
#include "server/revocation/revocation_change.h"
#include "server/revocation/revocation_file.h"
#include "server/revocation/revocation_load.h"
#include "server/revocation/revocation_meet.h"
#include "server/revocation/revocation_retry.h"

#define WAIT_MS 2000 // for the broker
#define REMIND_MS 600000

struct revocation {
    struct revocation_settings settings;
    struct revocation_links links;
    struct revocation_broker broker;
    struct pace pace; // of the line that the list cannot be written

    pthread_mutex_t changing; // one change at a time, from the database to the list; over these:
    struct revocation_file file;
    bool is_stale; // the database has changed, and it is not in force all over:
    struct revocation_retry retry;
    char start_note[REVOCATION_BEGIN_NOTE_SIZE]; // from the start on

    pthread_mutex_t lock; // over these, for those who only look
    uint64_t number;
    size_t entries;
    char fault[REVOCATION_TEXT_SIZE];
};

static size_t end_nobody(void *ctx)
{
    (void)ctx;
    return 0;
}

// From the database into force at the download server; *text is the list, which the caller frees.
static int take_list(struct revocation *revocation, char **text, size_t *n, struct err *err)
{
    struct store_connection *connection;
    struct revocation_list *list;
    int rc = store_read_begin(revocation->settings.store, &connection, err);

    if (rc < 0)
        return rc;
    rc = revocation_load(connection, &list, err);
    store_read_end(revocation->settings.store, connection);
    if (rc < 0)
        return rc;
    rc = revocation_list_format(list, text, n);
    if (rc < 0) {
        revocation_list_free(list);
        return err_set(err, rc, "no memory for the list of revoked clients");
    }
    pthread_mutex_lock(&revocation->lock);
    revocation->number = revocation_list_number(list);
    revocation->entries = revocation_list_count(list);
    pthread_mutex_unlock(&revocation->lock);
    device_auth_set_revoked(revocation->settings.auth, list);
    return 0;
}

static void set_fault(struct revocation *revocation, const char *fault)
{
    pthread_mutex_lock(&revocation->lock);

    bool is_new = strcmp(revocation->fault, fault) != 0;

    snprintf(revocation->fault, sizeof revocation->fault, "%s", fault);
    pthread_mutex_unlock(&revocation->lock);
    if (fault[0] != '\0' && (pace_is_due(&revocation->pace, REMIND_MS) || is_new))
        log_error("revocation",
            "the broker does not learn who is revoked reason=\"%s\": the daemon tries again at "
            "least once a minute",
            fault);
    else if (fault[0] == '\0' && is_new)
        log_info("revocation", "the list of revoked clients is written");
}

// With `changing` held: what has become of putting it in force.
static int settle(struct revocation *revocation, int rc, const struct err *err)
{
    revocation->is_stale = rc < 0;
    if (rc < 0)
        revocation_retry_note(&revocation->retry, &revocation->file, clock_monotonic_ms());
    else
        revocation->retry = (struct revocation_retry){0};
    set_fault(revocation, rc < 0 ? err->message : "");
    return rc;
}

// With `changing` held. What is in force at the download server, for the broker.
static int write_list(struct revocation *revocation, char *text, size_t n, struct err *err)
{
    int rc = revocation_file_write(&revocation->file, text, n, err);

    free(text);
    return settle(revocation, rc, err);
}

// With `changing` held. From the database to all that goes by it; *ended connections of the
// download server, at *at_ms (monotonic).
static int put_in_force(
    struct revocation *revocation, size_t *ended, int64_t *at_ms, struct err *err)
{
    char *text = NULL;
    size_t n = 0;
    int rc = take_list(revocation, &text, &n, err);

    if (rc < 0)
        return settle(revocation, rc, err);
    *ended = revocation->links.end_clients(revocation->links.ctx);
    *at_ms = clock_monotonic_ms();
    return write_list(revocation, text, n, err);
}

static int begin(struct revocation *revocation, struct err *err)
{
    struct err fault = {0};
    char *text = NULL;
    size_t n = 0;
    int rc = revocation_begin_run(
        revocation->settings.store, &revocation->file, revocation->start_note, err);

    if (rc == 0)
        rc = take_list(revocation, &text, &n, err);
    if (rc < 0)
        return err_context(err, "list of revoked clients");
    // By one that cannot be written nobody is let in whom the broker knows to be shut out.
    return write_list(revocation, text, n, &fault) < 0 ? 0 : rc;
}

int revocation_open(
    const struct revocation_settings *settings, struct revocation **out, struct err *err)
{
    struct revocation *revocation = calloc(1, sizeof *revocation);

    if (revocation == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for revocation");
    revocation->settings = *settings;
    revocation->links = (struct revocation_links){end_nobody, NULL};
    pthread_mutex_init(&revocation->changing, NULL);
    pthread_mutex_init(&revocation->lock, NULL);
    revocation_broker_init(&revocation->broker);

    int rc = revocation_file_init(&revocation->file, settings->folder, err);

    if (rc == 0)
        rc = begin(revocation, err);
    if (rc < 0) {
        revocation_close(revocation);
        return rc;
    }
    *out = revocation;
    return 0;
}

void revocation_close(struct revocation *revocation)
{
    if (revocation == NULL)
        return;
    revocation_broker_clear(&revocation->broker);
    pthread_mutex_destroy(&revocation->lock);
    pthread_mutex_destroy(&revocation->changing);
    free(revocation);
}

void revocation_set_links(struct revocation *revocation, const struct revocation_links *links)
{
    revocation->links = *links;
}

static void ask_broker(
    struct revocation *revocation, int64_t began_ms, struct revocation_outcome *out)
{
    int64_t at_ms;

    out->broker_applied = revocation_broker_wait(&revocation->broker, out->number,
        clock_monotonic_ms() + WAIT_MS, &at_ms, &out->broker_ended);
    out->broker_after_ms = at_ms > began_ms ? at_ms - began_ms : 0;
    if (!out->changed)
        out->broker_ended = 0; // those were ended then
    if (!out->broker_applied)
        revocation_broker_explain(
            &revocation->broker, out->number, out->broker_reason, sizeof out->broker_reason);
}

static void take_change(const struct revocation_change *change, struct revocation_outcome *out)
{
    *out = (struct revocation_outcome){
        .changed = change->changed,
        .reported = change->reported,
        .now = change->now,
        .certificates = change->certificates,
        .commands = change->commands,
        .was_last = change->was_last,
        .number = (uint64_t)change->number,
    };
    memcpy(out->bearer, change->bearer, sizeof out->bearer);
}

// What of a change that is recorded has failed: what holds all the same, and what will be.
static int fail_later(
    struct revocation *revocation, const struct revocation_change *change, struct err *err)
{
    struct err reason = *err;
    struct revocation_state state;

    revocation_read(revocation, &state);
    return err_set(err, ERR_UNAVAILABLE,
        "%s: it is recorded%s: %s; the daemon tries again at least once a minute, and 'secureesp "
        "status' shows when it is done",
        change->subject,
        state.number >= (uint64_t)change->number
            ? ", and the download server uses it, but the broker does not yet"
            : ", but neither the download server nor the broker uses it yet",
        reason.message);
}

static int check_reason(const char *reason, struct err *err)
{
    if (reason == NULL || revocation_reason_code(reason) >= 0)
        return 0;
    return err_set(
        err, ERR_INVALID, "unknown reason '%.40s'; there are " REVOCATION_REASON_NAMES, reason);
}

// What a device said before its connection ended has been heard before the broker's word.
static void end_connection(
    struct revocation *revocation, int64_t began_ms, const struct revocation_outcome *out)
{
    int64_t ago_ms = clock_monotonic_ms() - began_ms - out->broker_after_ms;

    if (out->changed && out->bearer[0] != '\0' && out->broker_applied &&
        (out->broker_ended > 0 || out->was_last))
        revocation_bearer_end(revocation->settings.store, out->bearer, clock_now_ms() - ago_ms);
}

int revocation_run(struct revocation *revocation, store_job job, struct revocation_change *change,
    struct revocation_outcome *out, struct err *err)
{
    int64_t began_ms = clock_monotonic_ms();
    int64_t at_ms = began_ms;
    size_t ended = 0;
    int rc = check_reason(change->reason, err);

    if (rc < 0)
        return rc;
    pthread_mutex_lock(&revocation->changing);
    rc = audit_run(revocation->settings.store, &change->audit, job, change, err);

    bool is_recorded = rc >= 0;

    // Also of what was so already: it may be that which could not be written.
    if (is_recorded && (change->changed || revocation->is_stale))
        rc = put_in_force(revocation, &ended, &at_ms, err);
    pthread_mutex_unlock(&revocation->changing);
    if (is_recorded && change->log != NULL)
        change->log(change);
    if (rc < 0)
        return is_recorded ? fail_later(revocation, change, err) : rc;
    take_change(change, out);
    out->download_after_ms = at_ms - began_ms;
    out->download_ended = ended;
    ask_broker(revocation, began_ms, out);
    end_connection(revocation, began_ms, out);
    return 0;
}

static struct audit_change audit_of(const struct revocation_wish *wish, enum audit_kind kind)
{
    return (struct audit_change){wish->by, "revoke", kind, wish->subject, wish->force, NULL};
}

int revocation_revoke_device(struct revocation *revocation, const struct revocation_wish *wish,
    struct revocation_outcome *out, struct err *err)
{
    struct revocation_change change = {.subject = wish->subject,
        .reason = wish->reason,
        .audit = audit_of(wish, AUDIT_DEVICE),
        .log = revocation_audit_revoke};

    return revocation_run(revocation, revocation_change_revoke, &change, out, err);
}

int revocation_readmit_device(struct revocation *revocation, const struct audit_author *by,
    const char *mac, struct revocation_outcome *out, struct err *err)
{
    struct revocation_change change = {.subject = mac,
        .audit = {.by = by, .verb = "readmit", .kind = AUDIT_DEVICE, .object = mac},
        .log = revocation_audit_readmit};

    return revocation_run(revocation, revocation_change_readmit, &change, out, err);
}

int revocation_revoke_certificate(struct revocation *revocation, const struct revocation_wish *wish,
    struct revocation_outcome *out, struct err *err)
{
    struct revocation_change change = {.subject = wish->subject,
        .reason = wish->reason,
        .audit = audit_of(wish, AUDIT_CERTIFICATE),
        .log = revocation_audit_certificate};

    // `readmit` knows devices only.
    if (wish->reason != NULL && revocation_reason_is_hold(wish->reason))
        return err_set(err, ERR_INVALID,
            "a single certificate cannot be put on hold, because nothing lifts that: put its "
            "device on hold ('secureesp devices revoke MAC --reason certificateHold'), or give "
            "another reason");

    return revocation_run(revocation, revocation_change_revoke_certificate, &change, out, err);
}

void revocation_note_broker(
    struct revocation *revocation, uint64_t number, int64_t ended, const char *error)
{
    revocation_broker_note(&revocation->broker, number, ended, error);
}

void revocation_note_connection(struct revocation *revocation, bool connected)
{
    revocation_broker_note_connection(&revocation->broker, connected);
}

void revocation_met(const struct certificate_facts *facts, const char *mac, void *ctx)
{
    const struct revocation *revocation = ctx;

    revocation_meet_post(revocation->settings.store, facts, mac, CERTIFICATE_SEEN);
}

void revocation_note_file(struct revocation *revocation, const struct certificate_facts *facts)
{
    revocation_meet_post(revocation->settings.store, facts, NULL, CERTIFICATE_FILE);
}

bool revocation_has_serial(struct revocation *revocation, const char *serial)
{
    return device_auth_is_serial_revoked(revocation->settings.auth, serial);
}

// With `changing` held.
static bool is_due(struct revocation *revocation)
{
    if (revocation->is_stale)
        return revocation_retry_is_due(&revocation->retry, &revocation->file, clock_monotonic_ms());
    if (revocation_file_is_there(&revocation->file))
        return false;
    log_warning(
        "revocation", "%s was changed or removed, and is written again", revocation->file.path);
    return true;
}

void revocation_tick(struct revocation *revocation)
{
    struct err err = {0};
    size_t ended;
    int64_t at_ms;

    revocation_broker_remind(&revocation->broker, WAIT_MS);
    // A change under way does the same: it is not waited for.
    if (pthread_mutex_trylock(&revocation->changing) != 0)
        return;
    if (is_due(revocation))
        (void)put_in_force(revocation, &ended, &at_ms, &err); // if it fails, it is due once more
    pthread_mutex_unlock(&revocation->changing);
}

void revocation_read(struct revocation *revocation, struct revocation_state *out)
{
    struct revocation_broker *broker = &revocation->broker;

    pthread_mutex_lock(&revocation->lock);
    *out = (struct revocation_state){
        .number = revocation->number,
        .entries = revocation->entries,
        .start_note = revocation->start_note,
    };
    snprintf(out->fault, sizeof out->fault, "%s", revocation->fault);
    pthread_mutex_unlock(&revocation->lock);
    pthread_mutex_lock(&broker->lock);
    out->broker_knows = broker->knows;
    out->broker_number = broker->number;
    out->broker_at_ms = broker->at_ms + clock_stepped_ms();
    snprintf(out->broker_error, sizeof out->broker_error, "%s", broker->error);
    pthread_mutex_unlock(&broker->lock);
}
