// Who takes part in a rollout of an image that is published to channel beta alone.
#include "server/store/mark_store.h"
#include "test/unit/server/rollout/rollout_fixture.h"

#define STABLE_REASON "follows stable, and the image is published to beta alone"

struct follows {
    const char *mac;
    enum channel channel;
};

static int put_channel(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct follows *follows = ctx;
    struct device_mark mark;
    int rc = mark_store_get(connection, follows->mac, &mark, err);

    mark.channel = follows->channel;
    return rc < 0 ? rc : mark_store_put(connection, follows->mac, &mark, err);
}

static void follow(struct fixture *f, const char *mac, enum channel channel)
{
    struct follows follows = {mac, channel};

    fixture_write(f, put_channel, &follows);
}

static void publish_to(enum channel channel)
{
    const struct release_publish_wish wish = {.name = NEW, .channel = channel, .force = true};

    assert_int_equal(release_publish(release, &wish, NULL), 0);
}

static void plan_and_expect(struct fixture *f, int64_t count, int64_t off_channel)
{
    static const struct device_filter all;
    struct rollout rollout = {.name = "spring", .terms = at_once};
    struct rollout_create_wish wish = {&rollout, &all, NULL, NULL, false};
    struct rollout_created created = {0};

    assert_true(image_name_parse(NEW, strlen(NEW), &rollout.image));
    assert_int_equal(rollout_create_plan(f->store, release, &wish, &created, NULL), 0);
    assert_int_equal(created.count, count);
    assert_int_equal(created.off_channel, off_channel);
    assert_int_equal(created.met, 3);
    rollout_creation_clear(&created);
}

static int64_t plan_canaries(struct fixture *f)
{
    static const struct device_filter all;
    struct rollout rollout = {.name = "spring", .terms = at_once};
    struct rollout_create_wish wish = {&rollout, &all, NULL, NULL, false};
    struct rollout_created created = {0};
    int64_t canaries;

    assert_true(image_name_parse(NEW, strlen(NEW), &rollout.image));
    assert_int_equal(rollout_create_plan(f->store, release, &wish, &created, NULL), 0);
    canaries = created.canaries;
    rollout_creation_clear(&created);
    return canaries;
}

static void who_follows_stable_does_not_take_part(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    publish_to(CHANNEL_BETA);
    assert_int_equal(try_create(f, "spring", NEW, &at_once, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "3 follow stable, which it is not published to"));
    follow(f, MAC_1, CHANNEL_BETA);
    plan_and_expect(f, 1, 2);
    create(f, "spring", &at_once);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollout_devices"), 1);
    drive(f);
    assert_int_equal(row_of(f, "spring", MAC_1).stage, ROLLOUT_DOWNLOADING);
}

// A device that already runs it is counted once, whatever it follows.
static int mark_canary(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_mark mark;
    int rc = mark_store_get(connection, ctx, &mark, err);

    mark.is_canary = true;
    return rc < 0 ? rc : mark_store_put(connection, ctx, &mark, err);
}

static void canaries_are_counted(void **state)
{
    struct fixture *f = *state;
    char mac[] = MAC_2;

    assert_int_equal(plan_canaries(f), 0);
    fixture_write(f, mark_canary, mac);
    assert_int_equal(plan_canaries(f), 1);
}

static void who_runs_it_is_current(void **state)
{
    struct fixture *f = *state;

    publish_to(CHANNEL_BETA);
    report(f, MAC_2, NEW, true);
    follow(f, MAC_1, CHANNEL_BETA);
    plan_and_expect(f, 1, 1);
}

static void an_image_in_stable_is_for_all(void **state)
{
    struct fixture *f = *state;

    follow(f, MAC_1, CHANNEL_BETA);
    plan_and_expect(f, 3, 0); // it will be published to stable
    publish_to(CHANNEL_STABLE);
    plan_and_expect(f, 3, 0);
    create(f, "spring", &at_once);
    drive(f);
    expect_stages(f, "ddd");
}

static void who_leaves_beta_is_left_out(void **state)
{
    struct fixture *f = *state;
    struct rollout_terms terms = at_once;
    int64_t count = 0;

    publish_to(CHANNEL_BETA);
    follow(f, MAC_1, CHANNEL_BETA);
    follow(f, MAC_2, CHANNEL_BETA);
    follow(f, MAC_3, CHANNEL_BETA);
    terms.at_once = 1;
    create(f, "spring", &terms);
    drive(f);
    assert_int_equal(commands(f), 1);
    follow(f, MAC_1, CHANNEL_STABLE);
    follow(f, MAC_2, CHANNEL_STABLE);
    follow(f, MAC_3, CHANNEL_STABLE);
    drive(f); // what was not sent is taken back
    drive(f);
    expect_stages(f, "lll");
    assert_string_equal(row_of(f, "spring", MAC_1).reason, STABLE_REASON);
    follow(f, MAC_1, CHANNEL_BETA);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RETRY, &count), 0);
    assert_int_equal(count, 3);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, &count), 0); // paused, as all were left out
    drive(f);
    drive(f);
    expect_stages(f, "dll");
    publish_to(CHANNEL_STABLE);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RETRY, &count), 0);
    fixture_query(f, "UPDATE rollout_devices SET stage = 2 WHERE stage = 1");
    drive(f);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM rollout_devices WHERE stage IN (0, 1)"), 2);
}

// The step that changes the key is in beta alone: only who follows that comes to the image.
static void a_way_through_beta_is_none_in_stable(void **state)
{
    struct fixture *f = *state;

    fixture_query(f, "UPDATE images SET channel = 2 WHERE name = '" MIDDLE "'");
    fixture_query(
        f, "UPDATE images SET signer = 'b', state = 1, channel = 1 WHERE name = '" NEW "'");
    fixture_query(f, "UPDATE image_embeds SET key = 'b' WHERE image = '" MIDDLE "'");
    assert_int_equal(release_refresh(release, NULL), 0);
    follow(f, MAC_1, CHANNEL_BETA);
    create(f, "spring", &at_once);
    drive(f);
    expect_stages(f, "dld");
    assert_string_equal(row_of(f, "spring", MAC_2).reason, "cannot verify its next image, " NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_follows_stable_does_not_take_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(canaries_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_runs_it_is_current, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_image_in_stable_is_for_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_leaves_beta_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_way_through_beta_is_none_in_stable, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
