// What the stores do alike with rows of devices: deleting those of one, finding and going through
// them.
#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "test/unit/server/store/store_fixture.h"

// What each() was called with, and after how many calls it has enough.
struct seen {
    size_t count, enough;
    char text[64];
    int64_t devices;
};

static int see_mac(const char *mac, void *ctx)
{
    struct seen *seen = ctx;

    snprintf(seen->text, sizeof seen->text, "%s", mac);
    return ++seen->count == seen->enough ? 7 : 0;
}

static int see_image(const char *image, int64_t devices, void *ctx)
{
    ((struct seen *)ctx)->devices = devices;
    return see_mac(image, ctx);
}

static void test_each(void **state)
{
    static const struct {
        size_t enough, count;
        int rc;
    } rows[] = {{0, 2, 0}, {1, 1, 7}, {2, 2, 7}};
    struct fixture *f = *state;
    struct store_connection *connection;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    connection = fixture_read(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen macs = {.enough = rows[i].enough};
        struct seen images = {.enough = rows[i].enough};
        struct statement s;

        statement_open(&s, connection, "SELECT mac FROM devices ORDER BY mac");
        assert_int_equal(device_rows_each_mac(&s, see_mac, &macs, NULL), rows[i].rc);
        assert_int_equal(macs.count, rows[i].count);
        assert_string_equal(macs.text, rows[i].count == 1 ? MAC_1 : MAC_2);
        statement_open(&s, connection, "SELECT 'B-' || column1, 3 FROM (VALUES (1), (2))");
        assert_int_equal(device_rows_each_image(&s, see_image, &images, NULL), rows[i].rc);
        assert_int_equal(images.count, rows[i].count);
        assert_string_equal(images.text, rows[i].count == 1 ? "B-1" : "B-2");
        assert_int_equal(images.devices, 3);
    }
    store_read_end(f->store, connection);
}

static int delete_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_rows_delete(connection, "DELETE FROM devices WHERE mac = ?", ctx, err);
}

static void test_delete(void **state)
{
    struct fixture *f = *state;
    char none[] = "no MAC";
    char first[] = MAC_1;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    fixture_write(f, delete_device, none);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM devices"), 2);
    fixture_write(f, delete_device, first);
    assert_false(fixture_is_known(f, MAC_1));
    assert_true(fixture_is_known(f, MAC_2));
}

static void test_open(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);
    struct err err = {0};
    struct statement s;
    int64_t key;

    assert_int_equal(
        device_rows_open(&s, connection, "SELECT ?1, ?2", "no MAC", &err), ERR_INVALID);
    assert_int_equal(err.code, ERR_INVALID);
    assert_int_equal(device_rows_open(&s, connection, "SELECT ?1, ?2", MAC_2, NULL), 0);
    statement_bind_int(&s, 7); // the next parameter
    assert_int_equal(statement_step(&s, NULL), 1);
    assert_int_equal(mac_key_read(MAC_2, &key, NULL), 0);
    assert_int_equal(statement_int(&s, 0), key);
    assert_int_equal(statement_int(&s, 1), 7);
    statement_close(&s);
    store_read_end(f->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_open, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_delete, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
