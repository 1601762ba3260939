// Tests of which members of a device's app are announced.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/homeassistant/homeassistant_shown.h"

// What is announced after a status: names, absent ones in brackets, and after a '-' what is gone.
static const char *after(struct homeassistant_shown *shown, const char *image, const char *json)
{
    static char text[1024];
    struct homeassistant_members members;

    homeassistant_members_read((const uint8_t *)json, strlen(json), &members);
    homeassistant_shown_take(shown, image, &members);
    text[0] = '\0';
    for (size_t i = 0; i < members.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
            members.items[i].is_absent ? "(%s)" : "%s", members.items[i].name);
    for (size_t i = 0; i < shown->gone.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "-%s", shown->gone.items[i].name);
    return text;
}

static void test_life(void **state)
{
    struct homeassistant_shown shown = {.image = ""};

    (void)state;
    assert_string_equal(after(&shown, "B-1", "{\"a\": 1, \"b\": true}"), "ab");
    assert_string_equal(after(&shown, "B-1", "{\"b\": false, \"a\": 1}"), "ab"); // in their order
    assert_string_equal(after(&shown, "B-1", "{\"b\": false}"), "(a)b");
    assert_string_equal(after(&shown, "B-1", "{\"c\": 1}"), "(a)(b)c");
    assert_string_equal(after(&shown, "B-1", "{\"a\": \"x\"}"), "a(b)(c)"); // a text by now
    assert_string_equal(after(&shown, "B-2", "{\"a\": 1, \"b\": 1}"), "ab-b-c");
    assert_string_equal(after(&shown, "B-2", "{\"c\": 1}"), "(a)(b)c-b"); // the flag
    assert_string_equal(after(&shown, "B-3", "{}"), "-b-a-b-c");
}

static void test_bounded(void **state)
{
    struct homeassistant_shown shown = {.image = ""};
    struct homeassistant_members members;
    char json[32];

    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(json, sizeof json, "{\"m%d\": 1}", i);
        homeassistant_members_read((const uint8_t *)json, strlen(json), &members);
        homeassistant_shown_take(&shown, i < 20 ? "B-1" : "B-2", &members);
    }
    assert_int_equal(members.count, HOMEASSISTANT_MEMBERS_MAX);
    assert_int_equal(shown.gone.count, HOMEASSISTANT_MEMBERS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
