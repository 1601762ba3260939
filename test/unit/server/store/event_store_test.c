// Events in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_add(connection, ctx, EVENT_CLASS_OTHER, err);
}

static void add_event(struct fixture *f, const char *mac, int64_t at_ms, const char *kind)
{
    struct event event = {
        .at_ms = at_ms,
        .command = "flash",
        .command_id = INT64_MAX,
        .result = "ok",
        .image = "A-1",
        .detail = "d\xc3\xa9tail",
    };

    memcpy(event.mac, mac, MAC_SIZE);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    fixture_write(f, add, &event);
}

struct seen {
    struct event last;
    char times[64];
};

static int see(const struct event *event, void *ctx)
{
    struct seen *seen = ctx;

    seen->last = *event;
    snprintf(seen->times + strlen(seen->times), 16, "%d ", (int)event->at_ms);
    return 0;
}

static struct seen read_events(struct fixture *f, const char *mac, int64_t limit)
{
    struct store_connection *connection = fixture_read(f);
    struct seen seen = {0};

    assert_int_equal(event_store_each(connection, mac, limit, see, &seen, NULL), 0);
    store_read_end(f->store, connection);
    return seen;
}

static void test_keeps_every_member(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    add_event(f, MAC_1, 7, "command");

    struct event event = read_events(f, MAC_1, 1).last;

    assert_string_equal(event.mac, MAC_1);
    assert_int_equal(event.at_ms, 7);
    assert_string_equal(event.kind, "command");
    assert_string_equal(event.command, "flash");
    assert_int_equal(event.command_id, INT64_MAX);
    assert_string_equal(event.result, "ok");
    assert_string_equal(event.image, "A-1");
    assert_string_equal(event.detail, "d\xc3\xa9tail");
}

static void test_newest_first(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (int i = 1; i <= 5; i++)
        add_event(f, MAC_1, i, "will");
    add_event(f, MAC_2, 9, "will");
    assert_string_equal(read_events(f, MAC_1, 3).times, "5 4 3 ");
    assert_string_equal(read_events(f, MAC_2, 3).times, "9 ");
    assert_string_equal(read_events(f, MAC_3, 3).times, "");
    assert_string_equal(read_events(f, "x", 3).times, "");
}

static void test_unknown_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct event event = {.mac = MAC_1};

    assert_int_equal(store_write(f->store, add, &event, NULL), ERR_NOT_FOUND);
    event.mac[0] = 'x';
    assert_int_equal(store_write(f->store, add, &event, NULL), ERR_INVALID);
}

static void test_has_since(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    fixture_add_device(f, MAC_1);
    add_event(f, MAC_1, 5, "will");
    connection = fixture_read(f);
    assert_int_equal(event_store_has_since(connection, MAC_1, "will", 4, NULL), 1);
    assert_int_equal(event_store_has_since(connection, MAC_1, "will", 5, NULL), 0);
    assert_int_equal(event_store_has_since(connection, MAC_1, "reboot", 4, NULL), 0);
    assert_int_equal(event_store_has_since(connection, MAC_2, "will", 4, NULL), 0);
    assert_int_equal(event_store_has_since(connection, "x", "will", 4, NULL), 0);
    store_read_end(f->store, connection);
}

static int add_error(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event event = {.mac = MAC_1, .at_ms = 5, .kind = "error", .result = "file-invalid"};

    (void)ctx;
    return event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
}

static void test_has_error_since(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_error, NULL);
    connection = fixture_read(f);
    assert_int_equal(event_store_has_error_since(connection, MAC_1, "file-invalid", 4, NULL), 1);
    assert_int_equal(event_store_has_error_since(connection, MAC_1, "file-invalid", 5, NULL), 0);
    assert_int_equal(event_store_has_error_since(connection, MAC_1, "crashed", 4, NULL), 0);
    assert_int_equal(event_store_has_error_since(connection, MAC_2, "file-invalid", 4, NULL), 0);
    assert_int_equal(event_store_has_error_since(connection, "x", "file-invalid", 4, NULL), 0);
    store_read_end(f->store, connection);
}

static int add_many(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event event = {.mac = MAC_1, .kind = "will"};
    int rc = 0;

    (void)ctx;
    for (event.at_ms = 1; rc == 0 && event.at_ms <= 10005; event.at_ms++)
        rc = event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
    return rc;
}

static int delete_before(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_delete_before(connection, 10005, ctx, err);
}

static void test_deletes_in_pieces(void **state)
{
    struct fixture *f = *state;
    bool more = false;

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_many, NULL);
    fixture_write(f, delete_before, &more);
    assert_true(more);
    assert_string_equal(read_events(f, MAC_1, 9).times, "10005 10004 10003 10002 10001 ");
    fixture_write(f, delete_before, &more);
    assert_false(more);
    assert_string_equal(read_events(f, MAC_1, 9).times, "10005 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keeps_every_member),
        TEST(test_newest_first),
        TEST(test_unknown_device_is_refused),
        TEST(test_has_since),
        TEST(test_has_error_since),
        TEST(test_deletes_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
