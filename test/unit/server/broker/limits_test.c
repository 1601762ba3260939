// Tests of the bounds' options.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/limits.h"

static void test_set(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        int rc;
    } rows[] = {
        {"messages_per_second", "1", 0},
        {"payload_bytes", "100000000", 0},
        {"payload_bytes", "100000001", ERR_INVALID},
        {"payload_bytes", "1000000000", ERR_INVALID},
        {"payload_bytes", "0", ERR_INVALID},
        {"payload_bytes", "", ERR_INVALID},
        {"payload_bytes", "-1", ERR_INVALID},
        {"payload_bytes", "+1", ERR_INVALID},
        {"payload_bytes", " 1", ERR_INVALID},
        {"payload_bytes", "1k", ERR_INVALID},
        {"payload_bytes", "0x10", ERR_INVALID},
        {"payload_byte", "1", ERR_NOT_FOUND},
        {"", "1", ERR_NOT_FOUND},
        {"shut_out_seconds", "7", 0},
        {"topic_bytes", "31", ERR_INVALID}, // what a device needs
        {"topic_bytes", "32", 0},
        {"topic_levels", "3", ERR_INVALID},
        {"topic_levels", "4", 0},
        {"client_id_bytes", "11", ERR_INVALID},
        {"client_id_bytes", "12", 0},
    };
    struct limits limits;

    (void)state;
    limits_init(&limits);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        if (limits_set(&limits, rows[i].name, rows[i].text, &err) != rows[i].rc)
            fail_msg("%s %s: %s", rows[i].name, rows[i].text, err.message);
    }
    assert_int_equal(limits.messages_per_second, 1);
    assert_int_equal(limits.payload_bytes, 100000000);
    assert_int_equal(limits.shut_out_seconds, 7);
}

// A device that says something each second, and what it kept while it was offline.
static void test_defaults(void **state)
{
    struct limits limits;

    (void)state;
    limits_init(&limits);
    assert_true(limits.messages_per_second >= 2 && limits.messages_burst >= 100);
    assert_true(limits.bytes_per_second >= 1024 && limits.bytes_burst >= 100 * 4096);
    assert_true(limits.payload_bytes > 4096 && limits.topic_bytes >= 64);
    // acknowledgements of all commands that wait, with QoS 2; a CONNECT every two seconds
    assert_true(limits.control_bytes_burst >= 2 * 8 * limits.waiting_commands);
    assert_true(limits.control_bytes_per_second >= 250 && limits.control_bytes_per_second <= 1024);
    // the broker's own expiry (persistent_client_expiration, 7 days), and a day
    assert_int_equal(limits.session_days, 8);
    // one cannot fill the daemon's queue (max_queued_messages, 100,000)
    assert_true(limits.waiting_messages <= 1000 && limits.waiting_messages >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_defaults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
