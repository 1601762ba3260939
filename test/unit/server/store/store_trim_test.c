// When memory is given back: once it is worth it, and then when there is time. That it is, the row
// "memory" of scripts/bench sees.
#include "server/store/store_trim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/store/store_connection.h"

static struct store_connection *connection;

static void test_is_worth_it_after_enough(void **state)
{
    struct store_trim trim = {0};

    (void)state;
    store_trim_add(&trim, STORE_TRIM_JOBS - 1);
    assert_false(store_trim_is_worth(&trim));
    store_trim_add(&trim, 1);
    assert_true(store_trim_is_worth(&trim));
    store_trim_run(&trim, connection);
    assert_false(store_trim_is_worth(&trim));
}

static void test_is_done_seldom_while_busy(void **state)
{
    struct store_trim trim = {0};

    (void)state;
    store_trim_add(&trim, STORE_TRIM_JOBS - 1);
    assert_false(store_trim_is_overdue(&trim)); // which does not put off the first
    store_trim_add(&trim, 1);
    assert_true(store_trim_is_overdue(&trim));
    store_trim_run(&trim, connection);
    store_trim_add(&trim, STORE_TRIM_JOBS);
    assert_false(store_trim_is_overdue(&trim));
    assert_true(store_trim_is_worth(&trim));
}

static int set_up(void **state)
{
    struct err err = {0};

    (void)state;
    return store_connection_open(":memory:", false, &connection, &err);
}

static int tear_down(void **state)
{
    (void)state;
    store_connection_close(connection);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_worth_it_after_enough),
        cmocka_unit_test(test_is_done_seldom_while_busy),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
