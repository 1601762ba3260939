// Probes of what the broker lets through.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "server/mqtt/mqtt_probe.h"

static const char *const filters[] = {"/a/+", "/b/+/c", NULL};

static const char *init(struct mqtt_probe *probe, const char *const *to_hear, const char *publishes)
{
    const struct mqtt_probe_plan plan = {.filters = to_hear, .publishes = publishes, .name = "me"};

    return mqtt_probe_init(probe, &plan);
}

static void test_topics(void **state)
{
    static const char *const many[] = {
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", NULL};
    static const char *const longer[] = {
        "/a/+/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "/a", NULL};
    struct mqtt_probe probe;

    (void)state;
    assert_string_equal(init(&probe, filters, "/c/+/+"), "/c/me/me");
    assert_int_equal(probe.count, 3);
    assert_string_equal(probe.paths[0].topic, "/a/me");
    assert_string_equal(probe.paths[1].topic, "/b/me/c");
    assert_null(init(&probe, filters, NULL));
    assert_null(init(&probe, many, "/c"));
    assert_int_equal(probe.count, MQTT_PROBE_PATHS_MAX);
    init(&probe, longer, NULL);
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
        {{"/b/me/c", "/c/me/me"}, "\"read /a/+\" or \"write /a/me\""},
        {{"/a/me", "/b/me/c"}, "\"read /c/me/me\" or \"write /c/+/+\""},
        {{"/a/me", "/b/me/c", "/c/device/x"}, "/c/me/me, 1 of 3"}, // that proves nothing
        {{"/c/me/me"}, "/a/me, 2 of 3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[MQTT_PROBE_TEXT_SIZE];
        struct mqtt_probe probe;

        init(&probe, filters, "/c/+/+");
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
    init(&probe, filters, NULL);
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

static const char *const told_filters[] = {"/a/+", NULL};

static const struct mqtt_probe_plan whole_plan = {.filters = told_filters,
    .publishes = "/c/+",
    .name = "me",
    .forbidden = "/a/never",
    .told = "/self/x"};

// A round that is the first of its connection, and one after a first in which the broker told.
static void test_forbidden_and_told(void **state)
{
    static const struct {
        bool told_before;
        const char *heard[4];
        const char *says;
    } rows[] = {
        {false, {"/a/me", "/c/me", "/self/x"}, ""},
        {true, {"/a/me", "/c/me"}, ""},
        {false, {"/a/me", "/c/me"}, "runs without our plugin"},
        {false, {NULL}, "runs without our plugin"}, // whatever else: that mends it
        {false, {"/a/never", "/a/me", "/c/me"}, "runs without our plugin"},
        {true, {"/a/never", "/a/me", "/c/me"}, "must not, on /a/never"},
        {false, {"/a/never", "/a/me", "/c/me", "/self/x"}, "must not, on /a/never"},
        {true, {"/a/me"}, "/c/me, 1 of 2"},
        {true, {NULL}, "lets nothing through"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[MQTT_PROBE_TEXT_SIZE];
        struct mqtt_probe probe;

        assert_string_equal(mqtt_probe_init(&probe, &whole_plan), "/c/me");
        assert_string_equal(probe.paths[0].topic, "/a/never"); // before the others
        assert_int_equal(probe.count, 4);
        mqtt_probe_reset(&probe);
        if (rows[i].told_before)
            assert_false(mqtt_probe_hear(&probe, "/self/x", 500)); // somebody's concern
        assert_true(mqtt_probe_is_due(&probe, 1000));
        for (size_t k = 0; k < 4 && rows[i].heard[k] != NULL; k++)
            assert_int_equal(mqtt_probe_hear(&probe, rows[i].heard[k], 1100),
                strcmp(rows[i].heard[k], "/self/x") != 0);
        mqtt_probe_has_ended(&probe, 11000);
        assert_false(probe.running);
        mqtt_probe_describe(&probe, "own.crt", text);
        if (rows[i].says[0] == '\0')
            assert_string_equal(text, "");
        else if (strstr(text, rows[i].says) == NULL)
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, text, rows[i].says);
        assert_true(strlen(text) < sizeof text - 1); // not cut
        assert_int_equal(mqtt_probe_is_due(&probe, 21001), rows[i].says[0] != '\0');
    }
}

static void test_another_connection_is_told_anew(void **state)
{
    struct mqtt_probe probe;

    (void)state;
    mqtt_probe_init(&probe, &whole_plan);
    mqtt_probe_hear(&probe, "/self/x", 0);
    mqtt_probe_reset(&probe);
    assert_true(mqtt_probe_is_due(&probe, 0));
    mqtt_probe_hear(&probe, "/a/me", 0);
    mqtt_probe_hear(&probe, "/c/me", 0);
    assert_false(mqtt_probe_has_ended(&probe, 0));
    mqtt_probe_hear(&probe, "/self/x", 1);
    assert_true(mqtt_probe_has_ended(&probe, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_forbidden_and_told),
        cmocka_unit_test(test_another_connection_is_told_anew),
        cmocka_unit_test(test_a_busy_connection_gets_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
