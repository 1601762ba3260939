// What a refusal of the signer's gives back.
#include "server/enrol/enrol_undo.h"
#include "server/enrol/enrol_office.h"
#include "test/unit/server/enrol/est_fixture.h"

static const struct audit_author office = {.who = "uid 3"};

static enum enrol_verdict refused(
    struct est_fixture *e, struct enrol_issue *issue, int rc, const char *code)
{
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    it = ask_for(MAC_1, request.key.id);
    it.code_sha256 = code;
    e->rc = rc;
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), rc);
    enrol_judge_clear(&it);
    e->rc = 0;
    return it.verdict;
}

static int64_t let_in(struct est_fixture *e)
{
    return fixture_query(e->store, "SELECT let_in FROM enrolment_window");
}

// What a refusal for good had used up counts again; what is no refusal used it up.
static void test_refused_for_good(void **state)
{
    static const int rows[] = {ERR_DENIED, ERR_INVALID};
    struct est_fixture *e = *state;
    struct enrol_issue *issue = est_fixture_open_issue(e);
    struct enrolment row = {.mac = MAC_1, .code_sha256 = "good", .code_tries = 3};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_write(e->store, put_row, &row);
        assert_int_equal(refused(e, issue, rows[i], "good"), ENROL_SIGN);

        struct enrolment now = row_of(e->store, MAC_1);

        assert_int_equal(now.state, ENROLMENT_LISTED);
        assert_string_equal(now.code_sha256, "good");
        assert_int_equal(now.code_tries, 3);
        assert_string_equal(now.key_sha256, "");
        assert_string_equal(now.decided_by, "");
        assert_string_equal(now.trouble, "the signer does not");
        assert_true(now.trouble_at_ms > 0);
        assert_int_equal(now.tries, 1);
    }
    assert_int_equal(refused(e, issue, ERR_UNAVAILABLE, "good"), ENROL_SIGN); // with another key
    assert_int_equal(row_of(e->store, MAC_1).state, ENROLMENT_APPROVED);
    assert_string_equal(row_of(e->store, MAC_1).code_sha256, "");
    enrol_issue_free(issue);
}

// Nothing is left of whom nobody knew, and the window lets in another one.
static void test_refused_within_the_window(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue *issue = est_fixture_open_issue(e);
    struct enrol_office_window wanted = {60000, 1};
    struct enrolment_window window;

    assert_int_equal(enrol_office_open(e->store->store, &wanted, &office, &window, NULL), 0);
    assert_int_equal(refused(e, issue, ERR_DENIED, ""), ENROL_SIGN);
    assert_string_equal(row_of(e->store, MAC_1).mac, "");
    assert_int_equal(let_in(e), 0);
    assert_int_equal(refused(e, issue, ERR_UNAVAILABLE, ""), ENROL_SIGN);
    assert_int_equal(let_in(e), 1);
    enrol_issue_free(issue);
}

// Of a renewal it is noted where there is a row.
static void test_renewal_is_refused(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue *issue = est_fixture_open_issue(e);
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    it = ask_for(MAC_1, request.key.id);
    it.own = "11";
    e->rc = ERR_DENIED;
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), ERR_DENIED);
    assert_string_equal(row_of(e->store, MAC_1).mac, "");
    add_row(e->store, MAC_1, ENROLMENT_ENROLLED, KEY_A);
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), ERR_DENIED);
    assert_int_equal(row_of(e->store, MAC_1).state, ENROLMENT_ENROLLED);
    assert_string_equal(row_of(e->store, MAC_1).key_sha256, KEY_A);
    assert_string_equal(row_of(e->store, MAC_1).trouble, "the signer does not");
    e->rc = 0;
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), 0);
    assert_string_equal(row_of(e->store, MAC_1).trouble, "");
    enrol_judge_clear(&it);
    enrol_issue_free(issue);
}

static int reject_and_refuse(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    const struct est_fixture *e = ctx;

    (void)order;
    (void)out;
    add_row(e->store, MAC_1, ENROLMENT_REJECTED, "");
    return err_set(err, ERR_DENIED, "no");
}

static void test_refused_and_rejected_meanwhile(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue_settings settings = {e->store->store, e->auth, reject_and_refuse, e};
    struct enrol_issue *issue;

    add_row(e->store, MAC_1, ENROLMENT_LISTED, "");
    assert_int_equal(enrol_issue_new(&settings, &issue, NULL), 0);
    assert_int_equal(refused(e, issue, ERR_DENIED, ""), ENROL_SIGN);
    assert_int_equal(row_of(e->store, MAC_1).state, ENROLMENT_REJECTED);
    enrol_issue_free(issue);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_fixture_set_up, est_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refused_for_good),
        TEST(test_refused_within_the_window),
        TEST(test_renewal_is_refused),
        TEST(test_refused_and_rejected_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
