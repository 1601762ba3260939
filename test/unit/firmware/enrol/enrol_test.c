// Tests of devices that get their first certificate.
#include "firmware/enrol/enrol.h"

#include "test/unit/firmware/est_device_fixture.h"

static void start_new(struct fake_device *f)
{
    fake_est_make_new(f);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(f->is_enrolling);
}

static void test_enrols(void **state)
{
    struct fake_device *f = *state;

    start_new(f);
    assert_int_equal(f->led, PORT_LED_CONNECTING);
    assert_true(fake_device_run(f, MINUTE, is_enrolled));
    assert_int_equal(f->reboots, 1);
    assert_int_equal(est.requests, 1);
    assert_int_equal(est.renewals, 0);
    assert_int_equal(est.too_early, 0);
    assert_true(est.has_code);
    assert_true(key_is_p256(&f->device.identity.key));
    assert_true(fake_device_has_file(f, CLAIM_CERT)); // for when the board is reset
    assert_true(fake_device_has_file(f, CLAIM_KEY));
    assert_false(fake_device_has_file(f, ENROL_CODE));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"boot\",\"result\":\"ok\""), 1);
    assert_int_equal(fake_device_start(f), 0);
    assert_false(f->is_enrolling);
}

// Before the link is up there are no random numbers fit for keys, and without the time no
// certificate can be judged.
static void test_waits_for_link_and_clock(void **state)
{
    struct fake_device *f = *state;
    int64_t time = f->time;

    f->link = PORT_LINK_SMARTCONFIG;
    start_new(f);
    (void)fake_device_run(f, 10 * MINUTE, NULL);
    assert_int_equal(f->led, PORT_LED_SMARTCONFIG);
    assert_false(fake_device_has_file(f, KEY));
    assert_int_equal(f->clock_starts, 0);
    f->link = PORT_LINK_UP;
    f->time = 0;
    (void)fake_device_run(f, 10 * MINUTE, NULL);
    assert_int_equal(f->led, PORT_LED_CONNECTING);
    assert_int_equal(f->clock_starts, 1);
    assert_false(fake_device_has_file(f, KEY));
    assert_int_equal(est.requests, 0);
    f->time = time;
    assert_true(fake_device_run(f, MINUTE, is_enrolled));
}

// It goes on asking, at pauses that grow, with the same key, over a restart too.
static void test_refused(void **state)
{
    struct fake_device *f = *state;
    unsigned first;

    est.answer = "403 Forbidden";
    start_new(f);
    (void)fake_device_run(f, HOUR, NULL);
    assert_true(f->is_enrolling);
    assert_int_equal(f->reboots, 0);
    assert_in_range(est.requests, 10, 24);
    assert_string_equal(f->enrol.failure.detail, "HTTP 403: the operator says no");
    first = est.requests;
    (void)fake_device_run(f, HOUR, NULL);
    assert_in_range(est.requests - first, 4, 9);
    assert_int_equal(fake_device_start(f), 0);
    (void)fake_device_run(f, MINUTE, NULL);
    assert_true(f->is_enrolling);
    est.answer = NULL;
    assert_true(fake_device_run(f, HOUR, is_enrolled));
    assert_int_equal(est.alarms, 0);
    assert_int_equal(est.issued, 1);
}

static void test_waits_for_approval(void **state)
{
    struct fake_device *f = *state;

    est.answer = "202 Accepted";
    start_new(f);
    (void)fake_device_run(f, 10 * MINUTE, NULL);
    assert_in_range(est.requests, 24, 31); // Retry-After 20, and up to a quarter more
    est.answer = NULL;
    assert_true(fake_device_run(f, MINUTE, is_enrolled));
    assert_int_equal(est.issued, 1);
}

// Its answer got lost, or the power was cut: the server gives the same certificate again.
static void test_asks_with_the_same_key(void **state)
{
    struct fake_device *f = *state;

    start_new(f);
    f->broker.server.cut_at = 40;
    (void)fake_device_run(f, MINUTE, NULL);
    assert_int_equal(est.issued, 1);
    assert_int_equal(fake_device_start(f), 0);
    f->broker.server.cut_at = SIZE_MAX;
    assert_true(fake_device_run(f, 5 * MINUTE, is_enrolled));
    assert_int_equal(est.issued, 1);
    assert_int_equal(est.alarms, 0);
}

// A key that is none, or of a kind that is not asked for, has no certificate: another takes its
// place.
static void test_bad_key(void **state)
{
    struct fake_device *f = *state;
    struct made_key rsa;
    char pem[FAKE_PEM_SIZE];

    make_rsa_key(&f->broker.server.maker, 2048, &rsa);
    assert_int_equal(mbedtls_pk_write_key_pem(&rsa.pk, (uint8_t *)pem, sizeof pem), 0);
    fake_est_make_new(f);
    for (int i = 0; i < 3; i++) {
        fake_device_reset(f);
        fake_device_put_file(f, KEY, i == 0 ? "" : i == 1 ? "no key" : pem);
        assert_int_equal(fake_device_start(f), 0);
        assert_true(fake_device_run(f, MINUTE, is_enrolled));
        assert_true(key_is_p256(&f->device.identity.key));
        fake_est_forget(&est);
    }
    made_key_clear(&rsa);
}

