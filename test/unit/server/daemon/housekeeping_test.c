// Regular care of the store: what is too old goes, but not by a clock that may be wrong.
#include "server/daemon/housekeeping.h"

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/event_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/writer_gate.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS (INT64_C(86400000))

static const struct housekeeping_settings settings = {
    .offline_after_ms = 3 * MINUTE_MS,
    .keep_statuses_ms = 30 * DAY_MS,
    .keep_hours_ms = 400 * DAY_MS,
    .keep_events_ms = 400 * DAY_MS,
};

static int64_t ahead_ms; // of the system's clock
static int64_t later_ms; // of that which never goes back

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __real_clock_now_ms(void);
int64_t __wrap_clock_now_ms(void);
int64_t __real_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_ms(void);

int64_t __wrap_clock_now_ms(void)
{
    return __real_clock_now_ms() + ahead_ms;
}

int64_t __wrap_clock_monotonic_ms(void)
{
    return __real_clock_monotonic_ms() + later_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static int set_up(void **state)
{
    ahead_ms = later_ms = 0;
    return fixture_set_up(state);
}

// Store_jobs; ctx is a time.
static int add_status(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_status status = {0};

    return status_store_add(connection, MAC_1, *(int64_t *)ctx, &status, err);
}

static int add_event(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event event = {.mac = MAC_1, .kind = "boot", .at_ms = *(int64_t *)ctx};

    return event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
}

// A status, or an event, so many days before now.
static void put(struct fixture *f, store_job add, int64_t days)
{
    int64_t at_ms = clock_now_ms() - days * DAY_MS;

    fixture_write(f, add, &at_ms);
}

static int64_t statuses(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM statuses");
}

static int64_t events(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM events");
}

// So much later: what is due, done. One round may leave work for the next second.
static void tick(struct fixture *f, struct housekeeping *housekeeping, int64_t after_ms)
{
    later_ms += after_ms;
    for (int i = 0; i < 5; i++) {
        housekeeping_tick(housekeeping, &settings);
        fixture_flush(f);
    }
}

static struct housekeeping *begin(struct fixture *f)
{
    struct housekeeping *housekeeping;

    assert_int_equal(housekeeping_new(f->store, &housekeeping, NULL), 0);
    return housekeeping;
}

static void end(struct fixture *f, struct housekeeping *housekeeping)
{
    fixture_close(f);
    housekeeping_free(housekeeping);
    fixture_open(f);
}

static void test_by_age(void **state)
{
    struct fixture *f = *state;
    struct housekeeping *housekeeping;

    fixture_add_device(f, MAC_1);
    put(f, add_status, 31);
    put(f, add_status, 1);
    put(f, add_status, 0);
    put(f, add_event, 401);
    put(f, add_event, 31);
    housekeeping = begin(f);
    tick(f, housekeeping, 0);
    assert_int_equal(statuses(f), 2);
    assert_int_equal(events(f), 1);
    put(f, add_event, 401); // not before a minute has passed
    tick(f, housekeeping, MINUTE_MS / 2);
    assert_int_equal(events(f), 2);
    tick(f, housekeeping, MINUTE_MS);
    assert_int_equal(events(f), 1);
    end(f, housekeeping);
}

// The daemon is started with a clock that is two years ahead, or behind: nothing goes for a day.
static void test_started_with_another_clock(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    put(f, add_event, 401);
    put(f, add_status, 31);
    put(f, add_status, 0);
    for (int i = 0; i < 2; i++) {
        struct housekeeping *housekeeping;

        ahead_ms = (i == 0 ? -2 : 2) * 365 * DAY_MS;
        housekeeping = begin(f);
        tick(f, housekeeping, 0);
        tick(f, housekeeping, DAY_MS / 2);
        ahead_ms = 0; // somebody has set it
        tick(f, housekeeping, DAY_MS / 4);
        assert_int_equal(statuses(f), 2);
        assert_int_equal(events(f), 1);
        if (i == 1) {
            tick(f, housekeeping, DAY_MS);
            assert_int_equal(statuses(f), 1);
            assert_int_equal(events(f), 0);
        }
        end(f, housekeeping);
    }
}

// The same when the clock is set while it runs.
static void test_hold(void **state)
{
    struct fixture *f = *state;
    struct housekeeping *housekeeping;

    fixture_add_device(f, MAC_1);
    put(f, add_status, 0);
    housekeeping = begin(f);
    tick(f, housekeeping, 0);
    put(f, add_event, 401);
    housekeeping_hold(housekeeping);
    tick(f, housekeeping, DAY_MS - MINUTE_MS);
    assert_int_equal(events(f), 1);
    tick(f, housekeeping, 2 * MINUTE_MS);
    assert_int_equal(events(f), 0);
    end(f, housekeeping);
}

// Who is silent is offline, held or not.
static void test_silent_devices(void **state)
{
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);
    struct housekeeping *housekeeping;

    device.last_seen_ms = clock_now_ms() - 4 * MINUTE_MS;
    fixture_write(f, fixture_put, &device);
    device = fixture_device(MAC_2);
    device.last_seen_ms = clock_now_ms() - 2 * MINUTE_MS;
    fixture_write(f, fixture_put, &device);
    housekeeping = begin(f);
    housekeeping_hold(housekeeping);
    tick(f, housekeeping, 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM devices WHERE online = 1"), 1);
    end(f, housekeeping);
}

// While nothing can be written, jobs do not heap up.
static void test_writer_stands_still(void **state)
{
    struct fixture *f = *state;
    struct housekeeping *housekeeping = begin(f);
    struct writer_gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    struct store_counters before, after;

    writer_gate_hold(f, &gate);
    housekeeping_tick(housekeeping, &settings);
    store_read_counters(f->store, &before);
    for (int i = 0; i < 1000; i++) {
        later_ms += MINUTE_MS;
        housekeeping_tick(housekeeping, &settings);
    }
    store_read_counters(f->store, &after);
    assert_int_equal(after.queued, before.queued);
    assert_false(housekeeping_is_alive(housekeeping));
    writer_gate_open(&gate);
    fixture_flush(f);
    assert_true(housekeeping_is_alive(housekeeping));
    tick(f, housekeeping, 0);
    end(f, housekeeping);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_by_age),
        TEST(test_started_with_another_clock),
        TEST(test_hold),
        TEST(test_silent_devices),
        TEST(test_writer_stands_still),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
