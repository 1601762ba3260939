// Small JSON objects in canonical form.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/audit/audit_json.h"

static const char *name_of(size_t i, void *ctx)
{
    static char name[8];

    (void)ctx;
    snprintf(name, sizeof name, "n%zu", i);
    return name;
}

static void test_members(void **state)
{
    struct audit_json json = {.n = 0};

    (void)state;
    assert_string_equal(json.text, "");
    audit_json_add_text(&json, "a", "x\"\\\n\x1fü");
    audit_json_add_text(&json, "b", "");
    audit_json_add_text(&json, "c", "\xff");
    audit_json_add_number(&json, "d", INT64_MIN);
    audit_json_add_flag(&json, "e", true);
    audit_json_add_flag(&json, "f", false);
    audit_json_add_list(&json, "g", 0, name_of, NULL);
    audit_json_add_list(&json, "h", 2, name_of, NULL);
    assert_string_equal(json.text,
        "{\"a\":\"x\\\"\\\\\\u000a\\u001fü\",\"b\":null,\"c\":null,\"d\":-9223372036854775808,"
        "\"e\":true,\"f\":false,\"g\":[],\"h\":[\"n0\",\"n1\"]}");
    assert_false(json.failed);
}

static void test_long_lists_are_cut(void **state)
{
    struct audit_json json = {.n = 0};

    (void)state;
    audit_json_add_list(&json, "a", AUDIT_JSON_NAMED_MAX + 1, name_of, NULL);
    assert_non_null(strstr(json.text, "\"n15\"]}"));
    assert_null(strstr(json.text, "n16"));
}

// Of each length around what fits: whole, or said to have failed, and never beyond the end.
static void test_room(void **state)
{
    char value[AUDIT_STATE_SIZE + 1];

    (void)state;
    for (size_t n = AUDIT_STATE_SIZE - 16; n < sizeof value; n++) {
        struct audit_json json = {.n = 0};

        memset(value, 'x', n);
        value[n] = '\0';
        audit_json_add_text(&json, "a", value);

        size_t whole = n + strlen("{\"a\":\"\"}");

        assert_int_equal(json.failed, whole >= AUDIT_STATE_SIZE);
        if (!json.failed)
            assert_int_equal(strlen(json.text), whole);
        audit_json_add_flag(&json, "b", true); // no more than that it fails
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_long_lists_are_cut),
        cmocka_unit_test(test_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
