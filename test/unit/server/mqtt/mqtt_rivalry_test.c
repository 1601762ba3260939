// Two clients in one place.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/mqtt/mqtt_rivalry.h"

struct end {
    bool was_connected, by_broker;
    int64_t lasted_ms;
};

static void test_ends(void **state)
{
    static const struct {
        struct end ends[4];
        bool is_likely;
        unsigned failures;
    } rows[] = {
        {{{true, true, 400}, {true, true, 400}, {true, true, 400}, {true, true, 0}}, true, 4},
        {{{true, true, 400}, {true, true, 400}, {true, true, 10000}, {true, true, 0}}, false, 4},
        {{{true, true, 400}, {true, true, 400}, {true, true, 400}, {false, true, 0}}, false, 4},
        {{{true, true, 400}, {true, true, 400}, {true, true, 400}, {true, false, 9}}, false, 4},
        {{{false, true, 0}, {true, true, 9999}, {true, true, 9999}, {true, true, 9999}}, true, 4},
        {{{true, true, 9}, {true, true, 9}, {true, true, 9}, {true, true, 60000}}, false, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mqtt_rivalry rivalry = {0};
        int64_t now = 5000;

        for (size_t k = 0; k < 4; k++) {
            const struct end *end = &rows[i].ends[k];

            if (end->was_connected)
                mqtt_rivalry_note_connected(&rivalry, now);
            now += end->lasted_ms;
            mqtt_rivalry_note_end(&rivalry, end->was_connected, end->by_broker, now);
        }
        assert_int_equal(mqtt_rivalry_is_likely(&rivalry), rows[i].is_likely);
        assert_int_equal(rivalry.failures, rows[i].failures);
        mqtt_rivalry_note_connected(&rivalry, now);
        assert_false(mqtt_rivalry_is_over(&rivalry, now + 59999));
        assert_int_equal(mqtt_rivalry_is_over(&rivalry, now + 60000), rows[i].is_likely);
        assert_false(mqtt_rivalry_is_likely(&rivalry));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ends)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
