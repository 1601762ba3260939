// Who may fetch a private key: kept whole, and gone when it is taken back.
#include "server/store/key_permit_store.h"

#include <stdlib.h>

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
    struct key_permit permit = {.mac = MAC_1, .allowed_by = "uid 7", .allowed_at_ms = 5};
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
    permit = (struct key_permit){MAC_1, "uid 8", 6, 7, "192.0.2.1", NULL, 0};
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

static int get_sealed(struct fixture *f, const char *mac, uint8_t **out, size_t *n)
{
    struct store_connection *connection = fixture_read(f);
    int rc = key_permit_store_get_sealed(connection, mac, out, n, NULL);

    store_read_end(f->store, connection);
    return rc;
}

static void test_sealed(void **state)
{
    static const uint8_t sealed[KEY_PERMIT_SEALED_MAX] = {1, 0, 2};
    struct fixture *f = *state;
    struct key_permit permit = {.mac = MAC_1, .sealed = sealed};
    struct key_permit found;
    uint8_t *got;
    size_t n;

    assert_int_equal(get_sealed(f, MAC_1, &got, &n), ERR_NOT_FOUND);
    for (permit.sealed_size = 1; permit.sealed_size <= sizeof sealed; permit.sealed_size *= 2) {
        fixture_write(f, put, &permit);
        assert_int_equal(get_sealed(f, MAC_1, &got, &n), 0);
        assert_int_equal(n, permit.sealed_size);
        assert_memory_equal(got, sealed, n);
        free(got);
    }
    assert_int_equal(get(f, MAC_1, &found), 0);
    assert_null(found.sealed);
    assert_int_equal(get_sealed(f, MAC_2, &got, &n), ERR_NOT_FOUND);
    assert_int_equal(get_sealed(f, "nobody", &got, &n), ERR_INVALID);
    permit.sealed_size = 0; // as when it was fetched
    fixture_write(f, put, &permit);
    assert_int_equal(get_sealed(f, MAC_1, &got, &n), ERR_NOT_FOUND);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM key_permits WHERE sealed IS NULL"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_sealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
