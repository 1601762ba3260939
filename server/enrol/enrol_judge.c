// What becomes of a request, in the database.
#include "server/enrol/enrol_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/enrol/enrol_history.h"
#include "server/store/certificate_store.h"
#include "server/store/device_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/enrolment_window_store.h"
#include "server/store/revocation_store.h"

// What the database knows that counts.
struct facts {
    struct enrol_case it;
    struct enrolment row;
    struct enrolment_window window;
    struct device_revocation revocation;
    int64_t issued_at_ms; // when the last of its certificates was made here; 0: none was
    int64_t now_ms;       // as certificates have it
};

static int note_certificate(const struct certificate_record *record, void *ctx)
{
    struct facts *facts = ctx;
    const struct device_revocation *device =
        facts->revocation.revoked_at_ms != 0 ? &facts->revocation : NULL;
    bool is_good =
        strcmp(certificate_record_standing(record, device, facts->now_ms).state, "good") == 0;
    bool is_ours = record->origin == CERTIFICATE_ISSUED || record->origin == CERTIFICATE_ENROLLED;

    facts->it.has_good |= is_good;
    if (is_good && strcmp(record->serial, facts->row.serial) == 0)
        facts->it.certificate_is_good = true;
    if (is_ours && record->known_at_ms > facts->issued_at_ms)
        facts->issued_at_ms = record->known_at_ms;
    return 0;
}

static int read_row(struct store_connection *connection, const struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    int rc = enrolment_store_get(connection, judge->mac, &facts->row, err);

    if (rc == 0) {
        facts->it.row = &facts->row;
        return 0;
    }
    memset(&facts->row, 0, sizeof facts->row);
    snprintf(facts->row.mac, sizeof facts->row.mac, "%s", judge->mac);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int read_device(struct store_connection *connection, const struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, judge->mac, &device, err);

    facts->it.has_reported = rc == 0 && device.last_seen_ms != 0;
    if (rc == 0 || rc == ERR_NOT_FOUND)
        rc = revocation_store_get(connection, judge->mac, &facts->revocation, err);
    if (rc == ERR_NOT_FOUND) {
        memset(&facts->revocation, 0, sizeof facts->revocation);
        rc = 0;
    }
    if (rc == 0)
        rc = certificate_store_each_of(connection, judge->mac, note_certificate, facts, err);
    if (rc < 0)
        return rc;
    facts->it.is_revoked =
        facts->revocation.revoked_at_ms != 0 && facts->revocation.readmitted_at_ms == 0;
    // After a hold it has the certificate that it had.
    facts->it.is_readmitted = facts->revocation.readmitted_at_ms > facts->issued_at_ms &&
                              !revocation_reason_is_hold(facts->revocation.reason);
    return 0;
}

// Whether the row is of a device that the window which is open now has let in already.
static bool is_let_in(const struct facts *facts)
{
    return facts->it.row != NULL && facts->row.state == ENROLMENT_APPROVED &&
           strcmp(facts->row.decided_by, ENROLMENT_BY_WINDOW) == 0 &&
           facts->row.decided_at_ms >= facts->window.decided_at_ms &&
           enrolment_window_store_is_on(&facts->window, clock_now_ms());
}

static int read_facts(struct store_connection *connection, const struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    int rc = read_row(connection, judge, facts, err);

    if (rc == 0)
        rc = read_device(connection, judge, facts, err);
    if (rc == 0)
        rc = enrolment_window_store_get(connection, &facts->window, err);
    if (rc < 0)
        return rc;
    facts->it.is_open = enrolment_window_store_has_room(&facts->window, clock_now_ms());
    facts->it.is_let_in = is_let_in(facts);
    facts->it.policy = judge->policy;
    facts->it.key_sha256 = judge->key_sha256;
    facts->it.code_sha256 = judge->code_sha256;
    facts->it.is_late = judge->is_late;
    return 0;
}

// Where a request came from is part of what an operator decides by, and of whose crowd it is in the
// queue: one that is refused changes nothing of that.
static bool is_refused(enum enrol_verdict verdict)
{
    return verdict != ENROL_SIGN && verdict != ENROL_REPEAT && verdict != ENROL_WAIT;
}

static void note_asked(const struct enrol_judge *judge, struct enrolment *row)
{
    row->last_asked_ms = clock_now_ms();
    if (row->first_asked_ms == 0)
        row->first_asked_ms = row->last_asked_ms;
    row->tries++;
    if (is_refused(judge->verdict))
        return;
    snprintf(row->claim, sizeof row->claim, "%s", judge->claim);
    snprintf(row->address, sizeof row->address, "%s", judge->address);
}

// It is bound to the key, so that nobody else gets it if this one is not answered.
static void approve(const struct enrol_judge *judge, struct enrolment *row, bool is_counted)
{
    bool is_decided = row->state == ENROLMENT_APPROVED && row->decided_at_ms != 0 && !is_counted;

    row->state = ENROLMENT_APPROVED;
    snprintf(row->key_sha256, sizeof row->key_sha256, "%s", judge->key_sha256);
    row->code_sha256[0] = '\0';
    if (is_decided)
        return;
    snprintf(row->decided_by, sizeof row->decided_by, "%s", judge->by);
    row->decided_at_ms = row->last_asked_ms;
}

