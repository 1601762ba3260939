// Rollouts and their devices in the database.
#include "server/store/rollout_store.h"

#include "server/store/rollout_device_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

#define IMAGE "BOARD-2"

static const struct rollout_terms terms = {.phases = {{1, false}, {25, true}, {100, true}},
    .phase_count = 3,
    .rate = 7,
    .at_once = 8,
    .site_size = 9,
    .site_prefix = "site-",
    .start_ms = 10,
    .window_from = 1320,
    .window_to = 300,
    .window_zone = "Europe/Berlin",
    .success = 95,
    .soak_ms = 11,
    .failures = {5, true},
    .timeout_ms = 12,
    .canaries_first = true};

static struct rollout make(const char *name, const char *image)
{
    struct rollout rollout = {.terms = terms, .is_gated = true, .created_at_ms = 5};

    snprintf(rollout.name, sizeof rollout.name, "%s", name);
    assert_true(image_name_parse(image, strlen(image), &rollout.image));
    return rollout;
}

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

static struct rollout add_rollout(struct fixture *f, const char *name, const char *image)
{
    struct rollout rollout = make(name, image);

    fixture_write(f, add, &rollout);
    return rollout;
}

static struct rollout_device put_device(
    struct fixture *f, int64_t rollout, const char *mac, enum rollout_stage stage)
{
    struct rollout_device device = {.rollout = rollout, .stage = stage};

    snprintf(device.mac, sizeof device.mac, "%s", mac);
    fixture_write(f, put, &device);
    return device;
}

static void all_of_it_is_kept(void **state)
{
    struct fixture *f = *state;
    struct rollout rollout = add_rollout(f, "spring", IMAGE);
    struct rollout out;
    struct err err = {0};

    rollout.state = ROLLOUT_PAUSED;
    rollout.phase = 2;
    rollout.soak_at_ms = 6;
    rollout.forgiven = 3;
    rollout.is_gated = false;
    rollout.ended_at_ms = 8;
    snprintf(rollout.reason, sizeof rollout.reason, "5 failures");
    fixture_write(f, update, &rollout);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rollout_store_get(connection, "spring", &out, NULL), 0);
    assert_int_equal(rollout_store_get(connection, "autumn", &out, &err), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
    assert_memory_equal(&out, &rollout, sizeof out);
    assert_int_equal(store_write(f->store, add, &rollout, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "spring"));
}

static void devices_are_kept(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_rollout(f, "spring", IMAGE).id;
    static struct rollout_device device = {.mac = MAC_1,
        .place = 1,
        .phase = 2,
        .site = "north",
        .stage = ROLLOUT_FAILED,
        .command_id = 3,
        .tries = 4,
        .before = "BOARD-1",
        .began_at_ms = 5,
        .ended_at_ms = 6,
        .reason = "trial-failed"};
    struct rollout_device out;

    device.rollout = id;
    put_device(f, id, MAC_1, ROLLOUT_WAITING);
    fixture_write(f, put, &device);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rollout_device_store_get(connection, id, MAC_1, &out, NULL), 0);
    assert_memory_equal(&out, &device, sizeof out);
    assert_int_equal(rollout_device_store_get(connection, id, MAC_2, &out, NULL), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
}

static bool is_reached(struct fixture *f, const char *image, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    int rc = rollout_store_is_reached(connection, image, mac, NULL);

    store_read_end(f->store, connection);
    assert_true(rc >= 0);
    return rc > 0;
}

static void the_gate_is_open_for_whom_it_reached(void **state)
{
    struct fixture *f = *state;
    struct rollout rollout = add_rollout(f, "spring", IMAGE);

    for (enum rollout_stage stage = 0; stage < ROLLOUT_STAGE_COUNT; stage++) {
        put_device(f, rollout.id, MAC_1, stage);
        assert_int_equal(is_reached(f, IMAGE, MAC_1), rollout_stage_is_reached(stage));
    }
    put_device(f, rollout.id, MAC_1, ROLLOUT_UPDATED);
    assert_false(is_reached(f, IMAGE, MAC_2));
    assert_false(is_reached(f, "BOARD-3", MAC_1));
    rollout.is_gated = false;
    fixture_write(f, update, &rollout);
    assert_false(is_reached(f, IMAGE, MAC_1));
}

static int count_gate(const struct rollout_use *use, void *ctx)
{
    assert_string_equal(use->image, IMAGE);
    assert_string_equal(use->name, "spring");
    assert_true(use->is_gated || !rollout_state_is_end(use->state));
    *(int *)ctx += use->is_gated;
    return 0;
}

static int lift(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_store_lift_gates(connection, ctx, err);
}

static int gates(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    int count = 0;

    assert_int_equal(rollout_store_each_use(connection, count_gate, &count, NULL), 0);
    store_read_end(f->store, connection);
    return count;
}

static void a_gate_is_lifted_when_its_rollout_has_ended(void **state)
{
    struct fixture *f = *state;
    struct rollout rollout = add_rollout(f, "spring", IMAGE);
    char image[] = IMAGE;

    for (enum rollout_state s = 0; s < ROLLOUT_STATE_COUNT; s++) {
        rollout.state = s;
        rollout.is_gated = true;
        fixture_write(f, update, &rollout);
        fixture_write(f, lift, image);
        assert_int_equal(gates(f), !rollout_state_is_end(s));
    }
}

static int append(const struct rollout_device *device, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 8, "%s ", device->mac + MAC_LENGTH - 1);
    return 0;
}

static int toggle(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, ctx, &device, err);

    device.online = !device.online;
    return rc < 0 ? rc : device_store_put(connection, &device, NULL, err);
}

