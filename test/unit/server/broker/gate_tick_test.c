// Tests of what the gate does by and by: who is ended, what is reported.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/gate_access.h"
#include "test/unit/server/broker/gate_fixture.h"

static int connected_set_up(void **state)
{
    fixture_set_up(state);
    return fixture_connect(&fixture.one, ONE) < 0 || fixture_connect(&fixture.two, TWO) < 0 ||
           fixture_connect(&fixture.daemon, "secureespd") < 0;
}

#define LIST(number, entries, disconnected, error)                                                 \
    "/broker/revocations {\"number\": " #number ", \"entries\": " #entries                         \
    ", \"disconnected\": " #disconnected ", \"error\": " error

static void test_list(void **state)
{
    char entries[256];

    (void)state;
    // the first list, and whenever the daemon asks for it
    assert_string_equal(fixture_tick(200), LIST(1, 0, 0, "null}\n"));
    assert_string_equal(fixture_tick(200), "");
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/broker/#", 1));
    assert_string_equal(fixture_tick(0), LIST(1, 0, 0, "null}\n"));
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/status/+", 1));
    assert_string_equal(fixture_tick(0), "");

    snprintf(entries, sizeof entries, "serial %s\ndevice " TWO " all\ndevice 84f3eb0000ff all\n",
        fixture.one.serial);
    fixture_list(2, entries);
    fixture_tick(200); // the first two in any order
    assert_non_null(strstr(fixture.said, "end " ONE " silently\n"));
    assert_non_null(strstr(fixture.said, "end " TWO " silently\n"));
    assert_non_null(strstr(fixture.said, "\n" LIST(2, 3, 2, "null}\n")));
    assert_string_equal(fixture_tick(200), "");
    assert_string_equal(fixture_tick(2000), ""); // read again, as it was young, and found the same
    fixture_list(3, entries);
    assert_string_equal(fixture_tick(200), LIST(3, 3, 0, "null}\n"));
}

// That it is in force is said when it is so for all, however long that takes.
static void test_list_of_many(void **state)
{
    (void)state;
    fixture_tick(2000);
    ending_takes_ms = 50;
    fixture_list(2, "device " ONE " all\ndevice " TWO " all\n");
    fixture_tick(200);
    assert_null(strstr(fixture.said, "revocations"));
    fixture_tick(200);
    assert_non_null(strstr(fixture.said, "end "));
    assert_non_null(strstr(fixture.said, "\n" LIST(2, 2, 2, "null}\n")));
    assert_string_equal(fixture_tick(200), "");
}

static void test_bad_list(void **state)
{
    const char *said;

    (void)state;
    fixture_tick(2000);
    fixture_put(fixture.list, "secureesp-revocations 1\nnumber 2\ndevice " ONE " all\n");
    said = fixture_tick(200);
    assert_non_null(strstr(said, "note "));
    assert_non_null(strstr(said, LIST(1, 0, 0, "\"list ")));
    assert_string_equal(fixture_tick(200), "");
    assert_int_equal(unlink(fixture.list), 0);
    said = fixture_tick(200);
    assert_non_null(strstr(said, LIST(1, 0, 0, "\"list: ")));
    fixture_list(2, "");
    assert_string_equal(fixture_tick(200), LIST(2, 0, 0, "null}\n"));
}

// The daemon writes again what it had written: that is good again, and is said.
static void test_same_list_again(void **state)
{
    static const char *const bad[] = {NULL, "", "number 1", "secureesp-revocations 1\nnumber 1\n"};

    (void)state;
    fixture_tick(2000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (bad[i] == NULL)
            assert_int_equal(unlink(fixture.list), 0);
        else
            fixture_put(fixture.list, bad[i]);
        assert_non_null(strstr(fixture_tick(200), LIST(1, 0, 0, "\"list")));
        fixture_list(1, "");
        assert_string_equal(fixture_tick(200), LIST(1, 0, 0, "null}\n"));
        assert_string_equal(fixture_tick(2000), "");
    }
}

// What is in use is said, and if nothing is, what follows.
static void test_notes(void **state)
{
    struct limits limits;

    (void)state;
    fixture_tick(2000);
    fixture_put(fixture.list, "damaged");
    assert_non_null(strstr(fixture_tick(200), "; what was read before stays in use\n"));
    limits_init(&limits);
    fixture_open(&limits);
    fixture_tick(200);
    assert_non_null(strstr(fixture.said, "note list "));
    assert_non_null(
        strstr(fixture.said, "; until there is a good one, only the daemon is let in\n"));
    assert_null(strstr(fixture.said, "read before"));
    // of the CA's file there always is one
    fixture_put(fixture.ca, "damaged");
    assert_non_null(strstr(fixture_tick(200), "note CA "));
    assert_non_null(strstr(fixture.said, "; what was read before stays in use\n"));
}

