// Updated devices are looked at again: who is not well has failed, and all together pause it.
#include <unistd.h>

#include "server/rollout/rollout_watch.h"
#include "test/unit/server/rollout/rollout_fixture.h"

#define HOUR ((int64_t)ROLLOUT_HEALTH_HOUR_MS)
#define UPDATED_HOURS 10 // ago
#define BEFORE_HOURS 200 // that are known of the time before that

static struct rollout_watch *watch;
static int64_t now_ms;
static int64_t first_hour_ms; // in which it was updated

static int set_up_watch(void **state)
{
    watch = rollout_watch_new();
    now_ms = clock_now_ms();
    first_hour_ms = now_ms - now_ms % HOUR - UPDATED_HOURS * HOUR;
    return watch == NULL ? -1 : set_up(state);
}

static int tear_down_watch(void **state)
{
    rollout_watch_free(watch);
    return tear_down(state);
}

static const char *mac_at(int i)
{
    static char mac[MAC_SIZE];

    snprintf(mac, sizeof mac, "84f3eb%06x", (unsigned)i);
    return mac;
}

__attribute__((format(printf, 2, 3))) static void run(struct fixture *f, const char *format, ...)
{
    char sql[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    fixture_query(f, sql);
}

// A device's hours: 60 statuses in each, free heap 20,000 to 20,990 bytes.
static void live(struct fixture *f, int i)
{
    run(f,
        "WITH RECURSIVE h(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM h WHERE n < %d)"
        " INSERT INTO status_hours (device, hour_ms, count, rssi_sum, rssi_count, free_heap_min,"
        "  has, reboots)"
        " SELECT 0x%s, %lld + n * 3600000, 60, 0, 0, 20000 + n * 7 %% 100 * 10, %d, 0 FROM h",
        BEFORE_HOURS + UPDATED_HOURS - 1, mac_at(i),
        (long long)(first_hour_ms - BEFORE_HOURS * HOUR), (int)DEVICE_HAS_FREE_HEAP);
}

// So many restarts in an hour, counted from that of the update.
static void restart(struct fixture *f, int i, int hour, int times)
{
    int64_t at_ms = first_hour_ms + hour * HOUR + HOUR / 2;

    run(f,
        "WITH RECURSIVE h(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM h WHERE n < %d)"
        " INSERT INTO events (device, at_ms, kind, command, command_id, result, image, detail)"
        " SELECT 0x%s, %lld + n, 'reboot', '', 0, '', '', '' FROM h",
        times - 1, mac_at(i), (long long)at_ms);
    run(f, "UPDATE event_clock SET newest = (SELECT MAX(id) FROM events)");
}

static void set_heap(struct fixture *f, int i, const int hours[2], int bytes)
{
    int64_t from_ms = first_hour_ms + hours[0] * HOUR;
    int64_t until_ms = first_hour_ms + hours[1] * HOUR;

    run(f,
        "UPDATE status_hours SET free_heap_min = %d WHERE device = 0x%s"
        " AND hour_ms >= %lld AND hour_ms <= %lld",
        bytes, mac_at(i), (long long)from_ms, (long long)until_ms);
}

// Devices from the first on are there, and of these the first ones were updated by the rollout.
static void begin(struct fixture *f, int devices, int updated)
{
    struct rollout_terms terms = at_once;
    int64_t created_ms = first_hour_ms - HOUR;
    int64_t began_ms = first_hour_ms + 30000;
    int64_t ended_ms = first_hour_ms + 60000;

    terms.soak_ms = 1000 * HOUR;
    snprintf(terms.site_prefix, sizeof terms.site_prefix, "site-");
    for (int i = 1; i <= devices; i++) {
        report(f, mac_at(i), MIDDLE, false);
        live(f, i);
    }
    create(f, "spring", &terms);
    for (int i = 1; i <= updated; i++) {
        report(f, mac_at(i), NEW, true);
        run(f,
            "UPDATE rollout_devices SET stage = 3, began_at_ms = %lld, ended_at_ms = %lld"
            " WHERE device = 0x%s",
            (long long)began_ms, (long long)ended_ms, mac_at(i));
    }
    run(f, "UPDATE rollouts SET created_at_ms = %lld", (long long)created_ms);
}

// A look by the watch, and what comes of it. Returns the pieces.
static int look(struct fixture *f)
{
    struct rollout_look drive_look;
    int pieces = 0;
    int rc;

    do {
        struct store_connection *connection = fixture_read(f);

        rc = rollout_watch_look(watch, connection, now_ms, NULL);
        store_read_end(f->store, connection);
        assert_true(rc >= 0);
        pieces += rc;
    } while (rc > 0);
    drive_look = (struct rollout_look){.release = release, .found = rollout_watch_found(watch)};
    fixture_write(f, rollout_drive_run, &drive_look);
    rollout_watch_forget(watch);
    return pieces;
}

static void a_crash_loop_fails_its_device_alone(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 2);
    restart(f, 1, 3, 7);
    look(f);
    expect_stages(f, "fuw");
    assert_string_equal(row_of(f, "spring", MAC_1).reason,
        "is not well since: 7 restarts within 2 hours, its own days before 0 at most");
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'rollout' AND device = 0x" MAC_1
                         " AND result = 'failed'"),
        1);
}

