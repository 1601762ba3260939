// Boards in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/board_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return board_store_put(connection, ctx, err);
}

static int see(const struct board_setting *setting, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 256 - strlen(text), "%s:%s ", setting->board,
        board_policy_name(setting->policy));
    return 0;
}

static int stop(const struct board_setting *setting, void *ctx)
{
    (void)setting;
    (void)ctx;
    return 7;
}

static void assert_boards(struct fixture *f, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[256] = "";

    assert_int_equal(board_store_each(connection, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_boards(void **state)
{
    static struct board_setting setting = {"A", BOARD_POLICY_LEAP};
    struct fixture *f = *state;
    struct store_connection *connection;

    assert_boards(f, "");
    fixture_write(f, put, &setting);
    assert_boards(f, "A:leap ");
    setting.policy = BOARD_POLICY_STEP;
    fixture_write(f, put, &setting);
    assert_boards(f, "A:step ");
    fixture_query(f, "UPDATE boards SET policy = 9");
    assert_boards(f, "A:step ");
    connection = fixture_read(f);
    assert_int_equal(board_store_each(connection, stop, NULL, NULL), 7);
    store_read_end(f->store, connection);
}

static void test_names(void **state)
{
    enum board_policy policy = BOARD_POLICY_STEP;

    (void)state;
    assert_true(board_policy_parse("leap", &policy));
    assert_int_equal(policy, BOARD_POLICY_LEAP);
    assert_false(board_policy_parse("", &policy));
    assert_false(board_policy_parse("leaps", &policy));
    assert_true(board_policy_parse("step", &policy));
    assert_int_equal(policy, BOARD_POLICY_STEP);
    assert_string_equal(board_policy_name(BOARD_POLICY_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_boards, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