// Nobody is told while there is nobody; and nothing waits for the daemon.
static void test_daemon_away(void **state)
{
    (void)state;
    fixture_tick(200);
    gate_disconnect(fixture.gate, "secureespd");
    fixture_list(2, "device " ONE " all\n");
    assert_string_equal(fixture_tick(200), "end " ONE " silently\n");
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    assert_string_equal(fixture_tick(200), LIST(2, 1, 1, "null}\n"));
}

// An hour before the certificates' end one more connects by a new one.
static void test_expired(void **state)
{
    struct fixture_certificate later;

    (void)state;
    clock_offset_ms = 10 * DAY_MS - 3600000;
    later = fixture_device(TWO);
    assert_int_equal(fixture_connect(&later, TWO), 0);
    assert_null(strstr(fixture_tick(0), "end"));
    clock_offset_ms = 10 * DAY_MS - 2000;
    assert_null(strstr(fixture_tick(0), "end"));
    clock_offset_ms = 10 * DAY_MS + 2000;
    assert_non_null(strstr(fixture_tick(0), "end " ONE "\n"));
    assert_null(strstr(fixture.said, "end " TWO));
    free(later.der);
}

static void test_ca_removed(void **state)
{
    (void)state;
    fixture_tick(2000);
    fixture_put(fixture.ca, "damaged");
    assert_non_null(strstr(fixture_tick(200), "note CA "));
    assert_null(strstr(fixture.said, "end"));
    fixture_take_ca("other");
    fixture_tick(200);
    assert_non_null(strstr(fixture.said, "end " ONE "\n"));
    assert_non_null(strstr(fixture.said, "end " TWO "\n"));
    assert_non_null(strstr(fixture.said, "end secureespd\n"));
    assert_non_null(strstr(fixture.said, "note the changed CA file is in use\n"));
}

// Who came back with a good certificate before the tick stays.
static void test_back_in_time(void **state)
{
    char entry[128];
    struct fixture_certificate later = fixture_device(ONE);

    (void)state;
    fixture_tick(2000);
    snprintf(entry, sizeof entry, "serial %s\n", fixture.one.serial);
    fixture_list(2, entry);
    clock_offset_ms += 200;
    gate_refresh(fixture.gate);
    assert_int_equal(fixture_connect(&later, ONE), 0);
    assert_null(strstr(fixture_tick(0), "end"));
    free(later.der);
}

static void flood(int n)
{
    struct gate_message message = {.topic = "/event/" ONE, .n = 10};

    for (int i = 0; i < n; i++)
        gate_access_take(fixture.gate, ONE, &message);
}

// The first at once, then one in ten seconds, the last when it is over.
static void test_reports(void **state)
{
    (void)state;
    fixture_tick(2000);
    flood(301);
    assert_non_null(strstr(fixture_tick(0), "/broker/limit/" ONE " {\"messages\": "));
    flood(100);
    assert_string_equal(fixture_tick(100), "");
    assert_string_equal(fixture_tick(9000), "");
    assert_non_null(strstr(fixture_tick(900), "/broker/limit/" ONE " {\"messages\": "));
    assert_string_equal(fixture_tick(9000), "");
    assert_string_equal(fixture_tick(1000),
        "/broker/limit/" ONE " {\"messages\": 0, \"bytes\": 0, \"subscriptions\": 0, "
        "\"connections\": 0, \"reason\": \"messages-per-second\", \"disconnected_s\": 0}\n");
    assert_string_equal(fixture_tick(100000), "");
}

static void test_report_shut_out(void **state)
{
    (void)state;
    fixture_tick(2000);
    flood(600);
    assert_non_null(strstr(fixture_tick(0), "end " ONE "\n"));
    assert_non_null(strstr(fixture.said, "\"disconnected_s\": 60}\n"));
    assert_int_equal(fixture_connect(&fixture.one, ONE), ERR_DENIED);
    assert_non_null(strstr(fixture_tick(10000), "\"connections\": 1, "));
    assert_non_null(strstr(fixture.said, "\"disconnected_s\": 50}\n"));
    assert_non_null(strstr(fixture_tick(52000), "\"disconnected_s\": 0}\n"));
    assert_string_equal(fixture_tick(100000), "");
}

// A session that another one has replaced, whose identifier somebody else has taken since: its new
// owner is not thrown out with it.
static void test_session_of_another(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, "kitchen"), 0);
    fixture_tick(200);
    assert_int_equal(fixture_connect(&fixture.one, "garden"), 0);
    assert_int_equal(fixture_connect(&fixture.two, "kitchen"), 0);
    assert_null(strstr(fixture_tick(0), "session kitchen\n"));
    assert_null(strstr(fixture_tick(200), "session kitchen\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_list_of_many, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_session_of_another, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_bad_list, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_same_list_again, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_notes, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_daemon_away, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_expired, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_ca_removed, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_back_in_time, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_reports, connected_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_report_shut_out, connected_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
