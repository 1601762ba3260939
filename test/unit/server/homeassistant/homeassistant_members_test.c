// Tests of the members that an app adds to its device's status.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/homeassistant/homeassistant_members.h"

#define NAME_31 "abcdefghijklmnopqrstuvwxyz01234"

static struct homeassistant_members read(const char *json)
{
    struct homeassistant_members members;

    homeassistant_members_read((const uint8_t *)json, strlen(json), &members);
    return members;
}

static void test_types(void **state)
{
    struct homeassistant_members members =
        read("{\"uptimemillis\": 1, \"espimage\": \"B-1\", \"rssi\": -1, \"a\": 1.5, \"b\": true, "
             "\"c\": false, \"d\": \"x\", \"e\": null, \"f\": {\"g\": 1}, \"h\": [1], \"\": 1, "
             "\"" NAME_31 "\": 2, \"" NAME_31 "5\": 3, \"i\": \"\", \"errormessage\": \"x\"}");

    (void)state;
    assert_int_equal(members.count, 6);
    assert_string_equal(members.items[0].name, "a");
    assert_int_equal(members.items[0].type, HOMEASSISTANT_MEMBERS_NUMBER);
    assert_true(members.items[0].number > 1.4 && members.items[0].number < 1.6);
    assert_int_equal(members.items[1].type, HOMEASSISTANT_MEMBERS_FLAG);
    assert_true(members.items[1].number > 0);
    assert_int_equal(members.items[2].type, HOMEASSISTANT_MEMBERS_FLAG);
    assert_false(members.items[2].number > 0);
    assert_int_equal(members.items[3].type, HOMEASSISTANT_MEMBERS_TEXT);
    assert_string_equal(members.items[3].text, "x");
    assert_string_equal(members.items[4].name, NAME_31);
    assert_string_equal(members.items[5].text, "");
}

static void test_bounded(void **state)
{
    struct homeassistant_members members;
    char json[2048] = "{";
    char text[700];

    (void)state;
    for (int i = 0; i < 2 * HOMEASSISTANT_MEMBERS_MAX; i++)
        snprintf(json + strlen(json), sizeof json - strlen(json), "%s\"m%d\": %d", i > 0 ? "," : "",
            i, i);
    strcat(json, "}");
    members = read(json);
    assert_int_equal(members.count, HOMEASSISTANT_MEMBERS_MAX);
    assert_string_equal(members.items[HOMEASSISTANT_MEMBERS_MAX - 1].name, "m15");

    // 255 bytes of three each: whole characters
    memset(text, 'x', sizeof text);
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        strcat(text, "\xe2\x82\xac");
    snprintf(json, sizeof json, "{\"a\": \"x%s\"}", text);
    members = read(json);
    assert_int_equal(strlen(members.items[0].text), 253);
}

static void test_whatever(void **state)
{
    static const char *const rows[] = {"", "[]", "{", "1", "{\"a\"", "\xff\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(read(rows[i]).count, 0);
}

static void test_keys(void **state)
{
    static const struct {
        const char *name, *key;
    } rows[] = {
        {"temperature", "temperature"},
        {"T_1", "T_1"},
        {"a-b", "a-2db"},
        {"a b", "a-20b"},
        {"x'] }}{% y %}", "x-27-5d-20-7d-7d-7b-25-20y-20-25-7d"},
        {"\xc3\xa4", "-c3-a4"},
        {"\x01", "-01"},
    };
    char key[HOMEASSISTANT_MEMBERS_KEY_SIZE];
    char longest[HOMEASSISTANT_MEMBERS_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        homeassistant_members_key(rows[i].name, key);
        assert_string_equal(key, rows[i].key);
    }
    memset(longest, '"', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    homeassistant_members_key(longest, key);
    assert_int_equal(strlen(key), 3 * (HOMEASSISTANT_MEMBERS_NAME_SIZE - 1));
}

static void test_find(void **state)
{
    struct homeassistant_members members = read("{\"a\": 1, \"b\": true}");
    struct homeassistant_member wanted = {.name = "a", .type = HOMEASSISTANT_MEMBERS_TEXT};

    (void)state;
    assert_ptr_equal(homeassistant_members_find(&members, &wanted), &members.items[0]);
    wanted.type = HOMEASSISTANT_MEMBERS_FLAG;
    assert_null(homeassistant_members_find(&members, &wanted));
    wanted.name[0] = 'b';
    assert_ptr_equal(homeassistant_members_find(&members, &wanted), &members.items[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_whatever),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
