// Channels and groups: who follows which, and what filters make of that.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/select/select_parse.h"
#include "server/store/device_channel.h"
#include "server/store/device_store.h"
#include "server/store/device_where.h"
#include "server/store/group_tree.h"
#include "server/store/group_use.h"
#include "server/store/image_store.h"
#include "server/store/tag_store.h"
#include "test/unit/server/store/store_fixture.h"

// Six devices, by the last digit of their MAC.
static const struct {
    const char *image;
    enum channel own;
    const char *tag;
    enum channel channel; // that it follows, and by which group
    const char *group;
} fleet[] = {
    {"A-1.0", CHANNEL_STABLE, "cellar", CHANNEL_STABLE, ""},
    {"A-1.1", CHANNEL_BETA, "cellar", CHANNEL_BETA, ""},
    {"A-1.0", CHANNEL_NONE, "cellar", CHANNEL_STABLE, "deep"}, // and in a group that follows beta
    {"A-1.0", CHANNEL_NONE, "bare", CHANNEL_BETA, "bare"},
    {"", CHANNEL_NONE, "", CHANNEL_STABLE, ""},
    {"A-1.1", CHANNEL_STABLE, "", CHANNEL_STABLE, ""}, // newer than all of its channel
};

#define FLEET (sizeof fleet / sizeof fleet[0])

static void mac_of(size_t i, char out[MAC_SIZE])
{
    memcpy(out, MAC_1, MAC_SIZE);
    out[MAC_LENGTH - 1] = (char)('1' + i);
}

static int put_fleet(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = 0;

    (void)ctx;
    for (size_t i = 0; rc == 0 && i < FLEET; i++) {
        struct device_record device = fixture_device(MAC_1);
        struct device_mark mark = {.channel = fleet[i].own};

        mac_of(i, device.mac);
        snprintf(device.status.image, sizeof device.status.image, "%s", fleet[i].image);
        rc = device_store_put(connection, &device, NULL, err);
        if (rc == 0 && fleet[i].tag[0] != '\0')
            rc = tag_store_add(connection, device.mac, fleet[i].tag, err);
        if (rc == 0)
            rc = mark_store_put(connection, device.mac, &mark, err);
    }
    return rc;
}

static int put_image(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_add(connection, ctx, err);
}

static void add_image(struct fixture *f, const char *name, enum channel channel)
{
    struct image image = {.state = IMAGE_PUBLISHED, .channel = channel};

    assert_true(image_name_parse(name, strlen(name), &image.name));
    fixture_write(f, put_image, &image);
}

static int put_group(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = group_store_put(connection, ctx, err);

    return rc < 0 ? rc : group_tree_check_all(connection, err);
}

static int set_group(
    struct fixture *f, const char *name, const char *filter, enum channel channel, struct err *err)
{
    struct device_group group = {.channel = channel};

    snprintf(group.name, sizeof group.name, "%s", name);
    snprintf(group.filter, sizeof group.filter, "%s", filter);
    return store_write(f->store, put_group, &group, err);
}

static void prepare(struct fixture *f)
{
    fixture_write(f, put_fleet, NULL);
    add_image(f, "A-1.0", CHANNEL_STABLE);
    add_image(f, "A-1.1", CHANNEL_BETA);
    assert_int_equal(set_group(f, "below", "tag=cellar", CHANNEL_NONE, NULL), 0);
    assert_int_equal(set_group(f, "deep", "group=below", CHANNEL_STABLE, NULL), 0);
    assert_int_equal(set_group(f, "bare", "tag=bare or tag=cellar", CHANNEL_BETA, NULL), 0);
    assert_int_equal(set_group(f, "outer", "group=deep image=*1.0", CHANNEL_NONE, NULL), 0);
}

static int see(const struct device_record *device, void *ctx)
{
    char *seen = ctx;
    size_t n = strlen(seen);

    seen[n] = device->mac[MAC_LENGTH - 1];
    seen[n + 1] = '\0';
    return 0;
}

static const struct {
    const char *filter;
    const char *expected;
} rows[] = {
    {"ownchannel=none", "345"},
    {"ownchannel=stable", "16"},
    {"ownchannel=beta", "2"},
    {"ownchannel!=beta", "13456"},
    {"channel=beta", "24"},
    {"channel!=beta", "1356"},
    {"channel=stable", "1356"},
    {"channel!=stable", "24"},
    {"not channel=beta", "1356"},
    {"channel=beta tag=bare or image=\"\"", "45"},
    {"group=below", "123"},
    {"group!=below", "456"},
    {"not group=below", "456"},
    {"group=outer", "13"},
    {"group=below channel=beta", "2"},
    {"not (group=outer or group=bare) image!=\"\"", "6"},
    {"image=latest", "123"},
    {"image!=latest", "4"},
    {"not image=latest", "456"},
    {"image=latest channel=beta", "2"},
    {"image!=latest or image=latest", "1234"},
};

