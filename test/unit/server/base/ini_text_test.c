// Settings in the text of a configuration file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/base/ini_text.h"

static const char text[] = "; a comment\n"
                           "[a]\n"
                           "key = one ; why\n"
                           ";other = default\n"
                           "semi=x;y\r\n"
                           "\n"
                           "; of the next\n"
                           "[b]\n"
                           "key = two\n"
                           "key = three\n";

static void check(const char *section, const char *key, const char *expected)
{
    char out[16] = "untouched";

    assert_int_equal(ini_text_get(text, section, key, out, sizeof out), expected != NULL);
    assert_string_equal(out, expected != NULL ? expected : "untouched");
}

static void test_get(void **state)
{
    char small[4];

    (void)state;
    check("a", "key", "one");
    check("a", "semi", "x;y");
    check("b", "key", "three");
    check("a", "other", NULL); // a comment
    check("a", "ke", NULL);
    check("c", "key", NULL);
    check("", "key", NULL);
    assert_false(ini_text_get(text, "b", "key", small, sizeof small));
    assert_true(ini_text_get(text, "a", "key", small, sizeof small)); // with its NUL
}

static void check_set(const char *before, const char *expected)
{
    char *after = ini_text_set(before, "a", "k", "v");

    assert_non_null(after);
    assert_string_equal(after, expected);
    free(after);
}

static void test_set(void **state)
{
    (void)state;
    check_set("", "\n[a]\nk = v\n");
    check_set("[b]\nk = 1", "[b]\nk = 1\n\n[a]\nk = v\n");
    check_set("[a]\nk = 1 ; why\nl = 2\n", "[a]\nk = v ; why\nl = 2\n");
    check_set("[a]\nk=1", "[a]\nk=v");
    check_set("[a]", "[a]\nk = v\n");
    check_set("[a]\nl = 2\n\n; of b\n[b]\nk = 1\n", "[a]\nl = 2\nk = v\n\n; of b\n[b]\nk = 1\n");
    check_set("[a]\n;k = 0\n[b]\n", "[a]\n;k = 0\nk = v\n[b]\n");
    check_set("[a b]\nk = 1\n", "[a b]\nk = 1\n\n[a]\nk = v\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
