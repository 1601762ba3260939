// From a request to a certificate: who signs is not believed, and what it made is known before it
// is given away.
#include "server/enrol/enrol_issue.h"
#include "test/unit/server/enrol/est_fixture.h"

static int64_t known(struct est_fixture *e)
{
    return fixture_query(e->store, "SELECT count(*) FROM certificates WHERE origin = 4");
}

static void test_signs_and_repeats(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue *issue = est_fixture_open_issue(e);
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge first, second;

    est_fixture_make_request(MAC_1, &made, &request);
    add_row(e->store, MAC_1, ENROLMENT_APPROVED, "");
    first = second = ask_for(MAC_1, request.key.id);
    assert_int_equal(enrol_issue_run(issue, &first, made.der, made.n, NULL), 0);
    assert_int_equal(first.verdict, ENROL_SIGN);
    assert_int_equal(known(e), 1);
    assert_int_equal(enrol_issue_run(issue, &second, made.der, made.n, NULL), 0);
    assert_int_equal(second.verdict, ENROL_REPEAT);
    assert_int_equal(e->signed_count, 1);
    // Of the one that was given there is a row, the daemon's own.
    assert_int_equal(fixture_query(e->store, "SELECT count(*) FROM audit"), 1);
    assert_int_equal(fixture_query(e->store,
                         "SELECT count(*) FROM audit WHERE verb = 'issue' AND who = 'daemon'"
                         " AND kind = 'certificate' AND object = (SELECT serial FROM certificates"
                         " WHERE origin = 4) AND after_json LIKE '%\"given\":true%'"),
        1);
    assert_int_equal(first.n, second.n);
    assert_memory_equal(first.der, second.der, first.n);
    enrol_judge_clear(&first);
    enrol_judge_clear(&second);
    enrol_issue_free(issue);
}

// Nothing of it is given away, nor known as a device's.
static void test_does_not_believe_the_signer(void **state)
{
    static const struct {
        const char *name;
        bool is_foreign;
    } rows[] = {{MAC_2, false}, {NULL, true}};
    struct est_fixture *e = *state;
    struct enrol_issue *issue = est_fixture_open_issue(e);
    struct est_request made;
    struct certificate_request request;

    est_fixture_make_request(MAC_1, &made, &request);
    add_row(e->store, MAC_1, ENROLMENT_APPROVED, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct enrol_judge it = ask_for(MAC_1, request.key.id);

        e->name = rows[i].name;
        e->is_foreign = rows[i].is_foreign;
        assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), ERR_UNTRUSTED);
        assert_null(it.der);
        enrol_judge_clear(&it);
    }
    assert_int_equal(known(e), 0);
    enrol_issue_free(issue);
}

// Whose key it is for.
static int sign_another(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    struct est_fixture *e = ctx;
    struct est_request made;
    struct certificate_request request;

    (void)order;
    (void)err;
    est_fixture_make_request(MAC_1, &made, &request);
    *out = est_request_issue(e->ca, made.der, made.n, NULL);
    return 0;
}

static void test_is_for_the_key(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue_settings settings = {e->store->store, e->auth, sign_another, e};
    struct enrol_issue *issue;
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    add_row(e->store, MAC_1, ENROLMENT_APPROVED, "");
    it = ask_for(MAC_1, request.key.id);
    assert_int_equal(enrol_issue_new(&settings, &issue, NULL), 0);
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), ERR_UNTRUSTED);
    enrol_judge_clear(&it);
    enrol_issue_free(issue);
}

// With which it could stand for the broker.
static int sign_server(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    static const char *const names[] = {"localhost"};
    const struct est_fixture *e = ctx;
    struct certificate_request request;
    struct issuer_order wanted = {.profile = PROFILE_SERVER,
        .common_name = MAC_1,
        .names = {.dns = names, .dns_count = 1},
        .days = 1,
        .now_ms = clock_system_ms()};

    assert_int_equal(certificate_request_parse(order->csr, order->n, &request, err), 0);
    return issuer_issue_public(e->ca, &wanted, &request.key, out, err);
}

static void test_is_no_servers(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue_settings settings = {e->store->store, e->auth, sign_server, e};
    struct enrol_issue *issue;
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    add_row(e->store, MAC_1, ENROLMENT_APPROVED, "");
    it = ask_for(MAC_1, request.key.id);
    assert_int_equal(enrol_issue_new(&settings, &issue, NULL), 0);
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), ERR_UNTRUSTED);
    assert_null(it.der);
    enrol_judge_clear(&it);
    enrol_issue_free(issue);
}

static void test_signer_fails(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue *issue = est_fixture_open_issue(e);
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    add_row(e->store, MAC_1, ENROLMENT_LISTED, "");
    it = ask_for(MAC_1, request.key.id);
    e->rc = ERR_UNAVAILABLE;
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), ERR_UNAVAILABLE);
    assert_null(it.der);
    assert_int_equal(row_of(e->store, MAC_1).state, ENROLMENT_APPROVED); // it stays decided
    e->rc = 0;
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), 0);
    assert_int_equal(it.verdict, ENROL_SIGN);
    enrol_judge_clear(&it);
    enrol_issue_free(issue);
}

