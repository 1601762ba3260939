// Tests of groups that have settings and refer to others: who is in them, and what changes of the
// others are refused.
#include "test/unit/server/settings/settings_fixture.h"

#include <stdio.h>

#include "server/settings/settings_group.h"
#include "server/settings/settings_member.h"
#include "server/store/settings_store.h"

struct putting {
    const char *name, *filter;
    enum channel channel;
    bool by_channel;
};

static struct settings_desk desk;

// What the API does: writes the group, then has it judged.
static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct putting *putting = ctx;
    struct device_group group = {.channel = putting->channel};
    int rc;

    snprintf(group.name, sizeof group.name, "%s", putting->name);
    snprintf(group.filter, sizeof group.filter, "%s", putting->filter);
    rc = group_store_put(connection, &group, err);
    if (rc < 0)
        return rc;
    return putting->by_channel ? settings_group_judge_channels(&desk, connection, err)
                               : settings_group_judge(&desk, connection, putting->name, err);
}

// A layer as it is, unjudged.
static int put_layer(struct store_connection *connection, void *ctx, struct err *err)
{
    return settings_store_change(connection, ctx, err);
}

static void set_layer(struct fixture *f, const char *group, const char *patch)
{
    struct settings_change change = {.scope = SETTINGS_GROUP};

    snprintf(change.name, sizeof change.name, "%s", group);
    snprintf(change.after, sizeof change.after, "%s", patch);
    assert_int_equal(store_write(f->store, put_layer, &change, NULL), 0);
}

// Two of these are more than a device takes.
static void set_long_layer(struct fixture *f, const char *group, const char *member)
{
    char patch[SETTINGS_STORE_PATCH_SIZE];

    snprintf(patch, sizeof patch, "{\"%s\": \"%01995d\"}", member, 0);
    set_layer(f, group, patch);
}

static void expect(struct fixture *f, const struct putting *putting, int code, const char *reason)
{
    struct putting wish = *putting;
    struct err err = {0};
    int rc = store_write(f->store, put, &wish, &err);

    if (rc != code || (reason != NULL && strstr(err.message, reason) == NULL))
        fail_msg("%s %s: %d %s", wish.name, wish.filter, rc, err.message);
}

static void start(struct fixture *f)
{
    desk = (struct settings_desk){f->store, settings_fixture_read_base,
        settings_fixture_judge_names, NULL, settings_fixture_bears_name};
    assert_int_equal(store_write(f->store, settings_fixture_fill, NULL, NULL), 0);
}

static int is_member(struct fixture *f, const char *group, const char *mac)
{
    struct store_connection *connection;
    struct select_tree tree;
    int rc;

    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    rc = settings_member_read(connection, group, &tree, NULL);
    if (rc == 0)
        rc = settings_member_meets(connection, mac, &tree, 1, NULL);
    store_read_end(f->store, connection);
    return rc;
}

static void test_members(void **state)
{
    static const struct putting outer = {.name = "o", .filter = "group=m not mac=" MAC_2};
    static const struct putting middle = {.name = "m", .filter = "group=b"};
    struct fixture *f = *state;

    start(f);
    expect(f, &middle, 0, NULL);
    expect(f, &outer, 0, NULL);
    assert_int_equal(is_member(f, "o", MAC_1), 1);
    assert_int_equal(is_member(f, "o", MAC_2), 0);
    assert_int_equal(is_member(f, "o", MAC_3), 0);
}

// Whether devices have drifted is not asked by who decides that, however far round.
static void test_circular(void **state)
{
    static const struct putting outer = {.name = "o", .filter = "group=m"};
    static const struct putting middle = {.name = "m", .filter = "tag=x or group=b"};
    static const struct putting drift = {.name = "b", .filter = "drifted=yes"};
    static const struct putting own = {.name = "o", .filter = "not (drifted=no)"};
    static const struct putting unrelated = {.name = "z", .filter = "drifted=yes"};
    struct fixture *f = *state;

    start(f);
    expect(f, &middle, 0, NULL);
    expect(f, &outer, 0, NULL);
    set_layer(f, "o", "{\"waittimeout\": 2000}");
    expect(f, &drift, ERR_INVALID, "depends on their settings");
    expect(f, &drift, ERR_INVALID, "the settings of group o");
    expect(f, &own, ERR_INVALID, "depends on their settings");
    expect(f, &unrelated, 0, NULL);
}

// Neither by who follows a channel.
static void test_channels(void **state)
{
    static const struct putting beta = {
        .name = "c", .filter = "drifted=yes", .channel = CHANNEL_BETA, .by_channel = true};
    static const struct putting none = {.name = "c", .filter = "drifted=yes", .by_channel = true};
    static const char *const filters[] = {"channel=beta", "not image=latest", "group=m"};
    struct fixture *f = *state;

    start(f);
    expect(f, &(struct putting){.name = "m", .filter = "channel=stable"}, 0, NULL);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        expect(f, &none, 0, NULL);
        expect(f, &(struct putting){.name = "o", .filter = filters[i]}, 0, NULL);
        set_layer(f, "o", "{\"waittimeout\": 2000}");
        expect(f, &beta, ERR_INVALID, "depends on their settings");
    }
    expect(f, &(struct putting){.name = "o", .filter = "tag=cellar"}, 0, NULL);
    expect(f, &beta, 0, NULL);
}

// A device that comes into a group by another group's change gets its settings beside others.
static void test_judged(void **state)
{
    static const struct putting outer = {.name = "o", .filter = "group=m"};
    static const struct putting few = {.name = "m", .filter = "mac=" MAC_3};
    static const struct putting more = {.name = "m", .filter = "mac=" MAC_1};
    struct fixture *f = *state;

    start(f);
    expect(f, &few, 0, NULL);
    expect(f, &outer, 0, NULL);
    set_long_layer(f, "o", "p");
    set_long_layer(f, "a", "q");
    expect(f, &few, 0, NULL);
    expect(f, &more, ERR_INVALID, "the settings of group o");
    expect(f, &more, ERR_INVALID, "device " MAC_1 ": config.json would have");
}

// What is stored by who did not check it is refused, and ends.
static void test_bounds(void **state)
{
    struct fixture *f = *state;
    char name[16];
    char filter[32];

    start(f);
    expect(f, &(struct putting){.name = "l", .filter = "group=k"}, 0, NULL);
    expect(f, &(struct putting){.name = "k", .filter = "group=l"}, 0, NULL);
    assert_int_equal(is_member(f, "l", MAC_1), ERR_TOO_LARGE);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "d%d", i);
        if (i == 0)
            snprintf(filter, sizeof filter, "tag=cellar");
        else
            snprintf(filter, sizeof filter, "group=d%d", i - 1);
        expect(f, &(struct putting){.name = name, .filter = filter}, 0, NULL);
    }
    assert_int_equal(is_member(f, "d5", MAC_1), 1);
    assert_int_equal(is_member(f, "d7", MAC_1), ERR_TOO_LARGE);
    assert_int_equal(is_member(f, "nobody", MAC_1), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_members, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_circular, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_channels, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_judged, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
