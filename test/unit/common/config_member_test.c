// What each member of config.json may be.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "common/config_member.h"

static void the_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONFIG_MEMBER_COUNT; i++) {
        const struct config_member *member = &config_member_table[i];

        assert_non_null(member->name);
        if (member->kind == CONFIG_MEMBER_NUMBER && member->fallback > 0)
            assert_true(member->min <= member->fallback && member->fallback <= member->max);
    }
}

// The limits that devices in the field and the server have agreed on.
static void each_number_has_its_limits(void **state)
{
    static const struct {
        enum config_member_index index;
        uint32_t min, max, fallback;
    } rows[] = {
        {CONFIG_MEMBER_DOWNLOAD_PORT, 1, 65535, 443},
        {CONFIG_MEMBER_DOWNLOAD_PORT2, 1, 65535, 0},
        {CONFIG_MEMBER_MQTT_PORT, 1, 65535, 8883},
        {CONFIG_MEMBER_MQTT_PORT2, 1, 65535, 0},
        {CONFIG_MEMBER_ENROL_PORT, 1, 65535, 8444},
        {CONFIG_MEMBER_STATUS_INTERVAL, 100, 86400000, 60000},
        {CONFIG_MEMBER_WAIT_TIMEOUT, 1000, 86400000, 20000},
        {CONFIG_MEMBER_RETRY_TIMEOUT, 100, 86400000, 3000},
    };
    size_t numbers = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct config_member *member = &config_member_table[rows[i].index];

        assert_int_equal(member->min, rows[i].min);
        assert_int_equal(member->max, rows[i].max);
        assert_int_equal(member->fallback, rows[i].fallback);
    }
    for (size_t i = 0; i < CONFIG_MEMBER_COUNT; i++)
        numbers += config_member_table[i].kind == CONFIG_MEMBER_NUMBER;
    assert_int_equal(numbers, sizeof rows / sizeof rows[0]);
}

static void hosts(void **state)
{
    static const struct {
        const char *text;
        const char *why; // NULL: it is one
    } rows[] = {
        {"a", NULL},
        {"localhost", NULL},
        {"A-1.b2.3c", NULL},
        {"1a", NULL},
        {"xn--bcher-kva.example", NULL},
        {"0.0.0.0", NULL},
        {"255.255.255.255", NULL},
        {"1.2.3.4.a", NULL},
        {"", "is empty"},
        {".", "label"},
        {"a.", "label"},
        {".a", "label"},
        {"a..b", "label"},
        {"-a", "label"},
        {"a-", "label"},
        {"a.-b", "label"},
        {"a_b", "letters, digits"},
        {"a b", "letters, digits"},
        {"a:1", "letters, digits"},
        {"a/b", "letters, digits"},
        {"\xc3\xa4", "letters, digits"},
        {"1", "address"},
        {"1.2.3", "address"},
        {"1.2.3.4.5", "address"},
        {"1.2.3.256", "address"},
        {"1.2.3.04", "address"},
        {"1.2.3.1111", "address"},
        {"1.2.3.0255", "address"},
        {"a.2.3.4", "address"},
        {"a.1.2.3.4", "address"},
    };
    char text[CONFIG_MEMBER_TEXT_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *why =
            config_member_refuse_text(&config_member_table[CONFIG_MEMBER_NTP_SERVER], rows[i].text);

        if ((why == NULL) != (rows[i].why == NULL) ||
            (why != NULL && strstr(why, rows[i].why) == NULL))
            fail_msg("%s: %s", rows[i].text, why != NULL ? why : "taken");
    }
    memset(text, 'a', sizeof text);
    text[CONFIG_MEMBER_TEXT_MAX + 1] = '\0';
    assert_non_null(strstr(config_member_refuse_text(&config_member_table[0], text), "63"));
    text[CONFIG_MEMBER_TEXT_MAX] = '\0';
    assert_null(config_member_refuse_text(&config_member_table[0], text));
}

static void paths(void **state)
{
    static const char *const good[] = {"", "/", "///", "a", "/a/b/", "/a-._~!$&'()*+,;=:@%41"};
    static const char *const bad[] = {"a b", "a?b", "a#b", "a\"b", "a\\b", "\xc3\xa4", "a\nb"};
    const struct config_member *member = &config_member_table[CONFIG_MEMBER_DOWNLOAD_PATH];
    char text[CONFIG_MEMBER_TEXT_MAX + 4];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_null(config_member_refuse_text(member, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(config_member_refuse_text(member, bad[i]));
    memset(text, 'a', sizeof text);
    text[0] = '/';
    text[CONFIG_MEMBER_TEXT_MAX + 1] = '/';
    text[CONFIG_MEMBER_TEXT_MAX + 2] = '\0';
    assert_null(config_member_refuse_text(member, text));
    text[CONFIG_MEMBER_TEXT_MAX + 1] = 'a';
    assert_non_null(config_member_refuse_text(member, text));
}

static void slashes_at_both_ends_go(void **state)
{
    const char *path = "//a/b//";

    (void)state;
    assert_int_equal(config_member_trim_path(&path), 3);
    assert_memory_equal(path, "a/b", 3);
    path = "///";
    assert_int_equal(config_member_trim_path(&path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(each_number_has_its_limits),
        cmocka_unit_test(hosts),
        cmocka_unit_test(paths),
        cmocka_unit_test(slashes_at_both_ends_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
