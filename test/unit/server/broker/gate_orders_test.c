// Tests of what Home Assistant orders, and of how much it may subscribe.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/gate_access.h"
#include "server/broker/gate_orders.h"
#include "test/unit/server/broker/gate_fixture.h"

#define INSTALL "secureesp/" ONE "/install"
#define TOLD                                                                                       \
    "/broker/homeassistant {\"client\": \"ha\", \"mac\": \"" ONE "\", \"order\": \"install\"}\n"

static struct fixture_certificate ha;

static int set_up(void **state)
{
    fixture_set_up(state);
    ha = fixture_client("ha", "homeassistant", PROFILE_CLIENT);
    return fixture_connect(&ha, "ha") < 0 || fixture_connect(&fixture.one, ONE) < 0;
}

static int tear_down(void **state)
{
    free(ha.der);
    return fixture_tear_down(state);
}

static bool say(const char *name, const char *topic, bool retain)
{
    struct gate_message message = {.topic = topic, .n = 7, .retain = retain};

    return gate_access_write(fixture.gate, name, &message) &&
           gate_access_take(fixture.gate, name, &message);
}

static void test_told(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    fixture_tick(10);
    assert_true(say("ha", INSTALL, false));
    assert_true(say("ha", "secureesp/" TWO "/restart", false));
    assert_non_null(strstr(fixture_tick(10), TOLD));
    assert_non_null(strstr(fixture.said, "\"mac\": \"" TWO "\", \"order\": \"restart\"}\n"));
    assert_null(strstr(fixture_tick(10), "/broker/homeassistant")); // once
}

// Nobody expects a device to restart when the daemon is back some day.
static void test_not_kept(void **state)
{
    (void)state;
    assert_true(say("ha", INSTALL, false));
    assert_null(strstr(fixture_tick(10), "/broker/homeassistant"));
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    assert_null(strstr(fixture_tick(10), "/broker/homeassistant"));
    assert_false(say("ha", INSTALL, true));
    assert_null(strstr(fixture_tick(10), "/broker/homeassistant"));
    assert_true(say("ha", "homeassistant/status", true)); // a birth may be
}

static void test_others(void **state)
{
    static const char *const topics[] = {
        ("secureesp/" ONE "/flash"),
        "secureesp/x/install",
        ("secureesp/" ONE "/state"),
        ("secureesp/" ONE "/install/x"),
        "homeassistant/device/x/config",
        ("/command/" ONE "/reboot"),
        ("/status/" ONE),
        "homeassistant/status/x",
    };

    (void)state;
    assert_int_equal(access_table_add(fixture.table, "monitor write #", NULL), 0);
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    assert_int_equal(fixture_connect(&fixture.desk, "desk"), 0);
    fixture_tick(10);
    assert_true(say("desk", INSTALL, false)); // it may say so, and nobody hears
    assert_false(say(ONE, INSTALL, false));
    assert_false(say(ONE, "homeassistant/device/secureesp_" ONE "/config", true));
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        // there is no such device, and the daemon would hear no such order
        if (say("ha", topics[i], false) && i != 1)
            fail_msg("%s", topics[i]);
    }
    // what the broker's configuration allows besides is no order
    assert_int_equal(access_table_add(fixture.table, "homeassistant write #", NULL), 0);
    assert_true(say("ha", "secureesp/" ONE "/state", true));
    assert_null(strstr(fixture_tick(10), "/broker/homeassistant"));
}

static void test_bounded(void **state)
{
    int taken = 0;

    (void)state;
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    for (int i = 0; i < GATE_ORDERS_MAX + 10; i++)
        taken += say("ha", INSTALL, false);
    assert_int_equal(taken, GATE_ORDERS_MAX);
    fixture_tick(10);
    assert_true(say("ha", INSTALL, false));
}

static void test_subscriptions(void **state)
{
    int taken = 0;

    (void)state;
    for (int i = 0; i < 5000; i++)
        taken += gate_access_subscribe(fixture.gate, "ha", "secureesp/" ONE "/state", i);
    assert_int_equal(taken, 5000);
    assert_true(say("ha", "homeassistant/status", false)); // they are no messages
    assert_false(gate_access_subscribe(fixture.gate, "ha", "secureesp/" ONE "/state", 50000));
    for (int i = 0; i < 200000; i++)
        taken += gate_access_subscribe(fixture.gate, "ha", "secureesp/" ONE "/state", 0);
    assert_in_range(taken, 50000, 101000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_subscriptions, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
