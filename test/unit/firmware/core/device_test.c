// Tests of a whole device: its start, its time at the broker, its commands.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/device_fixture.h"

#define EVENT "/event/" FAKE_MAC
#define STATUS "/status/" FAKE_MAC
#define COMMAND "/command/" FAKE_MAC "/"

static void test_start(void **state)
{
    struct fake_device *f = *state;
    const struct fake_message *boot = &f->broker.messages[0];
    const struct fake_message *status = &f->broker.messages[1];

    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(f->led, PORT_LED_CONNECTING);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(f->led, PORT_LED_CONNECTED);
    assert_int_equal(f->broker.connects, 1);
    assert_string_equal(f->broker.filter, "/command/" FAKE_MAC "/#");
    assert_int_equal(f->broker.count, 2);
    assert_string_equal(boot->topic, EVENT);
    assert_int_equal(boot->qos, 1);
    assert_string_equal(boot->payload, "{\"event\":\"boot\",\"result\":\"ok\",\"image\":\"B-1\"}");
    assert_string_equal(status->topic, STATUS);
    assert_int_equal(status->qos, 0);
    assert_non_null(strstr(status->payload, "\"espname\":\"measure-" FAKE_MAC "\""));
    assert_non_null(strstr(status->payload, "\"espimage\":\"B-1\""));
    assert_non_null(strstr(status->payload, "\"espip\":\"192.0.2.7\",\"rssi\":-61"));
    assert_non_null(strstr(status->payload, "\"espfreeheap\":23456,\"confighash\":\""));
    assert_null(strstr(status->payload, "errormessage"));
}

static void test_status_interval(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_false(fake_device_run(f, FAKE_STATUS_MS - 1, NULL));
    assert_int_equal(fake_device_count(f, 0, STATUS, ""), 1);
    assert_false(fake_device_run(f, 2 * FAKE_STATUS_MS, NULL));
    assert_int_equal(fake_device_count(f, 0, STATUS, ""), 3);
    assert_int_equal(f->broker.connects, 1);
}

// Without the broker's PUBACK of the boot event there is no confirmation, and no command is done.
static void test_confirmation(void **state)
{
    struct fake_device *f = *state;

    f->broker.no_puback = true;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, 1000, fake_device_is_confirmed));
    assert_int_equal(fake_device_count(f, 0, STATUS, ""), 1);
    fake_device_command(f, "reboot", 5);
    assert_false(fake_device_run(f, 5000, fake_device_is_confirmed));
    assert_int_equal(f->reboots, 0);
    f->broker.no_puback = false; // the next session
    assert_true(fake_device_run(f, 20000, fake_device_is_confirmed));
    assert_int_equal(f->reboots, 1); // it has waited
}

static void test_no_clock(void **state)
{
    struct fake_device *f = *state;

    f->time = 0;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, FAKE_WAIT_MS - 200, NULL));
    assert_int_equal(f->clock_starts, 1);
    assert_int_equal(f->broker.server.tcp_port, 0); // not a byte to anyone
    assert_int_equal(f->reboots, 0);
    assert_false(fake_device_run(f, 400, NULL));
    assert_int_equal(f->reboots, 1);
    f->time = 1700000000;
    assert_true(fake_device_run(f, 1000, fake_device_is_idle));
}

static void test_smartconfig(void **state)
{
    struct fake_device *f = *state;

    f->link = PORT_LINK_SMARTCONFIG;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, 5 * FAKE_WAIT_MS, NULL));
    assert_int_equal(f->led, PORT_LED_SMARTCONFIG);
    assert_int_equal(f->reboots, 0); // somebody is on the way with a phone
    f->link = PORT_LINK_DOWN;        // tries what the phone has sent
    assert_false(fake_device_run(f, FAKE_WAIT_MS / 2, NULL));
    assert_int_equal(f->led, PORT_LED_CONNECTING);
    f->link = PORT_LINK_UP;
    assert_true(fake_device_run(f, 1000, fake_device_is_idle));
}

static bool is_without_link(struct fake_device *f)
{
    return f->device.state == DEVICE_LINK;
}

static void test_link_lost(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_int_equal(f->led, PORT_LED_CONNECTED);
    f->link = PORT_LINK_DOWN;
    assert_true(fake_device_run(f, FAKE_STATUS_MS, is_without_link));
    assert_int_equal(f->led, PORT_LED_CONNECTING);
    assert_false(fake_device_run(f, FAKE_WAIT_MS / 2, NULL));
    assert_false(f->broker.is_online);
    f->link = PORT_LINK_UP;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(f->reboots, 0);
    assert_int_equal(f->clock_starts, 2);
    assert_int_equal(fake_device_count(f, 0, EVENT, "Wi-Fi: link lost"), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"boot\""), 1); // no second one
    f->link = PORT_LINK_DOWN;
    assert_false(fake_device_run(f, FAKE_STATUS_MS + 2 * FAKE_WAIT_MS, NULL));
    assert_true(f->reboots > 0);
}

