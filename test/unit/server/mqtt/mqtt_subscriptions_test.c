// Which refusals of subscriptions matter.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/mqtt/mqtt_subscriptions.h"

static void test_refusals(void **state)
{
    static const struct {
        int mid;
        int granted;
        bool refused;
        size_t unconfirmed; // afterwards
    } rows[] = {
        {1, 1, false, 3}, {2, 128, true, 2}, {7, 128, false, 1}, // may be
        {8, 2, false, 0}, {9, 0, false, 0},                      // none of ours
    };
    struct mqtt_subscriptions subscriptions = {.unconfirmed = 4, .hears = {7, 8}, .hears_count = 2};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            mqtt_subscriptions_confirm(&subscriptions, rows[i].mid, 1, &rows[i].granted),
            rows[i].refused);
        assert_int_equal(subscriptions.unconfirmed, rows[i].unconfirmed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
