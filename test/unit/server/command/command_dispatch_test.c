// Commands from the operator's word to the broker.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/mac_key.h"
#include "server/store/mark_store.h"
#include "test/unit/server/command/dispatch_fixture.h"

static void test_refuses(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct err err = {0};

    start(f, &broker, 60000, 60000);
    static const struct {
        struct command_order order;
        int code;
    } rows[] = {
        {{MAC_1, "erase", false, NULL, NULL}, ERR_INVALID},
        {{MAC_1, "reboot", true, NULL, NULL}, ERR_INVALID},
        {{MAC_1, "flash", false, NULL, NULL}, ERR_NOT_FOUND},
        {{MAC_1, "flash", true, NULL, NULL}, ERR_NOT_FOUND},
        {{"x", "flash", false, NULL, NULL}, ERR_NOT_FOUND},
        {{NULL, "flash", false, NULL, NULL}, 0}, // to none
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(command_dispatch_queue(broker.dispatch, &rows[i].order, NULL, NULL, &err),
            rows[i].code);
    stop(&broker);
    command_dispatch_free(NULL);
}

static int put_mark(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

// Held after the command was queued: its turn comes, and it is not sent.
static void test_held_devices_are_sent_none(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct device_mark held = {.held_at_ms = 5, .held_by = "uid 7"};
    struct command command;
    struct store_connection *connection;
    int64_t id;

    set_online(f, MAC_1, false);
    start(f, &broker, 60000, 60000);
    id = queue(&broker, MAC_1, "firmware");
    fixture_write(f, put_mark, &held);
    set_online(f, MAC_1, true);
    wait_for_state(f, id, COMMAND_FAILED);
    stop(&broker);
    connection = fixture_read(f);
    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(command.result, "held");
    assert_non_null(strstr(command.detail, "not sent: the device is held"));
}

static void test_one_at_a_time_in_order(void **state)
{
    struct fixture *f = *state;
    struct broker broker;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, false);
    start(f, &broker, 60000, 60000);

    int64_t first = queue(&broker, MAC_1, "firmware");
    int64_t second = queue(&broker, MAC_1, "reboot");

    queue(&broker, MAC_2, "flash");
    wait_for_published(&broker, 1);
    set_online(f, MAC_2, true);
    wait_for_published(&broker, 2);
    fixture_write(f, finish_job, &first);
    wait_for_published(&broker, 3);
    assert_int_equal(state_of(f, second), COMMAND_SENT);
    stop(&broker);
    assert_string_equal(broker.log, "1f1 2f3 1r2 ");
}

// On the topic that the device has subscribed, which is as its certificate spells the MAC.
static int note_topic(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    struct broker *broker = ctx;

    (void)payload;
    (void)n;
    pthread_mutex_lock(&broker->mutex);
    broker->published++;
    snprintf(broker->log, sizeof broker->log, "%s", topic);
    pthread_mutex_unlock(&broker->mutex);
    return 0;
}

static void test_topics_as_the_device_spells_them(void **state)
{
    struct fixture *f = *state;
    struct broker broker = {.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct command_dispatch_settings settings = {.patience = patience_of(60000),
        .queued_timeout_ms = 60000,
        .publish = note_topic,
        .ctx = &broker};
    struct device_record device = fixture_device(MAC_1);
    struct err err = {0};

    device.online = true;
    strcpy(device.spelling, "84:F3:EB:00:00:01");
    fixture_write(f, fixture_put, &device);
    assert_int_equal(command_dispatch_start(f->store, &settings, &broker.dispatch, &err), 0);
    queue(&broker, MAC_1, "firmware");
    wait_for_published(&broker, 1);
    stop(&broker);
    assert_string_equal(broker.log, "/command/84:F3:EB:00:00:01/firmware");
}

static void test_failed_publication_is_repeated(void **state)
{
    struct fixture *f = *state;
    struct broker broker;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);
    start(f, &broker, 60000, 60000);
    pthread_mutex_lock(&broker.mutex);
    broker.refuse = 2;
    pthread_mutex_unlock(&broker.mutex);
    command_dispatch_wake(broker.dispatch);

    int64_t id = queue(&broker, MAC_1, "flash");

    queue(&broker, MAC_2, "flash");
    wait_for_published(&broker, 2);
    assert_int_equal(broker.refuse, 0);
    wait_for_state(f, id, COMMAND_SENT);
    stop(&broker);
    assert_string_equal(broker.log, "1f1 2f2 ");
}

// While the broker is away, the disk is not kept busy.
static void test_no_hurry_while_the_broker_is_away(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct store_counters before, after;
    const struct timespec while_ms = {.tv_sec = 1, .tv_nsec = 500000000};

    set_online(f, MAC_1, true);
    start(f, &broker, 60000, 60000);
    broker.refuse = 1000000;

    int64_t id = queue(&broker, MAC_1, "flash");

    store_read_counters(f->store, &before);
    nanosleep(&while_ms, NULL);
    store_read_counters(f->store, &after);
    assert_true(after.batches - before.batches <= 8);
    stop(&broker);
    assert_int_equal(state_of(f, id), COMMAND_QUEUED);
}

static void test_expires(void **state)
{
    struct fixture *f = *state;
    struct broker broker;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, false);
    start(f, &broker, 300, 300);

    int64_t sent = queue(&broker, MAC_1, "flash");
    int64_t queued = queue(&broker, MAC_2, "flash");

    wait_for_state(f, sent, COMMAND_EXPIRED);
    wait_for_state(f, queued, COMMAND_EXPIRED);
    set_online(f, MAC_2, true);

    int64_t next = queue(&broker, MAC_1, "reboot"); // the way is free again

    wait_for_published(&broker, 2);
    wait_for_state(f, next, COMMAND_EXPIRED);
    stop(&broker);
    assert_string_equal(broker.log, "1f1 1r3 ");
}