static int shut_out(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {.revoked_at_ms = 1};

    snprintf(revocation.mac, sizeof revocation.mac, "%s", (const char *)ctx);
    return revocation_store_put(connection, &revocation, err);
}

static void expect_candidates(struct fixture *f, int64_t id, int64_t phase, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    struct rollout_device_wish wish = {id, IMAGE, phase, 10, 1, 0};
    char text[64] = "";

    assert_int_equal(rollout_device_store_each_candidate(connection, &wish, append, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void who_is_away_is_no_candidate(void **state)
{
    struct fixture *f = *state;
    struct rollout rollout = add_rollout(f, "spring", IMAGE);
    struct rollout_device device = {.rollout = rollout.id, .mac = MAC_1, .phase = 1};
    char mac_1[] = MAC_1;
    char mac_2[] = MAC_2;
    int64_t away = 9;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    fixture_write(f, toggle, mac_1);
    fixture_write(f, toggle, mac_2);
    fixture_write(f, put, &device);
    put_device(f, rollout.id, MAC_2, ROLLOUT_WAITING);
    expect_candidates(f, rollout.id, 1, "");
    fixture_write(f, toggle, mac_1);
    expect_candidates(f, rollout.id, 0, "");
    expect_candidates(f, rollout.id, 1, "1 ");
    fixture_write(f, shut_out, mac_2);
    expect_candidates(f, rollout.id, 1, "2 1 ");
    put_device(f, rollout.id, MAC_3, ROLLOUT_WAITING); // which nobody knows
    expect_candidates(f, rollout.id, 0, "2 3 ");

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rollout_device_store_count_away(
                         connection, rollout.id, (const int64_t[2]){0, 1}, &away, NULL),
        0);
    assert_int_equal(away, 2);
    store_read_end(f->store, connection);
}

static int sum(const struct rollout_device_count *count, void *ctx)
{
    int64_t *sums = ctx;

    sums[count->stage] += count->devices;
    return 0;
}

static int count_site(const char *site, int64_t devices, void *ctx)
{
    assert_string_equal(site, "north");
    *(int64_t *)ctx = devices;
    return 0;
}

static void what_is_counted(void **state)
{
    struct fixture *f = *state;
    struct rollout rollout = add_rollout(f, "spring", IMAGE);
    struct rollout_device device = {.rollout = rollout.id,
        .mac = MAC_1,
        .site = "north",
        .stage = ROLLOUT_DOWNLOADING,
        .began_at_ms = 100};
    int64_t sums[ROLLOUT_STAGE_COUNT] = {0};
    int64_t begun = 0;
    int64_t of_site = 0;

    fixture_write(f, put, &device);
    put_device(f, rollout.id, MAC_2, ROLLOUT_FAILED);
    put_device(f, rollout.id, MAC_3, ROLLOUT_FAILED);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rollout_device_store_count(connection, rollout.id, sum, sums, NULL), 0);
    assert_int_equal(sums[ROLLOUT_DOWNLOADING], 1);
    assert_int_equal(sums[ROLLOUT_FAILED], 2);
    assert_int_equal(rollout_device_store_count_begun(connection, rollout.id, 99, &begun, NULL), 0);
    assert_int_equal(begun, 1);
    assert_int_equal(
        rollout_device_store_count_begun(connection, rollout.id, 100, &begun, NULL), 0);
    assert_int_equal(begun, 0);
    assert_int_equal(
        rollout_device_store_each_site(connection, rollout.id, count_site, &of_site, NULL), 0);
    assert_int_equal(of_site, 1);
    store_read_end(f->store, connection);
}

struct retry {
    int64_t rollout, count;
};

static int retry(struct store_connection *connection, void *ctx, struct err *err)
{
    struct retry *wish = ctx;

    return rollout_device_store_retry(connection, wish->rollout, &wish->count, err);
}

static void two_never_have_one_device(void **state)
{
    struct fixture *f = *state;
    struct rollout first = add_rollout(f, "spring", IMAGE);
    struct rollout second = add_rollout(f, "summer", IMAGE);
    struct retry wish = {second.id, 0};
    char name[ROLLOUT_NAME_SIZE];

    for (enum rollout_stage stage = 0; stage < ROLLOUT_STAGE_COUNT; stage++) {
        put_device(f, first.id, MAC_1, stage);

        struct store_connection *connection = fixture_read(f);
        int rc = rollout_device_store_get_other(connection, second.id, MAC_1, name, NULL);

        assert_int_equal(rc, stage < ROLLOUT_FAILED ? 0 : ERR_NOT_FOUND);
        assert_int_equal(
            rollout_device_store_get_other(connection, first.id, MAC_1, name, NULL), ERR_NOT_FOUND);
        store_read_end(f->store, connection);
    }
    put_device(f, first.id, MAC_1, ROLLOUT_WAITING);
    put_device(f, second.id, MAC_1, ROLLOUT_FAILED);
    put_device(f, second.id, MAC_2, ROLLOUT_LEFT_OUT);
    fixture_write(f, retry, &wish);
    assert_int_equal(wish.count, 1); // the other one is the first rollout's
    first.state = ROLLOUT_ABORTED;
    fixture_write(f, update, &first);
    fixture_write(f, retry, &wish);
    assert_int_equal(wish.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_it_is_kept, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(devices_are_kept, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_gate_is_open_for_whom_it_reached, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_gate_is_lifted_when_its_rollout_has_ended, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            who_is_away_is_no_candidate, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_counted, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            two_never_have_one_device, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
