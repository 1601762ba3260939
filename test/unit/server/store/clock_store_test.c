// Times that move along with the clock.
#include "server/store/clock_store.h"

#include "server/model/command.h"
#include "server/store/command_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR ((int64_t)3600000)
#define NOW (1000000 * HOUR)
#define MINUTE 60000

static void put(struct fixture *f, const char *mac, bool online, int64_t seen_ms, int64_t boot_ms)
{
    struct device_record device = fixture_device(mac);

    device.online = online;
    device.last_seen_ms = seen_ms;
    device.boot_ms = boot_ms;
    fixture_write(f, fixture_put, &device);
}

static int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static void order(struct fixture *f, enum command_state state, int64_t created_ms, int64_t sent_ms)
{
    struct command command = {
        .mac = MAC_1,
        .name = "config",
        .state = state,
        .created_at_ms = created_ms,
        .sent_at_ms = sent_ms,
        .last_sent_at_ms = sent_ms,
        .due_at_ms = sent_ms,
        .accepted_at_ms = sent_ms,
    };

    fixture_write(f, add_command, &command);
}

static int run_move(struct store_connection *connection, void *ctx, struct err *err)
{
    return clock_store_move(connection, ctx, err);
}

static void move(struct fixture *f, int64_t by_ms)
{
    struct clock_store_move order = {
        .now_ms = NOW,
        .by_ms = by_ms,
        .offline_after_ms = 3 * MINUTE,
        .sent_timeout_ms = 5 * MINUTE,
        .queued_timeout_ms = 168 * HOUR,
    };

    fixture_write(f, run_move, &order);
}

static int64_t seen(struct fixture *f, const char *column, const char *mac)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT %s FROM devices WHERE mac = 0x%s", column, mac);
    return fixture_query(f, sql);
}

static void test_devices(void **state)
{
    static const int64_t jumps[] = {HOUR, 8760 * HOUR, -HOUR, -8760 * HOUR};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        int64_t by = jumps[i];
        int64_t with = by < 0 ? by : 0; // what would lie ahead goes along

        put(f, MAC_1, true, NOW - 3 * MINUTE, NOW - 50 * HOUR);
        put(f, MAC_2, true, NOW - 3 * MINUTE - 1, 0);
        put(f, MAC_3, false, NOW - 1, NOW - HOUR);
        put(f, "84f3eb000004", true, NOW + 1, NOW); // of a clock that was wrong before
        put(f, "84f3eb000005", false, NOW - 9000 * HOUR, 5);
        move(f, by);
        assert_int_equal(seen(f, "last_seen_ms", MAC_1), NOW - 3 * MINUTE + by);
        assert_int_equal(seen(f, "boot_ms", MAC_1), NOW - 50 * HOUR + by);
        assert_int_equal(seen(f, "previous_boot_ms", MAC_1), 0);
        assert_int_equal(seen(f, "last_seen_ms", MAC_2), NOW - 3 * MINUTE - 1 + with);
        assert_int_equal(seen(f, "boot_ms", MAC_2), 0);
        assert_int_equal(seen(f, "last_seen_ms", MAC_3), NOW - 1 + with);
        assert_int_equal(seen(f, "last_seen_ms", "84f3eb000004"), NOW + 1);
        assert_int_equal(seen(f, "last_seen_ms", "84f3eb000005"), NOW - 9000 * HOUR);
    }
}

