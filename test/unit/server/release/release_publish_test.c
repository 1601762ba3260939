// Channels in the catalogue: what is published to whom, what is refused, and who changes channels.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release_find.h"
#include "server/release/release_follow.h"
#include "server/release/release_publish.h"
#include "server/release/release_switch.h"
#include "server/store/tag_store.h"
#include "server/store/device_store.h"
#include "server/store/image_store.h"
#include "test/unit/server/store/store_fixture.h"

// The key that signed it and those that it embeds, as letters.
struct shape {
    const char *name;
    char signer;
    const char *embeds;
};

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct shape *shape = ctx;
    struct image image = {.state = IMAGE_ADDED, .embeds_from = "descriptor"};

    assert_true(image_name_parse(shape->name, strlen(shape->name), &image.name));
    image.signer[0] = shape->signer;
    for (; shape->embeds[image.embeds_count] != '\0'; image.embeds_count++)
        image.embeds[image.embeds_count][0] = shape->embeds[image.embeds_count];
    return image_store_add(connection, &image, err);
}

static struct release *open_with(struct fixture *f, struct shape *shapes, size_t n)
{
    struct release *release;

    for (size_t i = 0; i < n; i++)
        fixture_write(f, add, &shapes[i]);
    assert_int_equal(release_open(f->store, &release, NULL), 0);
    return release;
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = fixture_device(MAC_1);

    snprintf(device.status.image, sizeof device.status.image, "%s", (const char *)ctx);
    return device_store_put(connection, &device, NULL, err);
}

static int publish_to(
    struct release *release, const char *name, enum channel channel, bool force, struct err *err)
{
    struct release_publish_wish wish = {.name = name, .channel = channel, .force = force};

    return release_publish(release, &wish, err);
}

static int follow(struct fixture *f, enum channel channel, bool force, struct err *err)
{
    struct release_switch_wish wish = {.mac = MAC_1, .channel = channel, .force = force};
    struct device_mark mark;

    return release_switch_device(f->store, &wish, &mark, err);
}

// What the device is offered when it runs that image; "" for nothing.
static void assert_offer(
    struct fixture *f, struct release *release, const char *running, const char *expected)
{
    struct image_name name;
    struct release_follow asked = {
        .catalogue = release_hold(release), .mac = MAC_1, .running = &name};
    const struct image *next;
    enum release_answer answer;

    assert_true(image_name_parse(running, strlen(running), &name));
    assert_int_equal(release_follow_find(f->store, &asked, NULL), 0);
    answer = release_chain_next(asked.members, asked.n, &name, &next);
    if (strcmp(answer == RELEASE_NEXT ? next->name.text : "", expected) != 0)
        fail_msg("%s: %s", running, answer == RELEASE_NEXT ? next->name.text : "");
    release_drop(release, asked.catalogue);
}

static void beta_is_offered_to_who_follows_it(void **state)
{
    static struct shape shapes[] = {{"A-1", 'a', "a"}, {"A-2", 'a', "a"}, {"A-3", 'a', "a"}};
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 3);
    struct release_publish_wish promote = {.name = "A-2", .promote = true};
    char running[] = "A-1";

    fixture_write(f, put_device, running);
    assert_int_equal(release_publish(release, &promote, NULL), ERR_CONFLICT);
    assert_int_equal(publish_to(release, "A-1", CHANNEL_NONE, false, NULL), 0);
    assert_int_equal(publish_to(release, "A-2", CHANNEL_BETA, false, NULL), 0);
    assert_int_equal(publish_to(release, "A-3", CHANNEL_STABLE, false, NULL), 0);
    assert_offer(f, release, "A-1", "A-3");
    assert_offer(f, release, "A-2", "A-3");
    assert_int_equal(follow(f, CHANNEL_BETA, false, NULL), 0);
    assert_offer(f, release, "A-1", "A-2");
    assert_offer(f, release, "A-2", "A-3");
    assert_int_equal(follow(f, CHANNEL_NONE, false, NULL), 0);
    assert_offer(f, release, "A-1", "A-3");
    assert_int_equal(release_publish(release, &promote, NULL), 0);
    assert_offer(f, release, "A-1", "A-2");
    // And back: whoever got it from stable may run it still.
    assert_int_equal(publish_to(release, "A-3", CHANNEL_BETA, false, NULL), 0);
    assert_offer(f, release, "A-2", "");
    assert_int_equal(fixture_query(f, "SELECT was_stable FROM images WHERE name = 'A-3'"), 1);
    release_close(release);
}

