// The history, its roll-ups and its retention.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/event_store.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR 3600000LL
#define T0 (472222LL * HOUR) // the start of an hour

struct add {
    const char *mac;
    int64_t at_ms;
    struct device_status status;
    int count;
};

static int add_statuses(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct add *add = ctx;
    int rc = 0;

    for (int i = 0; rc == 0 && i < add->count; i++)
        rc = status_store_add(connection, add->mac, add->at_ms, &add->status, err);
    return rc;
}

static void add_rssi(struct fixture *f, const char *mac, int64_t at_ms, int32_t rssi)
{
    struct add add = {mac, at_ms, {.has = DEVICE_HAS_RSSI, .rssi_dbm = rssi}, 1};

    fixture_write(f, add_statuses, &add);
}

static int add_event(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_add(connection, ctx, EVENT_CLASS_OTHER, err);
}

static void add_reboot(struct fixture *f, const char *mac, int64_t at_ms)
{
    struct event event = {.at_ms = at_ms, .kind = "reboot"};

    memcpy(event.mac, mac, MAC_SIZE);
    fixture_write(f, add_event, &event);
}

struct maintain {
    int64_t now_ms, keep_status_ms, keep_hours_ms;
    bool more;
};

static int maintain_once(struct store_connection *connection, void *ctx, struct err *err)
{
    struct maintain *maintain = ctx;

    return status_store_maintain(connection, maintain->now_ms, maintain->keep_status_ms,
        maintain->keep_hours_ms, &maintain->more, err);
}

// Until there is no more; returns how many calls it took.
static int maintain(
    struct fixture *f, int64_t now_ms, int64_t keep_status_ms, int64_t keep_hours_ms)
{
    struct maintain m = {now_ms, keep_status_ms, keep_hours_ms, true};
    int calls = 0;

    while (m.more && calls++ < 100)
        fixture_write(f, maintain_once, &m);
    return calls;
}

struct hours {
    struct status_hour rows[8];
    size_t count;
};

static int take_hour(const struct status_hour *hour, void *ctx)
{
    struct hours *hours = ctx;

    hours->rows[hours->count++] = *hour;
    return 0;
}

static struct hours read_hours(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct hours hours = {0};

    assert_int_equal(status_store_each_hour(connection, mac, 8, take_hour, &hours, NULL), 0);
    store_read_end(f->store, connection);
    return hours;
}

static int64_t count_statuses(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct statement s;

    statement_open(&s, connection, "SELECT count(*) FROM statuses");
    assert_int_equal(statement_step(&s, NULL), 1);

    int64_t count = statement_int(&s, 0);

    statement_close(&s);
    store_read_end(f->store, connection);
    return count;
}

static void test_unknown_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct add add = {MAC_1, T0, {0}, 1};

    assert_int_equal(store_write(f->store, add_statuses, &add, NULL), ERR_NOT_FOUND);
    add.mac = "nonsense";
    assert_int_equal(store_write(f->store, add_statuses, &add, NULL), ERR_INVALID);
}

