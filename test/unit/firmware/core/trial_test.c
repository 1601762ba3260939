// Tests of trials: of images and of files, on a whole device.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/trial.h"
#include "test/unit/firmware/fake_device.h"

#define EVENT "/event/" FAKE_MAC
#define TRIAL_MS 60000
#define BACK "back to the previous files"
#define BAD_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"elsewhere.example\"}"
#define GOOD_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\",\"ntpserver\":\"ntp.example\"}"

static int setup(void **state)
{
    struct fake_device *f = fake_device_new();

    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fake_device_free(*state);
    return 0;
}

static bool is_restarted(struct fake_device *f)
{
    return f->reboots > 0;
}

static void serve_text(struct fake_device *f, const char *name, const char *text)
{
    fake_device_serve(f, name, text, strlen(text));
}

static bool file_is(struct fake_device *f, const char *name, const char *text)
{
    return fake_file_is(&fake_device_flash(f)->port, name, text);
}

// Downloads B-2 and installs it: the device has just begun with it.
static void begin_trial(struct fake_device *f)
{
    assert_true(fake_device_do(f, "firmware", 1));
    f->device.current.has_id = false; // it may have had one of that id before
    fake_device_command(f, "flash", 2);
    f->reboots = 0;
    assert_true(fake_device_run(f, 3000, is_restarted));
    assert_true(f->device.is_on_trial);
    assert_string_equal(f->device.running.text, "B-2");
}

static void assert_went_back(struct fake_device *f, const char *reason)
{
    char trial[160];
    char command[160];

    snprintf(trial, sizeof trial,
        "{\"event\":\"trial\",\"result\":\"trial-failed\",\"image\":\"B-2\",\"detail\":\"%s",
        reason);
    snprintf(command, sizeof command,
        "\"command\":\"flash\",\"id\":2,\"result\":\"trial-failed\",\"image\":\"B-2\"");
    assert_string_equal(f->device.running.text, "B-1");
    assert_int_equal(f->device.slots.images[1].state, SLOTS_REJECTED);
    assert_int_equal(fake_device_count(f, 0, EVENT, trial), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, command), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"ok\""), 0);
}

// As long as the trial lasts the device does not give up on the backend for another reason.
static void test_image_in_time(void **state)
{
    struct fake_device *f = *state;

    begin_trial(f);
    f->broker.server.refuses = true;
    assert_false(fake_device_run(f, TRIAL_MS - FAKE_WAIT_MS, NULL));
    assert_int_equal(f->reboots, 1);
    f->broker.server.refuses = false;
    assert_true(fake_device_run(f, FAKE_WAIT_MS - 1, fake_device_is_idle));
    assert_int_equal(f->device.slots.images[1].state, SLOTS_INSTALLED);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"ok\""), 1);
    assert_false(fake_device_run(f, 2 * TRIAL_MS, NULL)); // it is over for good
    assert_int_equal(f->reboots, 1);
}

static void test_image_too_late(void **state)
{
    struct fake_device *f = *state;

    begin_trial(f);
    f->broker.server.refuses = true;
    assert_false(fake_device_run(f, TRIAL_MS - 1, NULL));
    assert_int_equal(f->reboots, 1);
    assert_false(fake_device_run(f, 2, NULL));
    assert_int_equal(f->reboots, 2);
    f->broker.server.refuses = false;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_went_back(f, "no report in time: localhost: cannot be reached");
    assert_true(fake_device_do(f, "firmware", 3)); // and may try again
    assert_true(fake_device_do(f, "flash", 4));
    assert_string_equal(f->device.running.text, "B-2");
}

// To be online is not enough: the broker must have the boot event.
static void test_image_not_acknowledged(void **state)
{
    struct fake_device *f = *state;

    begin_trial(f);
    f->broker.no_puback = true;
    assert_false(fake_device_run(f, TRIAL_MS + 1, NULL));
    assert_int_equal(f->reboots, 2);
    f->broker.no_puback = false;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_went_back(f, "no report in time: broker: no answer in time");
}

