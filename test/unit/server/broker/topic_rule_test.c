// Tests of what a topic filter with a device's own MAC covers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/topic_rule.h"

#define MAC "84f3eb00000a"

static void test_valid(void **state)
{
    static const struct {
        const char *rule;
        bool is_valid;
    } rows[] = {
        {"/status/%m", true},
        {"/will/%m/will", true},
        {"/command/%m/#", true},
        {"#", true},
        {"+", true},
        {"+/+/#", true},
        {"a", true},
        {"/", true},
        {"a//b", true},
        {"", false},
        {"$SYS/#", false},
        {"$share/a/b", false},
        {"a#", false},
        {"#/a", false},
        {"a/#/b", false},
        {"a+/b", false},
        {"/status/%mx", false},
        {"/status/%u", false},
        {"/status/100%", false},
    };
    char longest[300];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (topic_rule_is_valid(rows[i].rule) != rows[i].is_valid)
            fail_msg("%s", rows[i].rule);
    }
    memset(longest, 'a', sizeof longest);
    longest[256] = '\0';
    assert_true(topic_rule_is_valid(longest));
    longest[256] = 'a';
    longest[257] = '\0';
    assert_false(topic_rule_is_valid(longest));
}

static void test_matches(void **state)
{
    static const struct {
        const char *rule;
        const char *topic;
        bool fits;
    } rows[] = {
        {"/status/%m", "/status/" MAC, true},
        {"/status/%m", "/status/84F3EB00000A", true},
        {"/status/%m", "/status/84:f3:eb:00:00:0a", true},
        {"/status/%m", "/status/84-F3-eb-00-00-0A", true},
        {"/status/%m", "/status/84f3eb00000b", false},
        {"/status/%m", "/status/" MAC "0", false},
        {"/status/%m", "/status/84f3eb00000", false},
        {"/status/%m", "/status/", false},
        {"/status/%m", "/status", false},
        {"/status/%m", "/status/" MAC "/", false},
        {"/status/%m", "/status/" MAC "/x", false},
        {"/status/%m", "status/" MAC, false},
        {"/status/%m", "//status/" MAC, false},
        {"/status/%m", "/Status/" MAC, false},
        {"/status/%m", "/status/+", false},
        {"/status/%m", "/status/#", false},
        {"/status/%m", "/status/%m", false},
        {"/will/%m/will", "/will/" MAC "/will", true},
        {"/will/%m/will", "/will/" MAC, false},
        {"/command/%m/#", "/command/" MAC "/flash", true},
        {"/command/%m/#", "/command/" MAC "/a/b/c", true},
        {"/command/%m/#", "/command/" MAC, true},
        {"/command/%m/#", "/command/" MAC "/", true},
        {"/command/%m/#", "/command/84f3eb00000b/flash", false},
        {"/command/+/+", "/command/x/y", true},
        {"/command/+/+", "/command//", true},
        {"/command/+/+", "/command/x", false},
        {"/command/+/+", "/command/x/y/z", false},
        {"#", "a", true},
        {"#", "/a/b", true},
        {"#", "$SYS/broker/version", false},
        {"#", "$CONTROL/dynamic-security/v1", false},
        {"+/a", "$x/a", false},
        {"#", "a/+", false},
        {"#", "a/#", false},
        {"#", "a+b", false},
        {"#", "", false},
        {"a", "a", true},
        {"a", "", false},
        {"a/#", "a", true},
        {"a/#", "ab", false},
        {"a/b", "a", false},
        {"a", "a/b", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (topic_rule_matches(rows[i].rule, MAC, rows[i].topic) != rows[i].fits)
            fail_msg("%s %s", rows[i].rule, rows[i].topic);
    }
    assert_false(topic_rule_matches("/status/%m", "", "/status/" MAC));
    assert_false(topic_rule_matches("/status/%m", "", "/status/"));
}

static void test_covers(void **state)
{
    static const struct {
        const char *rule;
        const char *filter;
        bool covers;
    } rows[] = {
        {"/command/%m/#", "/command/" MAC "/#", true},
        {"/command/%m/#", "/command/84:F3:EB:00:00:0A/#", true},
        {"/command/%m/#", "/command/" MAC "/+", true},
        {"/command/%m/#", "/command/" MAC "/flash", true},
        {"/command/%m/#", "/command/" MAC, true},
        {"/command/%m/#", "/command/" MAC "/+/+/#", true},
        {"/command/%m/#", "/command/+/#", false},
        {"/command/%m/#", "/command/#", false},
        {"/command/%m/#", "/#", false},
        {"/command/%m/#", "#", false},
        {"/command/%m/#", "+/+/" MAC "/#", false},
        {"/command/%m/#", "/command/84f3eb00000b/#", false},
        {"/command/%m/#", "$share/g//command/" MAC "/#", false},
        {"/status/+", "/status/+", true},
        {"/status/+", "/status/" MAC, true},
        {"/status/+", "/status/#", false},
        {"/status/+", "/status/+/+", false},
        {"/status/+", "/status", false},
        {"/status/+", "/+/+", false},
        {"#", "#", true},
        {"#", "+/+", true},
        {"#", "$SYS/#", false},
        {"#", "$share/g/#", false},
        {"#", "a/#/b", false},
        {"#", "a+", false},
        {"#", "", false},
        {"+", "#", false},
        {"+/#", "#", false},
        {"+/#", "+", true},
        {"a/#", "a/#", true},
        {"a/#", "#", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (topic_rule_covers(rows[i].rule, MAC, rows[i].filter) != rows[i].covers)
            fail_msg("%s %s", rows[i].rule, rows[i].filter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_covers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
