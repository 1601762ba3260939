// Tests of who may say and hear what.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "server/broker/access_table.h"

#define MAC "84f3eb00000a"
#define OTHER "84f3eb00000b"

#define MORE ACCESS_TABLE_MORE // "tester": write #, read a/+

static struct access_table *table;

static int set_up(void **state)
{
    (void)state;
    return access_table_new(&table) < 0 || access_table_add(table, "tester write #", NULL) < 0 ||
           access_table_add(table, "tester read a/+", NULL) < 0;
}

static int tear_down(void **state)
{
    (void)state;
    access_table_free(table);
    return 0;
}

// Each topic by each role: r, w and c (clear) for what it may.
static const struct {
    const char *topic;
    const char *rights[MORE + 1]; // device, daemon, monitor, homeassistant, tester
} topics[] = {
    {"/status/" MAC, {"w", "rc", "r", "", "w"}},
    {"/status/" OTHER, {"", "rc", "r", "", "w"}},
    {"/status/probe", {"", "rwc", "r", "", "w"}},
    {"/status/" MAC "/more", {"", "", "", "", "w"}},
    {"/event/" MAC, {"w", "rc", "r", "", "w"}},
    {"/event/" OTHER, {"", "rc", "r", "", "w"}},
    {"/event/probe", {"", "rwc", "r", "", "w"}},
    {"/will/" MAC, {"w", "rc", "r", "", "w"}},
    {"/will/" OTHER, {"", "rc", "r", "", "w"}},
    {"/will/" MAC "/will", {"w", "rc", "r", "", "w"}},
    {"/will/" OTHER "/will", {"", "rc", "r", "", "w"}},
    {"/will/" MAC "/other", {"", "", "", "", "w"}},
    {"/command/" MAC "/flash", {"r", "w", "", "", "w"}},
    {"/command/" OTHER "/flash", {"", "w", "", "", "w"}},
    {"/command/probe/probe", {"", "rw", "", "", "w"}},
    {"/command/" MAC, {"r", "", "", "", "w"}},
    {"/broker/revocations", {"", "r", "", "", ""}},
    {"/broker/certificates", {"", "r", "", "", ""}},
    {"/broker/limit/" MAC, {"", "r", "", "", ""}},
    {"/broker", {"", "r", "", "", ""}},
    {"/broker/", {"", "r", "", "", ""}},
    {"/brokers/x", {"", "", "", "", "w"}},
    {"broker/x", {"", "", "", "", "w"}},
    {"/broker/homeassistant", {"", "r", "", "", ""}},
    {"homeassistant/status", {"", "r", "", "rw", "w"}},
    {"homeassistant/sensor/x/config", {"", "", "", "r", "w"}},
    {"homeassistant/device/x/config", {"", "rw", "", "r", "w"}},
    {"homeassistant/device/x/y/config", {"", "", "", "r", "w"}},
    {"secureesp/availability", {"", "w", "", "r", "w"}},
    {"secureesp/" MAC "/state", {"", "w", "", "r", "w"}},
    {"secureesp/" MAC "/availability", {"", "w", "", "r", "w"}},
    {"secureesp/" MAC "/install", {"", "", "", "w", "w"}},
    {"secureesp/" MAC "/restart", {"", "", "", "w", "w"}},
    {"secureesp/" MAC "/flash", {"", "", "", "", "w"}},
    {"secureesp/" MAC, {"", "", "", "", "w"}},
    {"a/b", {"", "", "", "", "rw"}},
    {"$SYS/broker/version", {"", "", "", "", ""}},
    {"$CONTROL/dynamic-security/v1", {"", "", "", "", ""}},
};

static void test_topics(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        for (int role = 0; role <= MORE; role++) {
            const char *mac = role == ACCESS_TABLE_DEVICE ? MAC : "";
            const char *topic = topics[i].topic;
            bool reads = access_table_allows(table, role, mac, ACCESS_TABLE_READ, topic);
            bool writes = access_table_allows(table, role, mac, ACCESS_TABLE_WRITE, topic);
            bool clears = access_table_allows(table, role, mac, ACCESS_TABLE_CLEAR, topic);
            char rights[4] = "";

            snprintf(rights, sizeof rights, "%s%s%s", reads ? "r" : "", writes ? "w" : "",
                clears ? "c" : "");
            if (strcmp(rights, topics[i].rights[role]) != 0)
                fail_msg("role %d, %s: '%s'", role, topic, rights);
            // a topic is a filter, too
            assert_int_equal(access_table_allows_filter(table, role, mac, topic), reads);
        }
    }
}