static void test_image_three_starts(void **state)
{
    struct fake_device *f = *state;

    begin_trial(f); // the first
    for (int i = 2; i <= SLOTS_BOOTS_MAX; i++) {
        assert_int_equal(fake_device_start(f), 0);
        assert_string_equal(f->device.running.text, "B-2");
        assert_true(f->device.is_on_trial);
    }
    assert_int_equal(fake_device_start(f), 0);
    assert_false(f->device.is_on_trial);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_went_back(f, "3 starts without a report");
}

static void test_config_passes(void **state)
{
    struct fake_device *f = *state;

    serve_text(f, "config.json", GOOD_CONFIG);
    assert_true(fake_device_do(f, "config", 5));
    assert_true(file_is(f, "config.json.new", GOOD_CONFIG));
    assert_false(file_is(f, "config.json", GOOD_CONFIG));
    assert_string_equal(f->device.settings.ntp_server, "pool.ntp.org");
    assert_true(fake_device_do(f, "reboot", 6));
    assert_string_equal(f->device.settings.ntp_server, "ntp.example");
    assert_true(file_is(f, "config.json", GOOD_CONFIG));
    assert_false(fake_device_has_file(f, "config.json.new"));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":6,\"result\":\"ok\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"error\""), 0);
}

static void test_config_goes_back(void **state)
{
    struct fake_device *f = *state;
    char before[512] = "";

    serve_text(f, "config.json", BAD_CONFIG);
    (void)files_read(&fake_device_flash(f)->port, "config.json", (uint8_t *)before, 511);
    assert_true(fake_device_do(f, "config", 5));
    fake_device_command(f, "reboot", 6);
    assert_true(fake_device_run(f, 3000, is_restarted));
    assert_string_equal(f->device.settings.mqtt.hosts[0], "elsewhere.example");
    assert_false(fake_device_run(f, TRIAL_MS - 5000, NULL));
    assert_int_equal(f->reboots, 1);
    assert_true(fake_device_run(f, 10000, fake_device_is_idle));
    assert_int_equal(f->reboots, 2);
    assert_string_equal(f->device.settings.mqtt.hosts[0], "localhost");
    assert_true(file_is(f, "config.json", before));
    assert_false(fake_device_has_file(f, "config.json.new"));
    assert_int_equal(fake_device_count(f, 0, EVENT, BACK ": no report in time"), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":6,\"result\":\"ok\""), 1);
}

static void test_config_three_starts(void **state)
{
    struct fake_device *f = *state;

    fake_device_put_file(f, "config.json.new", BAD_CONFIG);
    for (int i = 1; i <= SLOTS_BOOTS_MAX; i++) {
        assert_int_equal(fake_device_start(f), 0);
        assert_string_equal(f->device.settings.mqtt.hosts[0], "elsewhere.example");
    }
    assert_int_equal(fake_device_start(f), 0);
    assert_string_equal(f->device.settings.mqtt.hosts[0], "localhost");
    assert_false(fake_device_has_file(f, "config.json.new"));
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, BACK ": 3 starts without a connection"), 1);
}

// A file that is damaged after its download is not used, and said to be.
static void test_config_damaged(void **state)
{
    struct fake_device *f = *state;

    fake_device_put_file(f, "config.json.new", "{\"mqttserver\":");
    assert_int_equal(fake_device_start(f), 0);
    assert_false(f->device.is_on_trial);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "new files are not used: config.json"), 1);
    fake_device_put_file(f, "config.json.new", GOOD_CONFIG);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(f->device.is_on_trial);
    fake_device_put_file(f, "config.json.new", "{\"mqttserver\":"); // while it is on trial
    assert_int_equal(fake_device_start(f), 0);
    assert_false(f->device.is_on_trial);
}

