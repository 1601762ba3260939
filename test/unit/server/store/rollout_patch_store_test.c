// What rollouts of a configuration try, and on whom.
#include "server/store/rollout_patch_store.h"

#include "server/store/rollout_device_store.h"
#include "server/store/rollout_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_store_add(connection, ctx, err);
}

static int update(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_store_update(connection, ctx, err);
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_device_store_put(connection, ctx, err);
}

static struct rollout add_rollout(struct fixture *f, const char *name, enum rollout_kind kind)
{
    struct rollout rollout = {.kind = kind,
        .terms = {.phases = {{100, true}}, .phase_count = 1, .failures = {1, false}},
        .created_at_ms = 5};

    snprintf(rollout.name, sizeof rollout.name, "%s", name);
    if (kind == ROLLOUT_IMAGE) {
        assert_true(image_name_parse("B-1", 3, &rollout.image));
    } else {
        rollout.patch = (struct rollout_patch){
            .scope = SETTINGS_GROUP, .name = "cellar", .text = "{\"a\":1}", .by = "uid 7"};
    }
    fixture_write(f, add, &rollout);
    return rollout;
}

static void put_device(
    struct fixture *f, int64_t rollout, const char *mac, enum rollout_stage stage)
{
    struct rollout_device device = {.rollout = rollout, .stage = stage};

    snprintf(device.mac, sizeof device.mac, "%s", mac);
    fixture_write(f, put, &device);
}

static void all_of_it_is_kept(void **state)
{
    struct fixture *f = *state;
    struct rollout rollout = add_rollout(f, "spring", ROLLOUT_CONFIG);
    struct rollout out;
    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rollout_store_get(connection, "spring", &out, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(out.id, rollout.id);
    assert_int_equal(out.kind, ROLLOUT_CONFIG);
    assert_string_equal(out.image.text, "");
    assert_int_equal(out.patch.scope, SETTINGS_GROUP);
    assert_string_equal(out.patch.name, "cellar");
    assert_string_equal(out.patch.text, "{\"a\":1}");
    assert_string_equal(out.patch.by, "uid 7");
}

static int count_use(const struct rollout_use *use, void *ctx)
{
    (void)use;
    ++*(int *)ctx;
    return 0;
}

static int append_trial(const struct rollout_trial *trial, void *ctx)
{
    strcat(ctx, trial->rollout_name);
    return 0;
}

static int append_device(int64_t rollout, const char *mac, void *ctx)
{
    (void)rollout;
    strcat(ctx, mac + 11);
    return 0;
}

// The names of all, and the last digits of their devices.
static void expect_all(struct fixture *f, const char *names, const char *devices, int uses)
{
    struct store_connection *connection = fixture_read(f);
    char text[80] = "";
    char macs[80] = "";
    int count = 0;

    assert_int_equal(rollout_patch_store_each(connection, append_trial, text, NULL), 0);
    assert_int_equal(rollout_patch_store_each_device(connection, append_device, macs, NULL), 0);
    assert_int_equal(rollout_store_each_use(connection, count_use, &count, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, names);
    assert_string_equal(macs, devices);
    assert_int_equal(count, uses);
}

static bool has(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct rollout_trial trial;
    int rc = rollout_patch_store_get(connection, mac, &trial, NULL);

    store_read_end(f->store, connection);
    if (rc == 0) {
        assert_string_equal(trial.rollout_name, "spring");
        assert_int_equal(trial.layer.scope, SETTINGS_GROUP);
        assert_string_equal(trial.layer.name, "cellar");
        assert_string_equal(trial.layer.patch, "{\"a\":1}");
    }
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
    return rc == 0;
}

// None of an image, nor of one that has ended, nor where it waits or has failed.
static void who_has_it(void **state)
{
    static const bool reached[ROLLOUT_STAGE_COUNT] = {
        [ROLLOUT_DOWNLOADING] = true, [ROLLOUT_INSTALLING] = true, [ROLLOUT_UPDATED] = true};
    struct fixture *f = *state;
    struct rollout image = add_rollout(f, "image", ROLLOUT_IMAGE);
    struct rollout spring = add_rollout(f, "spring", ROLLOUT_CONFIG);

    put_device(f, image.id, MAC_2, ROLLOUT_UPDATED);
    for (int i = 0; i < ROLLOUT_STAGE_COUNT; i++) {
        put_device(f, spring.id, MAC_1, (enum rollout_stage)i);
        assert_int_equal(has(f, MAC_1), reached[i]);
        expect_all(f, "spring", reached[i] ? "1" : "", 1);
    }
    put_device(f, spring.id, MAC_1, ROLLOUT_UPDATED);
    assert_false(has(f, MAC_2));
    for (int i = 0; i < ROLLOUT_STATE_COUNT; i++) {
        bool ends = rollout_state_is_end((enum rollout_state)i);

        spring.state = (enum rollout_state)i;
        fixture_write(f, update, &spring);
        assert_int_equal(has(f, MAC_1), !ends);
        expect_all(f, ends ? "" : "spring", ends ? "" : "1", 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_it_is_kept, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(who_has_it, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