static void test_filters(void **state)
{
    static const struct {
        int role;
        const char *filter;
        bool allowed;
    } rows[] = {
        {ACCESS_TABLE_DEVICE, "/command/" MAC "/#", true},
        {ACCESS_TABLE_DEVICE, "/command/+/#", false},
        {ACCESS_TABLE_DEVICE, "#", false},
        {ACCESS_TABLE_DEVICE, "/status/" MAC, false},
        {ACCESS_TABLE_DAEMON, "/broker/#", true},
        {ACCESS_TABLE_DAEMON, "/status/+", true},
        {ACCESS_TABLE_DAEMON, "/status/#", false},
        {ACCESS_TABLE_DAEMON, "/command/probe/probe", true},
        {ACCESS_TABLE_DAEMON, "/command/#", false},
        {ACCESS_TABLE_MONITOR, "/will/+/will", true},
        {ACCESS_TABLE_MONITOR, "/#", false},
        {ACCESS_TABLE_HOMEASSISTANT, "homeassistant/#", true},
        {ACCESS_TABLE_HOMEASSISTANT, "secureesp/+/state", true},
        {ACCESS_TABLE_HOMEASSISTANT, "secureesp/#", false},
        {ACCESS_TABLE_HOMEASSISTANT, "#", false},
        {ACCESS_TABLE_HOMEASSISTANT, "/status/+", false},
        {ACCESS_TABLE_HOMEASSISTANT, "/command/+/+", false},
        {MORE, "a/+", true},
        {MORE, "a/#", false},
        {MORE, "$share/g/a/b", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *mac = rows[i].role == ACCESS_TABLE_DEVICE ? MAC : "";

        if (access_table_allows_filter(table, rows[i].role, mac, rows[i].filter) != rows[i].allowed)
            fail_msg("role %d, %s", rows[i].role, rows[i].filter);
    }
}

static void test_add(void **state)
{
    static const struct {
        const char *line;
        int rc;
    } rows[] = {
        {"listener read #", 0},
        {" listener \t read   /a/+", 0},
        {"listener read /a b", 0}, // a filter may hold a space
        {"listener unbounded", 0},
        {"monitor write x", 0},
        {"", ERR_INVALID},
        {"listener", ERR_INVALID},
        {"listener read", ERR_INVALID},
        {"listener read ", ERR_INVALID},
        {"listener see #", ERR_INVALID},
        {"listener readwrite #", ERR_INVALID},
        {"listener clear #", ERR_INVALID},
        {"listener unbounded #", ERR_INVALID},
        {"listener unboundedly", ERR_INVALID},
        {"listener read a/#/b", ERR_INVALID},
        {"listener read $SYS/#", ERR_INVALID},
        {"listener read /status/%m", ERR_INVALID},
        {"listener read #", ERR_CONFLICT},
        {"listener write #", 0},
        {"listener unbounded", ERR_CONFLICT},
        {"listener read /broker/#", 0},
        {"listener write /broker/#", ERR_INVALID},
        {"listener write /broker/+", ERR_INVALID},
        {"listener write /broker", ERR_INVALID},
        {"listener write /brokers", 0},
        {"Listener read x", ERR_INVALID},
        {"listener2 read x", 0},
        {"2listener read x", ERR_INVALID},
        {"abcdefabcdef read x", ERR_INVALID},
        {"secureespd read x", ERR_INVALID},
        {"device read #", ERR_INVALID},
        {"device unbounded", ERR_INVALID},
        {"daemon read #", ERR_INVALID},
        {"a-name-that-is-a-little-bit-longer read #", ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        if (access_table_add(table, rows[i].line, &err) != rows[i].rc)
            fail_msg("%s: %s", rows[i].line, err.message);
        assert_int_equal(err.message[0] != '\0', err.code != 0);
    }
    assert_true(access_table_is_unbounded(table, access_table_find(table, "listener")));
    assert_true(access_table_is_unbounded(table, ACCESS_TABLE_DAEMON));
    assert_false(access_table_is_unbounded(table, ACCESS_TABLE_DEVICE));
    assert_false(access_table_is_unbounded(table, access_table_find(table, "tester")));
    assert_int_equal(access_table_find(table, "nobody"), ACCESS_TABLE_NONE);
    assert_string_equal(
        access_table_role_name(table, access_table_find(table, "monitor")), "monitor");
}

static void test_full(void **state)
{
    char line[64];
    struct err err = {0};
    int rc = 0;

    (void)state;
    for (int i = 0; i < ACCESS_TABLE_ROLES_MAX && rc == 0; i++) {
        snprintf(line, sizeof line, "role%d read x", i);
        rc = access_table_add(table, line, &err);
    }
    assert_int_equal(rc, ERR_TOO_LARGE);
    rc = 0;
    for (int i = 0; i < ACCESS_TABLE_RULES_MAX && rc == 0; i++) {
        snprintf(line, sizeof line, "role0 read x%d", i);
        rc = access_table_add(table, line, &err);
    }
    assert_int_equal(rc, ERR_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_topics, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_filters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_add, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