static void test_rolls_up_ended_hours(void **state)
{
    struct fixture *f = *state;
    struct add bare = {MAC_1, T0 + 5, {0}, 1};
    struct add rest = {MAC_1, T0 + 6,
        {.has = DEVICE_HAS_MAX_LOOP | DEVICE_HAS_FREE_HEAP,
            .max_loop_ms = UINT32_MAX,
            .free_heap_bytes = 13512,
            .is_new_error = true},
        1};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    add_rssi(f, MAC_1, T0, -60);
    add_rssi(f, MAC_2, T0 + 1, -10);
    add_rssi(f, MAC_1, T0 + 2, -71);
    fixture_write(f, add_statuses, &bare);
    fixture_write(f, add_statuses, &rest);
    add_reboot(f, MAC_1, T0);
    add_reboot(f, MAC_1, T0 + HOUR - 1);
    add_reboot(f, MAC_1, T0 + HOUR);
    add_reboot(f, MAC_2, T0);
    add_rssi(f, MAC_1, T0 + HOUR, -50);
    maintain(f, T0 + HOUR - 1, 10 * HOUR, 10 * HOUR); // not over yet
    assert_int_equal(read_hours(f, MAC_1).count, 0);
    for (int i = 0; i < 2; i++) { // a second time changes nothing
        maintain(f, T0 + HOUR, 10 * HOUR, 10 * HOUR);

        struct hours hours = read_hours(f, MAC_1);

        assert_int_equal(hours.count, 1);
        assert_int_equal(hours.rows[0].hour_ms, T0);
        assert_int_equal(hours.rows[0].count, 4);
        assert_int_equal(
            hours.rows[0].has, DEVICE_HAS_RSSI | DEVICE_HAS_MAX_LOOP | DEVICE_HAS_FREE_HEAP);
        assert_int_equal(hours.rows[0].rssi_min_dbm, -71);
        assert_int_equal(hours.rows[0].rssi_max_dbm, -60);
        assert_float_equal((float)hours.rows[0].rssi_avg_dbm, -65.5, 0.001);
        assert_int_equal(hours.rows[0].free_heap_min_bytes, 13512);
        assert_int_equal(hours.rows[0].max_loop_max_ms, UINT32_MAX);
        assert_int_equal(hours.rows[0].reboots, 2);
        assert_int_equal(hours.rows[0].new_errors, 1);
        assert_int_equal(read_hours(f, MAC_2).rows[0].count, 1);
    }
    maintain(f, T0 + 2 * HOUR, 10 * HOUR, 10 * HOUR);

    struct hours hours = read_hours(f, MAC_1);

    assert_int_equal(hours.count, 2);
    assert_int_equal(hours.rows[0].hour_ms, T0 + HOUR); // newest first
    assert_int_equal(hours.rows[0].reboots, 1);
}

// More than one call does, and a call ends within an hour.
static void test_parts_make_a_whole(void **state)
{
    struct fixture *f = *state;
    struct add add = {MAC_1, T0 + 7, {.has = DEVICE_HAS_RSSI, .rssi_dbm = -40}, 45000};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_statuses, &add);
    add_rssi(f, MAC_1, T0 + 8, -90);
    add_rssi(f, MAC_1, T0 + HOUR, -1);
    assert_int_equal(maintain(f, T0 + HOUR + 5, 10 * HOUR, 10 * HOUR), 3);

    struct hours hours = read_hours(f, MAC_1);

    assert_int_equal(hours.count, 1);
    assert_int_equal(hours.rows[0].count, 45001);
    assert_int_equal(hours.rows[0].rssi_min_dbm, -90);
    assert_int_equal(hours.rows[0].rssi_max_dbm, -40);
}

static void test_forgets_what_is_old(void **state)
{
    struct fixture *f = *state;
    struct add add = {MAC_1, T0, {0}, 25000};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_statuses, &add);
    add_rssi(f, MAC_1, T0 + HOUR, -40);
    maintain(f, T0 + 2 * HOUR, 2 * HOUR, 100 * HOUR);
    assert_int_equal(count_statuses(f), 25001);
    maintain(f, T0 + 2 * HOUR + 1, 2 * HOUR, 100 * HOUR);
    assert_int_equal(count_statuses(f), 1);
    assert_int_equal(read_hours(f, MAC_1).count, 2);
    maintain(f, T0 + 100 * HOUR + 1, 2 * HOUR, 100 * HOUR);
    assert_int_equal(count_statuses(f), 0);
    assert_int_equal(read_hours(f, MAC_1).count, 1);
    // The table was emptied: what is added now is rolled up all the same.
    add_rssi(f, MAC_1, T0 + 200 * HOUR, -40);
    maintain(f, T0 + 201 * HOUR, 2 * HOUR, 1000 * HOUR);
    assert_int_equal(read_hours(f, MAC_1).count, 2);
    assert_int_equal(read_hours(f, MAC_1).rows[0].hour_ms, T0 + 200 * HOUR);
}

