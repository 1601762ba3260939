// Commands from the operator's word to the broker.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/command/command_cancel.h"
#include "server/command/command_dispatch.h"
#include "server/command/command_forget.h"
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
    // Called with each publication, before it is refused or not.
    void (*meanwhile)(struct broker *broker, int64_t id);
    char payload[128]; // the last one
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
    char text[128] = "";

    memcpy(text, payload, n < 127 ? n : 127);
    if (!topic_parse(topic, strlen(topic), &parsed) || sscanf(text, "{\"id\": %lld}", &id) != 1)
        return ERR_INVALID;

    bool marked = state_of(broker->f, id) == COMMAND_SENT;
    int rc = 0;

    if (broker->meanwhile != NULL)
        broker->meanwhile(broker, id);
    memcpy(broker->payload, text, sizeof text);

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

    struct command_order order = {.mac = mac, .name = name};

    if (command_dispatch_queue(broker->dispatch, &order, note_id, &id, &err) < 0)
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
    static const struct {
        struct command_order order;
        int code;
    } rows[] = {
        {{MAC_1, "erase", false}, ERR_INVALID}, {{MAC_1, "reboot", true}, ERR_INVALID},
        {{MAC_1, "flash", false}, ERR_NOT_FOUND}, {{MAC_1, "flash", true}, ERR_NOT_FOUND},
        {{"x", "flash", false}, ERR_NOT_FOUND}, {{NULL, "flash", false}, 0}, // to none
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(command_dispatch_queue(broker.dispatch, &rows[i].order, NULL, NULL, &err),
            rows[i].code);
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
    assert_int_equal(command_dispatch_queue(broker.dispatch,
                         &(struct command_order){.name = "firmware"}, count, &queued, &err),
        0);
    assert_int_equal(queued, 12000);
    wait_for_published(&broker, 12000);
    store_read_counters(f->store, &after);
    assert_true(after.batches - before.batches <= 4); // not one for each command
    command_dispatch_free(broker.dispatch);
}

static void finish(struct broker *broker, int64_t id)
{
    fixture_write(broker->f, finish_job, &id);
}

static void take(const struct command *command, void *ctx)
{
    *(struct command *)ctx = *command;
}

static int cancel(struct fixture *f, int64_t id, struct command *out)
{
    struct command_cancel wish = {.ids = &id, .id_count = 1};
    struct err err = {0};

    return command_cancel_run(f->store, &wish, take, out, &err);
}

static void cancel_meanwhile(struct broker *broker, int64_t id)
{
    struct command command;

    assert_int_equal(cancel(broker->f, id, &command), 0);
    assert_int_equal(command.state, COMMAND_CANCELLED);
    assert_true(command.sent_at_ms > 0);
}

static void forget_meanwhile(struct broker *broker, int64_t id)
{
    struct err err = {0};

    (void)id;
    assert_int_equal(command_forget_device(broker->f->store, MAC_1, false, &err), ERR_CONFLICT);
    assert_int_equal(command_forget_device(broker->f->store, MAC_1, true, &err), 0);
}

// What is settled while its publication fails stays settled, and is not published again.
static void test_settled_meanwhile(void **state)
{
    static const struct {
        void (*meanwhile)(struct broker *broker, int64_t id);
        enum command_state after;
    } rows[] = {{finish, COMMAND_DONE}, {cancel_meanwhile, COMMAND_CANCELLED}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct broker broker;

        set_online(f, MAC_1, true);
        start(f, &broker, 60000, 60000);
        broker.meanwhile = rows[i].meanwhile;
        broker.refuse = 1;

        int64_t id = queue(&broker, MAC_1, "reboot");
        int64_t next = queue(&broker, MAC_1, "flash");

        wait_for_state(f, id, rows[i].after);
        wait_for_published(&broker, 1); // the next one
        assert_int_equal(state_of(f, id), rows[i].after);
        stop(&broker);
        assert_non_null(strstr(broker.log, "1f"));
        fixture_write(f, finish_job, &next);
    }
}

static void test_forgotten_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct broker broker;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);
    start(f, &broker, 60000, 60000);
    broker.meanwhile = forget_meanwhile;
    broker.refuse = 1;
    queue(&broker, MAC_1, "reboot");
    while (fixture_is_known(f, MAC_1))
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    broker.meanwhile = NULL;
    queue(&broker, MAC_2, "flash");
    wait_for_published(&broker, 1);
    stop(&broker);
    fixture_assert_whole(f);
}

