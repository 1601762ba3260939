// Probes of what the broker lets through.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "server/mqtt/mqtt_probe.h"

static const char *const filters[] = {"/a/+", "/b/+/c", NULL};

static void test_topics(void **state)
{
    static const char *const many[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", NULL};
    static const char *const longer[] = {
        "/a/+/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "/a", NULL};
    struct mqtt_probe probe;

    (void)state;
    assert_string_equal(mqtt_probe_init(&probe, filters, "/c/+/+", "me"), "/c/me/me");
    assert_int_equal(probe.count, 3);
    assert_string_equal(probe.paths[0].topic, "/a/me");
    assert_string_equal(probe.paths[1].topic, "/b/me/c");
    assert_null(mqtt_probe_init(&probe, filters, NULL, "me"));
    assert_null(mqtt_probe_init(&probe, many, "/c", "me"));
    assert_int_equal(probe.count, MQTT_PROBE_PATHS_MAX);
    mqtt_probe_init(&probe, longer, NULL, "me");
    assert_int_equal(probe.count, 1);
}

// What is heard in a round, by what topics, and what is then said.
static void test_rounds(void **state)
{
    static const struct {
        const char *heard[3];
        const char *says;
    } rows[] = {
        {{"/a/me", "/b/me/c", "/c/me/me"}, ""},
        {{"/a/device", "/b/device/c", "/c/me/me"}, ""}, // devices prove it as well
        {{NULL}, "lets nothing through"},
        {{"/b/me/c", "/c/me/me"}, "\"topic read /a/+\" or \"topic write /a/me\""},
        {{"/a/me", "/b/me/c"}, "\"topic read /c/me/me\" or \"topic write /c/+/+\""},
        {{"/a/me", "/b/me/c", "/c/device/x"}, "/c/me/me, 1 of 3"}, // that proves nothing
        {{"/c/me/me"}, "/a/me, 2 of 3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[MQTT_PROBE_TEXT_SIZE];
        struct mqtt_probe probe;

        mqtt_probe_init(&probe, filters, "/c/+/+", "me");
        assert_true(mqtt_probe_is_due(&probe, 1000));
        assert_false(mqtt_probe_is_due(&probe, 1000)); // it is under way
        for (size_t k = 0; k < 3 && rows[i].heard[k] != NULL; k++)
            assert_int_equal(mqtt_probe_hear(&probe, rows[i].heard[k], 1100),
                strstr(rows[i].heard[k], "/me") != NULL);
        assert_int_equal(mqtt_probe_has_ended(&probe, 1100), rows[i].says[0] == '\0');
        assert_int_equal(mqtt_probe_has_ended(&probe, 11000), rows[i].says[0] != '\0');
        mqtt_probe_describe(&probe, "own.crt", text);
        if (rows[i].says[0] == '\0')
            assert_string_equal(text, "");
        else if (strstr(text, rows[i].says) == NULL)
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, text, rows[i].says);
        assert_false(mqtt_probe_is_due(&probe, 1100));
        assert_true(mqtt_probe_is_due(&probe, 61100));
    }
}

static void test_a_busy_connection_gets_time(void **state)
{
    struct mqtt_probe probe;

    (void)state;
    mqtt_probe_init(&probe, filters, NULL, "me");
    assert_true(mqtt_probe_is_due(&probe, 0));
    for (int64_t now = 1000; now < 30000; now += 1000) {
        assert_false(mqtt_probe_hear(&probe, "/a/device", now));
        assert_false(mqtt_probe_has_ended(&probe, now + 999));
    }
    mqtt_probe_hear(&probe, "/a/device", 30000);
    assert_true(mqtt_probe_has_ended(&probe, 30000));
    mqtt_probe_reset(&probe); // a new connection
    assert_true(mqtt_probe_is_due(&probe, 30001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_a_busy_connection_gets_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
