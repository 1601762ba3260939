// Users by their name or number.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/signer/signer_user.h"

static void users_are_found(void **state)
{
    uid_t user = 1;

    (void)state;
    assert_int_equal(signer_user_find("root", &user, NULL), 0);
    assert_int_equal(user, 0);
    assert_int_equal(signer_user_find("12345678", &user, NULL), 0); // whoever that is
    assert_int_equal(user, 12345678);
    assert_int_equal(signer_user_find("nobody-is-called-so", &user, NULL), ERR_NOT_FOUND);
    assert_int_equal(signer_user_find("", &user, NULL), ERR_NOT_FOUND);
    assert_int_equal(user, 12345678);
}

static void a_number_is_one(void **state)
{
    static const char *const bad[] = {"1x", "4294967295", "4294967296", "99999999999999999999999"};
    uid_t user;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(signer_user_find(bad[i], &user, NULL), ERR_INVALID);
    assert_int_equal(signer_user_find("4294967294", &user, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_are_found),
        cmocka_unit_test(a_number_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
