// From a request to a certificate.
#include "server/enrol/enrol_issue.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/log.h"
#include "server/enrol/enrol_record.h"
#include "server/enrol/enrol_undo.h"
#include "server/pki/certificate_facts.h"
#include "server/revocation/revocation_meet.h"
#include "server/store/certificate_store.h"

#define BUSY_MAX 64 // more than the server has handlers at once
#define NOTE_SIZE 257

struct enrol_issue {
    struct enrol_issue_settings settings;
    pthread_mutex_t lock; // guards the next
    char busy[BUSY_MAX][MAC_SIZE];
};

int enrol_issue_new(
    const struct enrol_issue_settings *settings, struct enrol_issue **out, struct err *err)
{
    struct enrol_issue *issue = calloc(1, sizeof *issue);

    if (issue == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for enrolment");
    issue->settings = *settings;
    pthread_mutex_init(&issue->lock, NULL);
    *out = issue;
    return 0;
}

void enrol_issue_free(struct enrol_issue *issue)
{
    if (issue == NULL)
        return;
    pthread_mutex_destroy(&issue->lock);
    free(issue);
}

// A place for the device, unless one of its requests has one: two at the same time would get two
// certificates.
static char *begin(struct enrol_issue *issue, const char *mac)
{
    char *place = NULL;

    pthread_mutex_lock(&issue->lock);
    for (size_t i = 0; i < BUSY_MAX; i++) {
        if (strcmp(issue->busy[i], mac) == 0) {
            place = NULL;
            break;
        }
        if (place == NULL && issue->busy[i][0] == '\0')
            place = issue->busy[i];
    }
    if (place != NULL)
        snprintf(place, MAC_SIZE, "%s", mac);
    pthread_mutex_unlock(&issue->lock);
    return place;
}

static void end(struct enrol_issue *issue, char *place)
{
    pthread_mutex_lock(&issue->lock);
    place[0] = '\0';
    pthread_mutex_unlock(&issue->lock);
}

// Whoever made it: it must be what the device asked for, and what it is let in with.
static int check(const struct enrol_issue *issue, const struct enrol_judge *judge,
    const struct certificate *certificate, struct err *err)
{
    char key[DIGEST_SHA256_TEXT_SIZE] = "";
    struct certificate_facts facts;
    int rc = certificate_facts_of(certificate, &facts, err);

    if (rc == 0)
        rc = certificate_key_id(certificate, key, err);
    if (rc == 0)
        rc = device_auth_vouches(issue->settings.auth, certificate, err);
    if (rc == 0 && (strcmp(facts.common_name, judge->mac) != 0 || facts.is_server ||
                       strcmp(key, judge->key_sha256) != 0))
        rc = err_set(err, ERR_UNTRUSTED, "it is not the one that was asked for");
    if (rc == 0)
        return 0;
    err_context(err, "the signer's certificate");
    return ERR_UNTRUSTED;
}

static int record(const struct enrol_issue *issue, struct enrol_judge *judge,
    const struct certificate *certificate, struct err *err)
{
    struct certificate_record known;
    struct certificate_facts facts;
    struct enrol_record it = {.judge = judge, .record = &known};
    int rc = certificate_facts_of(certificate, &facts, err);

    if (rc == 0)
        rc = certificate_to_der(certificate, &judge->der, &judge->n, err);
    if (rc < 0)
        return rc;
    revocation_meet_describe(&facts, judge->mac, CERTIFICATE_ENROLLED, &known);
    it.der = judge->der;
    it.n = judge->n;

    const struct audit_change audit = {.verb = judge->own[0] != '\0' ? "renew" : "issue",
        .kind = AUDIT_CERTIFICATE,
        .object = known.serial,
        .tell = enrol_record_tell};

    rc = audit_run(issue->settings.store, &audit, enrol_record_run, &it, err);
    if (rc == 0 && it.is_withdrawn) {
        enrol_judge_clear(judge);
        judge->verdict = ENROL_REJECTED;
    }
    return rc;
}

// Whether a certificate has been written down here before: 1 or 0, or an error.
static int is_known(
    const struct enrol_issue *issue, const struct certificate *certificate, struct err *err)
{
    struct store_connection *connection;
    struct certificate_record known;
    char serial[SERIAL_SIZE];
    int rc = certificate_serial(certificate, serial, err);

    if (rc < 0)
        return rc;
    rc = store_read_begin(issue->settings.store, &connection, err);
    if (rc < 0)
        return rc;
    rc = certificate_store_get(connection, serial, &known, err);
    store_read_end(issue->settings.store, connection);
    return rc == ERR_NOT_FOUND ? 0 : rc < 0 ? rc : 1;
}

// The signer answers the same request with the same certificate for a while. That is right for one
// that was signed and never arrived here; one that did was given away, and the decision is for
// another one.
static int obtain(const struct enrol_issue *issue, const struct enrol_issue_order *order,
    struct certificate **out, struct err *err)
{
    struct enrol_issue_order again = *order;
    int rc = issue->settings.sign(order, out, issue->settings.ctx, err);

    if (rc < 0)
        return rc;
    rc = is_known(issue, *out, err);
    if (rc == 0)
        return 0;
    certificate_free(*out);
    again.anew = true;
    return rc < 0 ? rc : issue->settings.sign(&again, out, issue->settings.ctx, err);
}

// The signer has refused for good. If that cannot be written down, the decision holds as it does
// when the signer is away.
static void undo(
    const struct enrol_issue *issue, const struct enrol_judge *judge, const char *reason)
{
    struct enrol_undo it = {judge, reason};
    struct err err = {0};

    if (store_write(issue->settings.store, enrol_undo_run, &it, &err) < 0)
        log_error(
            "enrolment", "decision not taken back mac=%s error=\"%s\"", judge->mac, err.message);
}

static int sign(const struct enrol_issue *issue, struct enrol_judge *judge,
    const struct enrol_issue_order *order, struct err *err)
{
    struct certificate *certificate;
    struct err reason = {0};
    int rc = obtain(issue, order, &certificate, &reason);

    if (rc == ERR_DENIED || rc == ERR_INVALID)
        undo(issue, judge, reason.message);
    if (rc < 0)
        return err_set(err, rc, "%s", reason.message);
    rc = check(issue, judge, certificate, err);
    if (rc == 0)
        rc = record(issue, judge, certificate, err);
    certificate_free(certificate);
    return rc;
}

static void write_note(const struct enrol_judge *judge, char note[NOTE_SIZE])
{
    if (judge->own[0] != '\0')
        snprintf(note, NOTE_SIZE, "%s of %s with certificate %s from %s",
            judge->is_late ? ENROLMENT_BY_LATE : ENROLMENT_BY_RENEWAL, judge->mac, judge->own,
            judge->address);
    else
        snprintf(note, NOTE_SIZE, "enrolment of %s decided by %s, claim %s from %s", judge->mac,
            judge->by, judge->claim, judge->address);
}

int enrol_issue_run(struct enrol_issue *issue, struct enrol_judge *judge, const uint8_t *csr,
    size_t n, struct err *err)
{
    char note[NOTE_SIZE];
    struct enrol_issue_order order = {csr, n, note, false};
    char *place = begin(issue, judge->mac);

    if (place == NULL)
        return err_set(err, ERR_CONFLICT, "another request of this device is at work");

    int rc = store_write(issue->settings.store, enrol_judge_run, judge, err);

    if (rc == 0 && judge->filled > 0)
        log_warning("enrolment",
            "window closed let_in=%lld: as many as it may; 'secureesp "
            "enrolments open' opens it for more",
            (long long)judge->filled);
    if (rc == 0 && judge->verdict == ENROL_SIGN) {
        write_note(judge, note);
        rc = sign(issue, judge, &order, err);
    }
    end(issue, place);
    return rc;
}
