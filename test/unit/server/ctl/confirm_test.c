// Asking before a change: what means yes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/ctl/confirm.h"

static void test_yes(void **state)
{
    (void)state;
    assert_true(confirm_is_yes("y\n"));
    assert_true(confirm_is_yes("Y"));
    assert_true(confirm_is_yes("yes\r\n"));
    assert_true(confirm_is_yes("YES \n"));
    assert_false(confirm_is_yes(""));
    assert_false(confirm_is_yes("\n"));
    assert_false(confirm_is_yes("n\n"));
    assert_false(confirm_is_yes("ye\n"));
    assert_false(confirm_is_yes("yesyesyes\n"));
    assert_false(confirm_is_yes(" y\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