static void filters_know_channels_and_groups(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    prepare(f);
    connection = fixture_read(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct select_tree tree;
        struct device_filter filter = {.trees = &tree, .tree_count = 1};
        struct err err = {0};
        char seen[FLEET + 1] = "";

        assert_int_equal(select_parse(rows[i].filter, &tree, NULL), 0);
        if (device_store_each(connection, &filter, see, seen, &err) < 0)
            fail_msg("%s: %s", rows[i].filter, err.message);
        if (strcmp(seen, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].filter, seen);
    }
    store_read_end(f->store, connection);
}

static void devices_follow(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    prepare(f);
    connection = fixture_read(f);
    for (size_t i = 0; i < FLEET; i++) {
        struct device_mark mark = {.channel = fleet[i].own};
        struct device_channel channel;
        char mac[MAC_SIZE];

        mac_of(i, mac);
        assert_int_equal(device_channel_get(connection, mac, &mark, &channel, NULL), 0);
        assert_int_equal(channel.channel, fleet[i].channel);
        assert_int_equal(channel.is_own, fleet[i].own != CHANNEL_NONE);
        assert_string_equal(channel.group, fleet[i].group);
    }
    store_read_end(f->store, connection);
}

static int note_image(const char *image, int64_t devices, void *ctx)
{
    char *text = ctx;
    size_t n = strlen(text);

    snprintf(text + n, 64 - n, "%s:%lld ", image, (long long)devices);
    return 0;
}

static void beta_is_counted_by_image(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    char text[64] = "";

    fixture_write(f, put_fleet, NULL);
    fixture_query(f, "UPDATE device_marks SET channel = 1");
    connection = fixture_read(f);
    assert_int_equal(device_channel_each_beta(connection, note_image, text, NULL), 0);
    assert_string_equal(text, "");
    store_read_end(f->store, connection);
    fixture_query(f, "DELETE FROM device_marks");
    assert_int_equal(set_group(f, "bare", "image=A-1.*", CHANNEL_BETA, NULL), 0);
    assert_int_equal(set_group(f, "deep", "tag=bare", CHANNEL_STABLE, NULL), 0);
    connection = fixture_read(f);
    assert_int_equal(device_channel_each_beta(connection, note_image, text, NULL), 0);
    assert_string_equal(text, "A-1.0:2 A-1.1:2 ");
    store_read_end(f->store, connection);
}

// One after the other; what is refused is not there afterwards.
static const struct {
    const char *name, *filter;
    enum channel channel;
    int rc;
    const char *message;
} sets[] = {
    {"a", "tag=a", CHANNEL_NONE, 0, ""},
    {"b", "group=a", CHANNEL_NONE, 0, ""},
    {"b", "group=c", CHANNEL_NONE, ERR_NOT_FOUND, "no group c"},
    {"a", "group=b", CHANNEL_NONE, ERR_CONFLICT, "would come to itself"},
    {"a", "tag=x or not group=a", CHANNEL_NONE, ERR_CONFLICT, "group a would come to itself"},
    {"c", "group=b", CHANNEL_BETA, 0, ""},
    {"d", "group=c", CHANNEL_NONE, 0, ""},
    {"e", "group=d", CHANNEL_NONE, 0, ""},
    {"f", "group=e", CHANNEL_NONE, ERR_TOO_LARGE, "more than 4 deep"},
    {"a", "channel=beta", CHANNEL_NONE, ERR_CONFLICT, "group c has a channel"},
    {"a", "image=latest", CHANNEL_NONE, ERR_CONFLICT, "nor for the latest image"},
    {"a", "image=A-1 ownchannel=none", CHANNEL_NONE, 0, ""},
    {"g", "image=latest channel=beta", CHANNEL_NONE, 0, ""},
    {"g", "image=latest", CHANNEL_STABLE, ERR_CONFLICT, "group g has a channel"},
};

