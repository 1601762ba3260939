// Patterns: '*' and '?'.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/select/select_match.h"

static const struct {
    const char *pattern;
    const char *text;
    bool fits;
} rows[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"a", "a", true},
    {"a", "A", false},
    {"a", "ab", false},
    {"ab", "a", false},
    {"*", "", true},
    {"*", "abc", true},
    {"**", "abc", true},
    {"a*", "a", true},
    {"a*", "ba", false},
    {"*c", "abcc", true},
    {"*c", "abcd", false},
    {"a*c*e", "abcde", true},
    {"a*c*e", "aXcXcXe", true},
    {"*ab*ab", "abab", true},
    {"*aab", "aaaab", true},
    {"?", "", false},
    {"?", "a", true},
    {"?", "\xc3\xbc", true},
    {"??", "\xc3\xbc", false},
    {"*?", "\xc3\xbc", true},
    {"*??", "\xc3\xbc", false},
    {"[a]", "a", false},
    {"[a]", "[a]", true},
    {"\\*", "\\abc", true},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (select_match(rows[i].pattern, rows[i].text) != rows[i].fits)
            fail_msg("%s: %s", rows[i].pattern, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
