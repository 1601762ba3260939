// The system's clock is set: what is under way moves along, or, if that cannot be written, nothing.
#include "server/daemon/clock_watch.h"

#include "server/base/clock.h"
#include "server/base/log.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR_MS INT64_C(3600000)

static const struct clock_watch_settings settings = {180000, 300000, 168 * HOUR_MS};

static int64_t ahead_ms; // the system's clock

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __wrap_clock_ahead_ms(void);

int64_t __wrap_clock_ahead_ms(void)
{
    return ahead_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static int64_t last_seen(struct fixture *f)
{
    return fixture_query(f, "SELECT last_seen_ms FROM devices");
}

static void test_step(void **state)
{
    static const int64_t jumps[] = {HOUR_MS, -HOUR_MS, 1000, -1000, 8760 * HOUR_MS};
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);
    struct tally steps = {0};

    device.last_seen_ms = clock_now_ms();
    fixture_write(f, fixture_put, &device);
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        int64_t seen_ms = last_seen(f);
        int64_t stepped_ms = clock_stepped_ms();

        ahead_ms = jumps[i];
        assert_int_equal(clock_watch_follow(f->store, &settings, &steps), jumps[i]);
        assert_int_equal(clock_stepped_ms() - stepped_ms, jumps[i]);
        assert_int_equal(last_seen(f) - seen_ms, jumps[i]); // as old as before
        assert_int_equal(steps.total, i + 1);
    }
}

// What NTP does all the time is no step.
static void test_slew(void **state)
{
    static const int64_t moves[] = {999, -999, 1, 0};
    struct fixture *f = *state;
    struct tally steps = {0};

    fixture_add_device(f, MAC_1);
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        int64_t stepped_ms = clock_stepped_ms();
        int64_t before_ms = clock_now_ms() - clock_monotonic_ms();

        ahead_ms = moves[i];
        assert_int_equal(clock_watch_follow(f->store, &settings, &steps), 0);
        assert_int_equal(clock_stepped_ms(), stepped_ms);
        assert_in_range(clock_now_ms() - clock_monotonic_ms() - before_ms + 5000, moves[i] + 4990,
            moves[i] + 5010);
        assert_int_equal(last_seen(f), 2);
    }
    assert_int_equal(steps.total, 0);
}

// A store_job.
static int spoil(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    (void)err;
    return sqlite3_exec(connection->db,
               "CREATE TRIGGER spoiled BEFORE UPDATE ON devices BEGIN"
               " SELECT raise(ABORT, 'no'); END;",
               NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : ERR_IO;
}

static void test_not_written(void **state)
{
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);
    struct tally steps = {0};
    int64_t stepped_ms = clock_stepped_ms();

    device.last_seen_ms = clock_now_ms();
    fixture_write(f, fixture_put, &device);
    fixture_write(f, spoil, NULL);
    ahead_ms = HOUR_MS;
    assert_int_equal(clock_watch_follow(f->store, &settings, &steps), 0);
    assert_int_equal(clock_stepped_ms(), stepped_ms);
    assert_int_equal(last_seen(f), device.last_seen_ms);
    assert_int_equal(steps.total, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_step),
        TEST(test_slew),
        TEST(test_not_written),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
