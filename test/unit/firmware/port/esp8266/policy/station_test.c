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

// Each network has its turn; after the last there is the pause, and the first is tried again.
static void test_networks(void **state)
{
    struct station station = {.networks = 3};
    uint32_t now_ms = 0;

    (void)state;
    (void)station_step(&station, STATION_STARTED_WITH_CREDENTIALS, now_ms, 0);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned network = 0; network < 3; network++) {
            uint32_t pause_ms = network < 2 ? STATION_NEXT_MS : 1000u << round;

            assert_int_equal(station.network, network);
            (void)station_step(&station, STATION_DISCONNECTED, now_ms, 0);
            (void)station_step(&station, STATION_DISCONNECTED, now_ms, 0); // the same once more
            now_ms += pause_ms;
            assert_int_equal(station_step(&station, STATION_TICK, now_ms - 1, 0), STATION_NOTHING);
            assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_CONNECT);
        }
        assert_int_equal(station.failures, round + 1);
    }
}

// One that gives no address is given up for the next; and where one was joined and is lost, the
// first is tried first again.
static void test_network_without_address(void **state)
{
    struct station station = {.networks = 2};
    uint32_t now_ms = STATION_CONNECTING_MS;

    (void)state;
    (void)step(&station, STATION_STARTED_WITH_CREDENTIALS);
    assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_GIVE_UP);
    now_ms += STATION_NEXT_MS;
    assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_CONNECT);
    assert_int_equal(station.network, 1);
    (void)station_step(&station, STATION_GOT_ADDRESS, now_ms, 0);
    assert_int_equal(station_link(&station), PORT_LINK_UP);
    assert_int_equal(station.network, 1);
    (void)station_step(&station, STATION_DISCONNECTED, now_ms, 0);
    assert_int_equal(station.network, 0);
    assert_int_equal(station.pause_ms, 1000);
}

// There is a network, but nobody who gives an address. Whether the driver then says that it has
// disconnected makes no difference.
static void test_no_address(void **state)
{
    struct station station = {0};

    (void)state;
    (void)station_step(&station, STATION_STARTED_WITH_CREDENTIALS, 5, 0);
    for (int has_event = 0; has_event < 2; has_event++) {
        uint32_t since_ms = station.since_ms;
        uint32_t now_ms = since_ms + STATION_CONNECTING_MS;

        assert_int_equal(station_step(&station, STATION_TICK, now_ms - 1, 0), STATION_NOTHING);
        assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_GIVE_UP);
        assert_int_equal(station.state, STATION_PAUSE);
        if (has_event)
            (void)station_step(&station, STATION_DISCONNECTED, now_ms, 0);
        assert_int_equal(station.failures, 1 + has_event);
        now_ms += station.pause_ms;
        assert_int_equal(station_step(&station, STATION_TICK, now_ms - 1, 0), STATION_NOTHING);
        assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_CONNECT);
    }
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

// --- events that the SDK has lost

enum look { NOWHERE, WITHOUT_ADDRESS, WITH_ADDRESS, OLD_ADDRESS, LOOKS };

static const struct station_facts looks[LOOKS] = {
    [NOWHERE] = {.is_associated = false, .has_address = false},
    [WITHOUT_ADDRESS] = {.is_associated = true, .has_address = false},
    [WITH_ADDRESS] = {.is_associated = true, .has_address = true},
    [OLD_ADDRESS] = {.is_associated = false, .has_address = true},
};

// The station in a state, since 0 ms.
static struct station in_state(enum station_state state)
{
    struct station station = {.state = state, .is_stored = true, .pause_ms = 1000};

    return station;
}

struct look_case {
    const char *name;
    enum station_state state;
    enum look look;
    enum station_action action; // once it has contradicted long enough
    enum station_state then;
};

