// Tests of the Wi-Fi station's decisions.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/port/esp8266/policy/station.h"

static enum station_action step(struct station *station, enum station_event event)
{
    return station_step(station, event, 0, 0);
}

static void test_stored_credentials(void **state)
{
    struct station station = {0};

    (void)state;
    assert_int_equal(station_link(&station), PORT_LINK_DOWN);
    assert_int_equal(step(&station, STATION_TICK), STATION_NOTHING);
    assert_int_equal(step(&station, STATION_STARTED_WITH_CREDENTIALS), STATION_CONNECT);
    assert_int_equal(station_link(&station), PORT_LINK_DOWN);
    assert_int_equal(step(&station, STATION_GOT_ADDRESS), STATION_NOTHING);
    assert_int_equal(station_link(&station), PORT_LINK_UP);
    assert_int_equal(step(&station, STATION_DISCONNECTED), STATION_NOTHING);
    assert_int_equal(station_link(&station), PORT_LINK_DOWN);
}

// 1, 2, 4, 8, 16, 30, 30 s without chance; with all of it, a quarter less.
static void test_back_off(void **state)
{
    static const uint32_t pauses_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
    struct station station = {0};
    uint32_t now_ms = UINT32_MAX - 20000; // it wraps on the way

    (void)state;
    (void)station_step(&station, STATION_STARTED_WITH_CREDENTIALS, now_ms, 0);
    for (size_t i = 0; i < sizeof pauses_ms / sizeof pauses_ms[0]; i++) {
        assert_int_equal(station_step(&station, STATION_DISCONNECTED, now_ms, 0), STATION_NOTHING);
        assert_int_equal(
            station_step(&station, STATION_TICK, now_ms + pauses_ms[i] - 1, 0), STATION_NOTHING);
        now_ms += pauses_ms[i];
        assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_CONNECT);
    }
    (void)station_step(&station, STATION_DISCONNECTED, now_ms, UINT8_MAX);
    assert_in_range(station.pause_ms, 22500, 23000);
    (void)station_step(&station, STATION_TICK, now_ms + 30000, 0);
    (void)station_step(&station, STATION_GOT_ADDRESS, now_ms, 0);
    (void)station_step(&station, STATION_DISCONNECTED, now_ms, 0);
    assert_int_equal(station.pause_ms, 1000); // an address ends the count
}

// There is a network, but nobody who gives an address.
static void test_no_address(void **state)
{
    struct station station = {0};

    (void)state;
    (void)station_step(&station, STATION_STARTED_WITH_CREDENTIALS, 5, 0);
    assert_int_equal(
        station_step(&station, STATION_TICK, 4 + STATION_CONNECTING_MS, 0), STATION_NOTHING);
    assert_int_equal(
        station_step(&station, STATION_TICK, 5 + STATION_CONNECTING_MS, 0), STATION_GIVE_UP);
    assert_int_equal(
        station_step(&station, STATION_TICK, 6 + STATION_CONNECTING_MS, 0), STATION_NOTHING);
    (void)station_step(&station, STATION_DISCONNECTED, 7 + STATION_CONNECTING_MS, 0);
    assert_int_equal(station.state, STATION_PAUSE);
}

// A second event of the same disconnection does not count.
static void test_disconnected_twice(void **state)
{
    struct station station = {0};

    (void)state;
    (void)step(&station, STATION_STARTED_WITH_CREDENTIALS);
    (void)step(&station, STATION_DISCONNECTED);
    (void)step(&station, STATION_DISCONNECTED);
    assert_int_equal(station.failures, 1);
}

static void test_smartconfig(void **state)
{
    struct station station = {0};

    (void)state;
    assert_int_equal(step(&station, STATION_STARTED_WITHOUT), STATION_LISTEN);
    assert_int_equal(station_link(&station), PORT_LINK_SMARTCONFIG);
    assert_int_equal(step(&station, STATION_DISCONNECTED), STATION_NOTHING);
    assert_int_equal(step(&station, STATION_GOT_CREDENTIALS), STATION_TRY);
    assert_int_equal(step(&station, STATION_GOT_CREDENTIALS), STATION_NOTHING);
    assert_int_equal(step(&station, STATION_GOT_ADDRESS), STATION_STORE);
    assert_int_equal(station_link(&station), PORT_LINK_UP);
    assert_int_equal(step(&station, STATION_ACKNOWLEDGED), STATION_END);
    assert_int_equal(step(&station, STATION_ACKNOWLEDGED), STATION_NOTHING);
    // the next connection is with what is stored
    (void)step(&station, STATION_DISCONNECTED);
    assert_int_equal(station_step(&station, STATION_TICK, 1000, 0), STATION_CONNECT);
}

// The telephone may be gone: SmartConfig is stopped nonetheless, once.
static void test_no_acknowledgement(void **state)
{
    struct station station = {0};

    (void)state;
    (void)step(&station, STATION_STARTED_WITHOUT);
    (void)step(&station, STATION_GOT_CREDENTIALS);
    (void)step(&station, STATION_GOT_ADDRESS);
    assert_int_equal(
        station_step(&station, STATION_TICK, STATION_ACKNOWLEDGE_MS - 1, 0), STATION_NOTHING);
    assert_int_equal(station_step(&station, STATION_TICK, STATION_ACKNOWLEDGE_MS, 0), STATION_END);
    assert_int_equal(
        station_step(&station, STATION_TICK, STATION_ACKNOWLEDGE_MS, 0), STATION_NOTHING);
}

// What does not work is not stored: the next start listens again.
static void test_wrong_password(void **state)
{
    struct station station = {0};
    uint32_t now_ms = 0;

    (void)state;
    (void)step(&station, STATION_STARTED_WITHOUT);
    (void)step(&station, STATION_GOT_CREDENTIALS);
    for (int i = 1; i < STATION_SMARTCONFIG_TRIES; i++) {
        assert_int_equal(station_step(&station, STATION_DISCONNECTED, now_ms, 0), STATION_NOTHING);
        now_ms += 60000;
        assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_TRY);
    }
    assert_int_equal(station_step(&station, STATION_DISCONNECTED, now_ms, 0), STATION_RESTART);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_credentials),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_disconnected_twice),
        cmocka_unit_test(test_smartconfig),
        cmocka_unit_test(test_no_acknowledgement),
        cmocka_unit_test(test_wrong_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