static void test_unreachable(void **state)
{
    struct fake_device *f = *state;

    f->broker.server.refuses = true;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, FAKE_WAIT_MS - 1, NULL));
    assert_int_equal(f->reboots, 0);
    assert_true(f->device.attempts >= 3);
    assert_true(f->device.attempts <= 8); // it has not hammered at the door
    assert_false(fake_device_run(f, 2, NULL));
    assert_int_equal(f->reboots, 1);
    f->broker.server.refuses = false;
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "connect-failed"), 1);
}

// Downloads are not counted as absence, and the broker is left in order.
static void test_update(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_true(fake_device_do(f, "firmware", 21));
    assert_int_equal(fake_device_count(f, 0, EVENT,
                         "\"command\":\"firmware\",\"id\":21,\"result\":\"ok\",\"image\":\"B-2\""),
        1);
    assert_int_equal(f->broker.wills, 0);
    assert_int_equal(f->reboots, 0);
    assert_true(fake_device_do(f, "flash", 22));
    assert_int_equal(f->reboots, 1);
    assert_int_equal(f->broker.wills, 0);
    assert_string_equal(f->device.running.text, "B-2");
    assert_int_equal(f->device.slots.trial, SLOTS_TRIAL_NONE);
    assert_int_equal(f->device.slots.images[1].state, SLOTS_INSTALLED);
    assert_int_equal(fake_device_count(f, 0, EVENT, "{\"event\":\"trial\",\"result\":\"ok\""), 1);
    assert_int_equal(
        fake_device_count(f, 0, EVENT, "\"command\":\"flash\",\"id\":22,\"result\":\"ok\""), 1);
    assert_true(fake_device_do(f, "firmware", 23));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":23,\"result\":\"current\""), 1);
    assert_true(fake_device_do(f, "flash", 24));
    assert_int_equal(
        fake_device_count(f, 0, EVENT, "\"id\":24,\"result\":\"nothing-downloaded\""), 1);
}

// A flash that means another image than was downloaded installs nothing, and loses nothing.
static void test_flash_means(void **state)
{
    static const struct {
        const char *payload;
        const char *detail;
    } refused[] = {
        {"{\"id\":2,\"image\":\"B-3\"}", "the command means B-3, another was downloaded"},
        {"{\"id\":2,\"image\":\"B-1\"}", "the command means B-1, another was downloaded"},
        {"{\"id\":2,\"image\":\"B-20\"}", "the command means B-20, another was downloaded"},
        {"{\"id\":2,\"image\":\"b-2\"}", "the command means b-2, another was downloaded"},
        {"{\"id\":2,\"image\":2}", "the command means one that cannot be read, another was"},
    };
    static const char *const taken[] = {"{\"id\":3,\"image\":\"B-2\"}", "{\"id\":3}", ""};
    struct fake_device *f = *state;

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        fake_device_reset(f);
        start_online(f);
        fake_device_order(f, "flash", 1, "{\"id\":1,\"image\":\"B-2\"}");
        (void)fake_device_run(f, 3000, NULL);
        assert_int_equal(
            fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"nothing-downloaded\""), 1);
        assert_true(fake_device_do(f, "firmware", 20));
        for (size_t j = 0; j < sizeof refused / sizeof refused[0]; j++) {
            size_t before = f->broker.count;

            f->device.current.has_id = false; // else it is the same one
            fake_device_order(f, "flash", 2, refused[j].payload);
            (void)fake_device_run(f, 3000, NULL);
            assert_int_equal(fake_device_count(f, before, EVENT,
                                 "\"id\":2,\"result\":\"not-staged\",\"image\":\"B-2\""),
                1);
            assert_int_equal(fake_device_count(f, before, EVENT, refused[j].detail), 1);
            assert_int_equal(f->device.slots.images[1].state, SLOTS_READY);
            assert_int_equal(f->reboots, 0);
        }
        fake_device_order(f, "flash", 3, taken[i]);
        (void)fake_device_run(f, 3000, NULL);
        assert_true(fake_device_run(f, 20000, fake_device_is_idle));
        assert_int_equal(f->reboots, 1);
        assert_string_equal(f->device.running.text, "B-2");
    }
}

static void test_reboot(void **state)
{
    struct fake_device *f = *state;
    size_t before;

    start_online(f);
    before = f->broker.count;
    assert_true(fake_device_do(f, "reboot", 77));
    assert_int_equal(f->reboots, 1);
    assert_int_equal(f->broker.wills, 0);
    assert_string_equal(f->broker.messages[before].payload,
        "{\"event\":\"accepted\",\"command\":\"reboot\",\"id\":77}");
    assert_string_equal(f->broker.messages[before + 1].payload, // after the restart, and first
        "{\"event\":\"boot\",\"result\":\"ok\",\"image\":\"B-1\"}");
    assert_int_equal(
        fake_device_count(f, before, EVENT, "\"command\":\"reboot\",\"id\":77,\"result\":\"ok\""),
        1);
    assert_false(fake_device_has_file(f, "events.jsonl"));
}

