// Tests of what Home Assistant orders, from bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/homeassistant/homeassistant_order.h"

#define MAC "84f3eb00000a"
#define REST "\"mac\": \"" MAC "\", \"order\": \"install\"}"
#define NAME_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void test_orders(void **state)
{
    static const struct {
        const char *json;
        int rc;
        const char *client;
        enum homeassistant_topic_kind kind;
    } rows[] = {
        {"{\"client\": \"ha\", " REST, 0, "ha", HOMEASSISTANT_TOPIC_INSTALL},
        {"{\"client\": \"ha\", \"mac\": \"" MAC "\", \"order\": \"restart\"}", 0, "ha",
            HOMEASSISTANT_TOPIC_RESTART},
        {"{\"client\": \"" NAME_64 "\", " REST, 0, NAME_64, HOMEASSISTANT_TOPIC_INSTALL},
        {"{\"client\": \"" NAME_64 "x\", " REST, ERR_INVALID, NULL, 0},
        {"{\"client\": \"\", " REST, ERR_INVALID, NULL, 0},
        {"{" REST, ERR_INVALID, NULL, 0},
        {"{\"client\": \"ha\", \"client\": \"other\", " REST, ERR_INVALID, NULL, 0},
        {"{\"client\": [\"ha\"], " REST, ERR_INVALID, NULL, 0},
        {"{\"client\": \"ha\", \"mac\": \"84F3EB00000A\", \"order\": \"install\"}", ERR_INVALID,
            NULL, 0},
        {"{\"client\": \"ha\", \"mac\": \"84f3eb00000\", \"order\": \"install\"}", ERR_INVALID,
            NULL, 0},
        {"{\"client\": \"ha\", \"mac\": \"" MAC "\", \"order\": \"flash\"}", ERR_INVALID, NULL, 0},
        {"{\"client\": \"ha\", \"mac\": \"" MAC "\"}", ERR_INVALID, NULL, 0},
        {"[]", ERR_INVALID, NULL, 0},
        {"", ERR_INVALID, NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct homeassistant_order order = {.client = "untouched"};
        int rc = homeassistant_order_decode(
            (const uint8_t *)rows[i].json, strlen(rows[i].json), &order, NULL);

        if (rc != rows[i].rc)
            fail_msg("%s: %d", rows[i].json, rc);
        assert_string_equal(order.client, rc < 0 ? "untouched" : rows[i].client);
        if (rc < 0)
            continue;
        assert_string_equal(order.mac, MAC);
        assert_int_equal(order.kind, rows[i].kind);
    }
}

static void test_cut_off(void **state)
{
    static const char json[] = "{\"client\": \"ha\", " REST;

    (void)state;
    for (size_t n = 0; n < sizeof json - 1; n++) {
        struct homeassistant_order order;

        assert_int_equal(
            homeassistant_order_decode((const uint8_t *)json, n, &order, NULL), ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
