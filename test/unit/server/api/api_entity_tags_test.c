// Lists of entity-tags: what is one, and which states they mean.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/api/api_entity_tags.h"

static const struct {
    const char *list;
    bool is_good, has; // "abc"
} rows[] = {
    {"*", true, true},
    {"\"abc\"", true, true},
    {"\"abc.def\"", true, true},
    {"\"abcd\"", true, false},
    {"\"abcd.abc\"", true, false},
    {"\"ab\"", true, false},
    {"\"\"", true, false},
    {"W/\"abc\"", true, false},
    {"w/\"abc\"", false, false},
    {"\"x\", W/\"abc\" ,\t\"abc\"", true, true},
    {",, \"abc\",,", true, true},
    {" \"abc\" ", true, true},
    {"\"a\xc3\xa4,b!\", \"abc\"", true, true},
    {"", false, false},
    {" ", false, false},
    {",", false, false},
    {"abc", false, false},
    {"\"abc", false, false},
    {"\"a bc\"", false, false},
    {"\"a\x7f\"", false, false},
    {"\"a\"\"abc\"", false, false},
    {"\"a\" \"abc\"", false, false},
    {"*, \"a\"", false, false},
    {"\"a\", *", false, false},
    {"\"a\";", false, false},
    {"W/ \"a\"", false, false},
};

static void test_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc = api_entity_tags_check(rows[i].list, &err);

        if ((rc == 0) != rows[i].is_good)
            fail_msg("%s: %d %s", rows[i].list, rc, err.message);
        if (rc == 0 && api_entity_tags_have(rows[i].list, "abc") != rows[i].has)
            fail_msg("%s: is not as it should be", rows[i].list);
        if (rc == 0)
            assert_false(api_entity_tags_have(rows[i].list, "")); // there is nothing
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