static const struct look_case look_cases[] = {
    {"all is well", STATION_UP, WITH_ADDRESS, STATION_NOTHING, STATION_UP},
    {"lost STA_DISCONNECTED", STATION_UP, NOWHERE, STATION_GIVE_UP, STATION_PAUSE},
    {"lost STA_DISCONNECTED, old address", STATION_UP, OLD_ADDRESS, STATION_GIVE_UP, STATION_PAUSE},
    {"lost STA_LOST_IP", STATION_UP, WITHOUT_ADDRESS, STATION_GIVE_UP, STATION_PAUSE},
    {"lost STA_GOT_IP", STATION_CONNECTING, WITH_ADDRESS, STATION_NOTHING, STATION_UP},
    {"on its way", STATION_CONNECTING, NOWHERE, STATION_NOTHING, STATION_CONNECTING},
    {"no address yet", STATION_CONNECTING, WITHOUT_ADDRESS, STATION_NOTHING, STATION_CONNECTING},
    {"an old address", STATION_CONNECTING, OLD_ADDRESS, STATION_NOTHING, STATION_CONNECTING},
    {"pause", STATION_PAUSE, NOWHERE, STATION_NOTHING, STATION_PAUSE},
    {"pause, still connected", STATION_PAUSE, WITH_ADDRESS, STATION_NOTHING, STATION_PAUSE},
    {"off", STATION_OFF, NOWHERE, STATION_NOTHING, STATION_OFF},
    {"off, connected", STATION_OFF, WITH_ADDRESS, STATION_NOTHING, STATION_OFF},
    {"SmartConfig", STATION_SMARTCONFIG, NOWHERE, STATION_NOTHING, STATION_SMARTCONFIG},
    {"SmartConfig's own", STATION_SMARTCONFIG, WITH_ADDRESS, STATION_NOTHING, STATION_SMARTCONFIG},
};

static void test_looks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof look_cases / sizeof look_cases[0]; i++) {
        const struct look_case *c = &look_cases[i];
        struct station station = in_state(c->state);

        print_message("%s\n", c->name);
        for (int look = 1; look < STATION_LOOKS; look++) {
            assert_int_equal(station_look(&station, &looks[c->look], 7, 0), STATION_NOTHING);
            assert_int_equal(station.state, c->state);
        }
        assert_int_equal(station_look(&station, &looks[c->look], 7, 0), c->action);
        assert_int_equal(station.state, c->then);
        assert_int_equal(station_look(&station, &looks[c->look], 7, 0), STATION_NOTHING);
    }
}

// An event that is on its way while the driver is looked at is no contradiction for long.
static void test_look_between(void **state)
{
    struct station station = in_state(STATION_UP);

    (void)state;
    for (int i = 0; i < 10; i++) {
        for (int look = 1; look < STATION_LOOKS; look++)
            assert_int_equal(station_look(&station, &looks[NOWHERE], 7, 0), STATION_NOTHING);
        assert_int_equal(station_look(&station, &looks[WITH_ADDRESS], 7, 0), STATION_NOTHING);
    }
    (void)station_look(&station, &looks[NOWHERE], 7, 0);
    (void)station_step(&station, STATION_DISCONNECTED, 8, 0); // each state counts anew
    (void)station_step(&station, STATION_TICK, 1008, 0);
    assert_int_equal(station.state, STATION_CONNECTING);
    for (int look = 1; look < STATION_LOOKS; look++)
        assert_int_equal(station_look(&station, &looks[WITH_ADDRESS], 7, 0), STATION_NOTHING);
    assert_int_equal(station.state, STATION_CONNECTING);
}

// What SmartConfig brought is stored, whoever says that it works.
static void test_look_stores(void **state)
{
    struct station station = {0};

    (void)state;
    (void)step(&station, STATION_STARTED_WITHOUT);
    (void)step(&station, STATION_GOT_CREDENTIALS);
    for (int look = 1; look < STATION_LOOKS; look++)
        assert_int_equal(station_look(&station, &looks[WITH_ADDRESS], 7, 0), STATION_NOTHING);
    assert_int_equal(station_look(&station, &looks[WITH_ADDRESS], 7, 0), STATION_STORE);
}

