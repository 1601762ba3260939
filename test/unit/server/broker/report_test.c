// Tests of what the plugin tells the daemon.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/report.h"

static void test_list(void **state)
{
    static const struct {
        const char *error;
        const char *text;
    } rows[] = {
        {NULL, "{\"number\": 17, \"entries\": 3, \"disconnected\": 2, \"error\": null}"},
        {"a \"b\" \\ c",
            "{\"number\": 17, \"entries\": 3, \"disconnected\": 2, \"error\": \"a \\\"b\\\" "
            "\\\\ c\"}"},
        {"\n\x7f\xc3", "{\"number\": 17, \"entries\": 3, \"disconnected\": 2, \"error\": "
                       "\"\\u000a\\u007f\\u00c3\"}"},
        {"/etc/gr\xc3\xbcn \xe2\x82\xac \xc3", "{\"number\": 17, \"entries\": 3, "
                                               "\"disconnected\": 2, \"error\": \"/etc/gr\xc3\xbcn "
                                               "\xe2\x82\xac \\u00c3\"}"},
    };
    char out[REPORT_SIZE];
    char longest[ERR_MESSAGE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        report_format_list(17, 3, 2, rows[i].error, out);
        assert_string_equal(out, rows[i].text);
    }
    // what has to be escaped most still fits
    memset(longest, '\n', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    report_format_list(UINT64_MAX, SIZE_MAX, UINT32_MAX, longest, out);
    assert_string_equal(out + strlen(out) - 8, "\\u000a\"}");
}

static void test_limit(void **state)
{
    struct client client = {.dropped = {1, 2, 3, 4}, .shut_out_until_ms = 61001};
    char out[REPORT_SIZE];
    char topic[REPORT_TOPIC_SIZE];

    (void)state;
    report_format_limit(&client, 1000, out);
    assert_string_equal(out,
        "{\"messages\": 1, \"bytes\": 2, \"subscriptions\": 3, \"connections\": 4, \"reason\": "
        "\"\", \"disconnected_s\": 61}");
    client.reason = "messages-per-second";
    client.dropped = (struct client_dropped){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    report_format_limit(&client, 61001, out);
    assert_string_equal(out,
        "{\"messages\": 18446744073709551615, \"bytes\": 18446744073709551615, "
        "\"subscriptions\": 18446744073709551615, \"connections\": 18446744073709551615, "
        "\"reason\": \"messages-per-second\", \"disconnected_s\": 0}");
    memset(client.identity.name, 'n', IDENTITY_NAME_SIZE - 1);
    report_limit_topic(&client, topic);
    assert_int_equal(strlen(topic), strlen("/broker/limit/") + IDENTITY_NAME_SIZE - 1);
    assert_int_equal(topic[strlen("/broker/limit/")], 'n');
}

static void test_certificate(void **state)
{
    struct certificate_facts facts = {.common_name = "84f3eb000001",
        .unit = "K\xc3\xbc"
                "che \"2\"",
        .serial = "0a",
        .fingerprint = "0123",
        .ca = "4567",
        .is_server = true,
        .begins_ms = -1,
        .not_before_ms = 1,
        .not_after_ms = INT64_MAX};
    char out[REPORT_SIZE];

    (void)state;
    report_format_certificate(&facts, out);
    assert_string_equal(out,
        "{\"serial\": \"0a\", \"common_name\": \"84f3eb000001\", \"unit\": \"K\xc3\xbc"
        "che \\\"2\\\"\", \"server\": true, \"fingerprint\": \"0123\", \"ca\": \"4567\", "
        "\"not_before_ms\": -1, \"not_after_ms\": 9223372036854775807}");
    // the longest of all
    memset(facts.common_name, '\n', sizeof facts.common_name - 1);
    memset(facts.unit, '\xff', sizeof facts.unit - 1);
    facts.is_server = false;
    report_format_certificate(&facts, out);
    assert_non_null(strstr(out, "\\u000a\", \"unit\": \"\\u00ff"));
    assert_non_null(strstr(out, "\\u00ff\", \"server\": false, "));
    assert_string_equal(out + strlen(out) - 20, "9223372036854775807}");
    assert_in_range(strlen(out), 2 * 64 * 6, 2 * 64 * 6 + 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
