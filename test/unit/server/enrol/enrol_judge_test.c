// What becomes of requests, and what is written down of them.
#include "test/unit/server/enrol/enrol_fixture.h"

static void test_waits(void **state)
{
    struct fixture *f = *state;
    struct enrolment row;

    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_WAIT);
    row = row_of(f, MAC_1);
    assert_int_equal(row.state, ENROLMENT_PENDING);
    assert_string_equal(row.key_sha256, KEY_A);
    assert_string_equal(row.claim, "c1");
    assert_string_equal(row.address, "192.0.2.1");
    assert_int_equal(row.tries, 1);
    assert_true(row.first_asked_ms > 0 && row.last_asked_ms >= row.first_asked_ms);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_WAIT);
    assert_int_equal(row_of(f, MAC_1).tries, 2);
    assert_int_equal(row_of(f, MAC_1).first_asked_ms, row.first_asked_ms);
    assert_int_equal(row_of(f, MAC_1).alarms, 0);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_OTHER_KEY);
    assert_string_equal(row_of(f, MAC_1).key_sha256, KEY_A);
    assert_int_equal(row_of(f, MAC_1).alarms, 1);
}

static void test_unlisted_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_A);

    it.policy = ENROL_POLICY_LISTED;
    assert_int_equal(judge(f, &it), ENROL_UNLISTED);
    assert_string_equal(row_of(f, MAC_1).mac, "");
}

// A decision is for one key from then on.
static void test_binds_the_key(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_A);
    struct enrolment row;

    add_row(f, MAC_1, ENROLMENT_LISTED, "");
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_string_equal(it.by, "list");
    row = row_of(f, MAC_1);
    assert_int_equal(row.state, ENROLMENT_APPROVED);
    assert_string_equal(row.key_sha256, KEY_A);
    assert_string_equal(row.decided_by, "list");
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_OTHER_KEY);
    assert_int_equal(
        judge_one(f, MAC_1, KEY_A), ENROL_SIGN); // the answer was lost before it was made
    assert_int_equal(row_of(f, MAC_1).decided_at_ms, row.decided_at_ms);
    add_row(f, MAC_2, ENROLMENT_APPROVED, "");
    assert_int_equal(judge_one(f, MAC_2, KEY_B), ENROL_SIGN);
    assert_string_equal(row_of(f, MAC_2).key_sha256, KEY_B);
    assert_string_equal(row_of(f, MAC_2).decided_by, "uid 5");
    assert_int_equal(row_of(f, MAC_2).decided_at_ms, 1);
}

static void test_codes(void **state)
{
    struct fixture *f = *state;
    struct enrolment row = {.mac = MAC_1, .state = ENROLMENT_LISTED, .code_sha256 = "good"};
    struct enrol_judge it = ask_for(MAC_1, KEY_A);

    fixture_write(f, put_row, &row);
    assert_int_equal(judge(f, &it), ENROL_CODE);
    assert_int_equal(row_of(f, MAC_1).code_tries, 0);
    it.code_sha256 = "wrong";
    assert_int_equal(judge(f, &it), ENROL_CODE);
    assert_int_equal(row_of(f, MAC_1).code_tries, 1);
    it.code_sha256 = "good";
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_string_equal(row_of(f, MAC_1).code_sha256, ""); // once
    row.code_tries = ENROLMENT_CODE_TRIES_MAX - 1;
    fixture_write(f, put_row, &row);
    it.code_sha256 = "wrong";
    assert_int_equal(judge(f, &it), ENROL_CODE);
    it.code_sha256 = "good";
    assert_int_equal(judge(f, &it), ENROL_CODE);
}

static int put_window(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_window_store_put(connection, ctx, err);
}

static void test_window(void **state)
{
    struct fixture *f = *state;
    struct enrolment_window window = {.until_ms = clock_now_ms() + 60000, .at_most = 9};

    fixture_write(f, put_window, &window);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    assert_string_equal(row_of(f, MAC_1).decided_by, "window");
    window.until_ms = clock_now_ms() - 1;
    fixture_write(f, put_window, &window);
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_WAIT);
}

