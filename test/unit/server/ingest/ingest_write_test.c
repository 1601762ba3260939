// What messages change in the store, at times that the test chooses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/ingest/download_write.h"
#include "server/ingest/ingest_write.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

#define T0 1700000000000LL
#define SECOND 1000LL
#define MINUTE (60 * SECOND)

static void status(
    struct fixture *f, int64_t at_ms, int64_t uptime_ms, const char *image, const char *error)
{
    struct device_status status = {.has = uptime_ms >= 0 ? DEVICE_HAS_UPTIME : 0,
        .uptime_ms = (uint32_t)uptime_ms,
        .name = "n",
        .build = "b",
        .ip = "i"};
    const struct ingest_topic from = {.mac = MAC_1};
    char json[16];

    snprintf(status.image, sizeof status.image, "%s", image);
    snprintf(status.error, sizeof status.error, "%s", error);

    int n = snprintf(json, sizeof json, "{\"n\": %d}", (int)(at_ms % 1000));
    struct ingest_write_status *effect =
        ingest_write_status_new(&from, at_ms, &status, (const uint8_t *)json, (size_t)n);

    assert_non_null(effect);
    fixture_write(f, ingest_write_status, effect);
    free(effect);
}

static void event(struct fixture *f, const char *mac, int64_t id, const char *result)
{
    struct ingest_write_event effect = {
        .event = {.at_ms = T0, .kind = "command", .command_id = id}};

    snprintf(effect.event.mac, sizeof effect.event.mac, "%s", mac);
    snprintf(effect.event.result, sizeof effect.event.result, "%s", result);
    fixture_write(f, ingest_write_event, &effect);
}

static void will(struct fixture *f, int64_t at_ms)
{
    struct ingest_write_notice effect = {.mac = MAC_1, .at_ms = at_ms};

    fixture_write(f, ingest_write_will, &effect);
}

static void download(struct fixture *f, const char *file, unsigned code)
{
    struct download_write effect = {
        .mac = MAC_1, .at_ms = T0, .status = code, .image = "A-2", .received = true};

    snprintf(effect.file, sizeof effect.file, "%s", file);
    fixture_write(f, download_write_answer, &effect);
}

static struct device_record device(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static int see(const struct event *event, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), EVENT_KIND_SIZE + 1, "%s ", event->kind);
    return 0;
}