// A signer that answers the same request with the same certificate, unless it is told not to.
struct remembering {
    struct est_fixture *e;
    uint8_t *der; // of the last one
    size_t n;
    int asked_anew;
};

static int sign_again(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    struct remembering *it = ctx;

    it->asked_anew += order->anew;
    if (it->der != NULL && !order->anew)
        return certificate_from_der(it->der, it->n, out, err);
    free(it->der);

    int rc = est_fixture_sign(order, out, it->e, err);

    return rc < 0 ? rc : certificate_to_der(*out, &it->der, &it->n, err);
}

// What was signed and never arrived is taken; what was given away before is not given once more.
static void test_takes_what_was_signed_before(void **state)
{
    struct est_fixture *e = *state;
    struct remembering signer = {.e = e};
    struct enrol_issue_settings settings = {e->store->store, e->auth, sign_again, &signer};
    struct enrol_issue *issue;
    struct enrol_issue_order order = {.note = "of a daemon that was killed then"};
    struct certificate *lost = NULL;
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    order.csr = made.der;
    order.n = made.n;
    assert_int_equal(sign_again(&order, &lost, &signer, NULL), 0);
    certificate_free(lost);
    add_row(e->store, MAC_1, ENROLMENT_APPROVED, "");
    it = ask_for(MAC_1, request.key.id);
    assert_int_equal(enrol_issue_new(&settings, &issue, NULL), 0);
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), 0);
    assert_int_equal(e->signed_count, 1);
    assert_int_equal(signer.asked_anew, 0);
    assert_int_equal(it.n, signer.n);
    assert_memory_equal(it.der, signer.der, it.n);
    enrol_judge_clear(&it);
    change(e->store, revocation_change_revoke_certificate, row_of(e->store, MAC_1).serial,
        "superseded");
    add_row(e->store, MAC_1, ENROLMENT_APPROVED, "");
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), 0);
    assert_int_equal(e->signed_count, 2);
    assert_int_equal(signer.asked_anew, 1);
    assert_int_equal(known(e), 2);
    enrol_judge_clear(&it);
    free(signer.der);
    enrol_issue_free(issue);
}

// What an operator does while it is being signed counts.
static int sign_and_reject(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    struct est_fixture *e = ctx;

    add_row(e->store, MAC_1, ENROLMENT_REJECTED, "");
    return est_fixture_sign(order, out, ctx, err);
}

static void test_rejected_meanwhile(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_issue_settings settings = {e->store->store, e->auth, sign_and_reject, e};
    struct enrol_issue *issue;
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    add_row(e->store, MAC_1, ENROLMENT_LISTED, "");
    it = ask_for(MAC_1, request.key.id);
    assert_int_equal(enrol_issue_new(&settings, &issue, NULL), 0);
    assert_int_equal(enrol_issue_run(issue, &it, made.der, made.n, NULL), 0);
    assert_int_equal(it.verdict, ENROL_REJECTED);
    assert_null(it.der);
    assert_int_equal(known(e), 1);
    enrol_issue_free(issue);
}

// Two at the same time of one device: the signer is asked once.
struct nested {
    struct est_fixture *e;
    struct enrol_issue *issue;
    const struct est_request *made;
    const char *key;
    int inner;
};

static int sign_within(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    struct nested *nested = ctx;
    struct enrol_judge it = ask_for(MAC_1, nested->key);

    nested->inner = enrol_issue_run(nested->issue, &it, nested->made->der, nested->made->n, NULL);
    enrol_judge_clear(&it);
    return est_fixture_sign(order, out, nested->e, err);
}

static void test_one_at_a_time(void **state)
{
    struct est_fixture *e = *state;
    struct nested nested = {.e = e};
    struct enrol_issue_settings settings = {e->store->store, e->auth, sign_within, &nested};
    struct est_request made;
    struct certificate_request request;
    struct enrol_judge it;

    est_fixture_make_request(MAC_1, &made, &request);
    nested.made = &made;
    nested.key = request.key.id;
    add_row(e->store, MAC_1, ENROLMENT_LISTED, "");
    it = ask_for(MAC_1, request.key.id);
    assert_int_equal(enrol_issue_new(&settings, &nested.issue, NULL), 0);
    assert_int_equal(enrol_issue_run(nested.issue, &it, made.der, made.n, NULL), 0);
    assert_int_equal(nested.inner, ERR_CONFLICT);
    assert_int_equal(it.verdict, ENROL_SIGN);
    assert_int_equal(e->signed_count, 1);
    enrol_judge_clear(&it);
    enrol_issue_free(nested.issue);
    enrol_issue_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_fixture_set_up, est_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_signs_and_repeats),
        TEST(test_does_not_believe_the_signer),
        TEST(test_is_for_the_key),
        TEST(test_is_no_servers),
        TEST(test_signer_fails),
        TEST(test_takes_what_was_signed_before),
        TEST(test_rejected_meanwhile),
        TEST(test_one_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