// A-2 is the bridge between two keys.
static struct shape bridge[] = {
    {"A-1", 'a', "a"}, {"A-2", 'a', "b"}, {"A-3", 'b', "b"}, {"A-4", 'b', "b"}};

static void what_strands_a_channel_is_refused(void **state)
{
    struct fixture *f = *state;
    struct release *release = open_with(f, bridge, 4);
    struct release_publish_wish withdraw = {.name = "A-2"};
    struct err err = {0};

    assert_int_equal(publish_to(release, "A-1", CHANNEL_STABLE, false, NULL), 0);
    assert_int_equal(publish_to(release, "A-3", CHANNEL_BETA, false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "channel beta: would strand devices on A-1"));
    assert_int_equal(publish_to(release, "A-2", CHANNEL_BETA, false, NULL), 0);
    assert_int_equal(publish_to(release, "A-3", CHANNEL_BETA, false, NULL), 0);
    // A promotion that leaves out the bridge.
    assert_int_equal(publish_to(release, "A-3", CHANNEL_STABLE, false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "channel stable: would strand devices on A-1"));
    assert_int_equal(publish_to(release, "A-2", CHANNEL_STABLE, false, NULL), 0);
    assert_int_equal(publish_to(release, "A-3", CHANNEL_STABLE, false, NULL), 0);
    // The bridge leaves stable: by withdrawal, or for beta.
    assert_int_equal(release_publish_withdraw(release, &withdraw, &err), ERR_CONFLICT);
    assert_int_equal(publish_to(release, "A-2", CHANNEL_BETA, false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "channel stable: would strand devices on A-1"));
    assert_int_equal(publish_to(release, "A-2", CHANNEL_BETA, true, NULL), 0);
    assert_offer(f, release, "A-1", "");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE forced = 1"), 1);
    release_close(release);
}

static void another_layout_is_never_forced(void **state)
{
    static struct shape shapes[] = {{"A-1", 'a', "a"}, {"A-2", 'a', "a"}};
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 2);

    release_close(release);
    fixture_query(f, "UPDATE images SET layout = 2 WHERE name = 'A-1'");
    fixture_query(f, "UPDATE images SET layout = 3 WHERE name = 'A-2'");
    assert_int_equal(release_open(f->store, &release, NULL), 0);
    assert_int_equal(publish_to(release, "A-1", CHANNEL_STABLE, false, NULL), 0);
    assert_int_equal(publish_to(release, "A-2", CHANNEL_BETA, true, NULL), ERR_CONFLICT);
    fixture_query(f, "UPDATE images SET signer = '' WHERE name = 'A-2'");
    fixture_query(f, "UPDATE images SET layout = 2");
    assert_int_equal(publish_to(release, "A-2", CHANNEL_BETA, true, NULL), ERR_DENIED);
    release_close(release);
}

