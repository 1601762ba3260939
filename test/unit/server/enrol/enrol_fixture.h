#ifndef TEST_SERVER_ENROL_ENROL_FIXTURE_H
#define TEST_SERVER_ENROL_ENROL_FIXTURE_H

// Requests on their way through the database.

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/enrol/enrol_judge.h"
#include "server/enrol/enrol_record.h"
#include "server/model/event_kind.h"
#include "server/revocation/revocation_change.h"
#include "server/store/certificate_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/enrolment_window_store.h"
#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

#define KEY_A "aa"
#define KEY_B "bb"
#define DAY_MS INT64_C(86400000)

static inline struct enrol_judge ask_for(const char *mac, const char *key)
{
    return (struct enrol_judge){.policy = ENROL_POLICY_APPROVE,
        .mac = mac,
        .key_sha256 = key,
        .code_sha256 = "",
        .claim = "c1",
        .own = "",
        .address = "192.0.2.1"};
}

static inline enum enrol_verdict judge(struct fixture *f, struct enrol_judge *it)
{
    fixture_write(f, enrol_judge_run, it);
    return it->verdict;
}

static inline enum enrol_verdict judge_one(struct fixture *f, const char *mac, const char *key)
{
    struct enrol_judge it = ask_for(mac, key);
    enum enrol_verdict verdict = judge(f, &it);

    enrol_judge_clear(&it);
    return verdict;
}

static inline struct enrolment row_of(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct enrolment row = {0};
    int rc = enrolment_store_get(connection, mac, &row, NULL);

    store_read_end(f->store, connection);
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
    return row; // with an empty MAC: there is none
}

static inline int put_row(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_store_put(connection, ctx, err);
}

static inline void add_row(
    struct fixture *f, const char *mac, enum enrolment_state state, const char *key)
{
    struct enrolment row = {.state = state, .decided_at_ms = 1, .decided_by = "uid 5"};

    snprintf(row.mac, sizeof row.mac, "%s", mac);
    snprintf(row.key_sha256, sizeof row.key_sha256, "%s", key);
    fixture_write(f, put_row, &row);
}

static inline int count_kind(const struct event *event, void *ctx)
{
    *(int *)ctx += strncmp(event->kind, EVENT_KIND_ENROLMENT, strlen(EVENT_KIND_ENROLMENT)) == 0;
    return 0;
}

static inline int count_events(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    int count = 0;

    assert_int_equal(event_store_each(connection, mac, 100, count_kind, &count, NULL), 0);
    store_read_end(f->store, connection);
    return count;
}

// Gives a device a certificate of that number, as the signer would; true if it was recorded as its.
static inline bool record_certificate(
    struct fixture *f, const struct enrol_judge *it, unsigned number)
{
    static const uint8_t der[] = {0x30, 0x01, 0x02};
    int64_t now_ms = clock_system_ms();
    struct certificate_record record = {.not_before_ms = now_ms - 1000,
        .not_after_ms = now_ms + DAY_MS,
        .known_at_ms = clock_now_ms(),
        .origin = CERTIFICATE_ENROLLED};
    struct enrol_record job = {it, &record, der, sizeof der, false};

    snprintf(record.serial, sizeof record.serial, "%02x", number);
    snprintf(record.fingerprint, sizeof record.fingerprint, "f%u", number);
    snprintf(record.common_name, sizeof record.common_name, "%s", it->mac);
    snprintf(record.mac, sizeof record.mac, "%s", it->mac);
    fixture_write(f, enrol_record_run, &job);
    return !job.is_withdrawn;
}

static inline void change(struct fixture *f, store_job job, const char *subject, const char *reason)
{
    struct revocation_change it = {.subject = subject, .reason = reason};

    fixture_write(f, job, &it);
}

#endif