static void test_cancel(void **state)
{
    struct fixture *f = *state;
    struct broker broker;
    struct command command;
    const char macs[2][MAC_SIZE] = {MAC_1, MAC_3};
    struct command_cancel wish = {.macs = macs, .mac_count = 2};
    struct err err = {0};
    int cancelled = 0;

    set_online(f, MAC_1, false);
    start(f, &broker, 60000, 60000);

    int64_t first = queue(&broker, MAC_1, "flash");
    int64_t second = queue(&broker, MAC_1, "reboot");
    int64_t third = queue(&broker, MAC_1, "ca");

    assert_int_equal(cancel(f, second, &command), 0);
    assert_int_equal(command.state, COMMAND_CANCELLED);
    assert_int_equal(command.sent_at_ms, 0);
    assert_string_equal(command.result, "cancelled");
    assert_int_equal(cancel(f, second, &command), 0); // nothing more happens to it
    assert_int_equal(cancel(f, 4711, &command), ERR_NOT_FOUND);
    // None, if one is unknown.
    assert_int_equal(command_cancel_run(f->store, &wish, count, &cancelled, &err), ERR_NOT_FOUND);
    assert_int_equal(state_of(f, first), COMMAND_QUEUED);
    wish.mac_count = 1;
    assert_int_equal(command_cancel_run(f->store, &wish, count, &cancelled, &err), 0);
    assert_int_equal(cancelled, 2);
    assert_int_equal(state_of(f, third), COMMAND_CANCELLED);
    set_online(f, MAC_1, true);
    queue(&broker, MAC_1, "key");
    wait_for_published(&broker, 1);
    stop(&broker);
    assert_string_equal(broker.log, "1k4 ");
}

static int judge(struct store_connection *connection, const char *mac, struct command_verdict *out,
    void *ctx, struct err *err)
{
    (void)connection;
    (void)ctx;
    (void)err;
    *out = (struct command_verdict){.held = strcmp(mac, MAC_1) == 0, .image = "B-2"};
    strcpy(out->result, "held");
    strcpy(out->detail, "do that");
    return 0;
}

// A flash is held back, or says what it means; one that is forced does neither.
static void test_flash_is_judged(void **state)
{
    struct fixture *f = *state;
    struct broker broker = {.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct command_dispatch_settings settings = {.sent_timeout_ms = 60000,
        .queued_timeout_ms = 60000,
        .publish = publish,
        .ctx = &broker,
        .judge_flash = judge};
    struct command_order forced = {.mac = MAC_1, .name = "flash", .forced = true};
    struct command command;
    struct err err = {0};
    int64_t id;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);
    assert_int_equal(command_dispatch_start(f->store, &settings, &broker.dispatch, &err), 0);
    store_set_commit_hook(f->store, wake, broker.dispatch);
    id = queue(&broker, MAC_1, "flash");
    wait_for_state(f, id, COMMAND_FAILED);
    assert_int_equal(cancel(f, id, &command), 0);
    assert_string_equal(command.result, "held");
    assert_string_equal(command.detail, "do that");
    assert_string_equal(command.image, "B-2");
    assert_int_equal(command.sent_at_ms, 0);
    assert_true(command.ended_at_ms > 0);
    queue(&broker, MAC_1, "reboot"); // is in nobody's way
    wait_for_published(&broker, 1);
    assert_string_equal(broker.payload, "{\"id\": 2}");
    id = queue(&broker, MAC_2, "flash");
    wait_for_published(&broker, 2);
    assert_string_equal(broker.payload, "{\"id\": 3, \"image\": \"B-2\"}");
    fixture_write(f, finish_job, &(int64_t){2});
    assert_int_equal(command_dispatch_queue(broker.dispatch, &forced, NULL, NULL, &err), 0);
    wait_for_published(&broker, 3);
    assert_string_equal(broker.payload, "{\"id\": 4}");
    stop(&broker);
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
        TEST(test_settled_meanwhile),
        TEST(test_forgotten_meanwhile),
        TEST(test_cancel),
        TEST(test_flash_is_judged),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
