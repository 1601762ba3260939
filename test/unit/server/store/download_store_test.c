// What devices have downloaded, in the database: each device's own, and gone with it.
#include "server/store/download_store.h"
#include "test/unit/server/store/store_fixture.h"

#define IMAGE "BOARD-1"

static struct download_store_parts parts_of(const char *mac, const char *file)
{
    struct download_store_parts parts = {.file = file, .sha256 = "aa", .size_bytes = 100};

    memcpy(parts.mac, mac, MAC_SIZE);
    return parts;
}

// A store_job; ctx is a MAC.
static int put_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct download_store_staged staged = {.image = IMAGE, .sha256 = "aa", .at_ms = 5};
    struct download_store_parts first = parts_of(ctx, "firmware.bin");
    struct download_store_parts second = parts_of(ctx, "ca.crt");
    int rc = download_store_put_parts(connection, &first, "0-10", err);

    memcpy(staged.mac, ctx, MAC_SIZE);
    if (rc == 0)
        rc = download_store_put_parts(connection, &second, "0-20", err);
    return rc < 0 ? rc : download_store_stage(connection, &staged, err);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_store_forget(connection, ctx, err);
}

static int remove_first(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_store_remove_parts(connection, ctx, "firmware.bin", err);
}

static int unstage(struct store_connection *connection, void *ctx, struct err *err)
{
    return download_store_unstage(connection, ctx, err);
}

static bool has_parts(struct fixture *f, const char *mac, const char *file, const char *sha256)
{
    struct store_connection *connection = fixture_read(f);
    struct download_store_parts parts = parts_of(mac, file);
    char *spans = NULL;

    parts.sha256 = sha256;
    assert_int_equal(download_store_get_parts(connection, &parts, &spans, NULL), 0);
    store_read_end(f->store, connection);

    bool found = spans != NULL;

    free(spans);
    return found;
}

static bool has_staged(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct download_store_staged staged;
    int rc = download_store_get_staged(connection, mac, &staged, NULL);

    store_read_end(f->store, connection);
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
    return rc == 0;
}

// What each change leaves of two devices that have downloaded the same.
static void test_changes(void **state)
{
    static const struct {
        store_job job;
        bool keeps_first;
        bool keeps_second;
        bool keeps_staged;
    } rows[] = {
        {forget, false, false, false},
        {remove_first, false, true, true},
        {unstage, true, true, false},
    };
    struct fixture *f = *state;
    char macs[2][MAC_SIZE] = {MAC_1, MAC_2};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_write(f, put_all, macs[0]);
        fixture_write(f, put_all, macs[1]);
        fixture_write(f, rows[i].job, macs[0]);
        assert_int_equal(has_parts(f, MAC_1, "firmware.bin", "aa"), rows[i].keeps_first);
        assert_int_equal(has_parts(f, MAC_1, "ca.crt", "aa"), rows[i].keeps_second);
        assert_int_equal(has_staged(f, MAC_1), rows[i].keeps_staged);
        assert_true(
            has_parts(f, MAC_2, "firmware.bin", "aa") && has_parts(f, MAC_2, "ca.crt", "aa"));
        assert_true(has_staged(f, MAC_2));
    }
    assert_false(has_parts(f, MAC_2, "firmware.bin", "bb")); // of another content
    assert_false(has_staged(f, MAC_3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_changes, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
