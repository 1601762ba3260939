// Who may fetch a private key: kept whole, and gone when it is taken back.
#include "server/store/key_permit_store.h"

#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return key_permit_store_put(connection, ctx, err);
}

static int remove_one(struct store_connection *connection, void *ctx, struct err *err)
{
    return key_permit_store_remove(connection, ctx, err);
}

static int get(struct fixture *f, const char *mac, struct key_permit *out)
{
    struct store_connection *connection = fixture_read(f);
    int rc = key_permit_store_get(connection, mac, out, NULL);

    store_read_end(f->store, connection);
    return rc;
}

static void test_whole(void **state)
{
    struct fixture *f = *state;
    struct key_permit permit = {MAC_1, "uid 7", 5, 0, ""};
    struct key_permit found;

    assert_int_equal(get(f, MAC_1, &found), ERR_NOT_FOUND);
    assert_int_equal(get(f, "nobody", &found), ERR_INVALID);
    fixture_write(f, put, &permit);
    assert_int_equal(get(f, MAC_1, &found), 0);
    assert_string_equal(found.mac, MAC_1);
    assert_string_equal(found.allowed_by, "uid 7");
    assert_int_equal(found.allowed_at_ms, 5);
    assert_int_equal(found.fetched_at_ms, 0);
    assert_string_equal(found.fetched_from, "");
    permit = (struct key_permit){MAC_1, "uid 8", 6, 7, "192.0.2.1"};
    fixture_write(f, put, &permit);
    assert_int_equal(get(f, MAC_1, &found), 0);
    assert_string_equal(found.allowed_by, "uid 8");
    assert_int_equal(found.allowed_at_ms, 6);
    assert_int_equal(found.fetched_at_ms, 7);
    assert_string_equal(found.fetched_from, "192.0.2.1");
    assert_int_equal(get(f, MAC_2, &found), ERR_NOT_FOUND);
    fixture_write(f, remove_one, (void *)MAC_1);
    assert_int_equal(get(f, MAC_1, &found), ERR_NOT_FOUND);
    fixture_write(f, remove_one, (void *)MAC_1); // as it was
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