// Each of the two times is its own: what waits for its device may wait longer, or less long, than
// what waits for an outcome.
static void test_two_times(void **state)
{
    struct fixture *f = *state;
    struct broker broker;

    for (int i = 0; i < 2; i++) {
        bool sent_is_short = i == 0;

        set_online(f, MAC_1, true);
        set_online(f, MAC_2, false);
        start(f, &broker, sent_is_short ? 300 : 600000, sent_is_short ? 600000 : 2000);

        int64_t sent = queue(&broker, MAC_1, "flash");
        int64_t queued = queue(&broker, MAC_2, "flash");

        wait_for_state(f, sent_is_short ? sent : queued, COMMAND_EXPIRED);
        assert_int_equal(state_of(f, sent_is_short ? queued : sent),
            sent_is_short ? COMMAND_QUEUED : COMMAND_SENT);
        stop(&broker);
        fixture_write(f, finish_job, &sent);
        fixture_write(f, finish_job, &queued);
    }
}

static void read_counter(const char *name, uint64_t value, void *ctx)
{
    char *text = ctx;
    size_t used = strlen(text);

    snprintf(text + used, 256 - used, "%s=%llu ", name, (unsigned long long)value);
}

// Waits, since what is stored is counted a moment later.
static void expect_counters(const struct broker *broker, const char *expected)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    char text[256] = "";

    command_dispatch_each_counter(broker->dispatch, read_counter, text);
    while (strcmp(text, expected) != 0 && clock_monotonic_ms() < until_ms) {
        nanosleep(&moment, NULL);
        text[0] = '\0';
        command_dispatch_each_counter(broker->dispatch, read_counter, text);
    }
    assert_string_equal(text, expected);
}

static int refuse_the_first(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    return strstr(topic, MAC_1) != NULL ? ERR_INVALID : publish(topic, payload, n, ctx);
}

static int hold_it(struct store_connection *connection, const char *mac,
    struct command_verdict *out, void *ctx, struct err *err)
{
    (void)connection;
    (void)mac;
    (void)ctx;
    (void)err;
    *out = (struct command_verdict){.held = true, .result = "held", .detail = "no"};
    return 0;
}

// One that can never be published does not keep the others; and all is counted.
static void test_what_comes_to_nothing_is_counted(void **state)
{
    struct fixture *f = *state;
    struct broker broker = {.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct command_dispatch_settings settings = {.patience = patience_of(300),
        .queued_timeout_ms = 60000,
        .publish = refuse_the_first,
        .ctx = &broker,
        .judge_flash = hold_it};
    struct err err = {0};

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);
    assert_int_equal(command_dispatch_start(f->store, &settings, &broker.dispatch, &err), 0);

    int64_t never = queue(&broker, MAC_1, "reboot");
    int64_t held = queue(&broker, MAC_1, "flash");
    int64_t late = queue(&broker, MAC_2, "reboot");

    wait_for_state(f, never, COMMAND_FAILED);
    wait_for_state(f, held, COMMAND_FAILED);
    wait_for_state(f, late, COMMAND_EXPIRED);
    expect_counters(&broker, "commands_held=1 commands_expired=1 commands_not_published=0 "
                             "commands_broken=1 commands_rounds_failed=0 ");
    pthread_mutex_lock(&broker.mutex);
    broker.refuse = 1;
    pthread_mutex_unlock(&broker.mutex);
    queue(&broker, MAC_2, "reboot");
    wait_for_published(&broker, 2);
    expect_counters(&broker, "commands_held=1 commands_expired=1 commands_not_published=1 "
                             "commands_broken=1 commands_rounds_failed=0 ");
    stop(&broker);
}

static int add_many(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = 0;

    (void)ctx;
    for (int64_t i = 0; rc == 0 && i < 12000; i++) {
        struct device_record device = fixture_device(MAC_1);

        mac_key_to_text(i, device.mac);
        rc = device_store_put(connection, &device, NULL, err);
    }
    return rc;
}

static void count(const struct command *command, void *ctx)
{
    (void)command;
    (*(int *)ctx)++;
}

static int count_published(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    struct broker *broker = ctx;

    (void)topic;
    (void)payload;
    (void)n;
    pthread_mutex_lock(&broker->mutex);
    broker->published++;
    pthread_mutex_unlock(&broker->mutex);
    return 0;
}

static void test_all_of_many(void **state)
{
    struct fixture *f = *state;
    struct broker broker = {.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct command_dispatch_settings settings = {
        .patience = patience_of(60000),
        .queued_timeout_ms = 60000,
        .publish = count_published,
        .ctx = &broker,
    };
    struct store_counters before, after;
    struct err err = {0};
    int queued = 0;

    fixture_write(f, add_many, NULL);
    assert_int_equal(command_dispatch_start(f->store, &settings, &broker.dispatch, &err), 0);
    store_read_counters(f->store, &before);
    assert_int_equal(command_dispatch_queue(broker.dispatch,
                         &(struct command_order){.name = "firmware"}, count, &queued, &err),
        0);
    assert_int_equal(queued, 12000);
    wait_for_published(&broker, 12000);
    store_read_counters(f->store, &after);
    assert_true(after.batches - before.batches <= 4); // not one for each command
    command_dispatch_free(broker.dispatch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refuses),
        TEST(test_held_devices_are_sent_none),
        TEST(test_one_at_a_time_in_order),
        TEST(test_topics_as_the_device_spells_them),
        TEST(test_failed_publication_is_repeated),
        TEST(test_no_hurry_while_the_broker_is_away),
        TEST(test_expires),
        TEST(test_two_times),
        TEST(test_what_comes_to_nothing_is_counted),
        TEST(test_all_of_many),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
