// Tests of access points as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wifi_networks.h"
#include "firmware/port/air_text.h"

#define AIR "home\t12345678\n\nmy net\ta password\nonly a name\nlast\twithout its end"

static void test_lines(void **state)
{
    static const struct {
        const char *ssid;
        const char *password;
        bool is_there;
    } rows[] = {
        {"home", "12345678", true},
        {"home", "1234567", false},
        {"home", "123456789", false},
        {"hom", "12345678", false},
        {"my net", "a password", true},
        {"my", "net\ta password", false},
        {"last", "without its end", true},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(air_text_has(AIR, rows[i].ssid, rows[i].password), rows[i].is_there);
    assert_false(air_text_has("", "home", "12345678"));
}

static void test_lists(void **state)
{
    struct wifi_network networks[] = {{"away", "12345678"}, {"my net", "a password"}};
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    size_t n = wifi_networks_write(networks, 2, 7, bytes);

    (void)state;
    assert_true(air_text_has_any(AIR, bytes, n));
    assert_false(air_text_has_any(AIR, bytes, n - 1)); // no list
    n = wifi_networks_write(networks, 1, 7, bytes);
    assert_false(air_text_has_any(AIR, bytes, n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
