// What the broker's plugin says, from bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/ingest/broker_report.h"

#define TOO_LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" // 33

static void test_names(void **state)
{
    static const struct {
        const char *topic, *name; // NULL: none
    } rows[] = {
        {"/broker/limit/84f3eb000001", "84f3eb000001"},
        {"/broker/limit/monitor", "monitor"},
        {"/broker/limit/", NULL},
        {"/broker/limit", NULL},
        {"/broker/limits/x", NULL},
        {"broker/limit/x", NULL},
        {"/broker/limit/x/y", NULL},
        {"/broker/revocations", NULL},
        {"/status/84f3eb000001", NULL},
        {"", NULL},
        {"/broker/limit/a b\x1b[31m\xc3\xa9", "a?b?[31m??"},
        {"/broker/limit/0123456789012345678901234567890123456789012345678901234567890123X",
            "0123456789012345678901234567890123456789012345678901234567890123"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[BROKER_LIMIT_NAME_SIZE];

        assert_int_equal(broker_report_read_name(rows[i].topic, name), rows[i].name != NULL);
        if (rows[i].name != NULL)
            assert_string_equal(name, rows[i].name);
    }
}

static bool is_same(const struct broker_limit *a, const struct broker_limit *b)
{
    return a->messages == b->messages && a->bytes == b->bytes &&
           a->subscriptions == b->subscriptions && a->connections == b->connections &&
           strcmp(a->reason, b->reason) == 0 && a->disconnected_s == b->disconnected_s &&
           a->since_ms == b->since_ms && a->at_ms == b->at_ms;
}

static void test_payloads(void **state)
{
    static const struct {
        const char *text;
        struct broker_limit limit;
        bool good;
    } rows[] = {
        {"{\"messages\": 3, \"bytes\": 400, \"subscriptions\": 5, \"connections\": 6, "
         "\"reason\": \"messages-per-second\", \"disconnected_s\": 60}",
            {3, 400, 5, 6, "messages-per-second", 60, 0, 0}, true},
        {"{\"messages\": 3, \"new\": [1]}", {.messages = 3}, true},
        {"{}", {0}, true},
        {"{\"reason\": null}", {0}, true},
        {"{\"messages\": 1099511627776}", {.messages = 1099511627776}, true},
        {"{\"messages\": 1099511627777}", {0}, false},
        {"{\"messages\": -1, \"bytes\": 2}", {.bytes = 2}, false},
        {"{\"messages\": 1.5}", {0}, false},
        {"{\"messages\": {}}", {0}, false},
        {"{\"disconnected_s\": 604800}", {.disconnected_s = 604800}, true},
        {"{\"disconnected_s\": 604801}", {0}, false},
        {"{\"reason\": \"will_size-2\"}", {.reason = "will_size-2"}, true},
        {"{\"reason\": \"Will\"}", {0}, false},
        {"{\"reason\": \"a b\"}", {0}, false},
        {"{\"reason\": \"\\u001b[31m\"}", {0}, false},
        {"{\"reason\": \"" TOO_LONG "\"}", {0}, false},
        {"{\"messages\": 3", {0}, false},
        {"nonsense", {0}, false},
        {"", {0}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct broker_limit limit;
        struct payload_faults faults = {0};

        broker_report_decode((const uint8_t *)rows[i].text, strlen(rows[i].text), &limit, &faults);
        if ((faults.count == 0) != rows[i].good || !is_same(&limit, &rows[i].limit))
            fail_msg("%s: %zu faults, messages %lld, reason %s", rows[i].text, faults.count,
                (long long)limit.messages, limit.reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_payloads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