// One that is good stays, whoever put it there.
static void test_key_of_before(void **state)
{
    struct fake_device *f = *state;

    fake_est_make_new(f);
    fake_device_put_file(f, KEY, f->key_pem);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, MINUTE, is_enrolled));
    assert_true(fake_file_is(&fake_device_flash(f)->port, KEY, f->key_pem));
}

static void expect_no_start(struct fake_device *f, const char *why)
{
    assert_int_equal(fake_device_start(f), -RESULT_FILE_INVALID);
    assert_string_equal(f->failure.detail, why);
    fake_device_reset(f);
}

static void test_what_is_missing(void **state)
{
    struct fake_device *f = *state;
    struct port *port = &fake_device_flash(f)->port;

    fake_est_make_new(f);
    fake_device_put_file(f, "config.json", FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}");
    expect_no_start(f, "config.json: enrolserver: missing");
    fake_device_put_file(f, "config.json", "{");
    expect_no_start(f, "config.json: is no JSON object");
    fake_device_put_file(f, CLAIM_CERT, "none");
    expect_no_start(f, "claim.crt: is no certificate in PEM");
    fake_device_put_file(f, CLAIM_KEY, f->key_pem);
    expect_no_start(f, "device key: is not the device certificate's");
    fake_device_put_file(f, CLAIM_KEY, "");
    expect_no_start(f, "device key: is no private key in PEM");
    assert_int_equal(files_remove(port, CLAIM_KEY), 0);
    expect_no_start(f, "claim.key: is missing");
    fake_device_put_file(f, "ca.crt", "");
    expect_no_start(f, "ca.crt: is no certificate in PEM");
    assert_int_equal(files_remove(port, "ca.crt"), 0);
    expect_no_start(f, "ca.crt: is missing");
    assert_int_equal(files_remove(port, CLAIM_CERT), 0);
    expect_no_start(f, CERT ": is missing");
}

// What no request can hold is not sent, and does not stop the device.
static void test_bad_code(void **state)
{
    static const char *const codes[] = {
        "not a code", "0123456789012345678901234567890123456789012345678901234567890123456789\n"};
    struct fake_device *f = *state;

    fake_est_make_new(f);
    for (size_t i = 0; i < 2; i++) {
        fake_device_put_file(f, ENROL_CODE, codes[i]);
        assert_int_equal(fake_device_start(f), 0);
        (void)fake_device_run(f, 10 * MINUTE, NULL);
        assert_string_equal(f->enrol.failure.detail, "request: its code cannot be written");
        assert_int_equal(est.requests, 0);
    }
    fake_device_put_file(f, ENROL_CODE, "\n");
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, MINUTE, is_enrolled));
    assert_false(est.has_code);
}

// A certificate that is not for this device is not stored.
static void test_wrong_certificate(void **state)
{
    struct fake_device *f = *state;

    est.name = "84f3eb012346";
    start_new(f);
    (void)fake_device_run(f, 10 * MINUTE, NULL);
    assert_true(est.requests > 3);
    assert_false(fake_device_has_file(f, CERT));
    assert_true(fake_device_has_file(f, ENROL_CODE));
    assert_string_equal(
        f->enrol.failure.detail, "device certificate: its common name is not our MAC");
}

#define FLASH_OPERATIONS 11 // of two files that are written, and one that is removed

// Each operation of the flash fails once, with the power on.
static void test_flash_fails(void **state)
{
    struct fake_device *f = *state;
    struct nor_power *power = &fake_device_flash(f)->power;

    fake_est_make_new(f);
    for (int n = 0; n < FLASH_OPERATIONS; n++) {
        fake_device_reset(f);
        power->fails_in = n;
        power->fault = NOR_HALF;
        assert_int_equal(fake_device_start(f), 0);
        assert_true(fake_device_run(f, 5 * MINUTE, is_enrolled));
        assert_int_equal(power->fails_in, NOR_NO_CUT); // it has failed
        assert_int_equal(est.alarms, 0);
        assert_int_equal(est.too_early, 0);
        fake_est_forget(&est);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_device_set_up, est_device_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enrols),
        TEST(test_waits_for_link_and_clock),
        TEST(test_refused),
        TEST(test_waits_for_approval),
        TEST(test_asks_with_the_same_key),
        TEST(test_bad_key),
        TEST(test_key_of_before),
        TEST(test_what_is_missing),
        TEST(test_bad_code),
        TEST(test_wrong_certificate),
        TEST(test_flash_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
