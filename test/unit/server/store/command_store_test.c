// Commands in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/command_store.h"
#include "server/store/statement.h"
#include "test/unit/server/store/store_fixture.h"

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int update_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_update(connection, ctx, err);
}

static struct command add(struct fixture *f, const char *mac, int64_t created_at_ms)
{
    struct command command = {.name = "reboot", .created_at_ms = created_at_ms};

    memcpy(command.mac, mac, MAC_SIZE);
    fixture_write(f, add_job, &command);
    return command;
}

static void set_state(
    struct fixture *f, struct command *command, enum command_state state, int64_t sent_at_ms)
{
    command->state = state;
    command->sent_at_ms = sent_at_ms;
    fixture_write(f, update_job, command);
}

static struct command get(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

static int see(const struct command *command, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 16, "%d ", (int)command->id);
    return 0;
}

static void assert_due(struct fixture *f, const char *ids)
{
    struct store_connection *connection = fixture_read(f);
    char text[128] = "";

    assert_int_equal(command_store_each_due(connection, 0, see, text, NULL), 0);
    assert_string_equal(text, ids);
    store_read_end(f->store, connection);
}

static void set_online(struct fixture *f, const char *mac, bool online)
{
    struct device_record device = fixture_device(mac);

    device.online = online;
    fixture_write(f, fixture_put, &device);
}

static void test_keeps_every_member(void **state)
{
    struct fixture *f = *state;
    struct command command = {
        .mac = MAC_1,
        .name = "firmware",
        .state = COMMAND_SENT,
        .result = "ok",
        .image = "A-1",
        .detail = "so so",
        .created_at_ms = 1,
        .sent_at_ms = 2,
        .ended_at_ms = 3,
        .batch = 4,
        .wave = 5,
    };

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_job, &command);
    assert_true(command.id > 0);
    for (int i = 0; i < 2; i++) {
        struct command got = get(f, command.id);

        assert_int_equal(got.id, command.id);
        assert_string_equal(got.mac, command.mac);
        assert_string_equal(got.name, command.name);
        assert_int_equal(got.state, command.state);
        assert_string_equal(got.result, command.result);
        assert_string_equal(got.image, command.image);
        assert_string_equal(got.detail, command.detail);
        assert_int_equal(got.created_at_ms, command.created_at_ms);
        assert_int_equal(got.sent_at_ms, command.sent_at_ms);
        assert_int_equal(got.ended_at_ms, command.ended_at_ms);
        assert_int_equal(got.batch, command.batch);
        assert_int_equal(got.wave, command.wave);
        command.state = COMMAND_FAILED;
        command.ended_at_ms = 30;
        snprintf(command.detail, sizeof command.detail, "other");
        fixture_write(f, update_job, &command);
    }
}

