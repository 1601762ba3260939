// The body of POST /commands.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/api/api_order.h"

static int decode(const char *text, struct api_order *order, struct err *err)
{
    return api_order_decode((const uint8_t *)text, strlen(text), order, err);
}

static void an_order_for_a_device_is_read(void **state)
{
    struct api_order order;

    (void)state;
    assert_int_equal(
        decode("{\"mac\": \"84:F3:EB:01:23:45\", \"command\": \"flash\"}", &order, NULL), 0);
    assert_false(order.all);
    assert_string_equal(order.mac, "84f3eb012345");
    assert_string_equal(order.name, "flash");
}

static void an_order_for_all_is_read(void **state)
{
    struct api_order order;

    (void)state;
    assert_int_equal(decode("{\"all\": true, \"command\": \"ca\"}", &order, NULL), 0);
    assert_true(order.all);
    assert_string_equal(order.mac, "");
}

static void an_order_for_some_is_read(void **state)
{
    struct api_order order;

    (void)state;
    assert_int_equal(
        decode("{\"filters\": [\"tag=a\", \"rssi<-75 tag=b\"], \"command\": \"ca\"}", &order, NULL),
        0);
    assert_false(order.all);
    assert_string_equal(order.mac, "");
    assert_int_equal(order.filter.count, 2);
    assert_int_equal(order.filter.trees[0].count, 1);
    assert_int_equal(order.filter.trees[1].count, 3);
    api_order_clear(&order);
}

static void a_long_name_is_cut(void **state)
{
    char text[256];
    struct api_order order;

    (void)state;
    strcpy(text, "{\"all\": true, \"command\": \"");
    memset(text + strlen(text) + 1, 0, 128);
    memset(text + strlen(text), 'a', 100);
    strcat(text, "\"}");
    assert_int_equal(decode(text, &order, NULL), 0);
    assert_int_equal(strlen(order.name), API_ORDER_NAME_SIZE - 1);
}

static void what_is_no_order_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"", "not a JSON object"},
        {"{", "not a JSON object"},
        {"[]", "not a JSON object"},
        {"{\"all\": true}", "lacks \"command\""},
        {"{\"all\": true, \"command\": 1}", "\"command\" must be a text"},
        {"{\"all\": true, \"command\": \"a\", \"command\": \"b\"}", "duplicate"},
        {"{\"all\": true, \"mac\": 5, \"command\": \"ca\"}", "\"mac\" must be a text"},
        {"{\"all\": true, \"mac\": null, \"command\": \"ca\"}", "\"mac\" must be a text"},
        {"{\"all\": true, \"Mac\": \"84f3eb012345\", \"command\": \"ca\"}",
            "unknown member \"Mac\""},
        {"{\"all\": true, \"macs\": [], \"command\": \"ca\"}",
            "there are: mac, all, filters, command, force"},
        {"{\"all\": \"true\", \"command\": \"ca\"}", "\"all\" must be true or false"},
        {"{\"all\": false, \"command\": \"ca\"}", "needs one of"},
        {"{\"all\": true, \"command\": \"ca\", \"force\": 1}", "\"force\" must be"},
        {"{\"all\": true, \"mac\": \"84f3eb012345\", \"command\": \"ca\"}", "needs one of"},
        {"{\"all\": true, \"command\": \"ca\"} x", "not a JSON object"},
        {"{\"command\": \"ca\"}", "needs one of"},
        {"{\"filters\": [], \"command\": \"ca\"}", "needs one of"},
        {"{\"filters\": \"tag=a\", \"command\": \"ca\"}", "\"filters\" must be"},
        {"{\"filters\": [\"tag=a\"], \"all\": true, \"command\": \"ca\"}", "needs one of"},
        {"{\"filters\": [\"tag=a\", \"tag<b\"], \"command\": \"ca\"}", "filter, column 4"},
        {"{\"filters\": [\"tag=a\",\"tag=a\",\"tag=a\",\"tag=a\",\"tag=a\",\"tag=a\",\"tag=a\","
         "\"tag=a\",\"tag=a\"], \"command\": \"ca\"}",
            "at most 8 filters"},
        {"{\"all\": 1, \"command\": \"ca\"}", "\"all\" must be true or false"},
        {"{\"mac\": \"all\", \"command\": \"ca\"}", "needs a MAC"},
        {"{\"mac\": \"84f3eb01234\", \"command\": \"ca\"}", "needs a MAC"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct api_order order = {.name = "untouched"};
        struct err err = {0};

        assert_int_equal(decode(cases[i].text, &order, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, cases[i].reason));
        assert_string_equal(order.name, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_for_a_device_is_read),
        cmocka_unit_test(an_order_for_all_is_read),
        cmocka_unit_test(an_order_for_some_is_read),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(what_is_no_order_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
