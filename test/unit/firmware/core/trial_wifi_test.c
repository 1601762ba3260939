// Tests of new Wi-Fi networks on a whole device: when they are taken, their trial, its outcome.
#include "firmware/core/job.h"
#include "firmware/core/trial.h"
#include "test/unit/firmware/device_fixture.h"
#include "test/unit/firmware/wifi_fixture.h"

#define EVENT "/event/" FAKE_MAC
#define TRIAL_MS 60000
#define OUTCOME "\"command\":\"wifi\",\"id\":7,\"result\":"

static struct wifi_list home;
static struct wifi_list away;

static int setup_online(void **state)
{
    struct fake_device *f = fake_device_new();

    *state = f;
    home = wifi_list_of(WIFI_HOME, 1000);
    away = wifi_list_of(WIFI_AWAY, 2000);
    wifi_settle(f, &home);
    start_online(f);
    return 0;
}

static bool is_restarted(struct fake_device *f)
{
    return f->reboots > 0;
}

// Nothing that was sealed stays in the scratch, whatever became of it.
static bool is_wiped(const struct fake_device *f)
{
    for (size_t i = 0; i < sizeof f->device.scratch; i++) {
        if (f->device.scratch[i] != 0)
            return false;
    }
    return true;
}

static bool is_leaving(struct fake_device *f)
{
    return f->device.state == DEVICE_LEAVE;
}

// Has the device begun with the networks of that list.
static void begin(struct fake_device *f, const struct wifi_list *list)
{
    wifi_order(f, list, 7);
    f->reboots = 0;
    assert_true(fake_device_run(f, 3000, is_restarted));
    assert_true(f->device.is_on_trial);
    assert_string_equal(f->networks, "wifi.new");
    assert_true(wifi_file_is(f, "wifi", &home));
    assert_int_equal(
        fake_device_count(f, 0, EVENT, "{\"event\":\"command\""), 0); // it says nothing yet
}

static void expect_outcome(struct fake_device *f, const char *result)
{
    char text[160];

    snprintf(text, sizeof text, OUTCOME "\"%s", result);
    assert_int_equal(fake_device_count(f, 0, EVENT, text), 1);
    assert_int_equal(
        fake_device_count(f, 0, EVENT, "{\"event\":\"command\",\"command\":\"wifi\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, WIFI_PASSWORD), 0);
    assert_false(f->device.slots.owes_wifi);
    assert_false(fake_device_has_file(f, "wifi.new"));
    assert_string_equal(f->networks, "wifi");
    f->broker.count = 0;
    assert_int_equal(fake_device_start(f), 0); // and not once more
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "wifi"), 0);
    assert_string_equal(f->networks, "wifi");
}

static void test_passes(void **state)
{
    struct fake_device *f = *state;

    begin(f, &away);
    wifi_air = WIFI_AWAY;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_true(wifi_file_is(f, "wifi", &away));
    assert_true(is_wiped(f));
    assert_int_equal(f->reboots, 1);
    expect_outcome(f, "ok\"}");
}

static void test_staged_and_wiped(void **state)
{
    struct fake_device *f = *state;

    wifi_order(f, &away, 7);
    assert_true(fake_device_run(f, 3000, is_leaving));
    assert_true(wifi_file_is(f, "wifi.new", &away));
    assert_true(is_wiped(f));
    fake_device_command(f, "config", 8);
    assert_true(fake_device_run(f, 3000, is_restarted));
    wifi_air = WIFI_AWAY;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":8,\"result\":\"busy\""), 1);
    expect_outcome(f, "ok\"}");
}

static void test_no_network(void **state)
{
    struct fake_device *f = *state;

    begin(f, &away);
    assert_false(fake_device_run(f, TRIAL_MS - 1000, NULL));
    assert_int_equal(f->reboots, 1);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(f->reboots, 2);
    assert_true(wifi_file_is(f, "wifi", &home));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"error\""), 0);
    expect_outcome(f, "trial-failed\",\"detail\":\"no report in time: no link with any Wi-Fi ");
}

static void test_no_broker(void **state)
{
    struct fake_device *f = *state;

    begin(f, &away);
    wifi_air = WIFI_AWAY;
    f->broker.server.refuses = true;
    assert_false(fake_device_run(f, TRIAL_MS + 1, NULL));
    assert_int_equal(f->reboots, 2);
    f->broker.server.refuses = false;
    wifi_air = WIFI_HOME;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_true(wifi_file_is(f, "wifi", &home));
    expect_outcome(
        f, "trial-failed\",\"detail\":\"no report in time: localhost: cannot be reached");
}