static void enough_of_them_pause_it(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 3);
    for (int i = 1; i <= 3; i++)
        restart(f, i, 2 * i, 7);
    look(f);
    expect_stages(f, "fff");
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
}

static void a_heap_that_collapses_is_seen(void **state)
{
    static const int since[2] = {0, UPDATED_HOURS};
    struct fixture *f = *state;

    begin(f, 3, 2);
    set_heap(f, 1, since, 9000);
    set_heap(f, 2, since, 19000); // a new image needs more
    look(f);
    expect_stages(f, "fuw");
    assert_non_null(strstr(row_of(f, "spring", MAC_1).reason, "free heap 20,5"));
    assert_non_null(strstr(row_of(f, "spring", MAC_1).reason, "-> 9,000 bytes"));
}

// Of a sketch, which tells no events: what its statuses say.
static void new_error_messages_are_seen(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 2);
    run(f, "UPDATE rollouts SET created_at_ms = created_at_ms - %lld", 130 * (long long)HOUR);
    run(f,
        "UPDATE rollout_devices SET began_at_ms = began_at_ms - %lld, ended_at_ms = ended_at_ms"
        " - %lld WHERE stage = 3",
        120 * (long long)HOUR, 120 * (long long)HOUR);
    run(f, "UPDATE status_hours SET new_errors = 1 WHERE device = 0x" MAC_1 " AND hour_ms > %lld",
        (long long)(first_hour_ms - 100 * HOUR));
    look(f);
    expect_stages(f, "fuw");
    assert_non_null(strstr(row_of(f, "spring", MAC_1).reason, "is not well since: errors"));
}

static void what_was_before_or_is_its_start_counts_for_nothing(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 2);
    run(f,
        "UPDATE rollout_devices SET ended_at_ms = ended_at_ms + 1720000 WHERE device = 0x" MAC_1);
    restart(f, 1, 0, 7); // within the minute after it was found updated
    restart(f, 1, -1, 3);
    run(f, "UPDATE rollout_devices SET began_at_ms = 0, place = -1 WHERE device = 0x" MAC_2);
    restart(f, 2, 3, 7); // but it ran the image already
    look(f);
    expect_stages(f, "uuw");
}

static void what_hits_those_that_wait_blames_nobody(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 1);
    for (int i = 1; i <= 3; i++)
        restart(f, i, 3, 7);
    look(f);
    expect_stages(f, "uww");
}

static void a_site_stands_for_itself(void **state)
{
    struct fixture *f = *state;

    begin(f, 24, 2);
    run(f, "UPDATE rollout_devices SET site = 'site-a' WHERE device IN"
           " (0x84f3eb000001, 0x84f3eb000003, 0x84f3eb000004, 0x84f3eb000005)");
    run(f, "UPDATE rollout_devices SET site = 'site-b' WHERE device = 0x84f3eb000002");
    for (int i = 1; i <= 5; i++)
        restart(f, i, 3, 7);
    look(f);
    expect_stages(f, "ufw"); // three of 22 that wait are few, but all that wait at site-a
}

static void all_together_pause_it_once(void **state)
{
    struct fixture *f = *state;

    begin(f, 8, 6);
    for (int i = 1; i <= 6; i++)
        restart(f, i, i, 3);
    look(f);
    expect_stages(f, "uuu");
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_string_equal(get(f, "spring").reason,
        "restarts: 6 of 6 updated devices are much worse than before, of those that wait 0 of 2");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE verb = 'pause'"), 1);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, NULL), 0);
    now_ms += HOUR;
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_RUNNING);
}

