// Whose retained messages are to be taken away.
#include "server/store/retained_store.h"

#include <stdio.h>

#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return retained_store_put(connection, ctx, err);
}

static int remove_one(struct store_connection *connection, void *ctx, struct err *err)
{
    return retained_store_remove(connection, ctx, err);
}

static int drop(struct store_connection *connection, void *ctx, struct err *err)
{
    return retained_store_drop(connection, ctx, err);
}

static int see(const struct retained *retained, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 64, "%s/%s@%lld ", retained->mac, retained->spelling,
        (long long)retained->at_ms);
    return strlen(text) > 200 ? 7 : 0;
}

static void assert_page(struct fixture *f, const char *after, int64_t limit, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[512] = "";

    assert_int_equal(retained_store_page(connection, after, limit, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_put_and_done(void **state)
{
    struct fixture *f = *state;
    struct retained one = {MAC_1, "", 5};
    struct retained other = {MAC_2, "84:F3:EB:00:00:02", 6};
    struct retained nobody = {"nobody", "", 7};

    assert_page(f, "", 9, "");
    fixture_write(f, put, &other);
    fixture_write(f, put, &one);
    assert_page(f, "", 9, MAC_1 "/@5 " MAC_2 "/84:F3:EB:00:00:02@6 ");
    assert_page(f, "", 1, MAC_1 "/@5 ");
    assert_page(f, MAC_1, 9, MAC_2 "/84:F3:EB:00:00:02@6 ");
    fixture_write(f, remove_one, &one);
    assert_page(f, "", 9, MAC_2 "/84:F3:EB:00:00:02@6 ");
    fixture_write(f, drop, (void *)MAC_2);
    fixture_write(f, drop, (void *)MAC_2);
    assert_page(f, "", 9, "");
    assert_int_equal(store_write(f->store, put, &nobody, NULL), ERR_INVALID);
    assert_int_equal(store_write(f->store, remove_one, &nobody, NULL), ERR_INVALID);
}

// Asked for once more while it was under way, it is done once more.
static void test_asked_for_again(void **state)
{
    struct fixture *f = *state;
    struct retained one = {MAC_1, "", 5};
    struct retained again = {MAC_1, "84-f3-eb-00-00-01", 6};

    fixture_write(f, put, &one);
    fixture_write(f, put, &again);
    fixture_write(f, remove_one, &one);
    assert_page(f, "", 9, MAC_1 "/84-f3-eb-00-00-01@6 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_put_and_done),
        TEST(test_asked_for_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
