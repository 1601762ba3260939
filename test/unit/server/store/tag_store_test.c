// Tags of devices in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/tag_store.h"
#include "test/unit/server/store/store_fixture.h"

struct wish {
    const char *mac, *tag;
    int rc; // filled in
};

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    struct wish *wish = ctx;

    wish->rc = tag_store_add(connection, wish->mac, wish->tag, err);
    return wish->rc;
}

static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;

    return tag_store_remove(connection, wish->mac, wish->tag, err);
}

static int move(struct store_connection *connection, void *ctx, struct err *err)
{
    static const char *const macs[2] = {MAC_1, MAC_2};

    (void)ctx;
    return tag_store_move(connection, macs, err);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ctx, err);
}

static int see(const char *tag, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 64, "%s ", tag);
    return 0;
}

static int stop(const char *tag, void *ctx)
{
    (void)tag;
    (void)ctx;
    return 7;
}

static void assert_tags(struct fixture *f, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[256] = "";

    assert_int_equal(tag_store_each(connection, mac, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_adds_and_removes(void **state)
{
    static struct wish wishes[] = {
        {MAC_1, "north", 0}, {MAC_1, "cellar", 0}, {MAC_1, "north", 0}, {MAC_2, "lab", 0}};
    struct fixture *f = *state;
    struct store_connection *connection;
    struct wish none = {MAC_1, "none", 0};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    assert_tags(f, MAC_1, "");
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
        fixture_write(f, add, &wishes[i]);
    assert_tags(f, MAC_1, "cellar north ");
    assert_tags(f, MAC_2, "lab ");
    connection = fixture_read(f);
    assert_int_equal(tag_store_each(connection, MAC_1, stop, NULL, NULL), 7);
    store_read_end(f->store, connection);
    fixture_write(f, take, &wishes[0]);
    fixture_write(f, take, &none);
    assert_tags(f, MAC_1, "cellar ");
}

static void test_refuses(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {MAC_1, "north", 0};
    struct err err = {0};
    char tag[TAG_STORE_TAG_SIZE];

    assert_int_equal(store_write(f->store, add, &wish, &err), ERR_NOT_FOUND);
    wish.mac = "nonsense";
    assert_int_equal(store_write(f->store, add, &wish, &err), ERR_INVALID);
    fixture_add_device(f, MAC_1);
    wish = (struct wish){MAC_1, tag, 0};
    for (int i = 0; i < TAG_STORE_MAX; i++) {
        snprintf(tag, sizeof tag, "t%d", i);
        fixture_write(f, add, &wish);
    }
    fixture_write(f, add, &wish); // has it already
    snprintf(tag, sizeof tag, "more");
    assert_int_equal(store_write(f->store, add, &wish, &err), ERR_TOO_LARGE);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_tags"), TAG_STORE_MAX);
}

static void test_moves_and_forgets(void **state)
{
    static struct wish wishes[] = {
        {MAC_1, "a", 0}, {MAC_1, "b", 0}, {MAC_2, "b", 0}, {MAC_2, "c", 0}};
    struct fixture *f = *state;
    char mac[] = MAC_2;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
        fixture_write(f, add, &wishes[i]);
    fixture_write(f, move, NULL);
    assert_tags(f, MAC_1, "");
    assert_tags(f, MAC_2, "a b c ");
    fixture_write(f, forget, mac);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_tags"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_adds_and_removes, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_refuses, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_moves_and_forgets, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
