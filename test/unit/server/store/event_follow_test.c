// Events in the order in which they came: ids are never given again, and what is missing shows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/select/select_parse.h"
#include "server/store/event_follow.h"
#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_add(connection, ctx, EVENT_CLASS_OTHER, err);
}

static void add_event(struct fixture *f, const char *mac, const char *kind)
{
    struct event event = {.at_ms = 1};

    memcpy(event.mac, mac, MAC_SIZE);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    fixture_write(f, add, &event);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_forget(connection, ctx, err);
}

static int64_t newest(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    int64_t id = -1;

    assert_int_equal(event_follow_newest(connection, &id, NULL), 0);
    store_read_end(f->store, connection);
    return id;
}

// Each id, with "!" if it is not asked for.
static int see(const struct event_follow_row *row, void *ctx)
{
    char *seen = ctx;

    snprintf(seen + strlen(seen), 24, "%lld%s ", (long long)row->id, row->is_wished ? "" : "!");
    return 0;
}

static const struct event_follow_wish all = {"", "", NULL};

static void assert_follows(struct fixture *f, const struct event_follow_wish *wish,
    struct event_follow_range range, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char seen[200] = "";

    assert_int_equal(event_follow_each(connection, wish, &range, see, seen, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(seen, expected);
}

static void ids_are_never_given_again(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    assert_int_equal(newest(f), 0);
    add_event(f, MAC_1, "will");
    add_event(f, MAC_2, "will");
    add_event(f, MAC_2, "will");
    fixture_write(f, forget, (void *)MAC_2);
    assert_int_equal(newest(f), 3);
    add_event(f, MAC_1, "will");
    assert_int_equal(newest(f), 4);
    assert_follows(f, &all, (struct event_follow_range){0, 9}, "1 4 ");
    assert_follows(f, &all, (struct event_follow_range){1, 9}, "4 ");
    fixture_write(f, forget, (void *)MAC_1);
    add_event(f, MAC_1, "will");
    assert_follows(f, &all, (struct event_follow_range){0, 9}, "5 ");
}

// Else a hole would not say that an event was removed.
static void an_event_that_fails_takes_no_id(void **state)
{
    struct fixture *f = *state;
    struct event event = {.mac = MAC_3, .kind = "will"};

    fixture_add_device(f, MAC_1);
    add_event(f, MAC_1, "will");
    assert_int_equal(store_write(f->store, add, &event, NULL), ERR_NOT_FOUND);
    assert_int_equal(newest(f), 1);
    add_event(f, MAC_1, "will");
    assert_follows(f, &all, (struct event_follow_range){0, 9}, "1 2 ");
}

static void they_come_in_pieces(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    for (int i = 0; i < 5; i++)
        add_event(f, MAC_1, "will");
    assert_follows(f, &all, (struct event_follow_range){0, 2}, "1 2 ");
    assert_follows(f, &all, (struct event_follow_range){2, 2}, "3 4 ");
    assert_follows(f, &all, (struct event_follow_range){5, 2}, "");
}

static struct device_filter filter_of(const char *text, struct select_tree *tree)
{
    assert_int_equal(select_parse(text, tree, NULL), 0);
    return (struct device_filter){.trees = tree, .tree_count = 1};
}

static void what_is_not_asked_for_is_seen_all_the_same(void **state)
{
    struct fixture *f = *state;
    struct select_tree tree;
    struct device_filter filter = filter_of("mac=" MAC_1 " image!=\"\"", &tree);
    const struct event_follow_wish kind = {"", "boot", NULL};
    const struct event_follow_wish mac = {MAC_2, "", NULL};
    const struct event_follow_wish device = {"", "", &filter};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    add_event(f, MAC_1, "boot");
    add_event(f, MAC_2, "will");
    add_event(f, MAC_1, "will");
    assert_follows(f, &kind, (struct event_follow_range){0, 9}, "1 2! 3! ");
    assert_follows(f, &mac, (struct event_follow_range){0, 9}, "1! 2 3! ");
    fixture_query(f, "UPDATE devices SET image = ''");
    assert_follows(f, &device, (struct event_follow_range){0, 9}, "1! 2! 3! ");
    fixture_query(f, "UPDATE devices SET image = 'A-1'");
    assert_follows(f, &device, (struct event_follow_range){0, 9}, "1 2! 3 ");
}

static int64_t before_newest(struct fixture *f, const struct event_follow_wish *wish, int64_t count)
{
    struct store_connection *connection = fixture_read(f);
    int64_t id = -1;

    assert_int_equal(event_follow_before_newest(connection, wish, count, &id, NULL), 0);
    store_read_end(f->store, connection);
    return id;
}

static void the_newest_are_found(void **state)
{
    struct fixture *f = *state;
    const struct event_follow_wish boots = {"", "boot", NULL};
    const struct event_follow_wish none = {"", "x", NULL};

    fixture_add_device(f, MAC_1);
    assert_int_equal(before_newest(f, &all, 3), 0);
    for (int i = 1; i <= 6; i++)
        add_event(f, MAC_1, i % 2 == 0 ? "boot" : "will");
    assert_int_equal(before_newest(f, &all, 0), 6);
    assert_int_equal(before_newest(f, &all, 1), 5);
    assert_int_equal(before_newest(f, &all, 6), 0);
    assert_int_equal(before_newest(f, &all, 7), 0);
    assert_int_equal(before_newest(f, &boots, 2), 3);
    assert_int_equal(before_newest(f, &boots, 9), 1);
    assert_int_equal(before_newest(f, &none, 9), 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_are_never_given_again),
        TEST(an_event_that_fails_takes_no_id),
        TEST(they_come_in_pieces),
        TEST(what_is_not_asked_for_is_seen_all_the_same),
        TEST(the_newest_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
