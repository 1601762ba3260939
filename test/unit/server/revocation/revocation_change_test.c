// What revoking changes in the database, and what of it the list says.
#include "test/unit/server/revocation/change_fixture.h"

static void test_a_hold_is_taken_back_whole(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    change = shut_out(f, MAC_1, HOLD);
    assert_true(change.changed);
    assert_true(change.reported);
    assert_int_equal(change.certificates, 1);
    assert_int_equal(change.number, 1);
    assert_int_equal(change.now.before_ms, 0);
    assert_false(device(f, MAC_1).online);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_REVOKED);
    assert_true(device(f, MAC_1).revoked_at_ms > 0);
    assert_list(f, "device " MAC_1 " all; ");

    change = shut_out(f, MAC_1, HOLD);
    assert_false(change.changed);
    assert_int_equal(change.number, 1);

    change = let_in(f, MAC_1);
    assert_true(change.changed);
    assert_int_equal(change.certificates, 1);
    assert_int_equal(change.number, 2);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_SILENT);
    assert_int_equal(device(f, MAC_1).revoked_at_ms, 0);
    assert_list(f, "");
    assert_false(let_in(f, MAC_1).changed);
    assert_events(f, MAC_1, "readmitted " HOLD "; revoked " HOLD "; ");
}

// Whatever is older stays out, known or not; what was issued since is good.
static void test_a_compromise_is_not(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = clock_system_ms();
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, now_ms - HOUR_MS);
    add_certificate(f, "0b", MAC_1, now_ms); // by a CA that does not date back
    change = shut_out(f, MAC_1, COMPROMISE);
    assert_int_equal(change.certificates, 2);
    // By the second, as certificates have it.
    assert_int_equal(change.now.before_ms % 1000, 0);
    assert_in_range(change.now.before_ms, now_ms - 999 - ISSUER_BACKDATE_S * 1000,
        clock_system_ms() - ISSUER_BACKDATE_S * 1000);
    assert_list(f, "device " MAC_1 " all; ");

    change = let_in(f, MAC_1);
    assert_int_equal(change.certificates, 0);
    assert_list(f, "serial 0b; device " MAC_1 " before; ");

    struct revocation_list *list = load(f);
    int64_t issued_ms = clock_system_ms() - ISSUER_BACKDATE_S * 1000;

    assert_true(revocation_list_has_device(list, MAC_1, now_ms - HOUR_MS));
    assert_true(revocation_list_has_device(list, MAC_1, change.now.before_ms - 1));
    assert_false(revocation_list_has_device(list, MAC_1, issued_ms + 1));
    revocation_list_free(list);

    // A hold later, and its end, take nothing of that back.
    shut_out(f, MAC_1, HOLD);
    let_in(f, MAC_1);
    assert_list(f, "serial 0b; device " MAC_1 " before; ");
}

static void test_a_hold_can_become_more(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    shut_out(f, MAC_1, HOLD);
    change = shut_out(f, MAC_1, "superseded");
    assert_true(change.changed);
    assert_string_equal(change.now.reason, "superseded");
    assert_int_equal(change.certificates, 1);
    change = shut_out(f, MAC_1, HOLD); // but not less
    assert_false(change.changed);
    assert_string_equal(change.now.reason, "superseded");
    let_in(f, MAC_1);
    assert_list(f, "device " MAC_1 " before; ");
}

// One that nobody has heard of, one that is forgotten, and one that never was revoked.
static void test_devices_that_are_not_there(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change = shut_out(f, MAC_1, COMPROMISE);

    assert_true(change.changed);
    assert_false(change.reported);
    assert_false(device(f, MAC_1).online);
    assert_events(f, MAC_1, "revoked " COMPROMISE "; ");
    assert_int_equal(fixture_query(f, "DELETE FROM events"), -1); // as forgetting it does
    assert_int_equal(fixture_query(f, "DELETE FROM devices"), -1);
    assert_list(f, "device " MAC_1 " all; ");
    assert_false(shut_out(f, MAC_1, COMPROMISE).changed); // is listed again
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_REVOKED);
    assert_int_equal(fixture_query(f, "DELETE FROM devices"), -1);
    assert_true(let_in(f, MAC_1).changed);
}

// A MAC that is mistyped is nobody's.
static void test_who_is_not_revoked(void **state)
{
    struct fixture *f = *state;
    struct revocation_change nobody = {.subject = MAC_2};
    struct err err = {0};

    assert_int_equal(
        store_write(f->store, revocation_change_readmit, &nobody, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "device " MAC_2 " is not known"));
    assert_false(fixture_is_known(f, MAC_2));
    assert_list(f, "");
    fixture_add_device(f, MAC_1); // one that is known,
    assert_false(let_in(f, MAC_1).changed);
    add_certificate(f, "0a", MAC_2, 5); // has a certificate only,
    assert_false(let_in(f, MAC_2).changed);
    shut_out(f, MAC_3, HOLD); // or was in again, and is forgotten
    let_in(f, MAC_3);
    assert_int_equal(fixture_query(f, "DELETE FROM events"), -1);
    assert_int_equal(fixture_query(f, "DELETE FROM devices"), -1);
    assert_false(let_in(f, MAC_3).changed);
}

static void test_commands_end(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);

    int64_t queued = give(f, MAC_1, COMMAND_QUEUED);
    int64_t sent = give(f, MAC_1, COMMAND_SENT);
    int64_t done = give(f, MAC_1, COMMAND_DONE);
    int64_t others = give(f, MAC_2, COMMAND_QUEUED);

    assert_int_equal(shut_out(f, MAC_1, COMPROMISE).commands, 2);
    assert_command(f, queued, COMMAND_FAILED, "revoked", "(keyCompromise) before it was sent");
    assert_command(f, sent, COMMAND_FAILED, "revoked", "it may be done all the same");
    assert_command(f, done, COMMAND_DONE, "", "");
    assert_command(f, others, COMMAND_QUEUED, "", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_hold_is_taken_back_whole),
        TEST(test_a_compromise_is_not),
        TEST(test_a_hold_can_become_more),
        TEST(test_devices_that_are_not_there),
        TEST(test_commands_end),
        TEST(test_who_is_not_revoked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
