// The catalogue under concurrent changes.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release.h"
#include "test/unit/server/store/store_fixture.h"

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
    bool existed;
    struct worker *worker = ctx;

    for (int i = 0; i < ROUNDS; i++) {
        struct image_key key = {.algorithm = "P-256", .der_size = 1, .added_at_ms = 1};
        struct err err = {0};

        snprintf(key.id, sizeof key.id, "%d-%d", worker->number, i);
        snprintf(key.name, sizeof key.name, "key %d-%d", worker->number, i);
        worker->failures += release_add_key(worker->release, &key, &existed, &err) < 0;
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

static struct image make_image(const char *name, char digit)
{
    struct image image = {.size_bytes = 1, .embeds_from = "unknown", .added_at_ms = 1};

    assert_true(image_name_parse(name, strlen(name), &image.name));
    memset(image.sha256, digit, sizeof image.sha256 - 1);
    return image;
}

// A verdict on one image says nothing of another that has taken its name.
static void a_signer_is_recorded_for_the_image_that_was_verified(void **state)
{
    struct fixture *f = *state;
    struct image first = make_image("B-1", 'a');
    struct image second = make_image("B-1", 'b');
    struct release_added added;
    struct release *release;
    struct err err = {0};

    assert_int_equal(release_open(f->store, &release, &err), 0);
    assert_int_equal(release_add(release, &first, &added, &err), 0);
    assert_false(added.existed);
    assert_int_equal(release_add(release, &first, &added, &err), 0);
    assert_true(added.existed);
    assert_int_equal(release_add(release, &second, &added, &err), 0);
    assert_string_equal(added.replaced, first.sha256);
    assert_int_equal(release_set_signer(release, &first, "k", &err), ERR_CONFLICT);
    assert_int_equal(release_set_signer(release, &second, "k", &err), 0);

    const struct release_catalogue *catalogue = release_hold(release);

    assert_string_equal(release_find_image(catalogue, "B-1")->signer, "k");
    release_drop(release, catalogue);
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_change_is_seen_by_whoever_looks_after_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_signer_is_recorded_for_the_image_that_was_verified,
            fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
