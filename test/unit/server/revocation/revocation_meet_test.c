// Certificates that are met: remembered once, not without end, and never too late.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/pki/issuer.h"
#include "server/revocation/revocation_meet.h"
#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR_MS INT64_C(3600000)

static void meet(struct fixture *f, const char *name, int number, int64_t begins_ms)
{
    struct certificate_facts facts = {.begins_ms = begins_ms, .not_after_ms = INT64_MAX};

    snprintf(facts.common_name, sizeof facts.common_name, "%s", name);
    snprintf(facts.serial, sizeof facts.serial, "%02x", (unsigned)number);
    snprintf(facts.fingerprint, sizeof facts.fingerprint, "f%d", number);
    revocation_meet_post(f->store, &facts, NULL, CERTIFICATE_SEEN);
    fixture_flush(f);
}

static struct certificate_record get(struct fixture *f, const char *serial)
{
    struct store_connection *connection = fixture_read(f);
    struct certificate_record record = {0};
    int rc = certificate_store_get(connection, serial, &record, NULL);

    store_read_end(f->store, connection);
    assert_int_equal(rc, 0);
    return record;
}

static int64_t count(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM certificates");
}

static void test_once(void **state)
{
    struct fixture *f = *state;

    meet(f, "84:F3:EB:00:00:01", 10, 5);
    assert_string_equal(get(f, "0a").mac, MAC_1);
    assert_int_equal(get(f, "0a").not_before_ms, 5);
    assert_int_equal(get(f, "0a").origin, CERTIFICATE_SEEN);
    meet(f, "84:F3:EB:00:00:01", 10, 5);
    assert_int_equal(count(f), 1);
    meet(f, "secureespd", 11, 5);
    assert_string_equal(get(f, "0b").mac, "");
}

static void test_not_without_end(void **state)
{
    struct fixture *f = *state;

    log_set_level(LOG_ERROR);
    for (int i = 0; i < REVOCATION_MEET_MAX + 3; i++)
        meet(f, MAC_1, i, 5);
    assert_int_equal(count(f), REVOCATION_MEET_MAX);
    meet(f, MAC_2, 200, 5); // another's are its own
    assert_int_equal(count(f), REVOCATION_MEET_MAX + 1);
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

// A certificate that is shown for the first time while its device is revoked counts as known then,
// unless it was issued since: what that is was fixed when the device was revoked, by the system's
// clock. For a device on hold, which needs no new one, it is when that began.
static void test_never_too_late(void **state)
{
    struct fixture *f = *state;
    int64_t second_ms = clock_system_ms() / 1000 * 1000 - HOUR_MS;
    int64_t back_ms = ISSUER_BACKDATE_S * 1000;
    const struct {
        const char *reason;
        int64_t revoked_at_ms, before_ms, begins_ms;
        bool is_revoked;
    } rows[] = {
        // within one second
        {REVOCATION_REASON_USUAL, second_ms + 700, second_ms - back_ms, second_ms - back_ms, false},
        {REVOCATION_REASON_USUAL, second_ms + 700, second_ms - back_ms, second_ms - back_ms - 1,
            true},
        // the daemon's clock was ahead, or behind
        {REVOCATION_REASON_USUAL, second_ms + HOUR_MS, second_ms - back_ms, second_ms, false},
        {REVOCATION_REASON_USUAL, second_ms - HOUR_MS, second_ms - back_ms, second_ms - back_ms - 1,
            true},
        // on hold before, for which it was revoked first
        {REVOCATION_REASON_USUAL, second_ms, second_ms + HOUR_MS, second_ms + 1, true},
        {REVOCATION_REASON_HOLD, second_ms + 700, 0, second_ms - back_ms, false},
        {REVOCATION_REASON_HOLD, second_ms + 700, 0, second_ms - back_ms - 1, true},
        {REVOCATION_REASON_HOLD, second_ms + 700, 1, second_ms - back_ms - 1, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_revocation revocation = {
            MAC_1, rows[i].revoked_at_ms, "", 0, rows[i].before_ms};
        char serial[8];

        snprintf(revocation.reason, sizeof revocation.reason, "%s", rows[i].reason);
        snprintf(serial, sizeof serial, "%02x", (unsigned)i + 1);
        fixture_write(f, put, &revocation);
        meet(f, MAC_1, (int)i + 1, rows[i].begins_ms);

        struct certificate_record record = get(f, serial);
        int64_t expected = rows[i].is_revoked ? rows[i].revoked_at_ms : 0;

        if (record.revoked_at_ms != expected || record.with_device != rows[i].is_revoked ||
            strcmp(record.reason, rows[i].is_revoked ? rows[i].reason : "") != 0)
            fail_msg("row %zu: revoked at %lld \"%s\"", i, (long long)record.revoked_at_ms,
                record.reason);
    }
}

static void test_others_and_who_is_in_again(void **state)
{
    struct fixture *f = *state;
    int64_t at_ms = clock_now_ms() - HOUR_MS;
    struct device_revocation revocation = {MAC_1, at_ms, REVOCATION_REASON_USUAL, 0, at_ms};

    fixture_write(f, put, &revocation);
    meet(f, MAC_2, 3, 5);
    assert_int_equal(get(f, "03").revoked_at_ms, 0);
    revocation.readmitted_at_ms = at_ms + 1;
    fixture_write(f, put, &revocation);
    meet(f, MAC_1, 4, 5); // `before` keeps it out
    assert_int_equal(get(f, "04").revoked_at_ms, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_once),
        TEST(test_not_without_end),
        TEST(test_never_too_late),
        TEST(test_others_and_who_is_in_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
