// Tests of MQTT topics.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/topic.h"

#define MAC "84f3eb012345"
#define LONGEST "abcdefghijklmnopqrstuvwxyz01234"

static void test_parse_good(void **state)
{
    static const struct {
        const char *text;
        enum topic_kind kind;
        const char *command;
    } rows[] = {
        {"/status/" MAC, TOPIC_STATUS, ""},
        {"/event/" MAC, TOPIC_EVENT, ""},
        {"/will/" MAC, TOPIC_WILL, ""},
        {"/will/" MAC "/will", TOPIC_WILL, ""},
        {"/command/" MAC "/firmware", TOPIC_COMMAND, "firmware"},
        {"/command/" MAC "/x", TOPIC_COMMAND, "x"},
        {"/command/" MAC "/" LONGEST, TOPIC_COMMAND, LONGEST},
    };
    struct topic topic;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(topic_parse(rows[i].text, strlen(rows[i].text), &topic));
        assert_int_equal(topic.kind, rows[i].kind);
        assert_string_equal(topic.mac, MAC);
        assert_string_equal(topic.command, rows[i].command);
    }
}

static void test_parse_bad(void **state)
{
    static const char *const rows[] = {
        "",
        "status/" MAC,
        "/status/84F3EB012345",
        "/status/" MAC "0",
        "/status/" MAC "/",
        "/event/" MAC "/x",
        "/will/" MAC "/wil",
        "/will/" MAC "/wills",
        "/will/" MAC "/Will",
        "/command/" MAC,
        "/command/" MAC "/",
        "/command/" MAC "-flash",
        "/command/" MAC "/a/b",
        "/command/" MAC "/" LONGEST "5",
        "/other/" MAC,
        "//status/" MAC,
    };
    struct topic topic = {.mac = "untouched"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_false(topic_parse(rows[i], strlen(rows[i]), &topic));
    assert_false(topic_parse("/command/" MAC "/a\0b", 26, &topic));
    assert_string_equal(topic.mac, "untouched");
}

static void test_truncated(void **state)
{
    const char *text = "/status/" MAC;
    struct topic topic;

    (void)state;
    for (size_t n = 0; n < strlen(text); n++)
        assert_false(topic_parse(text, n, &topic));
}

static void test_format(void **state)
{
    char out[TOPIC_SIZE];

    (void)state;
    assert_int_equal(topic_format(out, TOPIC_STATUS, MAC, NULL), 20);
    assert_string_equal(out, "/status/" MAC);
    assert_true(topic_format(out, TOPIC_WILL, MAC, NULL) > 0);
    assert_string_equal(out, "/will/" MAC "/will");
    assert_true(topic_format(out, TOPIC_EVENT, MAC, NULL) > 0);
    assert_string_equal(out, "/event/" MAC);
    assert_true(topic_format(out, TOPIC_COMMAND, MAC, "#") > 0);
    assert_string_equal(out, "/command/" MAC "/#");
    assert_true(topic_format(out, TOPIC_COMMAND, MAC, LONGEST) > 0);
    assert_int_equal(topic_format(out, TOPIC_COMMAND, MAC, LONGEST LONGEST), 0);
}

// What would not fit, part by part: only a MAC as long as a MAC is promised.
static void test_format_too_long(void **state)
{
    char out[TOPIC_SIZE];
    char mac[TOPIC_SIZE + 1];

    (void)state;
    for (size_t n = 0; n <= TOPIC_SIZE; n++) {
        memset(mac, 'a', n);
        mac[n] = '\0';

        size_t status = topic_format(out, TOPIC_STATUS, mac, NULL);
        size_t will = topic_format(out, TOPIC_WILL, mac, NULL);
        size_t command = topic_format(out, TOPIC_COMMAND, mac, "x");

        assert_int_equal(status, n + 8 < TOPIC_SIZE ? n + 8 : 0);
        assert_int_equal(will, n + 11 < TOPIC_SIZE ? n + 11 : 0);
        assert_int_equal(command, n + 11 < TOPIC_SIZE ? n + 11 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_good),
        cmocka_unit_test(test_parse_bad),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_format_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
