// A daemon that may be away for a while.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/ctl/away.h"

static void one_that_was_never_there_ends_it(void **state)
{
    struct away away = {0};
    struct err err = {.message = "it is away"};

    (void)state;
    assert_int_equal(away_judge(&away, ERR_UNAVAILABLE, &err), ERR_UNAVAILABLE);
    assert_false(away.is_away);
}

static void one_that_goes_is_waited_for(void **state)
{
    struct away away = {0};
    struct err err = {.message = "it is away"};

    (void)state;
    assert_int_equal(away_judge(&away, 0, &err), 0);
    assert_int_equal(away_judge(&away, ERR_UNAVAILABLE, &err), 0);
    assert_true(away.is_away);
    assert_int_equal(away_judge(&away, ERR_UNAVAILABLE, &err), 0);
    assert_int_equal(away_judge(&away, 0, &err), 0);
    assert_false(away.is_away);
    assert_int_equal(away_judge(&away, ERR_INVALID, &err), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_was_never_there_ends_it),
        cmocka_unit_test(one_that_goes_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