// Lost STA_START: the driver is started until it says so, and then heeded once.
static void test_no_start(void **state)
{
    struct station station = {.since_ms = UINT32_MAX - 5}; // of which the counter wraps
    uint32_t now_ms = station.since_ms;

    (void)state;
    for (int i = 0; i < 3; i++) {
        now_ms += STATION_START_MS;
        assert_int_equal(station_step(&station, STATION_TICK, now_ms - 1, 0), STATION_NOTHING);
        assert_int_equal(station_step(&station, STATION_TICK, now_ms, 0), STATION_START);
    }
    assert_int_equal(
        station_step(&station, STATION_STARTED_WITH_CREDENTIALS, now_ms, 0), STATION_CONNECT);
    assert_int_equal(
        station_step(&station, STATION_STARTED_WITH_CREDENTIALS, now_ms + 9, 0), STATION_NOTHING);
    assert_int_equal(
        station_step(&station, STATION_STARTED_WITHOUT, now_ms + 9, 0), STATION_NOTHING);
    assert_int_equal(station.since_ms, now_ms);
}

// Of a connection that has been given up, or that nobody wanted.
static void test_late_address(void **state)
{
    static const enum station_state states[] = {STATION_OFF, STATION_SMARTCONFIG, STATION_PAUSE};

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct station station = in_state(states[i]);

        assert_int_equal(step(&station, STATION_GOT_ADDRESS), STATION_NOTHING);
        assert_int_equal(station.state, states[i]);
    }
}

// SmartConfig that hears nobody, that hears somebody and no more, and whose credentials were lost
// or unfit: it starts over, and it has a last chance until then.
static void test_smartconfig_hangs(void **state)
{
    static const struct {
        uint32_t heard_ms; // 0: never
        uint32_t over_ms;
    } cases[] = {
        {0, STATION_LISTEN_MS},
        {1, 1 + STATION_CHANNEL_MS},
        {STATION_LISTEN_MS - 1, STATION_LISTEN_MS - 1 + STATION_CHANNEL_MS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct station station = {0};

        (void)step(&station, STATION_STARTED_WITHOUT);
        if (cases[i].heard_ms != 0) {
            (void)station_step(&station, STATION_FOUND_CHANNEL, cases[i].heard_ms, 0);
            (void)station_step(&station, STATION_FOUND_CHANNEL, cases[i].heard_ms + 9, 0); // once
        }
        assert_int_equal(
            station_step(&station, STATION_TICK, cases[i].over_ms - 1, 0), STATION_NOTHING);
        assert_int_equal(
            station_step(&station, STATION_TICK, cases[i].over_ms, 0), STATION_RESTART);
        assert_int_equal(
            station_step(&station, STATION_GOT_CREDENTIALS, cases[i].over_ms, 0), STATION_TRY);
    }
}

// Whatever events are lost, and whatever the driver says: no state lasts for ever without an
// action, but for the one in which all is well.
static void test_nothing_hangs(void **state)
{
    (void)state;
    for (int from = STATION_OFF; from <= STATION_UP; from++) {
        for (size_t i = 0; i < LOOKS; i++) {
            struct station station = in_state((enum station_state)from);
            enum station_action action = STATION_NOTHING;
            uint32_t now_ms = 0;

            while (action == STATION_NOTHING && now_ms <= STATION_LISTEN_MS) {
                now_ms += STATION_LOOK_MS;
                action = station_step(&station, STATION_TICK, now_ms, 0);
                if (action == STATION_NOTHING)
                    action = station_look(&station, &looks[i], now_ms, 0);
            }
            assert_int_equal(action == STATION_NOTHING, station.state == STATION_UP);
            if (from == STATION_OFF || from == STATION_UP || from == STATION_PAUSE)
                assert_true(action == STATION_NOTHING || now_ms <= 5000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_credentials),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_network_without_address),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_disconnected_twice),
        cmocka_unit_test(test_smartconfig),
        cmocka_unit_test(test_no_acknowledgement),
        cmocka_unit_test(test_wrong_password),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_look_between),
        cmocka_unit_test(test_look_stores),
        cmocka_unit_test(test_no_start),
        cmocka_unit_test(test_late_address),
        cmocka_unit_test(test_smartconfig_hangs),
        cmocka_unit_test(test_nothing_hangs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
