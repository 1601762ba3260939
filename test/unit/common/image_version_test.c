// Tests of the order of versions.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/image_version.h"

static void test_order(void **state)
{
    // Each is older than all that follow.
    static const char *const rows[] = {
        "0",
        "00.00.07",
        "00.00.08",
        "00.00.08.1",
        "00.00.08.2",
        "00.00.08.10",
        "00.00.08.a",
        "00.00.08.g",
        "00.00.08.h",
        "00.00.08.z",
        "00.00.08.aa",
        "00.00.08.ab",
        "00.00.09-1",
        "00.00.09-2.a",
        "00.00.09-10",
        "00.00.09-alpha",
        "00.00.09-alpha.1",
        "00.00.09-beta",
        "00.00.09-beta.2",
        "00.00.09-beta.11",
        "00.00.09-beta2",
        "v00.00.09-rc",
        "00.00.09-rc1",
        "00.00.09-RC1a",
        "00.00.09-rc2",
        "00.00.09-rc10",
        "00.00.09",
        "00.00.09.1-rc1",
        "00.00.09.1",
        "00.00.10",
        "00.01",
        "1",
        "2.a",
        "10",
        "a",
        "b",
        "aa",
    };
    size_t n = sizeof rows / sizeof rows[0];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int order = image_version_compare(rows[i], rows[j]);

            assert_int_equal(order < 0, i < j);
            assert_int_equal(order > 0, i > j);
        }
    }
    assert_int_equal(image_version_compare("00.08", "0.8"), 0);
    assert_int_equal(image_version_compare("v0.8", "0.8"), 0);
    assert_int_equal(image_version_compare("0.8-RC01", "v0.8-rc1"), 0);
    assert_true(image_version_compare("v", "v1") > 0); // a letter, and a number with its mark
    assert_true(image_version_compare("vb", "c") > 0); // no mark: two letters
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
