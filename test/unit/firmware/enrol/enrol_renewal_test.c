// Tests of devices that renew their certificate.
#include "firmware/enrol/enrol.h"

#include "firmware/enrol/renewal.h"
#include "test/unit/firmware/est_device_fixture.h"

#define DUE 3500000000 // of a certificate from 2020 to 2099
#define DAY 86400

static bool is_renewing(struct fake_device *f)
{
    return f->is_enrolling;
}

static void start_due(struct fake_device *f)
{
    f->time = DUE;
    start_online(f);
    assert_int_equal(est.requests, 0);
}

static bool has_renewed(struct fake_device *f)
{
    return is_enrolled(f) && !f->device.is_on_trial && !fake_device_has_file(f, CERT ".new");
}

static void test_renews(void **state)
{
    struct fake_device *f = *state;

    start_due(f);
    assert_true(fake_device_run(f, 10 * MINUTE, has_renewed));
    assert_int_equal(est.renewals, 1);
    assert_int_equal(est.requests, 1);
    assert_false(est.has_code);
    assert_int_equal(f->broker.wills, 0);
    assert_false(fake_device_has_file(f, KEY ".new"));
    assert_int_equal(fake_device_count(f, 0, EVENT, "error"), 0);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"boot\",\"result\":\"ok\""), 2);
    assert_int_equal(fake_device_start(f), 0);
    assert_false(f->is_enrolling);
    assert_true(is_enrolled(f) || fake_device_run(f, MINUTE, is_enrolled));
}

static void test_not_due(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    (void)fake_device_run(f, HOUR / 2, NULL);
    assert_int_equal(f->reboots, 0);
    assert_int_equal(est.requests, 0);
}

// The device goes on with its old certificate, says why, and asks again a day later.
static void test_renewal_refused(void **state)
{
    struct fake_device *f = *state;

    est.answer = "403 Forbidden";
    start_due(f);
    (void)fake_device_run(f, HOUR / 3, NULL);
    assert_true(fake_device_is_idle(f));
    assert_int_equal(f->reboots, 2);
    assert_int_equal(est.requests, 1);
    assert_int_equal(
        fake_device_count(f, 0, EVENT,
            "{\"event\":\"error\",\"result\":\"http-status\",\"detail\":\"renewal: HTTP 403: "
            "the operator says no\"}"),
        1);
    f->time += DAY - 1;
    (void)fake_device_run(f, HOUR / 3, NULL);
    assert_int_equal(est.requests, 1);
    est.answer = NULL;
    f->time += 1;
    assert_true(fake_device_run(f, 10 * MINUTE, has_renewed));
}

// Neither who does not answer nor who never approves keeps the device from its work for long.
static void test_renewal_takes_too_long(void **state)
{
    static const char *const answers[] = {NULL, "202 Accepted"};
    struct fake_device *f = *state;

    for (size_t i = 0; i < 2; i++) {
        uint32_t began_ms;

        fake_device_reset(f);
        start_due(f);
        est.answer = answers[i];
        assert_true(fake_device_run(f, 10 * MINUTE, is_renewing));
        began_ms = fake_device_flash(f)->now_ms;
        f->broker.server.refuses = answers[i] == NULL;
        while (f->is_enrolling)
            (void)fake_device_run(f, 1000, NULL);
        assert_in_range(fake_device_flash(f)->now_ms - began_ms, ENROL_RENEWAL_MS - 2000,
            ENROL_RENEWAL_MS + 2000);
        f->broker.server.refuses = false;
        assert_true(fake_device_run(f, MINUTE, fake_device_is_idle));
        assert_int_equal(fake_device_count(f, 0, EVENT, "\"detail\":\"renewal: "), 1);
        assert_int_equal(est.issued, 0);
    }
}

// A renewal without what it needs is none, and the device goes on.
static void test_renewal_cannot_begin(void **state)
{
    const struct renewal asked = {RENEWAL_ASKED, 1};
    struct fake_device *f = *state;
    struct port *port = &fake_device_flash(f)->port;

    fake_device_put_file(f, "config.json", FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}");
    assert_int_equal(renewal_store(&asked, port), 0);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(f->is_enrolling);
    assert_true(fake_device_run(f, MINUTE, fake_device_is_idle));
    assert_int_equal(
        fake_device_count(f, 0, EVENT, "renewal: config.json: enrolserver: missing"), 1);
}

static void refuse_new(struct fake_device *f, void *ctx)
{
    (void)ctx;
    f->broker.connack_code = fake_est_is_in_use(&est, f) ? 5 : 0;
}

// Who is not let in with the new pair goes back to the old one.
static void test_new_pair_fails_its_trial(void **state)
{
    struct fake_device *f = *state;

    f->on_start = refuse_new;
    start_due(f);
    (void)fake_device_run(f, 20 * MINUTE, NULL);
    assert_int_equal(est.issued, 1);
    assert_true(fake_device_is_idle(f));
    assert_false(fake_est_is_in_use(&est, f));
    assert_false(fake_device_has_file(f, CERT ".new"));
    assert_false(fake_device_has_file(f, KEY ".new"));
    assert_int_equal(fake_device_count(f, 0, EVENT, "back to the previous files"), 1);
}

static void refuse_old(struct fake_device *f, void *ctx)
{
    (void)ctx;
    f->broker.connack_code = fake_est_is_in_use(&est, f) ? 0 : 5;
}

// A broker that refuses the old certificate, which may have expired: it is renewed before the
// device restarts for nothing.
static void test_refused_by_broker(void **state)
{
    struct fake_device *f = *state;

    f->time = DUE;
    f->on_start = refuse_old;
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 10 * MINUTE, has_renewed));
    assert_int_equal(est.renewals, 1);
    assert_int_equal(f->reboots, 2);
}

// What a command has staged has its trial first, and the renewal comes later.
static void test_staged_by_command(void **state)
{
    struct fake_device *f = *state;
    struct fake_certificate cert;
    char key[FAKE_PEM_SIZE];

    fake_issue(&f->broker.server, &f->broker.server.ca, FAKE_MAC, &cert, key);
    start_due(f);
    fake_device_put_file(f, CERT ".new", cert.pem);
    fake_device_put_file(f, KEY ".new", key);
    (void)fake_device_run(f, 10 * MINUTE, NULL);
    assert_int_equal(est.requests, 0);
    assert_true(fake_file_is(&fake_device_flash(f)->port, CERT, cert.pem));
    assert_true(fake_file_is(&fake_device_flash(f)->port, KEY, key));
    f->time += DAY;
    assert_true(fake_device_run(f, 10 * MINUTE, has_renewed));
    fake_certificate_clear(&cert);
}

// Commands come first, too.
static void test_command_first(void **state)
{
    struct fake_device *f = *state;

    start_due(f);
    f->time = 1700000000;
    fake_device_command(f, "firmware", 1);
    f->time = DUE;
    assert_true(fake_device_run(f, 10 * MINUTE, has_renewed));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"ok\""), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_device_set_up, est_device_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_renews),
        TEST(test_not_due),
        TEST(test_renewal_refused),
        TEST(test_renewal_takes_too_long),
        TEST(test_renewal_cannot_begin),
        TEST(test_new_pair_fails_its_trial),
        TEST(test_refused_by_broker),
        TEST(test_staged_by_command),
        TEST(test_command_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