// To be at the broker is not enough: it must have the report.
static void test_no_report(void **state)
{
    struct fake_device *f = *state;

    begin(f, &away);
    wifi_air = WIFI_AWAY;
    f->broker.no_puback = true;
    assert_false(fake_device_run(f, TRIAL_MS - FAKE_WAIT_MS, NULL));
    assert_true(wifi_file_is(f, "wifi", &home));
    assert_false(fake_device_run(f, FAKE_WAIT_MS + 1, NULL));
    f->broker.no_puback = false;
    wifi_air = WIFI_HOME;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    expect_outcome(f, "trial-failed\"");
}

static void test_three_starts(void **state)
{
    struct fake_device *f = *state;

    begin(f, &away);
    for (int i = 2; i <= SLOTS_BOOTS_MAX; i++) {
        assert_int_equal(fake_device_start(f), 0);
        assert_string_equal(f->networks, "wifi.new");
    }
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_true(wifi_file_is(f, "wifi", &home));
    expect_outcome(f, "trial-failed\",\"detail\":\"3 starts without a connection");
}

// Without an id the outcome has none.
static void test_no_id(void **state)
{
    struct fake_device *f = *state;
    char payload[WIFI_PAYLOAD_SIZE];

    wifi_make_payload(f, &away, 1, payload);
    payload[2] = 'x';
    fake_device_order(f, "wifi", 1, payload);
    wifi_air = NULL;
    assert_true(fake_device_run(f, 3000, is_restarted));
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"command\":\"wifi\",\"result\":\"ok\"}"), 1);
}

static void expect_refused(struct fake_device *f, int id, const char *result)
{
    char text[120];

    snprintf(text, sizeof text, "\"command\":\"wifi\",\"id\":%d,\"result\":\"%s", id, result);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, text), 1);
    assert_int_equal(f->reboots, 0);
    assert_false(f->device.is_working);
    assert_false(f->device.slots.owes_wifi);
    assert_false(fake_device_has_file(f, "wifi.new"));
}

// An old message that comes again does not lead back.
static void test_not_newer(void **state)
{
    const struct wifi_list same = wifi_list_of(WIFI_AWAY, 1000);
    struct fake_device *f = *state;

    wifi_order(f, &same, 3);
    expect_refused(f, 3, "file-invalid\",\"detail\":\"networks: were not set later");
    assert_true(is_wiped(f));
}

static void test_damaged(void **state)
{
    struct fake_device *f = *state;
    char payload[WIFI_PAYLOAD_SIZE];

    wifi_make_payload(f, &away, 3, payload);
    payload[strlen(payload) - 20] = payload[strlen(payload) - 20] == 'A' ? 'B' : 'A';
    fake_device_order(f, "wifi", 3, payload);
    expect_refused(f, 3, "file-invalid\",\"detail\":\"sealed message: is not for us");
    fake_device_command(f, "wifi", 4);
    expect_refused(f, 4, "file-invalid\",\"detail\":\"networks: the payload has no ");
}

// What the scratch is needed for is not disturbed.
static void test_busy(void **state)
{
    struct fake_device *f = *state;

    fake_device_command(f, "firmware", 1);
    wifi_order(f, &away, 2);
    expect_refused(f, 2, "busy");
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"ok\""), 1);
    fake_device_command(f, "flash", 3); // which takes several steps here
    wifi_order(f, &away, 4);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, is_restarted));
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":4,\"result\":\"busy\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":3,\"result\":\"ok\""), 1);
    assert_true(wifi_file_is(f, "wifi", &home));
}

// Nor is the trial of what came before: until its end is done with, the record counts each staged
// file to that.
static void test_busy_with_a_trial(void **state)
{
    static const enum slots_trial trials[] = {SLOTS_TRIAL_PASSED, SLOTS_TRIAL_FAILED};
    struct fake_device *f = *state;

    f->device.is_confirmed = false;
    wifi_order(f, &away, 2);
    (void)fake_device_run(f, 1000, NULL);
    expect_refused(f, 2, "busy");
    for (int i = 0; i < 2; i++) {
        f->device.slots.staged_trial = trials[i];
        wifi_order(f, &away, 3 + i);
        expect_refused(f, 3 + i, "busy");
    }
}

