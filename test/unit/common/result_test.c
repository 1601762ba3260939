// Tests of result names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/result.h"

static void test_every_name_is_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RESULT_COUNT; i++) {
        const char *name = result_name((enum result)i);

        assert_non_null(name);
        assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name));
        assert_int_equal(result_from_name(name), i);
    }
}

static void test_out_of_range(void **state)
{
    (void)state;
    assert_string_equal(result_name(RESULT_COUNT), "unknown");
    assert_int_equal(result_from_name("unknown"), RESULT_COUNT);
    assert_int_equal(result_from_name(""), RESULT_COUNT);
    assert_int_equal(result_from_name("OK"), RESULT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_is_its_own),
        cmocka_unit_test(test_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
