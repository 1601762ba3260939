// Tests of both steps of an update.
#include "server/command/command_update.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/store/command_store.h"
#include "server/store/mark_store.h"
#include "test/unit/server/store/store_fixture.h"

static const struct audit_author by = {.who = "somebody", .user = "else"};

static int end_first(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command command;
    int rc = command_store_get(connection, 1, &command, err);

    if (rc < 0)
        return rc;
    command.state = *(enum command_state *)ctx;
    command.ended_at_ms = clock_now_ms();
    return command_store_update(connection, &command, err);
}

static struct command second(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, 2, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

static int set_mark(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

static void test_goes_on(void **state)
{
    struct fixture *f = *state;
    enum command_state done = COMMAND_DONE;
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    assert_int_equal(command_update_add(f->store, MAC_1, &by, NULL), 0);
    assert_string_equal(second(f).name, "flash");
    assert_int_equal(second(f).state, COMMAND_WAITING);
    assert_int_equal(command_update_add(f->store, MAC_1, &by, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "under way already"));
    fixture_write(f, end_first, &done);
    assert_int_equal(second(f).state, COMMAND_QUEUED);
    assert_int_equal(command_update_add(f->store, MAC_1, &by, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 2);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM audit WHERE who = 'somebody' AND user_name = 'else'"
                         " AND verb = 'order' AND object = '" MAC_1 "'"),
        1);
}

// A download that fails is not installed; then the next update may come.
static void test_ends(void **state)
{
    struct fixture *f = *state;
    enum command_state failed = COMMAND_FAILED;

    fixture_add_device(f, MAC_1);
    assert_int_equal(command_update_add(f->store, MAC_1, &by, NULL), 0);
    fixture_write(f, end_first, &failed);
    assert_int_equal(second(f).state, COMMAND_FAILED);
    assert_non_null(strstr(second(f).detail, "not sent, since the download did not end well"));
    assert_int_equal(command_update_add(f->store, MAC_1, &by, NULL), 0);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct device_mark mark = {.held_at_ms = 5};

    assert_int_equal(command_update_add(f->store, MAC_1, &by, NULL), ERR_NOT_FOUND);
    fixture_add_device(f, MAC_1);
    fixture_write(f, set_mark, &mark);
    assert_int_equal(command_update_add(f->store, MAC_1, &by, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_goes_on, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_ends, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_refused, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