// What waits was there before.
static void test_busy_with_a_queue(void **state)
{
    const struct device_command waits = {.action = DEVICE_COMMAND_FETCH_IMAGE, .name = "firmware"};
    const struct device_command wifi = {
        .action = DEVICE_COMMAND_WIFI, .name = "wifi", .has_id = true, .id = 2};
    struct fake_device *f = *state;
    char payload[WIFI_PAYLOAD_SIZE];

    wifi_make_payload(f, &away, 2, payload);
    job_receive(&f->device, &waits, NULL, 0);
    job_receive(&f->device, &wifi, (const uint8_t *)payload, strlen(payload));
    expect_refused(f, 2, "busy");
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"firmware\",\"result\":\"ok\""), 1);
}

// A port that sets no networks knows no such command.
static void test_no_such_command(void **state)
{
    struct fake_device *f = *state;

    f->device.options.stage_networks = NULL;
    wifi_order(f, &away, 5);
    expect_refused(f, 5, "unknown-command");
}

// Flash that fails leaves all as it is, and the device says so once.
static void test_flash_fails(void **state)
{
    struct fake_device *f = *state;
    int n = 0;

    for (;; n++) {
        fake_device_reset(f);
        start_online(f);
        fake_device_flash(f)->power.fails_in = n;
        wifi_order(f, &away, 7);
        (void)fake_device_run(f, 3000, NULL);
        if (f->reboots > 0)
            break;
        expect_refused(f, 7, "flash-failed\"");
        assert_true(is_wiped(f));
        expect_outcome(f, "flash-failed\"");
    }
    assert_true(n >= 4); // the record, then the file
}

// A list that was damaged once it was staged, or never was: the device says so, and keeps other
// staged files.
static void test_lost(void **state)
{
    static const char *const texts[] = {NULL, "damaged"};
    struct fake_device *f = *state;
    struct failure failure;

    for (size_t i = 0; i < 2; i++) {
        fake_device_reset(f);
        start_online(f);
        fake_device_put_file(f, "config.json.new",
            FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\",\"ntpserver\":\"ntp.example\"}");
        slots_owe_wifi(&f->device.slots, true, 7);
        assert_int_equal(slots_store(&f->device.slots, f->device.port, &failure), 0);
        if (texts[i] != NULL)
            fake_device_put_file(f, "wifi.new", texts[i]);
        assert_int_equal(fake_device_start(f), 0);
        assert_string_equal(f->networks, "wifi");
        assert_string_equal(f->device.settings.ntp_server, "ntp.example");
        assert_true(is_wiped(f));
        assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
        expect_outcome(f, "trial-failed\",\"detail\":\"the networks have not been stored");
    }
}

// With another file on trial both go back, and both are told of.
static void test_with_another_file(void **state)
{
    struct fake_device *f = *state;

    fake_device_put_file(
        f, "config.json.new", FAKE_CONFIG_HEAD "\"mqttserver\":\"elsewhere.example\"}");
    begin(f, &away);
    wifi_air = NULL;
    assert_true(fake_device_run(f, TRIAL_MS + FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(f->reboots, 2);
    assert_true(wifi_file_is(f, "wifi", &home));
    assert_int_equal(fake_device_count(f, 0, EVENT, "back to the previous files"), 1);
    expect_outcome(f, "trial-failed\"");
}

// A list that somebody has put there is tried as well, and there is no command to end.
static void test_no_command(void **state)
{
    struct fake_device *f = *state;

    wifi_put_file(f, "wifi.new", &away);
    wifi_air = WIFI_AWAY;
    assert_int_equal(fake_device_start(f), 0);
    assert_string_equal(f->networks, "wifi.new");
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_string_equal(f->networks, "wifi");
    assert_true(wifi_file_is(f, "wifi", &away));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"command\":\"wifi\""), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_online, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_passes),
        TEST(test_staged_and_wiped),
        TEST(test_no_network),
        TEST(test_no_broker),
        TEST(test_no_report),
        TEST(test_three_starts),
        TEST(test_no_id),
        TEST(test_not_newer),
        TEST(test_damaged),
        TEST(test_busy),
        TEST(test_busy_with_a_trial),
        TEST(test_busy_with_a_queue),
        TEST(test_no_such_command),
        TEST(test_flash_fails),
        TEST(test_lost),
        TEST(test_with_another_file),
        TEST(test_no_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
