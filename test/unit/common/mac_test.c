// Tests of MAC addresses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/mac.h"

static void test_valid(void **state)
{
    (void)state;
    assert_true(mac_is_valid("84f3eb012345", 12));
    assert_false(mac_is_valid("84f3eb012345", 11));
    assert_false(mac_is_valid("84f3eb0123456", 13));
    assert_false(mac_is_valid("84F3eb012345", 12));
    assert_false(mac_is_valid("84g3eb012345", 12));
    assert_false(mac_is_valid("", 0));
}

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"84f3eb012345", true},
        {"84F3EB012345", true},
        {"84:F3:EB:01:23:45", true},
        {"84-f3-eb-01-23-45", true},
        {"84:f3-eb:01:23:45", false},
        {"84:f3:eb:01:2345", false},
        {"84f3eb:012345", false},
        {"84:f3:eb:01:23:45:", false},
        {"84f3eb0123456", false},
        {"84f3eb01234", false},
        {"84 f3 eb 01 23 45", false},
        {"8", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[MAC_SIZE] = "untouched";

        assert_int_equal(mac_parse(rows[i].text, out), rows[i].good);
        assert_string_equal(out, rows[i].good ? "84f3eb012345" : "untouched");
    }
}

static void test_begin(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"84F3EB012345", 12},
        {"84f3eb0123456", 12},
        {"84f3eb012345:", 12},
        {"84:F3:EB:01:23:45", 17},
        {"84-f3-eb-01-23-45-", 17},
        {"84:f3:eb:01:23:456", 17},
        {"84:f3-eb:01:23:45", 0},
        {"84:f3:eb:01:2345", 0},
        {"84f3eb:012345", 0},
        {"84f3eb01234", 0},
        {"84:", 0},
        {"8", 0},
        {" 84f3eb012345", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[MAC_SIZE] = "untouched";

        assert_int_equal(mac_parse_begin(rows[i].text, out), rows[i].n);
        assert_string_equal(out, rows[i].n > 0 ? "84f3eb012345" : "untouched");
    }
}

static void test_parse_truncated(void **state)
{
    const char *whole = "84:F3:EB:01:23:45";
    char out[MAC_SIZE];

    (void)state;
    for (size_t n = 0; n < strlen(whole); n++) {
        char part[32] = {0};

        memcpy(part, whole, n);
        assert_false(mac_parse(part, out));
        assert_int_equal(mac_parse_begin(part, out), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_parse_truncated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
