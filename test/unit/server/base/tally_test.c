// What goes wrong is counted, and told now and then.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/tally.h"

static void test_counts_all_and_tells_one(void **state)
{
    struct tally tally = {0};

    (void)state;
    assert_false(tally_add(&tally, 0, 3600000)); // nothing happened: nothing to tell
    assert_true(tally_add(&tally, 2, 3600000));
    assert_false(tally_add(&tally, 1, 3600000));
    assert_int_equal(tally.total, 3);
    tally.pace.next_ms = 0;
    assert_true(tally_add(&tally, 1, 3600000));
    assert_int_equal(tally.total, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts_all_and_tells_one)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