static void test_unknown_and_foreign(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    fake_broker_publish(&f->broker, COMMAND "reboot", "{\"id\":1}", 0, 0, true); // retained
    fake_broker_publish(&f->broker, "/command/84f3eb012346/reboot", "", 1, 9, false);
    fake_broker_publish(&f->broker, "/command", "", 0, 0, false);
    fake_broker_publish(&f->broker, COMMAND "reboot/now", "", 0, 0, false);
    assert_true(fake_device_do(f, "format", 31));
    assert_int_equal(f->reboots, 0);
    assert_int_equal(fake_device_count(f, 0, EVENT,
                         "\"command\":\"format\",\"id\":31,\"result\":\"unknown-command\""),
        1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"event\":\"command\""), 1);
    assert_false(fake_device_run(f, FAKE_STATUS_MS, NULL));
    assert_int_equal(
        fake_device_count(f, 3, STATUS, "\"errormessage\":\"format: unknown-command\""), 1);
}

// Four wait, the others are told so; a restart refuses those behind it.
static void test_queue(void **state)
{
    struct fake_device *f = *state;

    f->broker.no_puback = true; // unconfirmed: nothing is begun
    assert_int_equal(fake_device_start(f), 0);
    (void)fake_device_run(f, 100, NULL);
    fake_device_command(f, "firmware", 1);
    fake_device_command(f, "flash", 2); // restarts
    fake_device_command(f, "config", 3);
    fake_device_command(f, "reboot", 4);
    fake_device_command(f, "ca", 5); // one too many
    (void)fake_device_run(f, 100, NULL);
    assert_int_equal(f->device.queued, DEVICE_QUEUE_MAX);
    f->broker.no_puback = false;
    assert_true(fake_device_run(f, 30000, fake_device_is_idle));
    (void)fake_device_run(f, 5000, NULL);
    assert_true(fake_device_run(f, 30000, fake_device_is_idle));
    assert_int_equal(f->reboots, 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"ok\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"ok\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":3,\"result\":\"busy\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":4,\"result\":\"busy\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":5,\"result\":\"busy\""), 1);
}

// Commands that come in one go are all done, though the device leaves the broker for the first, and
// an outcome that is acknowledged while it leaves is not sent again.
static void test_outcomes_once(void **state)
{
    struct fake_device *f = *state;

    fake_device_serve(f, "ca.crt", f->broker.server.ca.pem, strlen(f->broker.server.ca.pem));
    start_online(f);
    fake_device_command(f, "ca", 1);
    fake_device_command(f, "ca", 2);
    fake_device_command(f, "ca", 3);
    (void)fake_device_run(f, 5000, NULL);
    assert_true(fake_device_run(f, 30000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"ok\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"ok\""), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":3,\"result\":\"ok\""), 1);
}

static void test_download_refused(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_true(fake_device_do(f, "config", 8));
    assert_int_equal(fake_device_count(f, 0, EVENT,
                         "\"result\":\"http-status\",\"detail\":\"HTTP 404: no such file\""),
        1);
    assert_int_equal(f->broker.wills, 0);
    assert_false(fake_device_has_file(f, "config.json.new"));
}

// What cannot run says so at once: it must not come up half.
static void test_cannot_start(void **state)
{
    static const char *const files[] = {"config.json", "ca.crt", FAKE_MAC ".crt", FAKE_MAC ".key"};
    struct fake_device *f = *state;

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        fake_device_reset(f);
        files_remove(&fake_device_flash(f)->port, files[i]);
        assert_int_equal(fake_device_start(f), -RESULT_FILE_INVALID);
        assert_non_null(strstr(f->failure.detail, files[i]));
        fake_device_reset(f);
        fake_device_put_file(f, files[i], "{]");
        assert_int_equal(fake_device_start(f), -RESULT_FILE_INVALID);
    }
    fake_device_reset(f);
    fake_device_flash(f)->factory_size = 0;
    assert_int_equal(fake_device_start(f), -RESULT_FLASH_FAILED);
    fake_device_reset(f);
    fake_device_flash(f)->slots[0][1030] ^= 1;
    assert_int_equal(fake_device_start(f), -RESULT_DESCRIPTOR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_start),
        TEST(test_status_interval),
        TEST(test_confirmation),
        TEST(test_no_clock),
        TEST(test_smartconfig),
        TEST(test_link_lost),
        TEST(test_unreachable),
        TEST(test_update),
        TEST(test_flash_means),
        TEST(test_reboot),
        TEST(test_unknown_and_foreign),
        TEST(test_queue),
        TEST(test_outcomes_once),
        TEST(test_download_refused),
        TEST(test_cannot_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
