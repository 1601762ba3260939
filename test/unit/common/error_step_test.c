// Tests of the names of steps.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/error_step.h"

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < ERROR_STEP_COUNT; i++) {
        const char *name = error_step_name((enum error_step)i);

        assert_int_equal(error_step_from_name(name), i);
        assert_true(strlen(name) < ERROR_STEP_SIZE);
        assert_int_equal(name[0] == '\0', i == ERROR_STEP_NONE);
    }
    assert_string_equal(error_step_name(ERROR_STEP_HANDSHAKE), "handshake");
    assert_string_equal(error_step_name(ERROR_STEP_COUNT), "");
    assert_int_equal(error_step_from_name("handshak"), ERROR_STEP_COUNT);
}

// Every failure has a step, and no success has one.
static void test_of_results(void **state)
{
    (void)state;
    for (int i = 0; i < RESULT_COUNT; i++)
        assert_int_equal(error_step_of((enum result)i) == ERROR_STEP_NONE,
            i == RESULT_OK || i == RESULT_CURRENT);
    assert_int_equal(error_step_of(RESULT_CERTIFICATE_NAME), ERROR_STEP_HANDSHAKE);
    assert_int_equal(error_step_of(RESULT_COUNT), ERROR_STEP_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_of_results),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
