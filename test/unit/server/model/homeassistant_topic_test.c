// Tests of the topics between the daemon and Home Assistant.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/model/homeassistant_topic.h"

#define MAC "84f3eb00000a"

static const char *const topics[HOMEASSISTANT_TOPIC_COUNT] = {
    [HOMEASSISTANT_TOPIC_CONFIG] = "homeassistant/device/secureesp_" MAC "/config",
    [HOMEASSISTANT_TOPIC_STATE] = "secureesp/" MAC "/state",
    [HOMEASSISTANT_TOPIC_AVAILABILITY] = "secureesp/" MAC "/availability",
    [HOMEASSISTANT_TOPIC_INSTALL] = "secureesp/" MAC "/install",
    [HOMEASSISTANT_TOPIC_RESTART] = "secureesp/" MAC "/restart",
};

static void test_both_ways(void **state)
{
    (void)state;
    for (int kind = 0; kind < HOMEASSISTANT_TOPIC_COUNT; kind++) {
        struct homeassistant_topic topic;
        char text[HOMEASSISTANT_TOPIC_SIZE];

        homeassistant_topic_format(text, (enum homeassistant_topic_kind)kind, MAC);
        assert_string_equal(text, topics[kind]);
        assert_true(homeassistant_topic_parse(text, &topic));
        assert_int_equal(topic.kind, kind);
        assert_string_equal(topic.mac, MAC);
        for (size_t n = 0; n < strlen(topics[kind]); n++) {
            memcpy(text, topics[kind], n);
            text[n] = '\0';
            assert_false(homeassistant_topic_parse(text, &topic));
        }
    }
}

static void test_others(void **state)
{
    static const char *const rows[] = {"secureesp/84F3EB00000A/state", "secureesp/" MAC "/states",
        "secureesp/" MAC "/flash", "secureesp/" MAC "/state/", "/secureesp/" MAC "/state",
        "secureesp/" MAC "0/state", "homeassistant/device/" MAC "/config",
        "homeassistant/device/secureesp_" MAC "/configs", "homeassistant/status"};
    struct homeassistant_topic topic = {.mac = "x"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (homeassistant_topic_parse(rows[i], &topic))
            fail_msg("%s", rows[i]);
    }
    assert_string_equal(topic.mac, "x");
}

static void test_orders(void **state)
{
    enum homeassistant_topic_kind kind = HOMEASSISTANT_TOPIC_COUNT;

    (void)state;
    assert_null(homeassistant_topic_order(HOMEASSISTANT_TOPIC_CONFIG));
    assert_null(homeassistant_topic_order(HOMEASSISTANT_TOPIC_STATE));
    assert_null(homeassistant_topic_order(HOMEASSISTANT_TOPIC_AVAILABILITY));
    assert_false(homeassistant_topic_find_order("flash", &kind));
    assert_false(homeassistant_topic_find_order("", &kind));
    assert_int_equal(kind, HOMEASSISTANT_TOPIC_COUNT);
    assert_true(homeassistant_topic_find_order("install", &kind));
    assert_int_equal(kind, HOMEASSISTANT_TOPIC_INSTALL);
    assert_true(homeassistant_topic_find_order("restart", &kind));
    assert_int_equal(kind, HOMEASSISTANT_TOPIC_RESTART);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_orders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
