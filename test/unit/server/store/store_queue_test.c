// The writer's queue: a place for everybody, whoever floods.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/log.h"
#include "server/store/store_connection.h"
#include "test/unit/server/store/store_fixture.h"
#include "test/unit/server/store/writer_gate.h"

static size_t flood(struct fixture *f, const struct store_source *source)
{
    size_t taken = 0;

    while (store_post_from(f->store, source, fixture_nothing, NULL, NULL) == 0)
        taken++;
    return taken;
}

// One device gets a part of the queue, and many that flood leave a place for one that does not;
// a firm job finds one where no other does.
static void test_a_flood_leaves_others_their_places(void **state)
{
    struct fixture *f = *state;
    struct writer_gate gate = {
        .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    const struct store_source other = {.key = 1000};
    const struct store_source firm = {.key = 1001, .firm = true};
    struct store_counters counters;
    size_t taken = 0;

    log_set_level(LOG_ERROR - 1);
    writer_gate_hold(f, &gate);
    for (int64_t key = 0; key < 20; key++) {
        size_t n = flood(f, &(struct store_source){.key = key});

        assert_true(n > 0 && n <= 32768 / 8);
        taken += n;
    }
    assert_int_equal(store_post_from(f->store, &other, fixture_nothing, NULL, NULL), 0);
    taken += 1 + flood(f, &other);
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.dropped, 0);
    assert_int_equal(counters.crowded, 21);
    while (store_post(f->store, fixture_nothing, NULL, NULL) == 0)
        taken++; // the daemon's own, up to the last
    assert_int_equal(store_post_from(f->store, &firm, fixture_nothing, NULL, NULL), 0);
    assert_int_equal(
        store_post_from(f->store, &other, fixture_nothing, NULL, NULL), ERR_UNAVAILABLE);
    writer_gate_open(&gate);
    fixture_flush(f);
    log_set_level(LOG_INFO);
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.dropped, 2);
    assert_int_equal(counters.jobs, taken + 3);
    assert_true(flood(f, &other) > 0); // the places are free again
    fixture_flush(f);
}

// What is tried again holds its places.
static void test_shares_while_locked(void **state)
{
    struct fixture *f = *state;
    const struct store_source source = {.key = 7};
    struct store_connection *other;
    struct store_counters counters;
    struct err err = {0};

    log_set_level(LOG_ERROR - 1);
    assert_int_equal(store_connection_open(f->path, false, &other, &err), 0);
    assert_int_equal(store_connection_execute(other, "BEGIN IMMEDIATE", &err), 0);

    size_t taken = flood(f, &source);

    assert_int_equal(store_write(f->store, fixture_nothing, NULL, &err), ERR_UNAVAILABLE);
    taken += flood(f, &source);
    assert_true(taken <= 32768 / 8);
    assert_int_equal(store_connection_execute(other, "ROLLBACK", &err), 0);
    store_connection_close(other);
    fixture_flush(f);
    log_set_level(LOG_INFO);
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.queued, 0);
    assert_int_equal(flood(f, &source) > 0, true);
    fixture_flush(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_flood_leaves_others_their_places),
        TEST(test_shares_while_locked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
