// Whether a device may fetch its private key: not unless an operator says so, and who that was is
// kept.
#include <string.h>

#include "server/command/command_key.h"
#include "server/command/command_forget.h"
#include "server/command/command_queue.h"
#include "server/model/event_kind.h"
#include "server/store/event_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

static int turn(struct fixture *f, const char *mac, bool on, struct key_permit *out)
{
    struct audit_author by = {.who = "uid 7"};
    struct command_key_wish wish = {mac, on, &by, (const uint8_t *)"sealed", on ? 6 : 0};

    return command_key_switch(f->store, &wish, out, NULL);
}

static int check(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_key_check(connection, ctx, err);
}

static int may(struct fixture *f, const char *mac)
{
    return store_write(f->store, check, (void *)mac, NULL);
}

static int find_event(const struct event *event, void *ctx)
{
    const char *detail = ctx;

    return strcmp(event->kind, EVENT_KIND_KEY) == 0 && strcmp(event->detail, detail) == 0;
}

static bool has_event(struct fixture *f, const char *mac, const char *detail)
{
    struct store_connection *connection = fixture_read(f);
    int rc = event_store_each(connection, mac, 100, find_event, (void *)detail, NULL);

    store_read_end(f->store, connection);
    return rc == 1;
}

static int fetch(struct store_connection *connection, void *ctx, struct err *err)
{
    struct key_permit permit;
    int rc = key_permit_store_get(connection, ctx, &permit, err);

    permit.fetched_at_ms = 5;
    return rc < 0 ? rc : key_permit_store_put(connection, &permit, err);
}

static void test_switch(void **state)
{
    struct fixture *f = *state;
    struct key_permit permit;

    assert_int_equal(turn(f, MAC_1, true, &permit), ERR_NOT_FOUND);
    fixture_add_device(f, MAC_1);
    assert_int_equal(may(f, MAC_1), ERR_CONFLICT);
    assert_int_equal(turn(f, MAC_1, true, &permit), 0);
    assert_string_equal(permit.mac, MAC_1);
    assert_string_equal(permit.allowed_by, "uid 7");
    assert_null(permit.sealed);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM key_permits WHERE sealed = x'7365616c6564'"), 1);
    assert_true(permit.allowed_at_ms > 0);
    assert_true(has_event(f, MAC_1, "its private key may be fetched once: uid 7"));
    assert_int_equal(may(f, MAC_1), 0);
    assert_int_equal(may(f, MAC_2), ERR_CONFLICT);
    fixture_write(f, fetch, (void *)MAC_1);
    assert_int_equal(may(f, MAC_1), ERR_CONFLICT);
    assert_int_equal(turn(f, MAC_1, true, &permit), 0); // once more
    assert_int_equal(permit.fetched_at_ms, 0);
    assert_int_equal(may(f, MAC_1), 0);
    assert_int_equal(turn(f, MAC_1, false, &permit), 0);
    assert_string_equal(permit.mac, "");
    assert_true(has_event(f, MAC_1, "its private key may not be fetched: uid 7"));
    assert_int_equal(may(f, MAC_1), ERR_CONFLICT);
}

static int put_revoked(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static void test_revoked(void **state)
{
    struct fixture *f = *state;
    struct device_revocation revoked = {MAC_1, 50, REVOCATION_REASON_USUAL, 0, 45};
    struct key_permit permit;

    fixture_add_device(f, MAC_1);
    fixture_write(f, put_revoked, &revoked);
    assert_int_equal(turn(f, MAC_1, true, &permit), ERR_CONFLICT);
    assert_int_equal(turn(f, MAC_1, false, &permit), 0);
}

// The command is for who may do what it says.
static void test_command(void **state)
{
    struct fixture *f = *state;
    struct command_order to_one = {MAC_1, "key", false, NULL};
    struct command_order to_all = {NULL, "key", false, NULL};
    struct command_order other = {MAC_1, "cert", false, NULL};
    struct command_list list = {0};
    struct key_permit permit;
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    assert_int_equal(command_queue_add(f->store, &to_one, &list, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "'secureesp devices key " MAC_1 " on --key FILE'"));
    assert_int_equal(command_queue_add(f->store, &to_all, &list, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "devices key MAC on --key FILE"));
    assert_int_equal(command_queue_add(f->store, &other, &list, &err), 0);
    command_list_clear(&list);
    assert_int_equal(turn(f, MAC_1, true, &permit), 0);
    assert_int_equal(command_queue_add(f->store, &to_one, &list, &err), 0);
    assert_int_equal(list.count, 1);
    command_list_clear(&list);
    assert_int_equal(command_queue_add(f->store, &to_all, &list, &err), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].mac, MAC_1);
    command_list_clear(&list);
}

static void test_forgotten(void **state)
{
    struct fixture *f = *state;
    struct key_permit permit;

    fixture_add_device(f, MAC_1);
    assert_int_equal(turn(f, MAC_1, true, &permit), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM key_permits"), 1);

    bool revoked;

    assert_int_equal(
        command_forget_device(
            f->store, &(struct command_forget_wish){.mac = MAC_1, .force = true}, &revoked, NULL),
        0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM key_permits"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_switch),
        TEST(test_revoked),
        TEST(test_command),
        TEST(test_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
