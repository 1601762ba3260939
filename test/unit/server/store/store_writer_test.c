// The queue, its batches and what fails in them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "test/unit/server/store/store_fixture.h"
#include "test/unit/server/store/writer_gate.h"

static int fail_after_put(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = device_store_put(connection, ctx, NULL, err);

    return rc < 0 ? rc : err_set(err, ERR_CONFLICT, "no, after all");
}

static atomic_int released;

static void count_release(void *ctx)
{
    free(ctx);
    released++;
}

static void post_device(struct fixture *f, store_job job, const char *mac)
{
    struct device_record *device = malloc(sizeof *device);

    *device = fixture_device(mac);
    assert_int_equal(store_post(f->store, job, device, count_release), 0);
}

static void test_a_failing_job_is_undone_alone(void **state)
{
    struct fixture *f = *state;
    struct store_counters counters;
    struct device_record device = fixture_device("84f3eb000009");
    struct err err = {0};

    released = 0;
    log_set_level(LOG_ERROR - 1);
    post_device(f, fixture_put, MAC_1);
    post_device(f, fail_after_put, MAC_2);
    post_device(f, fixture_put, MAC_3);
    assert_int_equal(store_write(f->store, fail_after_put, &device, &err), ERR_CONFLICT);
    log_set_level(LOG_INFO);
    assert_string_equal(err.message, "no, after all");
    fixture_flush(f);
    assert_true(fixture_is_known(f, MAC_1));
    assert_false(fixture_is_known(f, MAC_2));
    assert_true(fixture_is_known(f, MAC_3));
    assert_false(fixture_is_known(f, "84f3eb000009"));
    assert_int_equal(released, 3);
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.failed, 2);
    assert_int_equal(counters.jobs, 3);
    assert_int_equal(counters.dropped, 0);
    assert_int_equal(store_write(f->store, fail_after_put, &device, NULL), ERR_CONFLICT);
}

static void test_posted_jobs_are_committed_soon(void **state)
{
    struct fixture *f = *state;
    const struct timespec moment = {.tv_nsec = 10000000};
    int64_t start_ms = clock_monotonic_ms();

    post_device(f, fixture_put, MAC_1);
    while (!fixture_is_known(f, MAC_1) && clock_monotonic_ms() - start_ms < 10000)
        nanosleep(&moment, NULL);
    assert_true(fixture_is_known(f, MAC_1));
    assert_true(clock_monotonic_ms() - start_ms >= 200);
}

static void test_close_commits_what_is_queued(void **state)
{
    struct fixture *f = *state;

    post_device(f, fixture_put, MAC_1);
    fixture_close(f);
    fixture_open(f);
    assert_true(fixture_is_known(f, MAC_1));
}

static void test_flush_waits_for_what_is_queued(void **state)
{
    struct fixture *f = *state;
    struct writer_gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};

    post_device(f, fixture_put, MAC_1);
    assert_int_equal(store_flush(f->store, 60000), 0);
    assert_true(fixture_is_known(f, MAC_1));
    writer_gate_hold(f, &gate);
    post_device(f, fixture_put, MAC_2);
    assert_int_equal(store_flush(f->store, 50), ERR_UNAVAILABLE);
    assert_int_equal(store_flush(f->store, 0), ERR_UNAVAILABLE);
    assert_false(fixture_is_known(f, MAC_2));
    writer_gate_open(&gate);
    assert_int_equal(store_flush(f->store, 60000), 0);
    assert_true(fixture_is_known(f, MAC_2));
}

static void count_commit(void *ctx)
{
    (*(atomic_int *)ctx)++;
}

static void test_commit_hook(void **state)
{
    struct fixture *f = *state;
    atomic_int commits = 0;

    store_set_commit_hook(f->store, count_commit, &commits);
    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    fixture_close(f);
    assert_int_equal(commits, 2);
}

// A hook that is slow, so that it is under way when it is taken away.
struct slow_hook {
    atomic_bool entered, left;
};

static void leave_slowly(void *ctx)
{
    const struct timespec moment = {.tv_nsec = 100000000};
    struct slow_hook *hook = ctx;

    hook->entered = true;
    nanosleep(&moment, NULL);
    hook->left = true;
}

static void test_a_hook_that_was_taken_away_runs_no_more(void **state)
{
    struct fixture *f = *state;
    const struct timespec moment = {.tv_nsec = 1000000};
    struct slow_hook hook = {0};

    store_set_commit_hook(f->store, leave_slowly, &hook);
    fixture_add_device(f, MAC_1);
    while (!hook.entered)
        nanosleep(&moment, NULL);
    store_set_commit_hook(f->store, NULL, NULL);
    assert_true(hook.left);
}

// While the disk stands still, posting neither blocks nor takes memory without bound.
static void test_full_queue_refuses(void **state)
{
    struct fixture *f = *state;
    struct writer_gate gate = {
        .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct store_counters counters;
    int accepted = 0;

    released = 0;
    writer_gate_hold(f, &gate);
    while (
        store_post(f->store, fixture_nothing, malloc(1), count_release) == 0 && accepted < 1000000)
        accepted++;
    assert_true(accepted >= 5000 && accepted < 1000000);
    assert_int_equal(released, 1);
    writer_gate_open(&gate);
    fixture_flush(f);
    assert_int_equal(released, accepted + 1);
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.dropped, 1);
    assert_int_equal(counters.jobs, accepted + 2);
    assert_true(counters.batches >= (uint64_t)accepted / 5000);
}