// Those that wait are compared by the hours since the updates, though their rollout is older: what
// goes up and down by day goes down for all.
static void both_groups_are_seen_for_the_same_time(void **state)
{
    static const int night[2] = {-40, -7};
    struct fixture *f = *state;

    begin(f, 30, 10);
    run(f, "UPDATE rollouts SET created_at_ms = created_at_ms - %lld", 39 * (long long)HOUR);
    run(f,
        "UPDATE rollout_devices SET began_at_ms = began_at_ms - %lld, ended_at_ms = ended_at_ms"
        " - %lld WHERE stage = 3",
        6 * (long long)HOUR, 6 * (long long)HOUR);
    for (int i = 1; i <= 30; i++) {
        set_heap(f, i, night, 19000);
        for (int k = -6; k < UPDATED_HOURS; k++)
            set_heap(f, i, (int[2]){k, k}, 20500 - 100 * (k + 6));
    }
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_RUNNING);
}

// Nobody waits any more: what hits most of them at once is nobody's fault.
static void a_crowd_is_compared_with_itself(void **state)
{
    struct fixture *f = *state;

    begin(f, 12, 12);
    run(f, "UPDATE rollout_devices SET site = 'site-' || device");
    for (int i = 1; i <= 12; i++) {
        restart(f, i, 2, 2);
        restart(f, i, 6, 2);
    }
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_SOAKING);
}

static void each_is_looked_at_in_its_time(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 2);
    look(f);
    restart(f, 1, 3, 7);
    now_ms += ROLLOUT_WATCH_PERIOD_MS - 1;
    assert_int_equal(look(f), 0);
    expect_stages(f, "uuw");
    now_ms++;
    run(f, "UPDATE rollouts SET state = 2");
    assert_int_equal(look(f), 0);
    expect_stages(f, "uuw");
    run(f, "UPDATE rollouts SET state = 1");
    assert_true(look(f) > 0);
    expect_stages(f, "fuw");
}

// No view of the store is held for all of a large fleet.
static void many_are_read_in_pieces(void **state)
{
    struct fixture *f = *state;

    begin(f, 3, 2);
    run(f, "WITH RECURSIVE n(n) AS (SELECT 16 UNION ALL SELECT n + 1 FROM n WHERE n < 415)"
           " INSERT INTO rollout_devices SELECT rollout, 0x84f3eb000000 + n, place, phase, site,"
           " 0, 0, 0, before, 0, 0, '' FROM rollout_devices, n WHERE device = 0x" MAC_3);
    restart(f, 1, 3, 7);
    assert_int_equal(look(f), 5); // 401 that wait, then 403
    expect_stages(f, "fuw");
}

static void wait_for_failure(struct fixture *f, const char *mac)
{
    for (int i = 0; i < 500 && row_of(f, "spring", mac).stage != ROLLOUT_FAILED; i++)
        usleep(10000);
    assert_int_equal(row_of(f, "spring", mac).stage, ROLLOUT_FAILED);
}

// What it found is done with once it is written.
static void the_thread_watches(void **state)
{
    struct fixture *f = *state;
    struct rollout_drive *driver;

    begin(f, 3, 2);
    restart(f, 1, 3, 7);
    assert_int_equal(rollout_drive_start(f->store, release, NULL, &driver, NULL), 0);
    wait_for_failure(f, MAC_1);
    assert_int_equal(row_of(f, "spring", MAC_2).stage, ROLLOUT_UPDATED);
    run(f, "UPDATE rollout_devices SET stage = 3 WHERE device = 0x" MAC_1);
    report(f, MAC_2, MIDDLE, true); // which the next look notices
    rollout_drive_wake(driver);
    wait_for_failure(f, MAC_2);
    rollout_drive_free(driver);
    assert_int_equal(row_of(f, "spring", MAC_1).stage, ROLLOUT_UPDATED);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up_watch, tear_down_watch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_crash_loop_fails_its_device_alone),
        ROW(enough_of_them_pause_it),
        ROW(a_heap_that_collapses_is_seen),
        ROW(new_error_messages_are_seen),
        ROW(what_was_before_or_is_its_start_counts_for_nothing),
        ROW(what_hits_those_that_wait_blames_nobody),
        ROW(a_site_stands_for_itself),
        ROW(all_together_pause_it_once),
        ROW(both_groups_are_seen_for_the_same_time),
        ROW(a_crowd_is_compared_with_itself),
        ROW(each_is_looked_at_in_its_time),
        ROW(many_are_read_in_pieces),
        ROW(the_thread_watches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
