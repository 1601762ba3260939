// Tests of a device's Wi-Fi networks as bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wifi_networks.h"

#define KEY "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define LONG_SSID "an SSID of as many bytes as 32.."
#define LONG_PASSWORD "123456789 123456789 123456789 123456789 123456789 123456789 123"

static const struct wifi_network site[WIFI_NETWORKS_MAX] = {
    {"workshop", "correct horse"},
    {LONG_SSID, LONG_PASSWORD},
    {"\xc3\xa9tage", KEY},
    {"x", "12345678"},
};

static void test_what_is_joined(void **state)
{
    static const struct {
        struct wifi_network network;
        const char *part; // of the reason; NULL: it is joined
    } rows[] = {
        {{"x", "12345678"}, NULL},
        {{"x", "1234567"}, "8 to 63"},
        {{"x", ""}, "8 to 63"},
        {{"", "12345678"}, "SSID"},
        {{"x", LONG_PASSWORD}, NULL},
        {{"x", LONG_PASSWORD "4"}, "8 to 63"},
        {{"x", KEY}, NULL},
        {{"x", "\1772345678"}, "ASCII"},
        {{"x", "1234567\n"}, "ASCII"},
        {{"x", "12345678\xc3\xa9"}, "ASCII"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *why = wifi_networks_refuse(&rows[i].network);

        assert_int_equal(why == NULL, rows[i].part == NULL);
        if (why != NULL && rows[i].part != NULL && strstr(why, rows[i].part) == NULL)
            fail_msg("row %zu: %s", i, why);
    }
}

static void test_there_and_back(void **state)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE];

    (void)state;
    for (size_t count = 1; count <= WIFI_NETWORKS_MAX; count++) {
        size_t n = wifi_networks_write(site, count, 1789000000123, bytes);

        assert_int_equal(n, 8 + 96 * count);
        assert_int_equal(wifi_networks_count(bytes, n), count);
        assert_true(wifi_networks_set_at_ms(bytes, n) == 1789000000123);
        for (size_t i = 0; i < count; i++) {
            struct wifi_network network;

            wifi_networks_read(bytes, n, i, &network);
            assert_string_equal(network.ssid, site[i].ssid);
            assert_string_equal(network.password, site[i].password);
        }
    }
}

static void test_as_provisioned(void **state)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    struct wifi_network network;

    (void)state;
    assert_int_equal(wifi_networks_write(site, 1, 5, bytes), 104);
    assert_int_equal(wifi_networks_count(bytes + 8, 96), 1);
    assert_true(wifi_networks_set_at_ms(bytes + 8, 96) == 0);
    wifi_networks_read(bytes + 8, 96, 0, &network);
    assert_string_equal(network.ssid, "workshop");
}

static void test_what_is_none(void **state)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE + WIFI_NETWORKS_ENTRY_SIZE];
    size_t n = wifi_networks_write(site, WIFI_NETWORKS_MAX, 1, bytes);

    (void)state;
    memcpy(bytes + n, bytes + 8, WIFI_NETWORKS_ENTRY_SIZE);
    assert_int_equal(wifi_networks_count(bytes, n), WIFI_NETWORKS_MAX);
    assert_int_equal(wifi_networks_count(bytes, n + WIFI_NETWORKS_ENTRY_SIZE), 0);
    for (size_t size = 0; size < n; size++) {
        if (size % 96 != 8 || size == 8)
            assert_int_equal(wifi_networks_count(bytes, size), 0);
    }
    bytes[7] = 0x80; // before 1970
    assert_int_equal(wifi_networks_count(bytes, n), 0);
    bytes[7] = 0;
    bytes[8 + 31] = 'x'; // behind the SSID's end
    assert_int_equal(wifi_networks_count(bytes, n), 0);
    bytes[8 + 31] = 0;
    bytes[n - 1] = 'x'; // behind the last password's
    assert_int_equal(wifi_networks_count(bytes, n), 0);
    bytes[n - 1] = 0;
    memset(bytes + 8 + 96 + 32, 0, 64); // the second one's password
    assert_int_equal(wifi_networks_count(bytes, n), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_joined),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_as_provisioned),
        cmocka_unit_test(test_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
