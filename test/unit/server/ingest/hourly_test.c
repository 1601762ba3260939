// Once per device and hour.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/ingest/hourly.h"

static void test_once_an_hour(void **state)
{
    struct hourly *hourly = hourly_new(4096);

    (void)state;
    assert_true(hourly_is_due(hourly, "84f3eb000001", 1000));
    assert_false(hourly_is_due(hourly, "84f3eb000001", 1000));
    assert_true(hourly_is_due(hourly, "84f3eb000002", 1000));
    assert_false(hourly_is_due(hourly, "84f3eb000001", 3600999));
    assert_true(hourly_is_due(hourly, "84f3eb000001", 3601000));
    hourly_free(hourly);
    hourly_free(NULL);
}

// Any number of devices: never more than the table holds, and it is free again an hour later.
static void test_bounded(void **state)
{
    struct hourly *hourly = hourly_new(4096);

    (void)state;
    for (int64_t hour = 0; hour < 2; hour++) {
        int due = 0;

        for (unsigned i = 0; i < 50000; i++) {
            char mac[16];

            snprintf(mac, sizeof mac, "%012x", i * 2654435761u);
            due += hourly_is_due(hourly, mac, 1 + hour * 3600000);
            assert_false(hourly_is_due(hourly, mac, 1 + hour * 3600000));
        }
        assert_true(due > 2000 && due <= 4096);
    }
    hourly_free(hourly);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_an_hour),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