static void groups_that_loop_are_refused(void **state)
{
    struct fixture *f = *state;
    char name[] = "n_a";

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct err err = {0};
        int rc = set_group(f, sets[i].name, sets[i].filter, sets[i].channel, &err);

        if (rc != sets[i].rc || strstr(err.message, sets[i].message) == NULL)
            fail_msg("%s %s: %d %s", sets[i].name, sets[i].filter, rc, err.message);
    }
    for (int i = 1; i < GROUP_TREE_CHANNELS_MAX; i++) {
        name[2] = (char)('a' + i);
        assert_int_equal(set_group(f, name, "tag=n", CHANNEL_STABLE, NULL), 0);
    }
    name[0] = 'o';
    assert_int_equal(set_group(f, name, "tag=n", CHANNEL_BETA, NULL), ERR_CONFLICT);
    assert_int_equal(set_group(f, name, "tag=n", CHANNEL_NONE, NULL), 0);
}

// Each refers to the one before it three times.
static void groups_that_grow_are_refused(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    struct fixture *f = *state;
    char filter[256];
    struct err err = {0};

    assert_int_equal(set_group(f, "a", "tag=a", CHANNEL_NONE, NULL), 0);
    for (size_t i = 1; i < 4; i++) {
        snprintf(filter, sizeof filter, "group=%s or group=%s or group=%s or group=%s",
            names[i - 1], names[i - 1], names[i - 1], names[i - 1]);
        assert_int_equal(
            set_group(f, names[i], filter, CHANNEL_NONE, &err), i < 3 ? 0 : ERR_TOO_LARGE);
    }
    assert_non_null(strstr(err.message, "more than 64 others"));
}

// Whatever another program has written: no filter goes round for ever.
static void a_loop_of_others_has_an_end(void **state)
{
    static const char *const texts[] = {"group=a", "channel=beta", "image=latest"};
    struct fixture *f = *state;
    struct store_connection *connection;

    prepare(f);
    fixture_query(f, "INSERT INTO device_groups VALUES ('a', 'group=a', 'x', 1, 0)");
    fixture_query(f, "INSERT INTO device_groups VALUES ('z', 'channel=beta', 'x', 1, 2)");
    connection = fixture_read(f);
    for (size_t i = 0; i < 3; i++) {
        struct select_tree tree;
        struct device_filter filter = {.trees = &tree, .tree_count = 1};
        int64_t count;

        assert_int_equal(select_parse(texts[i], &tree, NULL), 0);
        assert_int_equal(device_store_count_filtered(connection, &filter, &count, NULL),
            i == 0 ? ERR_TOO_LARGE : ERR_CONFLICT);
    }
    store_read_end(f->store, connection);
}

static int count_devices(struct fixture *f, const char *text)
{
    struct store_connection *connection = fixture_read(f);
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1};
    int64_t count;

    assert_int_equal(select_parse(text, &tree, NULL), 0);

    int rc = device_store_count_filtered(connection, &filter, &count, NULL);

    store_read_end(f->store, connection);
    return rc;
}

// Nor does one that others have made deep or wide, which no loop is.
static void what_others_have_made_is_bounded(void **state)
{
    struct fixture *f = *state;
    char sql[1024];

    prepare(f);
    for (int i = 1; i <= 7; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO device_groups VALUES ('g%d', '%s%d', 'x', 1, 0)", i,
            i == 1 ? "tag=g" : "group=g", i - 1);
        fixture_query(f, sql);
    }
    assert_int_equal(count_devices(f, "group=g6"), 0);
    assert_int_equal(count_devices(f, "group=g7"), ERR_TOO_LARGE);
    snprintf(sql, sizeof sql, "INSERT INTO device_groups VALUES ('wide', 'group=below");
    for (int i = 1; i < 30; i++)
        strcat(sql, " or group=below");
    strcat(sql, "', 'x', 1, 0)");
    fixture_query(f, sql);
    assert_int_equal(count_devices(f, "group=wide group=wide group=wide group=wide"), 0);
    assert_int_equal(
        count_devices(f, "group=wide group=wide group=wide group=wide group=wide"), ERR_TOO_LARGE);
}

static void a_group_in_use_stays(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct err err = {0};

    prepare(f);
    connection = fixture_read(f);
    assert_int_equal(group_use_check_removal(connection, "below", true, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "group deep refers to it"));
    assert_int_equal(group_use_check_removal(connection, "outer", false, NULL), 0);
    store_read_end(f->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            filters_know_channels_and_groups, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(devices_follow, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            beta_is_counted_by_image, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            groups_that_loop_are_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            groups_that_grow_are_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_loop_of_others_has_an_end, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            what_others_have_made_is_bounded, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_group_in_use_stays, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
