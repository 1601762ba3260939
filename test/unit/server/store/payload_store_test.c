// What commands bring, as long as they have not ended.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "server/store/command_store.h"
#include "server/store/payload_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command *command = ctx;
    int rc = command_store_add(connection, command, err);

    return rc < 0 ? rc : payload_store_put(connection, command->id, "c2VhbGVk", err);
}

static int update_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_update(connection, ctx, err);
}

static int forget_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_forget(connection, ctx, err);
}

static int expire_job(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return command_store_expire(connection, 100, 99, err);
}

static struct command add(struct fixture *f, enum command_state state, int64_t at_ms)
{
    struct command command = {
        .mac = MAC_1, .name = "wifi", .state = state, .created_at_ms = at_ms, .sent_at_ms = at_ms};

    fixture_write(f, add_job, &command);
    return command;
}

static bool has(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    char *sealed = NULL;
    int rc = payload_store_get(connection, id, &sealed, NULL);

    store_read_end(f->store, connection);
    assert_true(rc == 0 || rc == ERR_NOT_FOUND);
    if (rc == 0)
        assert_string_equal(sealed, "c2VhbGVk");
    free(sealed);
    return rc == 0;
}

static void test_goes_with_the_end(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    for (int i = 0; i < COMMAND_STATE_COUNT; i++) {
        struct command command = add(f, COMMAND_QUEUED, 1);
        struct command other = add(f, COMMAND_QUEUED, 1);

        command.state = (enum command_state)i;
        fixture_write(f, update_job, &command);
        assert_int_equal(has(f, command.id), !command_state_is_end((enum command_state)i));
        assert_true(has(f, other.id));
    }
}

static void test_goes_with_expiry(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);

    int64_t queued = add(f, COMMAND_QUEUED, 99).id;
    int64_t later = add(f, COMMAND_QUEUED, 100).id;
    int64_t waiting = add(f, COMMAND_WAITING, 100).id;

    fixture_write(f, expire_job, NULL);
    assert_false(has(f, queued));
    assert_true(has(f, later));
    assert_true(has(f, waiting));
}

static void test_goes_with_the_device(void **state)
{
    struct fixture *f = *state;
    char mac[] = MAC_1;

    fixture_add_device(f, MAC_1);
    add(f, COMMAND_QUEUED, 1);
    add(f, COMMAND_SENT, 1);
    fixture_write(f, forget_job, mac);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM command_payloads"), 0);
    fixture_assert_whole(f);
}

static int put_long(struct store_connection *connection, void *ctx, struct err *err)
{
    char text[COMMAND_SEALED_MAX + 2];
    struct command *command = ctx;
    int rc;

    memset(text, 'A', sizeof text);
    text[COMMAND_SEALED_MAX + 1] = '\0';
    rc = payload_store_put(connection, command->id, text, err);
    assert_int_equal(rc, ERR_TOO_LARGE);
    text[COMMAND_SEALED_MAX] = '\0';
    return payload_store_put(connection, command->id, text, err);
}

static int add_bare(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static void test_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct command command = {.mac = MAC_1, .name = "wifi"};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_bare, &command);
    assert_false(has(f, command.id));
    fixture_write(f, put_long, &command);
    assert_int_equal(fixture_query(f, "SELECT length(sealed) FROM command_payloads"), 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_goes_with_the_end),
        TEST(test_goes_with_expiry),
        TEST(test_goes_with_the_device),
        TEST(test_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
