// The body of POST /wifi: by the letter, or not at all; and no password is repeated.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/api/api_wifi_order.h"

#define NETWORK "{\"ssid\": \"a\", \"password\": \"12345678\"}"
#define NETWORKS "\"networks\": [" NETWORK "]"
#define SSID_32 "12345678901234567890123456789012"
#define KEY_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// says: "" if it is taken.
static const struct {
    const char *body, *says;
} rows[] = {
    {"{\"all\": true, " NETWORKS "}", ""},
    {"{\"macs\": [\"84:F3:EB:00:00:01\", \"84f3eb000002\"], " NETWORKS "}", ""},
    {"{\"state\": \"online\", " NETWORKS "}", ""},
    {"{\"state\": \"offline\", \"image\": \"A*\", " NETWORKS "}", ""},
    {"{\"image\": \"A*\", \"all\": false, " NETWORKS "}", ""},
    {"{\"all\": true, \"canaries\": 0, \"skip\": true, " NETWORKS "}", ""},
    {"{\"all\": true, \"canaries\": 10000, " NETWORKS "}", ""},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"" SSID_32 "\", \"password\": \"" KEY_64 "\"}]}",
        ""},
    {"{\"all\": true, \"networks\": [" NETWORK ", " NETWORK ", " NETWORK ", " NETWORK "]}", ""},
    {"", "not a JSON object"},
    {"[]", "not a JSON object"},
    {"{\"all\": true, \"networks\": [{\"password\": \"sesame open\" x}]}", "not a JSON object"},
    {"{\"all\": true, \"networks\": [{\"password\": \"sesame open}", "not a JSON object"},
    {"{" NETWORKS "}", "one of \"macs\", \"all\": true, and"},
    {"{\"all\": false, " NETWORKS "}", "one of \"macs\""},
    {"{\"all\": true, \"macs\": [\"84f3eb000001\"], " NETWORKS "}", "one of \"macs\""},
    {"{\"all\": true, \"image\": \"A\", " NETWORKS "}", "one of \"macs\""},
    {"{\"macs\": [\"84f3eb000001\"], \"state\": \"online\", " NETWORKS "}", "one of \"macs\""},
    {"{\"macs\": [], " NETWORKS "}", "1 to 10000 devices"},
    {"{\"macs\": [\"x\"], " NETWORKS "}", "'x' is not a MAC"},
    {"{\"macs\": [\"84f3eb000001\", \"84f3eb000002\", \"84:f3:eb:00:00:01\"], " NETWORKS "}",
        "84f3eb000001 is named twice"},
    {"{\"mac\": \"84f3eb000001\", " NETWORKS "}", "unknown member \"mac\""},
    {"{\"state\": \"revoked\", " NETWORKS "}", "online or offline"},
    {"{\"all\": true, \"canaries\": -1, " NETWORKS "}", "from 0 to 10000"},
    {"{\"all\": true, \"canaries\": 10001, " NETWORKS "}", "from 0 to 10000"},
    {"{\"all\": true, \"canaries\": 1.0, " NETWORKS "}", "\"canaries\" must be a whole number"},
    {"{\"all\": true}", "1 to 4 networks"},
    {"{\"all\": true, \"networks\": []}", "1 to 4 networks"},
    {"{\"all\": true, \"networks\": [" NETWORK ", " NETWORK ", " NETWORK ", " NETWORK ", " NETWORK
     "]}",
        "1 to 4 networks"},
    {"{\"all\": true, \"networks\": [1]}", "\"networks\" must be an array of objects"},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"a\"}]}", "network 1: it needs a \"password\""},
    {"{\"all\": true, \"networks\": [{\"password\": \"sesame open\"}]}",
        "network 1: it needs an \"ssid\""},
    {"{\"all\": true, \"networks\": [" NETWORK
     ", {\"ssid\": \"\", \"password\": \"sesame open\"}]}",
        "network 2: the SSID is empty"},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"" SSID_32 "3\", \"password\": \"sesame open\"}]}",
        "network 1: it needs an \"ssid\" of at most 32 bytes"},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"a\", \"password\": \"" KEY_64 "a\"}]}",
        "network 1: it needs a \"password\" of at most 64"},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"a\", \"password\": \"sesame\"}]}",
        "network 1: the password has neither"},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"a\", \"password\": 12345678}]}",
        "\"password\" must be a text"},
    {"{\"all\": true, \"networks\": [{\"ssid\": \"a\", \"password\": \"12345678\", \"psk\": 1}]}",
        "unknown member \"psk\""},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct api_wifi_order order;
        struct err err = {0};
        const char *text = rows[i].body;
        int rc = api_wifi_order_decode((const uint8_t *)text, strlen(text), &order, &err);

        if (rc != (rows[i].says[0] == '\0' ? 0 : ERR_INVALID) ||
            strstr(err.message, rows[i].says) == NULL || strstr(err.message, "sesame") != NULL)
            fail_msg("%s: %d %s", text, rc, err.message);
        if (rc == 0)
            api_wifi_order_clear(&order);
    }
}

static void test_members(void **state)
{
    static const char body[] =
        "{\"macs\": [\"84:F3:EB:00:00:02\", \"84f3eb000001\"], \"canaries\": 3, \"skip\": true, "
        "\"networks\": [{\"ssid\": \"b\\u00e9\", \"password\": \"87654321\"}, " NETWORK "]}";
    static const char usual[] = "{\"state\": \"offline\", \"image\": \"A*\", " NETWORKS "}";
    struct api_wifi_order order;

    (void)state;
    assert_int_equal(
        api_wifi_order_decode((const uint8_t *)body, sizeof body - 1, &order, NULL), 0);
    assert_int_equal(order.mac_count, 2);
    assert_string_equal(order.macs[0], "84f3eb000002"); // in the order in which they are named
    assert_string_equal(order.macs[1], "84f3eb000001");
    assert_int_equal(order.canaries, 3);
    assert_true(order.skip);
    assert_int_equal(order.network_count, 2);
    assert_string_equal(order.networks[0].ssid, "b\xc3\xa9");
    assert_string_equal(order.networks[0].password, "87654321");
    assert_string_equal(order.networks[1].ssid, "a");
    api_wifi_order_clear(&order);
    assert_string_equal(order.networks[0].password, "");
    assert_null(order.macs);

    assert_int_equal(
        api_wifi_order_decode((const uint8_t *)usual, sizeof usual - 1, &order, NULL), 0);
    assert_int_equal(order.mac_count, 0);
    assert_int_equal(order.online, -1);
    assert_string_equal(order.image, "A*");
    assert_int_equal(order.canaries, 1);
    assert_false(order.skip);
    api_wifi_order_clear(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_members)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
