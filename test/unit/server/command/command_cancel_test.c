// What becomes of commands that are taken back, settled or judged on their way.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/log.h"
#include "server/command/command_cancel.h"
#include "server/command/command_forget.h"
#include "test/unit/server/command/dispatch_fixture.h"

static void count(const struct command *command, void *ctx)
{
    (void)command;
    (*(int *)ctx)++;
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
    bool revoked = true;

    (void)id;
    assert_int_equal(
        command_forget_device(broker->f->store,
            &(struct command_forget_wish){.mac = MAC_1, .force = false}, &revoked, &err),
        ERR_CONFLICT);
    assert_int_equal(
        command_forget_device(broker->f->store,
            &(struct command_forget_wish){.mac = MAC_1, .force = true}, &revoked, &err),
        0);
    assert_false(revoked);
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
        wait_for_published(&broker, 1);
        assert_int_equal(state_of(f, id), rows[i].after);
        stop(&broker);
        assert_memory_equal(broker.log, "1f", 2); // and the first one not once more
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
    assert_true(command.ended_at_ms > 0);
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
    queue(&broker, MAC_1, "cert");
    wait_for_published(&broker, 1);
    stop(&broker);
    assert_string_equal(broker.log, "1c4 ");
}

// The writer is busy with what settles a command while the dispatcher, which has read that it is
// queued, waits to mark it sent.
struct busy {
    struct fixture *f;
    pthread_t thread;
    pthread_mutex_t mutex;
    bool began;
    int64_t id;
    enum command_state state;
};

static int settle_late(struct store_connection *connection, void *ctx, struct err *err)
{
    struct busy *busy = ctx;
    struct store_counters counters = {0};
    struct command command;
    int rc = command_store_get(connection, busy->id, &command, err);

    pthread_mutex_lock(&busy->mutex);
    busy->began = true;
    pthread_mutex_unlock(&busy->mutex);
    for (int i = 0; i < PATIENCE_MS / 5 && counters.queued == 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        store_read_counters(busy->f->store, &counters);
    }
    if (counters.queued == 0)
        return err_set(err, ERR_UNAVAILABLE, "the dispatcher does not come");
    command.state = busy->state;
    return rc < 0 ? rc : command_store_update(connection, &command, err);
}

static void *run_busy(void *ctx)
{
    struct busy *busy = ctx;

    fixture_write(busy->f, settle_late, busy);
    return NULL;
}

static void start_busy(struct busy *busy)
{
    bool began = false;

    assert_int_equal(pthread_create(&busy->thread, NULL, run_busy, busy), 0);
    while (!began) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        pthread_mutex_lock(&busy->mutex);
        began = busy->began;
        pthread_mutex_unlock(&busy->mutex);
    }
}

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static void test_settled_before_it_is_marked(void **state)
{
    static const enum command_state states[] = {COMMAND_CANCELLED, COMMAND_EXPIRED, COMMAND_DONE};
    struct fixture *f = *state;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct command commands[] = {{.mac = MAC_1, .name = "reboot", .created_at_ms = 1},
            {.mac = MAC_2, .name = "flash", .created_at_ms = 1}};
        struct busy busy = {.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER, .state = states[i]};
        struct broker broker;

        commands[0].created_at_ms = commands[1].created_at_ms = clock_now_ms();
        fixture_write(f, add_job, &commands[0]);
        fixture_write(f, add_job, &commands[1]);
        busy.id = commands[0].id;
        start_busy(&busy);
        start(f, &broker, 60000, 60000);
        pthread_join(busy.thread, NULL);
        wait_for_published(&broker, 1);
        assert_int_equal(state_of(f, busy.id), states[i]);
        stop(&broker);
        assert_int_equal(broker.published, 1);
        assert_memory_equal(broker.log, "2f", 2);
        fixture_write(f, finish_job, &commands[1].id);
    }
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
    struct command_dispatch_settings settings = {.patience = patience_of(60000),
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
    queue(&broker, MAC_2, "flash");
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
        TEST(test_settled_meanwhile),
        TEST(test_forgotten_meanwhile),
        TEST(test_settled_before_it_is_marked),
        TEST(test_cancel),
        TEST(test_flash_is_judged),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