static int64_t let_in(struct fixture *f)
{
    return fixture_query(f, "SELECT let_in FROM enrolment_window");
}

// It closes itself; whom it has let in gets the certificate, also by a later request.
static void test_window_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct enrolment_window window = {
        .until_ms = clock_now_ms() + 60000, .at_most = 2, .decided_at_ms = clock_now_ms()};
    struct enrol_judge second = ask_for(MAC_2, KEY_A);

    fixture_write(f, put_window, &window);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN); // counted once
    assert_int_equal(let_in(f), 1);
    assert_int_equal(judge(f, &second), ENROL_SIGN);
    assert_int_equal(second.filled, 2);
    assert_int_equal(judge_one(f, MAC_3, KEY_A), ENROL_WAIT);
    assert_int_equal(judge(f, &second), ENROL_SIGN);
    assert_int_equal(second.filled, 0); // told once
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_OTHER_KEY);
    assert_int_equal(let_in(f), 2);
}

// Whom an earlier one has let in is counted anew.
static void test_window_counts_anew(void **state)
{
    struct fixture *f = *state;
    struct enrolment_window window = {
        .until_ms = clock_now_ms() + 60000, .at_most = 9, .decided_at_ms = clock_now_ms()};

    fixture_write(f, put_window, &window);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_SIGN);
    usleep(2000);
    window.at_most = 1;
    window.decided_at_ms = clock_now_ms();
    fixture_write(f, put_window, &window);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    assert_int_equal(let_in(f), 1);
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_WAIT);
}

// Somebody asks in the name of a device that has a certificate: an alarm, in its history once.
static void test_alarm(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_A);
    struct enrol_judge again = ask_for(MAC_1, KEY_A);

    fixture_add_device(f, MAC_2);
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_ALARM); // known otherwise
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_ALARM);
    assert_int_equal(count_events(f, MAC_2), 1);
    assert_string_equal(row_of(f, MAC_2).mac, "");
    add_row(f, MAC_1, ENROLMENT_APPROVED, KEY_A);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_true(record_certificate(f, &it, 0x11));
    fixture_add_device(f, MAC_1);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_ALARM);
    assert_int_equal(row_of(f, MAC_1).alarms, 1);
    assert_true(row_of(f, MAC_1).alarm_at_ms > 0);
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_ENROLLED);
    assert_int_equal(judge(f, &again), ENROL_REPEAT);
    assert_int_equal(again.n, 3);
    assert_int_equal(again.der[0], 0x30);
    enrol_judge_clear(&again);
    assert_int_equal(row_of(f, MAC_1).alarms, 1);
    assert_int_equal(count_events(f, MAC_1), 1);
}

static void enroll(struct fixture *f, const char *mac, unsigned number)
{
    struct enrol_judge it = ask_for(mac, KEY_A);

    add_row(f, mac, ENROLMENT_APPROVED, KEY_A);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_true(record_certificate(f, &it, number));
}

static void test_revoked_and_readmitted(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_B);

    enroll(f, MAC_1, 0x11);
    change(f, revocation_change_revoke, MAC_1, REVOCATION_REASON_USUAL);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_REVOKED);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_REVOKED);
    change(f, revocation_change_readmit, MAC_1, "");
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_string_equal(it.by, "readmission");
    assert_true(record_certificate(f, &it, 0x12));
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_ALARM); // once
    change(f, revocation_change_revoke_certificate, "12", "superseded");
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_WAIT);
}

// After a hold it has what it had.
static void test_held(void **state)
{
    struct fixture *f = *state;

    enroll(f, MAC_1, 0x11);
    change(f, revocation_change_revoke, MAC_1, REVOCATION_REASON_HOLD);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_REVOKED);
    change(f, revocation_change_readmit, MAC_1, "");
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_ALARM);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_REPEAT);
    change(f, revocation_change_revoke_certificate, "11", "superseded");
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_WAIT);
}

