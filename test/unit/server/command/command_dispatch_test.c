// Commands from the operator's word to the broker.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/command/command_dispatch.h"
#include "server/store/command_store.h"
#include "server/store/mac_key.h"
#include "test/unit/server/store/fixture.h"

#define PATIENCE_MS 20000

struct broker {
    struct fixture *f;
    struct command_dispatch *dispatch;
    pthread_mutex_t mutex; // over all below
    char log[256];         // "<last digit of the MAC><command's first letter><id> ", as published
    int published;
    int refuse;   // so many publications from now on
    int unmarked; // publications of commands that were not stored as sent
};

static enum command_state state_of(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command = {.state = COMMAND_STATE_COUNT};

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command.state;
}

static int publish(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    struct broker *broker = ctx;
    struct topic parsed;
    long long id = 0;
    char text[64] = "";

    memcpy(text, payload, n < 63 ? n : 63);
    if (!topic_parse(topic, strlen(topic), &parsed) || sscanf(text, "{\"id\": %lld}", &id) != 1)
        return ERR_INVALID;

    bool marked = state_of(broker->f, id) == COMMAND_SENT;
    int rc = 0;

    pthread_mutex_lock(&broker->mutex);
    broker->unmarked += !marked;
    if (broker->refuse > 0) {
        broker->refuse--;
        rc = ERR_UNAVAILABLE;
    } else {
        size_t used = strlen(broker->log);

        broker->published++;
        if (used < 200)
            snprintf(broker->log + used, sizeof broker->log - used, "%c%c%lld ",
                parsed.mac[MAC_LENGTH - 1], parsed.command[0], id);
    }
    pthread_mutex_unlock(&broker->mutex);
    return rc;
}

static void wake(void *ctx)
{
    command_dispatch_wake(ctx);
}

static void start(struct fixture *f, struct broker *broker, int64_t sent_ms, int64_t queued_ms)
{
    struct command_dispatch_settings settings = {
        .sent_timeout_ms = sent_ms,
        .queued_timeout_ms = queued_ms,
        .publish = publish,
        .ctx = broker,
    };
    struct err err = {0};

    *broker = (struct broker){.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER};
    if (command_dispatch_start(f->store, &settings, &broker->dispatch, &err) < 0)
        fail_msg("%s", err.message);
    store_set_commit_hook(f->store, wake, broker->dispatch);
}

static void stop(struct broker *broker)
{
    store_set_commit_hook(broker->f->store, NULL, NULL);
    fixture_flush(broker->f); // the last hook has returned
    command_dispatch_free(broker->dispatch);
    assert_int_equal(broker->unmarked, 0);
}

static void wait_for_published(struct broker *broker, int least)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    int published = 0;

    while (published < least && clock_monotonic_ms() < until_ms) {
        pthread_mutex_lock(&broker->mutex);
        published = broker->published;
        pthread_mutex_unlock(&broker->mutex);
        nanosleep(&moment, NULL);
    }
    assert_int_equal(published, least);
}

static void wait_for_state(struct fixture *f, int64_t id, enum command_state state)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (state_of(f, id) != state && clock_monotonic_ms() < until_ms)
        nanosleep(&moment, NULL);
    assert_int_equal(state_of(f, id), state);
}

static void note_id(const struct command *command, void *ctx)
{
    assert_int_equal(command->state, COMMAND_QUEUED);
    assert_true(command->created_at_ms > 0);
    *(int64_t *)ctx = command->id;
}

static int64_t queue(struct broker *broker, const char *mac, const char *name)
{
    struct err err = {0};
    int64_t id = 0;

    if (command_dispatch_queue(broker->dispatch, mac, name, note_id, &id, &err) < 0)
        fail_msg("%s", err.message);
    return id;
}

static int finish_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command command;
    int rc = command_store_get(connection, *(int64_t *)ctx, &command, err);

    command.state = COMMAND_DONE;
    return rc < 0 ? rc : command_store_update(connection, &command, err);
}

static void set_online(struct fixture *f, const char *mac, bool online)
{
    struct device device = fixture_device(mac);

    device.online = online;
    fixture_write(f, fixture_put, &device);
}

static void test_refuses(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct err err = {0};

    start(f, &broker, 60000, 60000);
    assert_int_equal(
        command_dispatch_queue(broker.dispatch, MAC_1, "erase", NULL, NULL, &err), ERR_INVALID);
    assert_int_equal(
        command_dispatch_queue(broker.dispatch, MAC_1, "flash", NULL, NULL, &err), ERR_NOT_FOUND);
    assert_int_equal(
        command_dispatch_queue(broker.dispatch, "x", "flash", NULL, NULL, &err), ERR_NOT_FOUND);
    assert_int_equal(
        command_dispatch_queue(broker.dispatch, NULL, "flash", NULL, NULL, &err), 0); // to none
    stop(&broker);
    command_dispatch_free(NULL);
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
    struct command_dispatch_settings settings = {.sent_timeout_ms = 60000,
        .queued_timeout_ms = 60000,
        .publish = note_topic,
        .ctx = &broker};
    struct device device = fixture_device(MAC_1);
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

static int add_many(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = 0;

    (void)ctx;
    for (int64_t i = 0; rc == 0 && i < 12000; i++) {
        struct device device = fixture_device(MAC_1);

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
        .sent_timeout_ms = 60000,
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
    assert_int_equal(
        command_dispatch_queue(broker.dispatch, NULL, "firmware", count, &queued, &err), 0);
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
        TEST(test_one_at_a_time_in_order),
        TEST(test_topics_as_the_device_spells_them),
        TEST(test_failed_publication_is_repeated),
        TEST(test_no_hurry_while_the_broker_is_away),
        TEST(test_expires),
        TEST(test_all_of_many),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