// Newest first.
static void assert_events(struct fixture *f, const char *kinds)
{
    struct store_connection *connection = fixture_read(f);
    char text[1024] = "";

    assert_int_equal(event_store_each(connection, MAC_1, 20, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, kinds);
}

static int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int64_t sent(struct fixture *f, const char *mac, const char *name, int64_t sent_at_ms)
{
    struct command command = {.state = COMMAND_SENT, .sent_at_ms = sent_at_ms};

    memcpy(command.mac, mac, MAC_SIZE);
    snprintf(command.name, sizeof command.name, "%s", name);
    fixture_write(f, add_command, &command);
    return command.id;
}

static struct command command(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

static void test_a_status_makes_known_and_online(void **state)
{
    struct fixture *f = *state;
    struct device_record d;
    struct store_connection *connection;
    char *json;

    status(f, T0, 5 * MINUTE, "A-1", "");
    status(f, T0 + 7, 5 * MINUTE + 7, "A-1", "trouble");
    d = device(f, MAC_1);
    assert_true(d.online);
    assert_int_equal(d.reason, DEVICE_REASON_STATUS);
    assert_int_equal(d.first_seen_ms, T0);
    assert_int_equal(d.last_seen_ms, T0 + 7);
    assert_int_equal(d.boot_ms, T0 - 5 * MINUTE);
    assert_int_equal(d.reboots, 0);
    assert_false(d.speaks_events);
    assert_string_equal(d.status.image, "A-1");
    assert_string_equal(d.status.error, "trouble");
    assert_events(f, "");
    connection = fixture_read(f);
    assert_int_equal(device_store_get_status_json(connection, MAC_1, &json, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(json, "{\"n\": 7}");
    free(json);
}

// Said again and again, a message is one; it is new again once it was gone.
static void test_new_errors_are_counted(void **state)
{
    static const char *const errors[] = {"", "a", "a", "b", "", "b", "a"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        status(f, T0 + (int64_t)i, 5 * MINUTE + (int64_t)i, "A-1", errors[i]);
    assert_int_equal(fixture_query(f, "SELECT sum(new_errors) FROM statuses"), 4);
}

static void test_a_restart_is_counted(void **state)
{
    struct fixture *f = *state;

    status(f, T0, 60 * MINUTE, "A-1", "");
    status(f, T0 + 5 * MINUTE, 10 * SECOND, "A-1", "");
    assert_int_equal(device(f, MAC_1).reboots, 1);
    assert_int_equal(device(f, MAC_1).previous_boot_ms, T0 - 60 * MINUTE);
    status(f, T0 + 6 * MINUTE, -1, "A-1", ""); // does not say
    status(f, T0 + 7 * MINUTE, 2 * MINUTE + 10 * SECOND, "A-1", "");
    assert_int_equal(device(f, MAC_1).reboots, 1);
    assert_events(f, "reboot ");
}

// Two devices with one certificate report in turn.
static void test_a_shared_identity(void **state)
{
    struct fixture *f = *state;

    status(f, T0, 600 * MINUTE, "A-1", "");
    status(f, T0 + SECOND, 60 * MINUTE, "A-1", ""); // could be a restart
    for (int i = 1; i <= 59; i++) {
        status(f, T0 + i * MINUTE, (600 + i) * MINUTE, "A-1", "");
        status(f, T0 + i * MINUTE + SECOND, (60 + i) * MINUTE, "A-1", "");
    }
    assert_events(f, "shared-identity reboot ");
    assert_int_equal(device(f, MAC_1).reboots, 1);
    assert_int_equal(device(f, MAC_1).shared_identity_at_ms, T0 + 59 * MINUTE + SECOND);
    status(f, T0 + 61 * MINUTE, 661 * MINUTE, "A-1", "");
    status(f, T0 + 62 * MINUTE, 122 * MINUTE, "A-1", "");
    assert_events(f, "shared-identity shared-identity reboot ");
}

static void test_a_will(void **state)
{
    struct fixture *f = *state;

    will(f, T0);
    assert_false(fixture_is_known(f, MAC_1));
    status(f, T0, MINUTE, "A-1", "");
    will(f, T0 + MINUTE);
    assert_false(device(f, MAC_1).online);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_WILL);
    assert_int_equal(device(f, MAC_1).last_seen_ms, T0); // no sign of life
    assert_events(f, "will ");
    status(f, T0 + 2 * MINUTE, 3 * MINUTE, "A-1", "");
    assert_true(device(f, MAC_1).online);
}

// A message that waits while the clock is moved comes when it came.
static void test_a_message_goes_with_the_clock(void **state)
{
    struct fixture *f = *state;
    struct ingest_write_notice effect = {
        .mac = MAC_1, .at_ms = T0, .stepped_ms = clock_stepped_ms()};

    fixture_add_device(f, MAC_1);
    clock_step(-60 * MINUTE);
    fixture_write(f, ingest_write_will, &effect);
    fixture_write(f, ingest_write_will, &effect);
    clock_step(60 * MINUTE);
    assert_int_equal(fixture_query(f, "SELECT min(at_ms) FROM events"), T0 - 60 * MINUTE);
    assert_int_equal(fixture_query(f, "SELECT max(at_ms) FROM events"), T0 - 60 * MINUTE);
}

static void test_a_fault(void **state)
{
    struct fixture *f = *state;
    struct ingest_write_fault effect = {
        .mac = MAC_1, .fault = {.topic = "status", .at_ms = T0 + MINUTE, .reason = "empty"}};

    fixture_write(f, ingest_write_fault, &effect);
    assert_false(fixture_is_known(f, MAC_1));
    status(f, T0, MINUTE, "A-1", "");
    fixture_write(f, ingest_write_fault, &effect);
    fixture_write(f, ingest_write_fault, &effect);
    assert_int_equal(device(f, MAC_1).bad_payloads, 2);
    assert_int_equal(device(f, MAC_1).bad_payload_at_ms, T0 + MINUTE);
    assert_int_equal(device(f, MAC_1).last_seen_ms, T0); // a will's is no sign of life
    assert_int_equal(fixture_query(f, "SELECT count FROM device_faults"), 2);
    status(f, T0 + 2 * MINUTE, 3 * MINUTE, "A-1", "");
    assert_int_equal(device(f, MAC_1).bad_payloads, 2);
}

// What a status that could not be read in full lacks may stand in the part that could not: texts
// stay, readings of another time do not.
static void test_a_part_of_a_status(void **state)
{
    static const struct ingest_topic from = {.mac = MAC_1, .spelling = "84F3EB000001"};
    const struct device_status part = {.has = DEVICE_HAS_RSSI, .rssi_dbm = -5, .name = "new"};
    struct fixture *f = *state;

    status(f, T0, MINUTE, "A-1", "trouble");
    for (int partial = 1; partial >= 0; partial--) {
        struct ingest_write_status *effect =
            ingest_write_status_new(&from, T0 + MINUTE, &part, (const uint8_t *)"{}", 2);
        struct device_record d;

        effect->partial = partial;
        fixture_write(f, ingest_write_status, effect);
        free(effect);
        d = device(f, MAC_1);
        assert_string_equal(d.status.image, partial ? "A-1" : "");
        assert_string_equal(d.status.build, partial ? "b" : "");
        assert_string_equal(d.status.ip, partial ? "i" : "");
        assert_string_equal(d.status.name, "new");
        assert_int_equal(d.status.has, DEVICE_HAS_RSSI);
        assert_string_equal(d.spelling, "84F3EB000001");
    }
}

static void test_an_event_settles_its_command(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);

    int64_t id = sent(f, MAC_1, "firmware", T0);

    event(f, MAC_2, id, "ok"); // another device's
    event(f, MAC_1, id + 1, "ok");
    event(f, MAC_1, 0, "ok");
    assert_int_equal(command(f, id).state, COMMAND_SENT);
    event(f, MAC_1, id, "current");
    assert_int_equal(command(f, id).state, COMMAND_DONE);
    assert_string_equal(command(f, id).result, "current");
    event(f, MAC_1, id, "timeout"); // once and for all
    assert_int_equal(command(f, id).state, COMMAND_DONE);
    assert_true(device(f, MAC_1).speaks_events);
    assert_int_equal(device(f, MAC_1).last_seen_ms, T0);
    assert_events(f, "command command command command ");
}

static void test_an_event_of_an_unknown_device(void **state)
{
    struct fixture *f = *state;

    event(f, MAC_1, 0, "ok");
    assert_true(device(f, MAC_1).online);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_EVENT);
    assert_int_equal(device(f, MAC_1).first_seen_ms, T0);
}

static void test_a_restart_settles_reboot_and_flash(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = T0;

    status(f, now_ms, 60 * MINUTE, "A-1", "");

    int64_t reboot = sent(f, MAC_1, "reboot", now_ms + SECOND);

    status(f, now_ms + 2 * SECOND, 60 * MINUTE + 2 * SECOND, "A-1", "");
    assert_int_equal(command(f, reboot).state, COMMAND_SENT);
    now_ms += 10 * SECOND;
    status(f, now_ms, 5 * SECOND, "A-1", "");
    assert_int_equal(command(f, reboot).state, COMMAND_DONE);

    int64_t flash = sent(f, MAC_1, "flash", now_ms + SECOND); // soon after that restart

    now_ms += 15 * SECOND;
    status(f, now_ms, 3 * SECOND, "A-2", "");
    assert_int_equal(command(f, flash).state, COMMAND_DONE);
    flash = sent(f, MAC_1, "flash", now_ms + MINUTE);
    now_ms += 2 * MINUTE;
    status(f, now_ms, 3 * SECOND, "A-2", "no signature");
    assert_int_equal(command(f, flash).state, COMMAND_FAILED);
    assert_string_equal(command(f, flash).detail, "no signature");
}

// One that tells outcomes itself is not second-guessed.
static void test_nothing_is_guessed_of_who_speaks(void **state)
{
    struct fixture *f = *state;

    status(f, T0, 60 * MINUTE, "A-1", "");
    event(f, MAC_1, 0, "ok");

    int64_t reboot = sent(f, MAC_1, "reboot", T0 + SECOND);

    status(f, T0 + MINUTE, 5 * SECOND, "A-1", "");
    assert_int_equal(command(f, reboot).state, COMMAND_SENT);
    event(f, MAC_1, reboot, "ok");

    int64_t firmware = sent(f, MAC_1, "firmware", T0 + SECOND);

    download(f, "firmware.bin", 200);
    assert_int_equal(command(f, firmware).state, COMMAND_SENT);
}

static void test_a_download_settles(void **state)
{
    struct fixture *f = *state;

    download(f, "firmware.bin", 200);
    assert_false(fixture_is_known(f, MAC_1));
    status(f, T0, MINUTE, "A-1", "");

    int64_t id = sent(f, MAC_1, "firmware", T0);

    download(f, "config.json", 200);
    assert_int_equal(command(f, id).state, COMMAND_SENT);
    download(f, "firmware.bin", 200);
    assert_int_equal(command(f, id).state, COMMAND_DONE);
    assert_string_equal(command(f, id).image, "A-2");
    download(f, "firmware.bin", 304); // asked by itself
    id = sent(f, MAC_1, "config", T0);
    download(f, "config.json", 404);
    assert_int_equal(command(f, id).state, COMMAND_FAILED);
    assert_events(f, "download ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_status_makes_known_and_online),
        TEST(test_new_errors_are_counted),
        TEST(test_a_restart_is_counted),
        TEST(test_a_shared_identity),
        TEST(test_a_will),
        TEST(test_a_message_goes_with_the_clock),
        TEST(test_a_fault),
        TEST(test_a_part_of_a_status),
        TEST(test_an_event_settles_its_command),
        TEST(test_an_event_of_an_unknown_device),
        TEST(test_a_restart_settles_reboot_and_flash),
        TEST(test_nothing_is_guessed_of_who_speaks),
        TEST(test_a_download_settles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
