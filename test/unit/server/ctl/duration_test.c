// Durations as people give them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/ctl/duration.h"

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; // -1: it is none
    } rows[] = {
        {"0s", 0},
        {"90s", 90},
        {"15m", 900},
        {"2h", 7200},
        {"1d", 86400},
        {"007m", 420},
        {"36525d", INT64_C(36525) * 86400},
        {"36526d", -1},
        {"9999999999s", -1},
        {"99999999999s", -1},
        {"", -1},
        {"1", -1},
        {"h", -1},
        {"1w", -1},
        {"1H", -1},
        {"-1h", -1},
        {"+1h", -1},
        {" 1h", -1},
        {"1h ", -1},
        {"1.5h", -1},
        {"1h30m", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t seconds = -1;

        assert_int_equal(duration_parse(rows[i].text, &seconds), rows[i].seconds >= 0);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static void test_formats(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {{0, "0s"}, {1, "1s"}, {90, "90s"}, {600, "10m"}, {5400, "90m"}, {7200, "2h"},
        {86400, "1d"}, {86401, "86401s"}, {INT64_C(36525) * 86400, "36525d"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_SHORT_SIZE];

        duration_format(rows[i].seconds, text);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations), cmocka_unit_test(test_formats)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