// A clock that was years ahead for a moment neither stops the roll-up nor the forgetting.
static void test_clock_that_ran_ahead(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    add_rssi(f, MAC_1, T0 + 100000 * HOUR, -40);
    add_rssi(f, MAC_1, T0, -50);
    maintain(f, T0 + HOUR, 10 * HOUR, 10 * HOUR);
    assert_int_equal(read_hours(f, MAC_1).count, 1); // the hour to come would hide it
    assert_int_equal(read_hours(f, MAC_1).rows[0].hour_ms, T0);
    assert_int_equal(count_statuses(f), 1);
    maintain(f, T0 + 11 * HOUR, 10 * HOUR, 10 * HOUR);
    assert_int_equal(count_statuses(f), 0);
}

static void test_nothing_to_do(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(maintain(f, T0, HOUR, HOUR), 1);
    assert_int_equal(read_hours(f, MAC_1).count, 0);
    assert_int_equal(read_hours(f, "nonsense").count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

static int remove_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ctx, err);
}

static int64_t count_of(struct fixture *f, const char *mac)
{
    char sql[80];
    int64_t key = 0;

    assert_true(mac_key_from_text(mac, &key));
    snprintf(sql, sizeof sql, "SELECT count(*) FROM statuses WHERE device = %lld", (long long)key);
    return fixture_query(f, sql);
}

struct forget {
    const char *mac;
    struct status_found found;
};

static int forget_job(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct forget *forget = ctx;

    return status_store_forget(connection, forget->mac, &forget->found, err);
}

static int find(struct fixture *f, struct forget *forget)
{
    struct store_connection *connection = fixture_read(f);
    struct err err = {0};
    int rc = status_found_search(connection, forget->mac, &forget->found, &err);

    store_read_end(f->store, connection);
    if (rc < 0)
        fail_msg("%s", err.message);
    return rc;
}

// Readers find a device's statuses in pieces; what comes meanwhile goes as well, and nobody else's.
static void test_forget(void **state)
{
    struct fixture *f = *state;
    struct add many = {MAC_2, T0, {.has = DEVICE_HAS_UPTIME}, 60000};
    struct forget forget = {.mac = MAC_1};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (int i = 0; i < 4; i++) {
        add_rssi(f, MAC_1, T0, -60);
        fixture_write(f, add_statuses, &many);
    }
    assert_int_equal(find(f, &forget), 1);
    assert_int_equal(find(f, &forget), 1);
    assert_int_equal(find(f, &forget), 0);
    assert_int_equal(forget.found.count, 4);
    add_rssi(f, MAC_1, T0, -60);
    add_rssi(f, MAC_2, T0, -60);
    fixture_write(f, forget_job, &forget);
    status_found_clear(&forget.found);
    assert_int_equal(count_of(f, MAC_1), 0);
    assert_int_equal(count_of(f, MAC_2), 240001);
    forget.mac = MAC_3; // has none, and of an empty table there is nothing
    while (find(f, &forget) > 0)
        continue;
    assert_int_equal(forget.found.count, 0);
    status_found_clear(&forget.found);
}

// A status whose device is gone is in nobody's way.
static void test_an_orphan(void **state)
{
    struct fixture *f = *state;
    struct maintain maintain = {T0 + 2 * HOUR, 100 * HOUR, 1000 * HOUR, false};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    add_rssi(f, MAC_1, T0, -60);
    add_rssi(f, MAC_2, T0, -60);
    fixture_write(f, remove_job, MAC_2);
    fixture_write(f, maintain_once, &maintain);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM status_hours"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_unknown_device_is_refused),
        TEST(test_rolls_up_ended_hours),
        TEST(test_parts_make_a_whole),
        TEST(test_forgets_what_is_old),
        TEST(test_clock_that_ran_ahead),
        TEST(test_nothing_to_do),
        TEST(test_forget),
        TEST(test_an_orphan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
