// The catalogue under concurrent changes.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release.h"
#include "test/unit/server/store/fixture.h"

#define THREADS 4
#define ROUNDS 200

struct worker {
    pthread_t thread;
    struct release *release;
    int number;
    int failures;
};

// Whether the present catalogue has the key.
static bool is_known(struct release *release, const char *id)
{
    const struct release_catalogue *catalogue = release_hold(release);
    bool known = release_key_name(catalogue, id) != NULL;

    release_drop(release, catalogue);
    return known;
}

static void *add_keys(void *ctx)
{
    struct worker *worker = ctx;

    for (int i = 0; i < ROUNDS; i++) {
        struct image_key key = {.algorithm = "P-256", .der_size = 1, .added_at_ms = 1};
        struct err err = {0};

        snprintf(key.id, sizeof key.id, "%d-%d", worker->number, i);
        snprintf(key.name, sizeof key.name, "key %d-%d", worker->number, i);
        worker->failures += release_add_key(worker->release, &key, &err) < 0;
        worker->failures += !is_known(worker->release, key.id);
    }
    return NULL;
}

static void a_change_is_seen_by_whoever_looks_after_it(void **state)
{
    struct fixture *f = *state;
    struct worker workers[THREADS] = {0};
    struct release *release;
    struct err err = {0};

    assert_int_equal(release_open(f->store, &release, &err), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i].release = release;
        workers[i].number = i;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, add_keys, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(workers[i].failures, 0);
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_change_is_seen_by_whoever_looks_after_it, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