// Each device that it lets in is counted once.
static int count_let_in(struct store_connection *connection, struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    struct enrolment_window *window = &facts->window;

    judge->window_at_ms = window->decided_at_ms;
    if (++window->let_in >= window->at_most)
        judge->filled = window->let_in;
    return enrolment_window_store_put(connection, window, err);
}

static int sign(struct store_connection *connection, struct enrol_judge *judge, struct facts *facts,
    struct err *err)
{
    bool is_counted = strcmp(judge->by, ENROLMENT_BY_WINDOW) == 0 && !facts->it.is_let_in;

    approve(judge, &facts->row, is_counted);
    judge->after = facts->row;
    return is_counted ? count_let_in(connection, judge, facts, err) : 0;
}

// Places are few: somebody of the greatest crowd leaves.
static int make_room(
    struct store_connection *connection, struct enrol_judge *judge, struct err *err)
{
    int64_t count = 0;
    int rc = enrolment_store_count_pending(connection, &count, err);

    if (rc < 0 || count < ENROL_JUDGE_PENDING_MAX)
        return rc;
    rc = enrolment_store_find_leaving(connection, judge->dropped, err);
    return rc < 0 ? rc : enrolment_store_remove(connection, judge->dropped, err);
}

static int queue(struct store_connection *connection, struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    struct enrolment *row = &facts->row;

    if (facts->it.row != NULL && row->state == ENROLMENT_PENDING)
        return 0;

    int rc = make_room(connection, judge, err);

    row->state = ENROLMENT_PENDING;
    row->first_asked_ms = row->last_asked_ms;
    row->serial[0] = '\0';
    row->decided_by[0] = '\0';
    row->decided_at_ms = 0;
    snprintf(row->key_sha256, sizeof row->key_sha256, "%s", judge->key_sha256);
    return rc;
}

static int alarm(struct store_connection *connection, const struct enrol_judge *judge,
    struct enrolment *row, struct err *err)
{
    row->alarms++;
    row->alarm_at_ms = row->last_asked_ms;
    snprintf(row->alarm_key_sha256, sizeof row->alarm_key_sha256, "%s", judge->key_sha256);
    return enrol_history_alarm(connection, judge, err);
}

// Writes down what was decided; of a device of which nothing is known only what it is to get.
static int write_row(struct store_connection *connection, struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    bool is_there = facts->it.row != NULL;
    int rc = 0;

    if (is_there)
        judge->before = facts->row;
    note_asked(judge, &facts->row);
    switch (judge->verdict) {
    case ENROL_SIGN:
        rc = sign(connection, judge, facts, err);
        is_there = true;
        break;
    case ENROL_WAIT:
        rc = queue(connection, judge, facts, err);
        is_there = true;
        break;
    case ENROL_CODE:
        facts->row.code_tries += judge->code_sha256[0] != '\0'; // none is no guess
        break;
    case ENROL_ALARM:
    case ENROL_OTHER_KEY: rc = alarm(connection, judge, &facts->row, err); break;
    default: break;
    }
    return rc < 0 || !is_there ? rc : enrolment_store_put(connection, &facts->row, err);
}

// Of a renewal only what it gets is written, once it has it.
static int settle(struct store_connection *connection, struct enrol_judge *judge,
    struct facts *facts, struct err *err)
{
    if (judge->own[0] == '\0') {
        int rc = write_row(connection, judge, facts, err);

        if (rc < 0)
            return rc;
    }
    if (judge->verdict != ENROL_REPEAT)
        return 0;
    return enrolment_store_get_certificate(connection, judge->mac, &judge->der, &judge->n, err);
}

int enrol_judge_run(struct store_connection *connection, void *ctx, struct err *err)
{
    struct enrol_judge *judge = ctx;
    struct facts facts = {.now_ms = clock_system_ms()};
    int rc;

    enrol_judge_clear(judge);
    judge->dropped[0] = '\0';
    judge->filled = 0;
    judge->window_at_ms = 0;
    memset(&judge->before, 0, sizeof judge->before);
    rc = read_facts(connection, judge, &facts, err);
    if (rc < 0)
        return rc;

    struct enrol_ruling ruling =
        judge->own[0] == '\0'
            ? enrol_decide(&facts.it)
            : enrol_decide_renewal(&facts.it, strcmp(judge->own, facts.row.serial) == 0);

    judge->verdict = ruling.verdict;
    snprintf(judge->by, sizeof judge->by, "%s", ruling.by);
    return settle(connection, judge, &facts, err);
}

void enrol_judge_clear(struct enrol_judge *judge)
{
    free(judge->der);
    judge->der = NULL;
    judge->n = 0;
}