// Its last certificate is revoked for itself: it is no more given away.
static void test_revoked_certificate(void **state)
{
    struct fixture *f = *state;

    enroll(f, MAC_1, 0x11);
    change(f, revocation_change_revoke_certificate, "11", "superseded");
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_WAIT);
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_PENDING);
    assert_string_equal(row_of(f, MAC_1).serial, "");
}

static void test_renewal(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_B);
    struct enrol_judge same = ask_for(MAC_1, KEY_B);

    it.own = same.own = "11";
    it.claim = same.claim = "";
    enroll(f, MAC_1, 0x11);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_string_equal(row_of(f, MAC_1).key_sha256, KEY_A); // until it has one
    assert_true(record_certificate(f, &it, 0x12));
    assert_string_equal(row_of(f, MAC_1).key_sha256, KEY_B);
    assert_string_equal(row_of(f, MAC_1).serial, "12");
    assert_string_equal(row_of(f, MAC_1).decided_by, "renewal");
    assert_int_equal(
        judge(f, &same), ENROL_REPEAT); // with the old certificate: the answer was lost
    enrol_judge_clear(&same);
    same.own = "12";
    assert_int_equal(judge(f, &same), ENROL_SIGN); // with the same key, by policy of the device
    enrol_judge_clear(&same);
}

// Where the one that waits came from stays, whoever else asks in its name.
static void test_who_is_refused_changes_no_address(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_A);
    struct enrol_judge other = ask_for(MAC_1, KEY_B);

    it.address = "192.0.2.1";
    assert_int_equal(judge(f, &it), ENROL_WAIT);
    other.address = "192.0.2.9";
    other.claim = "ff";
    assert_int_equal(judge(f, &other), ENROL_OTHER_KEY);
    assert_string_equal(row_of(f, MAC_1).address, "192.0.2.1");
    assert_string_not_equal(row_of(f, MAC_1).claim, "ff");
    assert_int_equal(row_of(f, MAC_1).tries, 2);
}

// One more than fit: the oldest one of the greatest crowd goes.
static void test_queue_is_bounded(void **state)
{
    struct fixture *f = *state;
    char mac[MAC_SIZE] = MAC_1;
    struct enrol_judge it = ask_for(mac, KEY_A);

    it.address = "192.0.2.9";
    assert_int_equal(judge(f, &it), ENROL_WAIT);
    it.address = "192.0.2.1";
    for (unsigned i = 1; i < ENROL_JUDGE_PENDING_MAX; i++) {
        snprintf(mac, sizeof mac, "84f3ec%06x", i);
        assert_int_equal(judge(f, &it), ENROL_WAIT);
        assert_string_equal(it.dropped, "");
    }
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM enrolments"), ENROL_JUDGE_PENDING_MAX);
    assert_int_equal(judge(f, &it), ENROL_WAIT); // one that waits already
    assert_string_equal(it.dropped, "");
    it.address = "192.0.2.8";
    snprintf(mac, sizeof mac, "%s", MAC_2);
    assert_int_equal(judge(f, &it), ENROL_WAIT);
    assert_string_equal(it.dropped, "84f3ec000001");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM enrolments"), ENROL_JUDGE_PENDING_MAX);
    assert_string_equal(row_of(f, MAC_1).mac, MAC_1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_waits),
        TEST(test_unlisted_leaves_nothing),
        TEST(test_binds_the_key),
        TEST(test_codes),
        TEST(test_window),
        TEST(test_window_is_bounded),
        TEST(test_window_counts_anew),
        TEST(test_alarm),
        TEST(test_revoked_and_readmitted),
        TEST(test_held),
        TEST(test_revoked_certificate),
        TEST(test_renewal),
        TEST(test_who_is_refused_changes_no_address),
        TEST(test_queue_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
