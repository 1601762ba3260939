// Values of settings.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/config/config_value.h"

static void a_text_replaces_another(void **state)
{
    char *text = NULL;

    (void)state;
    assert_int_equal(config_value_text(&text, "one", NULL), 0);
    assert_int_equal(config_value_text(&text, "two", NULL), 0);
    assert_string_equal(text, "two");
    free(text);
}

static void a_path_is_absolute(void **state)
{
    char *path = NULL;
    struct err err = {0};

    (void)state;
    assert_int_equal(config_value_path(&path, "/a/b//", NULL), 0);
    assert_string_equal(path, "/a/b");
    assert_int_equal(config_value_path(&path, "///", NULL), 0);
    assert_string_equal(path, "/");
    assert_int_equal(config_value_path(&path, "a/b", &err), ERR_INVALID);
    assert_string_equal(err.message, "'a/b' is not an absolute path");
    assert_string_equal(path, "/");
    free(path);
}

static const struct {
    const char *text;
    struct config_value_range range;
    const char *message; // NULL: it is one
    int64_t number;
} numbers[] = {
    {"1", {1, 3, 10}, NULL, 1},
    {"3", {1, 3, 10}, NULL, 3},
    {"0", {1, 3, 10}, "0 is not between 1 and 3", 0},
    {"4", {1, 3, 10}, "4 is not between 1 and 3", 0},
    {"9223372036854775807", {1, INT64_MAX, 10}, NULL, INT64_MAX},
    {"9223372036854775808", {1, INT64_MAX, 10}, "'9223372036854775808' is not a number", 0},
    {"", {1, 3, 10}, "'' is not a number", 0},
    {"2x", {1, 3, 10}, "'2x' is not a number", 0},
    {"0660", {0, 0777, 8}, NULL, 0660},
    {"1000", {0, 0777, 8}, "1000 is not between 0 and 777, octal", 0},
    {"9", {0, 0777, 8}, "'9' is not a number", 0},
};

static void a_number_is_within_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct err err = {0};
        int64_t number = -1;
        int rc = config_value_number(numbers[i].text, &numbers[i].range, &number, &err);

        assert_int_equal(rc, numbers[i].message == NULL ? 0 : ERR_INVALID);
        assert_int_equal(number, numbers[i].message == NULL ? numbers[i].number : -1);
        assert_string_equal(err.message, numbers[i].message == NULL ? "" : numbers[i].message);
    }
}

static void a_switch_is_yes_or_no(void **state)
{
    static const char *const others[] = {"", "1", "on", "Yes", "yes ", "nope"};
    int64_t value = -1;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(config_value_switch(others[i], &value, NULL), ERR_INVALID);
    assert_int_equal(value, -1);
    assert_int_equal(config_value_switch("no", &value, NULL), 0);
    assert_int_equal(value, 0);
    assert_int_equal(config_value_switch("yes", &value, NULL), 0);
    assert_int_equal(value, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_replaces_another),
        cmocka_unit_test(a_path_is_absolute),
        cmocka_unit_test(a_number_is_within_bounds),
        cmocka_unit_test(a_switch_is_yes_or_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
