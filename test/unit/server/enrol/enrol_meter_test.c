// How often each may ask: nobody on behalf of another, and not for ever.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/enrol/enrol_meter.h"

static const struct rate two_a_minute = {2, 60000, 2};

static void test_each_for_itself(void **state)
{
    struct enrol_meter *meter;

    (void)state;
    assert_int_equal(enrol_meter_new(&two_a_minute, &meter), 0);
    assert_true(enrol_meter_take(meter, "a", 1000));
    assert_true(enrol_meter_take(meter, "a", 1000));
    assert_false(enrol_meter_take(meter, "a", 1000));
    assert_true(enrol_meter_take(meter, "b", 1000));
    assert_false(enrol_meter_take(meter, "a", 30999));
    assert_true(enrol_meter_take(meter, "a", 31000));
    assert_false(enrol_meter_take(meter, "a", 31000));
    enrol_meter_free(meter);
}

// However many come, somebody who asks again finds himself where he was, or among others.
static void test_many(void **state)
{
    struct enrol_meter *meter;
    char name[16];
    int refused = 0;

    (void)state;
    assert_int_equal(enrol_meter_new(&two_a_minute, &meter), 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 300; i++) {
            snprintf(name, sizeof name, "n%d", i);
            assert_true(enrol_meter_take(meter, name, 1000));
        }
    }
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_false(enrol_meter_take(meter, name, 1000));
    }
    for (int i = 0; i < 10 * ENROL_METER_PLACES; i++) {
        snprintf(name, sizeof name, "m%d", i);
        refused += !enrol_meter_take(meter, name, 1000);
    }
    assert_in_range(refused, 4 * ENROL_METER_PLACES, 10 * ENROL_METER_PLACES);
    assert_true(enrol_meter_take(meter, "later", 61001));
    enrol_meter_free(meter);
    enrol_meter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_for_itself),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
