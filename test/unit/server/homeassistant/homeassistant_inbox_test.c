// Tests of what the broker says, until there is time for it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/homeassistant/homeassistant_inbox.h"

static struct homeassistant_inbox inbox;

static int set_up(void **state)
{
    (void)state;
    return homeassistant_inbox_init(&inbox);
}

static int tear_down(void **state)
{
    (void)state;
    homeassistant_inbox_clear(&inbox);
    return 0;
}

static bool take(const char *topic, const char *text)
{
    return homeassistant_inbox_take(&inbox, topic, (const uint8_t *)text, strlen(text));
}

static void test_orders_are_bounded(void **state)
{
    static const char order[] =
        "{\"client\": \"ha\", \"mac\": \"84f3eb000001\", \"order\": \"restart\"}";

    (void)state;
    for (int i = 0; i < HOMEASSISTANT_INBOX_ORDERS + 10; i++)
        assert_true(take("/broker/homeassistant", order));
    assert_int_equal(inbox.order_count, HOMEASSISTANT_INBOX_ORDERS);
    assert_string_equal(inbox.orders[HOMEASSISTANT_INBOX_ORDERS - 1].mac, "84f3eb000001");
}

static void test_found_are_bounded(void **state)
{
    char topic[64];

    (void)state;
    for (int i = 0; i < HOMEASSISTANT_INBOX_FOUND + 10; i++) {
        snprintf(topic, sizeof topic, "homeassistant/device/secureesp_84f3eb%06x/config", i);
        assert_true(take(topic, "{}"));
    }
    assert_int_equal(inbox.found_count, HOMEASSISTANT_INBOX_FOUND);
    assert_string_equal(inbox.found[0xabcde], "84f3eb0abcde");
}

// Only what is ours, is kept and is there is remembered.
static void test_what_is_found(void **state)
{
    (void)state;
    assert_true(take("homeassistant/device/secureesp_84f3eb000001/config", ""));
    assert_true(take("homeassistant/device/other_84f3eb000001/config", "{}"));
    assert_true(take("homeassistant/device/secureesp_84f3eb000001/config/x", "{}"));
    assert_true(take("homeassistant/status", "offline"));
    assert_true(take("homeassistant/status", "online "));
    assert_true(take("homeassistant/status", "onlinE"));
    assert_true(take("/broker/homeassistant", "{}"));
    assert_false(take("/status/84f3eb000001", "{}"));
    assert_int_equal(inbox.found_count, 0);
    assert_int_equal(inbox.order_count, 0);
    assert_false(inbox.is_born);
    assert_true(take("homeassistant/status", "online"));
    assert_true(inbox.is_born);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_orders_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_found_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_found, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
