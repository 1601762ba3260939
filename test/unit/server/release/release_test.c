// The catalogue under concurrent changes.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release.h"
#include "server/release/release_find.h"
#include "server/release/release_publish.h"
#include "server/store/download_store.h"
#include "test/unit/server/release/publish.h"
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
    bool known = release_find_key_name(catalogue, id) != NULL;

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
        worker->failures += release_add_key(worker->release, NULL, &key, &existed, &err) < 0;
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
    assert_int_equal(release_add(release, NULL, &first, &added, &err), 0);
    assert_false(added.existed);
    assert_int_equal(release_add(release, NULL, &first, &added, &err), 0);
    assert_true(added.existed);
    assert_int_equal(release_add(release, NULL, &second, &added, &err), 0);
    assert_string_equal(added.replaced, first.sha256);
    assert_int_equal(release_set_signer(release, NULL, &first, "k", &err), ERR_CONFLICT);
    assert_int_equal(release_set_signer(release, NULL, &second, "k", &err), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE object = 'B-1'"), 3);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE verb = 'verify'"
                                      " AND after_json LIKE '%\"signer\":\"k\"%'"),
        1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE verb = 'add'"
                                      " AND before_json LIKE '{\"sha256\":\"aaaa%'"),
        1);

    const struct release_catalogue *catalogue = release_hold(release);

    assert_string_equal(release_find_image(catalogue, "B-1")->signer, "k");
    release_drop(release, catalogue);
    release_close(release);
}

static void add_well(
    struct release *release, const char *name, const char *signer, const char *embedded, char digit)
{
    struct image image = make_image(name, digit);
    struct release_added added;
    struct err err = {0};

    snprintf(image.signer, sizeof image.signer, "%s", signer);
    image.embeds_count = embedded[0] != '\0';
    snprintf(image.embeds[0], sizeof image.embeds[0], "%s", embedded);
    if (release_add(release, NULL, &image, &added, &err) < 0)
        fail_msg("%s: %s", name, err.message);
}

static void what_may_be_published(void **state)
{
    static const struct {
        const char *name, *signer, *embedded;
        int rc;
    } rows[] = {
        {"A-1", "", "k", ERR_DENIED},
        {"B-1", "k", "", ERR_CONFLICT},
        {"C-1", "", "", ERR_DENIED},
        {"D-1", "k", "k", 0},
    };
    struct fixture *f = *state;
    struct release *release;

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        add_well(release, rows[i].name, rows[i].signer, rows[i].embedded, 'a');
        assert_int_equal(publish(release, rows[i].name, &err), rows[i].rc);
        assert_int_equal(publish(release, rows[i].name, &err), rows[i].rc);
    }
    assert_int_equal(publish(release, "E-1", NULL), ERR_NOT_FOUND);
    assert_int_equal(withdraw(release, "B-1", true, NULL), ERR_CONFLICT);
    release_close(release);
}

// Devices on the first image need the second to come to the third.
static void what_may_be_withdrawn(void **state)
{
    struct fixture *f = *state;
    struct release *release;
    struct err err = {0};

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    add_well(release, "B-1", "k1", "k1", 'a');
    add_well(release, "B-2", "k1", "k2", 'b');
    add_well(release, "B-3", "k2", "k2", 'c');
    for (int i = 1; i <= 3; i++) {
        const char name[] = {'B', '-', (char)('0' + i), '\0'};

        if (publish(release, name, &err) < 0)
            fail_msg("%s: %s", name, err.message);
    }
    assert_int_equal(withdraw(release, "B-2", false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "--force"));
    assert_int_equal(withdraw(release, "B-2", true, &err), 0);
    release_close(release);
}

static int stage(struct store_connection *connection, void *ctx, struct err *err)
{
    struct download_store_staged staged = {.mac = MAC_1};

    snprintf(staged.image, sizeof staged.image, "%s", (const char *)ctx);
    return download_store_stage(connection, &staged, err);
}

// Only what no device can have is put right by other bytes under the same name.
static void what_may_be_replaced(void **state)
{
    static const struct {
        const char *name;
        bool published, withdrawn, runs, staged;
        int rc;
    } rows[] = {
        {"A-1", false, false, false, false, 0},
        {"B-1", true, false, false, false, ERR_CONFLICT},
        {"C-1", true, true, false, false, ERR_CONFLICT},
        {"D-1", false, false, true, false, ERR_CONFLICT},
        {"E-1", false, false, false, true, ERR_CONFLICT},
    };
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);
    struct release *release;

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image other = make_image(rows[i].name, 'b');
        struct release_added added;
        struct err err = {0};

        add_well(release, rows[i].name, "k", "k", 'a');
        if (rows[i].published)
            assert_int_equal(publish(release, rows[i].name, &err), 0);
        if (rows[i].withdrawn)
            assert_int_equal(withdraw(release, rows[i].name, false, &err), 0);
        snprintf(device.status.image, sizeof device.status.image, "%s",
            rows[i].runs ? rows[i].name : "X-1");
        fixture_write(f, fixture_put, &device);
        if (rows[i].staged)
            fixture_write(f, stage, (void *)rows[i].name);
        if (release_add(release, NULL, &other, &added, &err) != rows[i].rc)
            fail_msg("%s: %s", rows[i].name, err.message);
        assert_int_equal(added.replaced[0] != '\0', rows[i].rc == 0);
    }
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_change_is_seen_by_whoever_looks_after_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_signer_is_recorded_for_the_image_that_was_verified,
            fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_may_be_published, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_may_be_withdrawn, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_may_be_replaced, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
