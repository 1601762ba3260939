// A certificate that is revoked, and the device that bore it.
#include "server/revocation/revocation_bearer.h"

#include "test/unit/server/revocation/change_fixture.h"

static void test_one_certificate(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, 5);
    add_certificate(f, "0c", MAC_1, 5);
    change = apply(f, revocation_change_revoke_certificate, "0a", "superseded");
    assert_true(change.changed);
    assert_int_equal(change.number, 1);
    assert_list(f, "serial 0a; ");
    assert_string_equal(change.bearer, MAC_1);
    assert_false(change.was_last);
    assert_true(device(f, MAC_1).online); // it has another
    assert_events(f, MAC_1, "revoked its certificate 0a: superseded; ");
    assert_false(apply(f, revocation_change_revoke_certificate, "0a", HOLD).changed);
    assert_true(apply(f, revocation_change_revoke_certificate, "0b", HOLD).changed);
    assert_list(f, "serial 0a; serial 0b; ");
    let_in(f, MAC_1); // never revoked itself
    assert_list(f, "serial 0a; serial 0b; ");
}

static int revoke_one(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_change_revoke_certificate(connection, ctx, err);
}

// The device is not revoked, but it has nothing left to come in with.
static void test_the_last_one(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, 5);

    int64_t queued = give(f, MAC_1, COMMAND_QUEUED);
    int64_t sent = give(f, MAC_1, COMMAND_SENT);

    change = apply(f, revocation_change_revoke_certificate, "0a", COMPROMISE);
    assert_true(change.was_last);
    assert_int_equal(change.commands, 2);
    assert_false(device(f, MAC_1).online);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_CERTIFICATE);
    assert_int_equal(device(f, MAC_1).revoked_at_ms, 0);
    assert_command(f, queued, COMMAND_FAILED, "revoked",
        "its last good certificate was revoked (keyCompromise) before it was sent");
    assert_command(f, sent, COMMAND_FAILED, "revoked", "it may be done all the same");
    assert_list(f, "serial 0a; ");
}

static void add_dates(
    struct fixture *f, const char *serial, int64_t not_before_ms, int64_t not_after_ms)
{
    struct certificate_record record = {.mac = MAC_1,
        .common_name = MAC_1,
        .not_before_ms = not_before_ms,
        .not_after_ms = not_after_ms};

    snprintf(record.serial, sizeof record.serial, "%s", serial);
    snprintf(record.fingerprint, sizeof record.fingerprint, "%s", serial);
    fixture_write(f, add, &record);
}

// Others that it cannot come in with, either, are none.
static void test_others_that_are_not_good(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = clock_system_ms();

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, 5);
    add_certificate(f, "0b", MAC_1, 5);
    add_certificate(f, "0c", MAC_2, 5);
    add_dates(f, "0d", 5, now_ms - 1000);
    add_dates(f, "0e", now_ms + HOUR_MS, INT64_MAX);
    assert_false(apply(f, revocation_change_revoke_certificate, "0a", COMPROMISE).was_last);
    assert_true(apply(f, revocation_change_revoke_certificate, "0b", COMPROMISE).was_last);
}

// A second time, of nobody that is known, and of one that is revoked itself.
static void test_nothing_more_ends(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    add_certificate(f, "0a", MAC_1, 5);
    change = apply(f, revocation_change_revoke_certificate, "0a", COMPROMISE);
    assert_string_equal(change.bearer, MAC_1); // it has never reported
    assert_false(change.was_last);
    assert_false(fixture_is_known(f, MAC_1));
    fixture_add_device(f, MAC_1);
    change = apply(f, revocation_change_revoke_certificate, "0a", COMPROMISE);
    assert_false(change.changed);
    assert_true(device(f, MAC_1).online);
    add_certificate(f, "0b", MAC_2, 5);
    shut_out(f, MAC_2, HOLD);
    change = apply(f, revocation_change_revoke_certificate, "0b", COMPROMISE);
    assert_true(change.changed);
    assert_false(change.was_last);
    assert_int_equal(device(f, MAC_2).reason, DEVICE_REASON_REVOKED);
    assert_string_equal(
        apply(f, revocation_change_revoke_certificate, "0c", COMPROMISE).bearer, "");
}

// Whatever of it fails, nothing of it has been.
static void test_all_or_nothing(void **state)
{
    static const char *const triggers[] = {
        "CREATE TRIGGER fails BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER fails BEFORE UPDATE ON devices BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER fails BEFORE UPDATE ON commands BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER fails BEFORE INSERT ON progress BEGIN SELECT RAISE(ABORT, 'no'); END",
    };
    struct fixture *f = *state;
    struct revocation_change change = {.subject = "0a", .reason = COMPROMISE};

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, 5);
    (void)give(f, MAC_1, COMMAND_QUEUED);
    for (size_t i = 0; i < sizeof triggers / sizeof triggers[0]; i++) {
        fixture_query(f, triggers[i]);
        if (store_write(f->store, revoke_one, &change, NULL) >= 0)
            fail_msg("trigger %zu", i);
        fixture_query(f, "DROP TRIGGER fails");
        assert_list(f, "");
        assert_true(device(f, MAC_1).online);
    }
    fixture_write(f, revoke_one, &change);
    assert_list(f, "serial 0a; ");
}

static void see_at(struct fixture *f, int64_t last_seen_ms)
{
    struct device_record record = fixture_device(MAC_1);

    record.last_seen_ms = last_seen_ms;
    fixture_write(f, fixture_put, &record);
}

// What it had said before its connection ended may have been heard after it was set offline; what
// it says since, with another certificate, counts.
static void test_its_connection_ends(void **state)
{
    struct fixture *f = *state;

    revocation_bearer_end(f->store, MAC_1, 1000); // it is not known
    assert_false(fixture_is_known(f, MAC_1));
    see_at(f, 1000);
    revocation_bearer_end(f->store, MAC_1, 1000);
    assert_false(device(f, MAC_1).online);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_CERTIFICATE);
    see_at(f, 1001);
    revocation_bearer_end(f->store, MAC_1, 1000);
    assert_true(device(f, MAC_1).online);

    struct device_record silent = device(f, MAC_1);

    silent.online = false;
    silent.reason = DEVICE_REASON_SILENT;
    fixture_write(f, fixture_put, &silent);
    revocation_bearer_end(f->store, MAC_1, 2000);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_SILENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_certificate),
        TEST(test_the_last_one),
        TEST(test_others_that_are_not_good),
        TEST(test_nothing_more_ends),
        TEST(test_all_or_nothing),
        TEST(test_its_connection_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