// Who waits hears why at once, also behind a full batch; what was posted is written once that is
// possible again.
static void test_locked_database_keeps_what_was_posted(void **state)
{
    struct fixture *f = *state;
    struct store_connection *other;
    struct store_counters counters;
    struct device_record device = fixture_device(MAC_3);
    struct err err = {0};
    int64_t start_ms = clock_monotonic_ms();

    released = 0;
    log_set_level(LOG_ERROR - 1);
    assert_int_equal(store_connection_open(f->path, false, &other, &err), 0);
    assert_int_equal(store_connection_execute(other, "BEGIN IMMEDIATE", &err), 0);
    post_device(f, fixture_put, MAC_1);
    for (int i = 0; i < 12000; i++)
        assert_int_equal(store_post(f->store, fixture_nothing, malloc(1), count_release), 0);
    post_device(f, fixture_put, MAC_2);
    assert_int_equal(store_write(f->store, fixture_put, &device, &err), ERR_UNAVAILABLE);
    assert_string_equal(err.message, "database: database is locked: another program holds it: find "
                                     "it with fuser(1), and end it");
    assert_true(clock_monotonic_ms() - start_ms < 20000);
    assert_int_equal(released, 0);
    assert_int_equal(store_connection_execute(other, "ROLLBACK", &err), 0);
    store_connection_close(other);
    fixture_flush(f);
    log_set_level(LOG_INFO);
    assert_int_equal(released, 12002);
    assert_true(fixture_is_known(f, MAC_1));
    assert_true(fixture_is_known(f, MAC_2));
    assert_false(fixture_is_known(f, MAC_3));
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.failed, 1);
    assert_int_equal(counters.jobs, 12003);
    assert_int_equal(counters.queued, 0);
}

static void test_close_ends_though_the_database_is_locked(void **state)
{
    struct fixture *f = *state;
    struct store_connection *other;
    struct err err = {0};

    released = 0;
    log_set_level(LOG_ERROR - 1);
    assert_int_equal(store_connection_open(f->path, false, &other, &err), 0);
    assert_int_equal(store_connection_execute(other, "BEGIN IMMEDIATE", &err), 0);
    post_device(f, fixture_put, MAC_1);
    fixture_close(f);
    log_set_level(LOG_INFO);
    assert_int_equal(released, 1);
    assert_int_equal(store_connection_execute(other, "ROLLBACK", &err), 0);
    store_connection_close(other);
}

static atomic_int synchronous;

static int read_synchronous(struct store_connection *connection, void *ctx, struct err *err)
{
    struct statement s;

    (void)ctx;
    statement_open(&s, connection, "PRAGMA synchronous");

    int rc = statement_step(&s, err);

    synchronous = rc > 0 ? (int)statement_int(&s, 0) : -1;
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

// A kill does not lose what a missing fsync loses; only the setting shows it.
static void test_what_somebody_waits_for_is_synced(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 3; i++) {
        synchronous = -1;
        assert_int_equal(store_write(f->store, read_synchronous, NULL, NULL), 0);
        assert_int_equal(synchronous, 2); // FULL
        assert_int_equal(store_post(f->store, read_synchronous, NULL, NULL), 0);
        fixture_flush(f);
    }
    // One that somebody waits for makes the whole batch durable, wherever it stands.
    post_device(f, fixture_put, MAC_1);
    assert_int_equal(store_write(f->store, read_synchronous, NULL, NULL), 0);
    assert_int_equal(synchronous, 2);
}

// It ends the writer's savepoint, so that its transaction cannot go on.
static int break_transaction(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = device_store_put(connection, ctx, NULL, err);

    return rc < 0 ? rc : store_connection_execute(connection, "RELEASE job", err);
}

static void test_a_failed_transaction_leaves_nothing_open(void **state)
{
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);

    log_set_level(LOG_ERROR - 1);
    assert_true(store_write(f->store, break_transaction, &device, NULL) < 0);
    log_set_level(LOG_INFO);
    fixture_add_device(f, MAC_2);
    assert_false(fixture_is_known(f, MAC_1));
    assert_true(fixture_is_known(f, MAC_2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_failing_job_is_undone_alone),
        TEST(test_posted_jobs_are_committed_soon),
        TEST(test_close_commits_what_is_queued),
        TEST(test_flush_waits_for_what_is_queued),
        TEST(test_commit_hook),
        TEST(test_a_hook_that_was_taken_away_runs_no_more),
        TEST(test_full_queue_refuses),
        TEST(test_locked_database_keeps_what_was_posted),
        TEST(test_what_somebody_waits_for_is_synced),
        TEST(test_a_failed_transaction_leaves_nothing_open),
        TEST(test_close_ends_though_the_database_is_locked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