static void test_unknown_ones(void **state)
{
    struct fixture *f = *state;
    struct command command = {.id = 5, .mac = MAC_1, .name = "reboot"};
    struct store_connection *connection;

    assert_int_equal(store_write(f->store, add_job, &command, NULL), ERR_NOT_FOUND);
    command.id = 5;
    assert_int_equal(store_write(f->store, update_job, &command, NULL), ERR_NOT_FOUND);
    command.mac[0] = 'x';
    assert_int_equal(store_write(f->store, add_job, &command, NULL), ERR_INVALID);
    connection = fixture_read(f);
    assert_int_equal(command_store_get(connection, 5, &command, NULL), ERR_NOT_FOUND);
    assert_int_equal(command_store_get_sent(connection, MAC_1, &command, NULL), ERR_NOT_FOUND);
    assert_int_equal(command_store_get_sent(connection, "x", &command, NULL), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
}

static void test_newest_first(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    char all[64] = "", one[64] = "", none[64] = "";

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (int i = 0; i < 3; i++) {
        add(f, MAC_1, 1);
        add(f, MAC_2, 1);
    }
    connection = fixture_read(f);
    assert_int_equal(command_store_each(connection, NULL, 4, see, all, NULL), 0);
    assert_int_equal(command_store_each(connection, MAC_1, 2, see, one, NULL), 0);
    assert_int_equal(command_store_each(connection, MAC_3, 2, see, none, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(all, "6 5 4 3 ");
    assert_string_equal(one, "5 3 ");
    assert_string_equal(none, "");
}

static void test_due_is_one_for_each_free_online_device(void **state)
{
    struct fixture *f = *state;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, false);
    assert_due(f, "");

    struct command c1 = add(f, MAC_1, 1);
    struct command c2 = add(f, MAC_1, 1);
    struct command c3 = add(f, MAC_2, 1);

    assert_due(f, "1 ");
    set_online(f, MAC_2, true);
    assert_due(f, "1 3 ");
    set_state(f, &c1, COMMAND_SENT, 5);
    assert_due(f, "3 ");
    set_state(f, &c1, COMMAND_DONE, 5);
    assert_due(f, "2 3 ");
    set_state(f, &c3, COMMAND_SENT, 5);
    set_state(f, &c3, COMMAND_QUEUED, 0); // put back
    assert_due(f, "2 3 ");
    set_online(f, MAC_1, false);
    assert_due(f, "3 ");
    set_state(f, &c2, COMMAND_FAILED, 0);
    set_online(f, MAC_1, true);
    assert_due(f, "3 ");
}

static void test_sent_one(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct command got;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    add(f, MAC_1, 1);

    struct command sent = add(f, MAC_1, 1);

    set_state(f, &sent, COMMAND_SENT, 5);
    connection = fixture_read(f);
    assert_int_equal(command_store_get_sent(connection, MAC_1, &got, NULL), 0);
    assert_int_equal(got.id, sent.id);
    assert_int_equal(command_store_get_sent(connection, MAC_2, &got, NULL), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
}

// What a device does may be the outcome of the one that was sent to it; if none is, of its newest,
// if that was taken back after it had been sent.
static void test_in_hand(void **state)
{
    static const struct {
        enum command_state state;
        int64_t sent_at_ms;
        bool is_in_hand;
    } rows[] = {
        {COMMAND_QUEUED, 0, false},
        {COMMAND_SENT, 5, true},
        {COMMAND_DONE, 5, false},
        {COMMAND_FAILED, 5, false},
        {COMMAND_EXPIRED, 5, false},
        {COMMAND_CANCELLED, 5, true},
        {COMMAND_CANCELLED, 0, false},
    };
    struct fixture *f = *state;
    struct command got;

    fixture_add_device(f, MAC_1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = add(f, MAC_1, 1);
        struct store_connection *connection;

        set_state(f, &command, rows[i].state, rows[i].sent_at_ms);
        connection = fixture_read(f);

        int rc = command_store_get_in_hand(connection, MAC_1, &got, NULL);

        store_read_end(f->store, connection);
        if (rc != (rows[i].is_in_hand ? 0 : ERR_NOT_FOUND))
            fail_msg("row %zu: %d", i, rc);
        if (rc == 0)
            assert_int_equal(got.id, command.id);
        set_state(f, &command, COMMAND_DONE, rows[i].sent_at_ms);
    }
}

static void test_open_ones(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    char text[64] = "";

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (int i = 0; i < COMMAND_STATE_COUNT; i++) {
        struct command command = add(f, MAC_1, 1);

        set_state(f, &command, (enum command_state)i, 5);
    }
    add(f, MAC_2, 1);
    connection = fixture_read(f);
    assert_int_equal(command_store_each_open(connection, MAC_1, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, "1 2 7 "); // queued, sent, waiting
}

struct limits {
    int64_t now_ms, queued_ms;
};

static int expire(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct limits *limits = ctx;

    return command_store_expire(connection, limits->queued_ms, 99, err);
}

static void expect_expired(struct fixture *f, struct limits limits, int expected, const char *due)
{
    struct store_connection *connection = fixture_read(f);
    struct command_store_overdue overdue = {limits.now_ms, 10};
    char text[100] = "";

    assert_int_equal(
        command_store_has_expired(connection, limits.now_ms, limits.queued_ms, NULL), expected);
    assert_int_equal(command_store_each_overdue(connection, &overdue, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, due);
    fixture_write(f, expire, &limits);
}

static void test_expires(void **state)
{
    struct fixture *f = *state;

    set_online(f, MAC_1, true);
    set_online(f, MAC_2, true);

    struct command sent = add(f, MAC_1, 10);
    struct command queued = add(f, MAC_2, 20);

    sent.due_at_ms = 16;
    set_state(f, &sent, COMMAND_SENT, 15);
    expect_expired(f, (struct limits){15, 20}, 0, "");
    expect_expired(f, (struct limits){16, 20}, 1, "1 ");
    assert_int_equal(get(f, queued.id).state, COMMAND_QUEUED);
    assert_due(f, "2 ");
    expect_expired(f, (struct limits){15, 21}, 1, "");
    assert_int_equal(get(f, sent.id).state, COMMAND_SENT);
    assert_int_equal(get(f, queued.id).state, COMMAND_EXPIRED);
    assert_int_equal(get(f, queued.id).ended_at_ms, 99);
    assert_string_equal(get(f, queued.id).result, "timeout");
    assert_true(get(f, queued.id).detail[0] != '\0');
    set_state(f, &sent, COMMAND_DONE, 15);
    expect_expired(f, (struct limits){1000, 1000}, 0, "");
    assert_due(f, "");
}

static void test_due_is_who_reported_since(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    char text[128] = "";

    fixture_add_device(f, MAC_1); // last seen at 2
    add(f, MAC_1, 1);
    connection = fixture_read(f);
    assert_int_equal(command_store_each_due(connection, 3, see, text, NULL), 0);
    assert_string_equal(text, "");
    assert_int_equal(command_store_each_due(connection, 2, see, text, NULL), 0);
    assert_string_equal(text, "1 ");
    store_read_end(f->store, connection);
}

// What runs all the time must look at what is due and at nothing else.
static void test_dispatch_is_indexed(void **state)
{
    static const char *const queries[] = {
        "EXPLAIN QUERY PLAN SELECT mac FROM devices WHERE online = 1 AND queued > 0 AND sent = 0",
        "EXPLAIN QUERY PLAN UPDATE devices SET online = 0 WHERE online = 1 AND last_seen_ms < 5",
        "EXPLAIN QUERY PLAN SELECT 1 FROM devices INDEXED BY devices_online WHERE online = 1",
    };
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct statement s;
        char plan[128];

        statement_open(&s, connection, queries[i]);
        assert_int_equal(statement_step(&s, NULL), 1);
        statement_text(&s, 3, plan, sizeof plan);
        assert_non_null(strstr(plan, i == 0 ? "INDEX devices_due" : "INDEX devices_online"));
        statement_close(&s);
    }
    store_read_end(f->store, connection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keeps_every_member),
        TEST(test_unknown_ones),
        TEST(test_newest_first),
        TEST(test_due_is_one_for_each_free_online_device),
        TEST(test_due_is_who_reported_since),
        TEST(test_sent_one),
        TEST(test_in_hand),
        TEST(test_open_ones),
        TEST(test_expires),
        TEST(test_dispatch_is_indexed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
