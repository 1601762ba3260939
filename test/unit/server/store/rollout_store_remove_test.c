// Rollouts in pages, and taken away.
#include "server/store/rollout_store.h"

#include "server/store/rollout_device_store.h"
#include "test/unit/server/store/store_fixture.h"

static struct rollout make(const char *name)
{
    static const char image[] = "BOARD-2";
    struct rollout rollout = {
        .terms = {.phases = {{100, true}}, .phase_count = 1, .success = 95, .failures = {5, true}},
        .created_at_ms = 5};

    snprintf(rollout.name, sizeof rollout.name, "%s", name);
    assert_true(image_name_parse(image, strlen(image), &rollout.image));
    return rollout;
}

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_store_add(connection, ctx, err);
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_device_store_put(connection, ctx, err);
}

static void put_device(struct fixture *f, int64_t rollout, const char *mac)
{
    struct rollout_device device = {.rollout = rollout};

    snprintf(device.mac, sizeof device.mac, "%s", mac);
    fixture_write(f, put, &device);
}

static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_store_remove(connection, ctx, err);
}

static int append(const struct rollout_device *device, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 8, "%s ", device->mac + MAC_LENGTH - 1);
    return 0;
}

static int list_name(const struct rollout *rollout, void *ctx)
{
    strcat(ctx, rollout->name);
    return 0;
}

static void one_that_is_removed_leaves_nothing_and_no_id(void **state)
{
    struct fixture *f = *state;
    struct rollout spring = make("spring");
    struct rollout summer = make("summer");
    struct store_connection *connection;
    char names[32] = "";

    fixture_write(f, add, &spring);
    assert_int_equal(spring.id, spring.created_at_ms); // by the clock
    summer.created_at_ms = spring.created_at_ms;       // also if that stands still
    fixture_write(f, add, &summer);
    assert_int_equal(summer.id, spring.id + 1);
    put_device(f, spring.id, MAC_1);
    put_device(f, summer.id, MAC_1);
    put_device(f, summer.id, MAC_2);
    connection = fixture_read(f);
    assert_int_equal(
        rollout_store_page(connection, (const int64_t[]){summer.id + 1, 2}, list_name, names, NULL),
        0);
    assert_string_equal(names, "summerspring");
    assert_int_equal(
        rollout_store_page(connection, (const int64_t[]){summer.id, 2}, list_name, names, NULL), 0);
    assert_string_equal(names, "summerspringspring");
    names[0] = '\0';
    assert_int_equal(
        rollout_device_store_page(
            connection, &(const struct rollout_device_page){summer.id, "", 1}, append, names, NULL),
        0);
    assert_int_equal(
        rollout_device_store_page(connection,
            &(const struct rollout_device_page){summer.id, MAC_1, 2}, append, names, NULL),
        0);
    assert_string_equal(names, "1 2 ");
    store_read_end(f->store, connection);
    fixture_write(f, take, &summer);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollouts"), 1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollout_devices"), 1);
    summer.created_at_ms = 7;
    fixture_write(f, add, &summer);
    assert_int_equal(summer.id, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            one_that_is_removed_leaves_nothing_and_no_id, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
