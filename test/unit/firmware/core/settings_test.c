// Tests of config.json's reader.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/settings.h"

#define SERVERS "\"downloadserver\":\"d.example\",\"mqttserver\":\"m\""

static int parse(const char *text, struct settings *out, struct failure *failure)
{
    return settings_parse(text, strlen(text), out, failure);
}

static void test_defaults(void **state)
{
    struct settings settings;
    struct failure failure;

    (void)state;
    assert_int_equal(parse("{" SERVERS "}", &settings, &failure), 0);
    assert_string_equal(settings.download.hosts[0], "d.example");
    assert_int_equal(settings.download.ports[0], 443);
    assert_string_equal(settings.download_path, "");
    assert_string_equal(settings.mqtt.hosts[0], "m");
    assert_int_equal(settings.mqtt.ports[0], 8883);
    assert_string_equal(settings.ntp_server, "pool.ntp.org");
    assert_string_equal(settings.enrol_server, "");
    assert_int_equal(settings.enrol_port, 8444);
    assert_int_equal(settings.status_interval_ms, 60000);
    assert_int_equal(settings.wait_timeout_ms, 20000);
    assert_int_equal(settings.retry_timeout_ms, 3000);
}

static void test_all_members(void **state)
{
    struct settings settings;
    struct failure failure;

    (void)state;
    assert_int_equal(parse("{" SERVERS ",\"downloadport\":8443,\"downloadpath\":\"/a/b/\","
                           "\"mqttport\":\"1883\",\"mqtttls\":true,\"ntpserver\":\"ntp\","
                           "\"enrolserver\":\"e.example\",\"enrolport\":\"8445\","
                           "\"statusinterval\":\"1000\",\"waittimeout\":2000,\"retrytimeout\":300,"
                           "\"later\":{\"x\":[null]}} \n",
                         &settings, &failure),
        0);
    assert_int_equal(settings.download.ports[0], 8443);
    assert_string_equal(settings.download_path, "a/b");
    assert_int_equal(settings.mqtt.ports[0], 1883);
    assert_string_equal(settings.enrol_server, "e.example");
    assert_int_equal(settings.enrol_port, 8445);
    assert_int_equal(settings.status_interval_ms, 1000);
    assert_int_equal(settings.wait_timeout_ms, 2000);
    assert_int_equal(settings.retry_timeout_ms, 300);
}

static const struct {
    const char *member;
    const char *value;
    bool good;
} members[] = {
    {"downloadport", "1", true},
    {"downloadport", "65535", true},
    {"downloadport", "\"443\"", true},
    {"downloadport", "0", false},
    {"downloadport", "65536", false},
    {"downloadport", "443.5", false},
    {"downloadport", "-1", false},
    {"downloadport", "1e300", false},
    {"downloadport", "\"\"", false},
    {"downloadport", "\"44x\"", false},
    {"downloadport", "\"[DOWLOADPORT]\"", false},
    {"downloadport", "null", false},
    {"downloadport", "[443]", false},
    {"mqttport", "\"99999999999999999999\"", false},
    {"downloadpath", "\"esp\"", true},
    {"downloadpath", "\"///\"", true},
    {"downloadpath", "\"a b\"", false},
    {"downloadpath", "\"a?b\"", false},
    {"downloadpath", "\"a\\r\\nHost: x\"", false},
    {"downloadpath", "1", false},
    {"mqtttls", "true", true},
    {"mqtttls", "false", false},
    {"mqtttls", "\"true\"", false},
    {"ntpserver", "\"a-1.b.c\"", true},
    {"ntpserver", "\"1a.2.3b\"", true},
    {"ntpserver", "\"192.168.0.255\"", true},
    {"ntpserver", "\"192.168.0\"", false},
    {"ntpserver", "\"192.168.0.256\"", false},
    {"ntpserver", "\"192.168.00.1\"", false},
    {"ntpserver", "\"a.b.\"", false},
    {"ntpserver", "\"a..b\"", false},
    {"ntpserver", "\"a-.b\"", false},
    {"ntpserver", "\"a_b\"", false},
    {"ntpserver", "\"::1\"", false},
    {"ntpserver", "\"bad host\"", false},
    {"ntpserver", "\"\"", false},
    {"ntpserver", "5", false},
    {"enrolserver", "\"192.168.0.255\"", true},
    {"enrolserver", "\"\"", false},
    {"enrolserver", "\"a b\"", false},
    {"enrolserver", "null", false},
    {"mqttserver2", "\"b.example\"", true},
    {"mqttserver2", "\"\"", false},
    {"mqttserver2", "7", false},
    {"mqttport2", "\"8884\"", true},
    {"mqttport2", "0", false},
    {"downloadserver2", "\"a b\"", false},
    {"downloadport2", "65535", true},
    {"downloadport2", "65536", false},
    {"enrolport", "0", false},
    {"enrolport", "65536", false},
    {"statusinterval", "99", false},
    {"statusinterval", "86400000", true},
    {"statusinterval", "86400001", false},
    {"waittimeout", "999", false},
    {"retrytimeout", "100", true},
    {"retrytimeout", "false", false},
};

