// The newest images that are there for devices, where there are too many to list. What they are,
// device_where_test.c and release_next_test.c tell.
#include "server/store/device_latest.h"

#include <stdio.h>
#include <string.h>

#include "server/store/rollout_store.h"
#include "test/unit/server/store/store_fixture.h"

// So many rollouts, each of an image of its own that it keeps from others.
static int add_rollouts(struct store_connection *connection, void *ctx, struct err *err)
{
    const size_t *count = ctx;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < *count; i++) {
        struct rollout rollout = {.terms = {.phases = {{100, true}},
                                      .phase_count = 1,
                                      .window_zone = "UTC",
                                      .success = 100,
                                      .failures = {1, false}},
            .is_gated = true,
            .created_at_ms = 1};
        char image[IMAGE_NAME_SIZE];

        snprintf(rollout.name, sizeof rollout.name, "r%zu", i);
        snprintf(image, sizeof image, "BOARD-%zu", i + 1);
        if (!image_name_parse(image, strlen(image), &rollout.image))
            return ERR_INVALID;
        rc = rollout_store_add(connection, &rollout, err);
    }
    return rc;
}

static int read_latest(struct fixture *f, struct err *err)
{
    struct device_latest latest = {0};
    struct store_connection *connection;
    int rc = store_read_begin(f->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_latest_read(connection, CHANNEL_STABLE, &latest, err);
    device_latest_clear(&latest);
    store_read_end(f->store, connection);
    return rc;
}

static void too_many_gates_are_said(void **state)
{
    struct fixture *f = *state;
    size_t count = DEVICE_IMAGES_MAX + 1;
    struct err err = {0};

    fixture_write(f, add_rollouts, &count);
    assert_int_equal(read_latest(f, &err), ERR_TOO_LARGE);
    assert_string_not_equal(err.message, "");
}

static void as_many_as_can_be(void **state)
{
    struct fixture *f = *state;
    size_t count = DEVICE_IMAGES_MAX;

    fixture_write(f, add_rollouts, &count);
    assert_int_equal(read_latest(f, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(too_many_gates_are_said, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(as_many_as_can_be, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
