// Tests of how often connections were refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "server/broker/refusals.h"

#define ONE "00000001ffff"
#define TWO "00000002ffff"
#define HOUR_MS INT64_C(3600000)

static struct refusals refusals;

static int set_up(void **state)
{
    (void)state;
    memset(&refusals, 0, sizeof refusals);
    return 0;
}

static void test_one(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_false(refusals_are_many(&refusals, ONE, 1000));
        assert_false(refusals_add(&refusals, ONE, 1000));
    }
    assert_true(refusals_are_many(&refusals, ONE, 1000));
    assert_true(refusals_add(&refusals, ONE, 1000));
    assert_false(refusals_are_many(&refusals, TWO, 1000));
    assert_false(refusals_add(&refusals, TWO, 1000));
    // those of long ago do not count
    assert_true(refusals_are_many(&refusals, ONE, 100000));
    assert_false(refusals_are_many(&refusals, ONE, 1000 + HOUR_MS));
}

// Many certificates, each a few times.
static void test_all(void **state)
{
    char fingerprint[16];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(fingerprint, sizeof fingerprint, "%08x", (unsigned)i);
        assert_false(refusals_are_many(&refusals, fingerprint, 1000));
        refusals_add(&refusals, fingerprint, 1000);
    }
    assert_true(refusals_are_many(&refusals, "000003ff", 1000));
    assert_true(refusals_add(&refusals, "000003ff", 1000));
    assert_false(refusals_are_many(&refusals, "000003fe", 1000 + HOUR_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one, set_up),
        cmocka_unit_test_setup(test_all, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
