// Names of what is changed.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/model/audit.h"

static void test_each_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < AUDIT_KIND_COUNT; i++) {
        const char *name = audit_kind_name((enum audit_kind)i);

        assert_non_null(name);
        assert_true(strlen(name) < AUDIT_KIND_SIZE);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(name, audit_kind_name((enum audit_kind)k));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_has_a_name_of_its_own)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
