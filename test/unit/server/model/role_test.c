// The names of roles, and which a user can have.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/model/role.h"

static void test_names(void **state)
{
    static const struct {
        const char *name;
        enum role role; // ROLE_ANYBODY: no user's
    } rows[] = {
        {"viewer", ROLE_VIEWER},
        {"operator", ROLE_OPERATOR},
        {"administrator", ROLE_ADMINISTRATOR},
        {"anybody", ROLE_ANYBODY},
        {"", ROLE_ANYBODY},
        {"Viewer", ROLE_ANYBODY},
        {"view", ROLE_ANYBODY},
        {"administrators", ROLE_ANYBODY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum role role = ROLE_ANYBODY;

        assert_int_equal(role_find(rows[i].name, &role), rows[i].role != ROLE_ANYBODY);
        assert_int_equal(role, rows[i].role);
        if (rows[i].role != ROLE_ANYBODY)
            assert_string_equal(role_name(role), rows[i].name);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
