// Groups in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/group_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return group_store_put(connection, ctx, err);
}

static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    return group_store_remove(connection, ctx, err);
}

static int see(const struct device_group *group, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 4096 - strlen(text), "%s:%s:%s@%lld ", group->name, group->filter,
        group->set_by, (long long)group->set_at_ms);
    return 0;
}

static int stop(const struct device_group *group, void *ctx)
{
    (void)group;
    (void)ctx;
    return 7;
}

static void assert_groups(struct fixture *f, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[4096] = "";

    assert_int_equal(group_store_each(connection, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_groups(void **state)
{
    static struct device_group groups[] = {{"north", "tag=north", "uid 0", 5, CHANNEL_BETA},
        {"cellar", "tag=cellar", "uid 1", 6, CHANNEL_NONE}};
    struct fixture *f = *state;
    struct device_group got;
    struct store_connection *connection;
    struct err err = {0};
    char name[] = "north";

    assert_groups(f, "");
    fixture_write(f, put, &groups[0]);
    fixture_write(f, put, &groups[1]);
    assert_groups(f, "cellar:tag=cellar:uid 1@6 north:tag=north:uid 0@5 ");
    snprintf(groups[0].filter, sizeof groups[0].filter, "tag=n*");
    fixture_write(f, put, &groups[0]);
    connection = fixture_read(f);
    assert_int_equal(group_store_get(connection, "north", &got, &err), 0);
    assert_string_equal(got.filter, "tag=n*");
    assert_int_equal(group_store_get(connection, "south", &got, &err), ERR_NOT_FOUND);
    assert_int_equal(group_store_each(connection, stop, NULL, NULL), 7);
    store_read_end(f->store, connection);
    fixture_write(f, take, name);
    assert_int_equal(store_write(f->store, take, name, &err), ERR_NOT_FOUND);
    assert_groups(f, "cellar:tag=cellar:uid 1@6 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_groups, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