// A member, and whether it is accepted; the failure names it.
static void test_members(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        struct settings settings = {.mqtt.ports[0] = 7};
        struct failure failure;
        char text[256];

        snprintf(text, sizeof text, "{" SERVERS ",\"%s\":%s}", members[i].member, members[i].value);
        int rc = parse(text, &settings, &failure);

        assert_int_equal(rc, members[i].good ? 0 : -RESULT_FILE_INVALID);
        if (!members[i].good) {
            assert_non_null(strstr(failure.detail, members[i].member));
            assert_int_equal(settings.mqtt.ports[0], 7);
        }
    }
}

static void test_hosts(void **state)
{
    static const char *const bad[] = {
        "{\"mqttserver\":\"m\"}",
        "{\"downloadserver\":\"d\"}",
        "{\"downloadserver\":1,\"mqttserver\":\"m\"}",
        "{\"downloadserver\":\"[DOWLOADSERVER]\",\"mqttserver\":\"m\"}",
        "{\"downloadserver\":\"a/b\",\"mqttserver\":\"m\"}",
        "[]",
        "",
        "{} {}",
        "{\"x\":[[[[[[[[[[]]]]]]]]]]}",
    };
    struct settings settings;
    struct failure failure;
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse(bad[i], &settings, &failure), -RESULT_FILE_INVALID);
    for (int n = SETTINGS_HOST_SIZE - 1; n <= SETTINGS_HOST_SIZE; n++) {
        snprintf(
            text, sizeof text, "{\"downloadserver\":\"a%0*d\",\"mqttserver\":\"m\"}", n - 1, 1);
        assert_int_equal(parse(text, &settings, &failure) == 0, n < SETTINGS_HOST_SIZE);
    }
}

// A second server has the first one's port unless it has its own. They take turns.
static void test_second_servers(void **state)
{
    struct settings settings;
    struct failure failure;

    (void)state;
    assert_int_equal(parse("{" SERVERS "}", &settings, &failure), 0);
    assert_string_equal(settings.mqtt.hosts[1], "");
    assert_false(settings_turn(&settings.mqtt));
    assert_string_equal(settings_host(&settings.mqtt), settings.mqtt.hosts[0]);
    assert_int_equal(parse("{" SERVERS ",\"mqttserver2\":\"n\",\"mqttport\":7,"
                           "\"downloadserver2\":\"e\",\"downloadport2\":9}",
                         &settings, &failure),
        0);
    assert_int_equal(settings_port(&settings.mqtt), 7);
    assert_true(settings_turn(&settings.mqtt));
    assert_string_equal(settings_host(&settings.mqtt), "n");
    assert_int_equal(settings_port(&settings.mqtt), 7);
    assert_true(settings_turn(&settings.mqtt));
    assert_string_equal(settings_host(&settings.mqtt), settings.mqtt.hosts[0]);
    assert_true(settings_turn(&settings.download));
    assert_string_equal(settings_host(&settings.download), "e");
    assert_int_equal(settings_port(&settings.download), 9);
}

static void test_truncated(void **state)
{
    const char *whole = "{" SERVERS ",\"downloadport\":8443,\"mqtttls\":true}";
    struct settings settings;
    struct failure failure;

    (void)state;
    for (size_t n = 0; n < strlen(whole); n++) {
        char *part = malloc(n == 0 ? 1 : n);

        memcpy(part, whole, n);
        assert_int_equal(settings_parse(part, n, &settings, &failure), -RESULT_FILE_INVALID);
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all_members),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_second_servers),
        cmocka_unit_test(test_truncated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