// In beta a device comes on from A-2; in stable, where its successor is of another key, not.
static void a_device_is_not_stranded_by_its_channel(void **state)
{
    static struct shape shapes[] = {
        {"A-1", 'a', "ac"}, {"A-2", 'a', "b"}, {"A-3", 'b', "c"}, {"A-4", 'c', "c"}};
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 4);
    char running[] = "A-2";
    struct err err = {0};

    for (size_t i = 0; i < 4; i++) {
        bool in_beta = i == 1 || i == 2;

        assert_int_equal(publish_to(release, shapes[i].name,
                             in_beta ? CHANNEL_BETA : CHANNEL_STABLE, false, &err),
            0);
    }
    assert_int_equal(follow(f, CHANNEL_BETA, false, NULL), ERR_NOT_FOUND);
    fixture_write(f, put_device, running);
    assert_int_equal(follow(f, CHANNEL_BETA, false, NULL), 0);
    assert_offer(f, release, "A-2", "A-3");
    assert_int_equal(follow(f, CHANNEL_NONE, false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "would strand devices on A-2: in channel stable"));
    assert_int_equal(fixture_query(f, "SELECT channel FROM device_marks"), CHANNEL_BETA);
    assert_int_equal(follow(f, CHANNEL_STABLE, true, NULL), 0);
    assert_offer(f, release, "A-2", "");
    assert_int_equal(follow(f, CHANNEL_BETA, false, NULL), 0);
    release_close(release);
}

static int put_tag(struct store_connection *connection, void *ctx, struct err *err)
{
    return tag_store_add(connection, MAC_1, ctx, err);
}

static int tag(struct fixture *f, const char *name, bool force, struct err *err)
{
    char text[16];
    const struct audit_change change = {
        .verb = "tag", .kind = AUDIT_DEVICE, .object = MAC_1, .forced = force};

    snprintf(text, sizeof text, "%s", name);
    return release_switch_run_device(f->store, &change, put_tag, text, err);
}

// A tag that makes a group's device of it, which makes it follow stable.
static void a_tag_strands_nobody(void **state)
{
    static struct shape shapes[] = {
        {"A-1", 'a', "ac"}, {"A-2", 'a', "b"}, {"A-3", 'b', "c"}, {"A-4", 'c', "c"}};
    struct fixture *f = *state;
    struct release *release = open_with(f, shapes, 4);
    char running[] = "A-2";
    struct err err = {0};

    for (size_t i = 0; i < 4; i++) {
        enum channel channel = i == 1 || i == 2 ? CHANNEL_BETA : CHANNEL_STABLE;

        assert_int_equal(publish_to(release, shapes[i].name, channel, false, &err), 0);
    }
    fixture_query(f, "INSERT INTO device_groups (name, filter, set_by, set_at_ms, channel) VALUES"
                     " ('lab', 'tag=lab', '', 1, 2), ('shop', 'tag=shop', '', 1, 1)");
    assert_int_equal(tag(f, "lab", false, NULL), ERR_NOT_FOUND);
    fixture_write(f, put_device, running);
    assert_int_equal(tag(f, "lab", false, NULL), 0);
    assert_int_equal(tag(f, "north", false, NULL), 0);
    assert_int_equal(tag(f, "shop", false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "would strand devices on A-2: in channel stable"));
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_tags"), 2);
    assert_int_equal(tag(f, "shop", true, NULL), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE forced = 1"), 1);
    fixture_query(f, "DELETE FROM device_tags");
    fixture_query(f, "UPDATE devices SET image = 'A-3'");
    assert_int_equal(tag(f, "lab", false, NULL), 0);
    assert_int_equal(tag(f, "shop", false, NULL), 0); // it is not lost on that
    fixture_query(f, "DELETE FROM device_tags");
    fixture_query(f, "UPDATE devices SET image = 'A-0'");
    assert_int_equal(tag(f, "lab", false, NULL), 0);
    assert_int_equal(tag(f, "shop", false, NULL), 0); // nor by it on one that was never added
    fixture_query(f, "DELETE FROM device_tags");
    fixture_query(f, "UPDATE devices SET image = 'A-2'");
    fixture_query(f, "UPDATE image_embeds SET key = 'z' WHERE image = 'A-2'");
    assert_int_equal(tag(f, "lab", false, NULL), 0);
    assert_int_equal(tag(f, "shop", false, NULL), 0); // nor if it was lost before
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            beta_is_offered_to_who_follows_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_tag_strands_nobody, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            what_strands_a_channel_is_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            another_layout_is_never_forced, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_device_is_not_stranded_by_its_channel, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