static void test_commands(void **state)
{
    struct fixture *f = *state;

    put(f, MAC_1, true, NOW, NOW);
    order(f, COMMAND_QUEUED, NOW - 168 * HOUR, 0);
    order(f, COMMAND_QUEUED, NOW - 168 * HOUR - 1, 0); // has expired by the old clock, too
    order(f, COMMAND_SENT, NOW - 10 * MINUTE, NOW - 5 * MINUTE);
    order(f, COMMAND_SENT, NOW - 10 * MINUTE, NOW - 5 * MINUTE - 1);
    order(f, COMMAND_DONE, NOW - 2, NOW - 1);
    order(f, COMMAND_WAITING, NOW - 168 * HOUR, 0);
    order(f, COMMAND_WAITING, NOW - 168 * HOUR - 1, 0);
    move(f, -HOUR);
    move(f, 8760 * HOUR);
    assert_int_equal(fixture_query(f, "SELECT created_at_ms FROM commands WHERE id = 1"),
        NOW - 168 * HOUR - HOUR); // the second move began at the same time: now it is too old
    assert_int_equal(
        fixture_query(f, "SELECT created_at_ms FROM commands WHERE id = 2"), NOW - 168 * HOUR - 1);
    assert_int_equal(fixture_query(f, "SELECT created_at_ms FROM commands WHERE id = 3"),
        NOW - 10 * MINUTE - HOUR);
    assert_int_equal(
        fixture_query(f, "SELECT sent_at_ms FROM commands WHERE id = 3"), NOW - 5 * MINUTE - HOUR);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE id = 3"
                                      " AND sent_at_ms = due_at_ms AND sent_at_ms = last_sent_at_ms"
                                      " AND sent_at_ms = accepted_at_ms"),
        1);
    assert_int_equal(
        fixture_query(f, "SELECT sent_at_ms FROM commands WHERE id = 4"), NOW - 5 * MINUTE - 1);
    assert_int_equal(fixture_query(f, "SELECT sent_at_ms FROM commands WHERE id = 5"), NOW - 1);
    assert_int_equal(fixture_query(f, "SELECT created_at_ms FROM commands WHERE id = 6"),
        NOW - 168 * HOUR - HOUR);
    assert_int_equal(
        fixture_query(f, "SELECT created_at_ms FROM commands WHERE id = 7"), NOW - 168 * HOUR - 1);
    assert_int_equal(fixture_query(f, "SELECT queued FROM devices"), 2);
    assert_int_equal(fixture_query(f, "SELECT sent FROM devices"), 2);
}

static int add_status(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_status status = {0};

    return status_store_add(connection, MAC_1, *(int64_t *)ctx, &status, err);
}

static int64_t newest(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    int64_t at_ms = -1;

    assert_int_equal(clock_store_newest(connection, &at_ms, NULL), 0);
    store_read_end(f->store, connection);
    return at_ms;
}

static void test_newest_is_the_last_that_came(void **state)
{
    struct fixture *f = *state;
    int64_t times[] = {NOW + HOUR, NOW};

    assert_int_equal(newest(f), 0);
    put(f, MAC_1, true, NOW, NOW);
    fixture_write(f, add_status, &times[0]);
    fixture_write(f, add_status, &times[1]);
    assert_int_equal(newest(f), NOW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

// Who has begun within the last minute, and since when it soaks; what is long ago stays.
static void test_rollouts(void **state)
{
    struct fixture *f = *state;
    char sql[512];

    fixture_query(f, "INSERT INTO rollouts VALUES (1, 'a', 'B-1', 1, 0, 5, 0, 1, '', 7, 0, '100%',"
                     " 0, 0, 0, '', 0, '', 95, 0, '1', 1, 0, 0, 0, '', '', '')");
    for (int i = 0; i < 3; i++) {
        int64_t began_ms[] = {0, NOW - MINUTE - 1, NOW - MINUTE};

        snprintf(sql, sizeof sql,
            "INSERT INTO rollout_devices VALUES (1, %d, 0, 0, '', 0, 0, 0, '', %lld, 0, '')", i,
            (long long)began_ms[i]);
        fixture_query(f, sql);
    }
    move(f, -HOUR);
    assert_int_equal(fixture_query(f, "SELECT soak_at_ms FROM rollouts"), 5 - HOUR);
    assert_int_equal(
        fixture_query(f, "SELECT began_at_ms FROM rollout_devices WHERE device = 0"), 0);
    assert_int_equal(fixture_query(f, "SELECT began_at_ms FROM rollout_devices WHERE device = 1"),
        NOW - MINUTE - 1);
    assert_int_equal(fixture_query(f, "SELECT began_at_ms FROM rollout_devices WHERE device = 2"),
        NOW - MINUTE - HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rollouts, fixture_set_up, fixture_tear_down),
        TEST(test_devices),
        TEST(test_commands),
        TEST(test_newest_is_the_last_that_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
