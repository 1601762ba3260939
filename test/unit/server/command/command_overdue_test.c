// Tests of what becomes of commands that were not answered in time, over a real store.
#include "test/unit/server/command/dispatch_fixture.h"

#include <string.h>

#include "server/command/command_overdue.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"

struct sent {
    struct command command;
    bool speaks_events;
    int64_t connected_ago_ms;
};

static int put_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct sent *sent = ctx;
    struct device_record device = fixture_device(sent->command.mac);
    int64_t now_ms = clock_now_ms();

    device.online = true;
    device.speaks_events = sent->speaks_events;
    device.last_seen_ms = now_ms;
    device.boot_ms = now_ms - 100000;
    device.status.has |= DEVICE_HAS_MQTT;
    device.status.mqtt_ms = sent->connected_ago_ms;

    int rc = device_store_put(connection, &device, "{}", err);

    return rc < 0 ? rc : command_store_add(connection, &sent->command, err);
}

static struct command put(
    struct fixture *f, const char *mac, int64_t sent_ago_ms, int64_t accepted_ago_ms)
{
    int64_t now_ms = clock_now_ms();
    struct sent sent = {
        .connected_ago_ms = 50000,
        .command =
            {
                .state = COMMAND_SENT,
                .created_at_ms = now_ms - sent_ago_ms,
                .sent_at_ms = now_ms - sent_ago_ms,
                .last_sent_at_ms = now_ms - sent_ago_ms,
                .accepted_at_ms = accepted_ago_ms > 0 ? now_ms - accepted_ago_ms : 0,
                .due_at_ms = now_ms - 1,
                .sends = 1,
            },
    };

    memcpy(sent.command.mac, mac, MAC_SIZE);
    strcpy(sent.command.name, "config");
    fixture_write(f, put_job, &sent);
    return sent.command;
}

static struct command get(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command = {0};

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

// Lost, taken, and out of time.
static void test_each(void **state)
{
    struct fixture *f = *state;
    struct command_patience patience = patience_of(20000);
    struct command_overdue overdue = {.patience = &patience, .queued_timeout_ms = 60000};
    struct err err = {0};
    int64_t lost = put(f, MAC_1, 10000, 0).id;
    int64_t taken = put(f, MAC_2, 10000, 9000).id;
    int64_t late = put(f, MAC_2, 20001, 9000).id;

    patience.accept_ms = 5000;
    patience.resends = 1;
    assert_int_equal(command_overdue_run(f->store, &overdue, &err), 0);
    assert_int_equal(overdue.again, 1);
    assert_int_equal(overdue.expired, 1);
    assert_false(overdue.more);

    struct command command = get(f, lost);

    assert_int_equal(command.state, COMMAND_QUEUED);
    assert_int_equal(command.sends, 1);
    assert_true(command.sent_at_ms > 0);
    command = get(f, taken);
    assert_int_equal(command.state, COMMAND_SENT);
    assert_int_equal(command.due_at_ms, command.sent_at_ms + 20000);
    command = get(f, late);
    assert_int_equal(command.state, COMMAND_EXPIRED);
    assert_string_equal(command.result, "timeout");
    assert_string_equal(command.detail, "accepted, but the device reported no outcome in time");
    assert_int_equal(command_overdue_run(f->store, &overdue, &err), 0);
    assert_int_equal(get(f, taken).state, COMMAND_SENT);
}

// Published again with the same number; when it was sent first stays.
static void test_goes_again(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct command before = put(f, MAC_1, 3000, 0);
    struct command_patience patience = patience_of(600000);
    struct command_dispatch_settings settings = {
        .queued_timeout_ms = 600000, .publish = publish, .ctx = &broker};
    struct err err = {0};

    patience.accept_ms = 1000;
    patience.resends = 1;
    settings.patience = patience;
    broker = (struct broker){.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER, .refuse = 1};
    assert_int_equal(command_dispatch_start(f->store, &settings, &broker.dispatch, &err), 0);
    wait_for_published(&broker, 1); // at the second try
    stop(&broker);

    struct command command = get(f, before.id);

    assert_int_equal(command.state, COMMAND_SENT);
    assert_int_equal(command.sends, 2);
    assert_int_equal(command.sent_at_ms, before.sent_at_ms);
    assert_true(command.last_sent_at_ms > before.sent_at_ms);
    assert_true(command.due_at_ms > before.due_at_ms);
    assert_int_equal(broker.published, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each),
        TEST(test_goes_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
