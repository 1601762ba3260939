// Who speaks, by topics of every form and length.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ingest/ingest_topic.h"

#define MAC "84f3eb012345"

static void test_rows(void **state)
{
    static const struct {
        const char *text;
        bool good;
        enum topic_kind kind;
        const char *spelling;
    } rows[] = {
        {"/status/" MAC, true, TOPIC_STATUS, ""},
        {"/event/" MAC, true, TOPIC_EVENT, ""},
        {"/will/" MAC, true, TOPIC_WILL, ""},
        {"/will/" MAC "/will", true, TOPIC_WILL, ""},
        {"/status/84F3EB012345", true, TOPIC_STATUS, "84F3EB012345"},
        {"/event/84:F3:eb:01:23:45", true, TOPIC_EVENT, "84:F3:eb:01:23:45"},
        {"/will/84-f3-eb-01-23-45/will", true, TOPIC_WILL, "84-f3-eb-01-23-45"},
        {"/command/" MAC "/flash", false, TOPIC_COMMAND, ""},
        {"/command/84F3EB012345/flash", false, TOPIC_COMMAND, ""},
        {"/status/" MAC "/x", false, TOPIC_STATUS, ""},
        {"/status/84F3EB012345/x", false, TOPIC_STATUS, ""},
        {"/will/84F3EB012345/wil", false, TOPIC_WILL, ""},
        {"/status/84f3eb01234", false, TOPIC_STATUS, ""},
        {"/status/84f3eb01234g", false, TOPIC_STATUS, ""},
        {"/status/84F3EB0123456", false, TOPIC_STATUS, ""},
        {"/status/84:F3:EB:01:23:450", false, TOPIC_STATUS, ""}, // one more than has a place
        {"/other/84F3EB012345", false, TOPIC_STATUS, ""},
        {"status/" MAC, false, TOPIC_STATUS, ""},
        {"/status", false, TOPIC_STATUS, ""},
        {"/status/", false, TOPIC_STATUS, ""},
        {"//", false, TOPIC_STATUS, ""},
        {"/", false, TOPIC_STATUS, ""},
        {"", false, TOPIC_STATUS, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ingest_topic topic;

        if (ingest_topic_parse(rows[i].text, &topic) != rows[i].good)
            fail_msg("%s", rows[i].text);
        if (!rows[i].good)
            continue;
        assert_int_equal(topic.kind, rows[i].kind);
        assert_string_equal(topic.mac, MAC);
        assert_string_equal(topic.spelling, rows[i].spelling);
    }
}

// MQTT lets a topic have 65,535 bytes.
static void test_long_ones(void **state)
{
    static const char *const forms[][2] = {{"/status/", ""}, {"/", "/84F3EB012345"},
        {"/will/84F3EB012345/", ""}, {"/event/84:F3:", ""}, {"", ""}};
    char text[2048];

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        for (int length = 13; length < 2000; length = length < 200 ? length + 1 : length * 2) {
            struct ingest_topic *topic = malloc(sizeof *topic);

            snprintf(text, sizeof text, "%s%0*d%s", forms[i][0], length, 0, forms[i][1]);
            assert_false(ingest_topic_parse(text, topic));
            free(topic);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