// The servers do not accept a certificate of another CA: the device must not keep it.
static void test_identity_goes_back(void **state)
{
    struct fake_device *f = *state;
    struct fake_server *server = &f->broker.server;
    struct fake_certificate ca = {0};
    struct fake_certificate cert;
    char key[FAKE_PEM_SIZE];

    make_ec_key(&server->maker, MBEDTLS_ECP_DP_SECP256R1, &ca.key);
    fake_certify_ca(server, &ca);
    fake_issue(server, &ca, FAKE_MAC, &cert, key);
    serve_text(f, "ca.crt", ca.pem);
    serve_text(f, FAKE_MAC ".crt", cert.pem);
    serve_text(f, FAKE_MAC ".key", key);
    assert_true(fake_device_do(f, "cert", 3)); // refused as long as no other CA is staged
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":3,\"result\":\"file-invalid\""), 1);
    assert_true(fake_device_do(f, "ca", 4));
    assert_true(fake_device_do(f, "cert", 5));
    assert_true(fake_device_do(f, "key", 6));
    fake_device_command(f, "reboot", 7);
    assert_true(fake_device_run(f, 3000, is_restarted));
    assert_true(f->device.is_on_trial);
    assert_true(fake_device_run(f, TRIAL_MS + 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, BACK), 1);
    assert_true(file_is(f, FAKE_MAC ".crt", f->own.pem));
    assert_true(file_is(f, FAKE_MAC ".key", f->key_pem));
    assert_false(fake_device_has_file(f, "ca.crt.new"));
    fake_certificate_clear(&cert);
    fake_certificate_clear(&ca);
}

// Certificate and key may come in any order, with a restart in between.
static void test_identity_in_two_steps(void **state)
{
    struct fake_device *f = *state;
    struct fake_certificate cert;
    char key[FAKE_PEM_SIZE];

    fake_issue(&f->broker.server, &f->broker.server.ca, FAKE_MAC, &cert, key);
    serve_text(f, FAKE_MAC ".crt", cert.pem);
    serve_text(f, FAKE_MAC ".key", key);
    assert_true(fake_device_do(f, "key", 1));
    assert_int_equal(fake_device_count(f, 0, EVENT, "is another certificate's"), 1);
    assert_true(fake_device_do(f, "reboot", 2));
    assert_int_equal(fake_device_count(f, 0, EVENT, "new files are not used: device key"), 1);
    assert_true(fake_device_has_file(f, FAKE_MAC ".key.new"));
    assert_true(fake_device_do(f, "cert", 3));
    assert_true(fake_device_do(f, "reboot", 4));
    assert_true(file_is(f, FAKE_MAC ".crt", cert.pem));
    assert_true(file_is(f, FAKE_MAC ".key", key));
    assert_false(fake_device_has_file(f, FAKE_MAC ".key.new"));
    fake_certificate_clear(&cert);
}

// With both on trial the files are the first suspects, and the image has its time afterwards.
static void test_both(void **state)
{
    struct fake_device *f = *state;

    serve_text(f, "config.json", BAD_CONFIG);
    assert_true(fake_device_do(f, "config", 9));
    begin_trial(f);
    assert_string_equal(f->device.settings.mqtt.hosts[0], "elsewhere.example");
    assert_true(fake_device_run(f, TRIAL_MS + 5000, fake_device_is_idle));
    assert_int_equal(f->reboots, 2);
    assert_string_equal(f->device.running.text, "B-2");
    assert_string_equal(f->device.settings.mqtt.hosts[0], "localhost");
    assert_int_equal(fake_device_count(f, 0, EVENT, BACK), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"ok\""), 1);
    assert_false(trial_is_running(&f->device));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_image_in_time),
        TEST(test_image_too_late),
        TEST(test_image_not_acknowledged),
        TEST(test_image_three_starts),
        TEST(test_config_passes),
        TEST(test_config_goes_back),
        TEST(test_config_three_starts),
        TEST(test_config_damaged),
        TEST(test_identity_goes_back),
        TEST(test_identity_in_two_steps),
        TEST(test_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
